import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PutSequenceDto } from '../../src/follow-ups/dto/sequence.dto.js';
import type { Random } from './random.js';
import { holdsWithin } from './until.js';

/** How a lead says that she wants no more of it. */
export type StopWay = 'reply' | 'unsubscribe' | 'bounce';

/** One thing that a client asked for, and whether it was ever answered for. */
export type SequenceRecord =
  | {
      readonly kind: 'enrol';
      /** Which fault, counted from 0, was on. */
      readonly fault: number;
      readonly leads: readonly number[];
      readonly isAnswered: boolean;
    }
  | {
      readonly kind: 'stop';
      readonly way: StopWay;
      readonly lead: number;
      /** By the service's clock, in milliseconds since 1970; null: no answer came, it may have happened. */
      readonly answeredAtMs: number | null;
    };

export interface SequenceCampaign {
  readonly id: number;
  /** Whom it may still enrol; each is taken once. */
  readonly leads: number[];
}

/** One request of a client; the body as it goes over the wire. */
export interface Ask {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

const PATIENCE_MS = 4_000;
const MOST_REPEATS = 30;
const REPEAT_MS = 200;

/** Between two enrolments when there is no hurry: a step is always due somewhere. */
const IDLE_PAUSE_MS = 400;
const MOST_IN_CALL = 4;

/** Days before each step; the later ones go when the run lets days pass. */
export const STEP_DELAYS_DAYS = [0, 0, 1] as const;

/** Those of the first day. */
export const STEPS_AT_ONCE = STEP_DELAYS_DAYS.filter((days) => days === 0).length;

/** Its words tell the step, so that what the provider took tells it too. */
export const stepTemplates = STEP_DELAYS_DAYS.map((_, index) => ({
  type: `letter-${index + 1}`,
  subject: `Letter ${index + 1} for {first_name}`,
  body: `<p>Dear {first_name}, this is letter ${index + 1}.</p>`,
}));

/** @returns the step that a mail says it is; null: it is none */
export function stepIn(html: unknown): number | null {
  const [, step] = /this is letter (\d+)/.exec(String(html)) ?? [];
  return step === undefined ? null : Number(step);
}

const SEQUENCE: PutSequenceDto = {
  steps: stepTemplates.map(({ type }, index) => ({
    template_type: type,
    delay_days: STEP_DELAYS_DAYS[index] ?? 0,
    // The second one goes on in the thread of the first.
    thread: index === 1 ? 'same' : 'new',
  })),
};

/** Whoever plans sequences and enrols leads, through replicas drawn by lot; each call is repeated until it is answered. */
export class SequenceLoad {
  /** Counted from 0; the fault that new enrolments are booked to. */
  fault = 0;
  /** Answers that no client should see. */
  readonly surprises: string[] = [];

  constructor(
    private readonly urls: () => readonly string[],
    private readonly campaigns: readonly SequenceCampaign[],
    private readonly historyFile: string,
    private readonly random: Random,
  ) {}

  async plan(): Promise<void> {
    for (const { id } of this.campaigns) {
      await this.insist({
        method: 'PUT',
        path: `api/cam/campaigns/${id}/sequence`,
        headers: JSON_TYPE,
        body: JSON.stringify(SEQUENCE),
      });
    }
  }

  /** Enrols so many leads, and then one at a time until `fault` is over. */
  async run(leads: number, fault: Promise<unknown>): Promise<void> {
    if (this.campaigns.length === 0) return;
    const over = fault.then(
      () => true,
      () => true,
    );
    let wanted = leads;
    while (wanted > 0) wanted -= await this.enrol(this.random.between(1, MOST_IN_CALL));
    while (!(await Promise.race([over, sleep(IDLE_PAUSE_MS, false)]))) await this.enrol(1);
  }

  /** @returns how many it asked for */
  async enrol(count: number): Promise<number> {
    const campaign = this.random.pick(this.campaigns);
    const leads = campaign.leads.splice(0, count);
    if (leads.length === 0) throw new Error('A campaign has enrolled all its leads');
    const { fault } = this;
    const isAnswered = await this.insist({
      method: 'POST',
      path: `api/cam/campaigns/${campaign.id}/enrolments`,
      headers: JSON_TYPE,
      body: JSON.stringify({ lead_ids: leads }),
    });
    this.note({ kind: 'enrol', fault, leads, isAnswered });
    return leads.length;
  }

  note(record: SequenceRecord): void {
    appendFileSync(this.historyFile, `${JSON.stringify(record)}\n`);
  }

  /** @returns true once it was answered with 2xx; false when it was not to the very end */
  async insist(ask: Ask): Promise<boolean> {
    for (let repeats = 0; repeats < MOST_REPEATS; repeats += 1) {
      await holdsWithin(PATIENCE_MS, () => this.urls().length > 0);
      const status = await this.ask(ask);
      if (status !== null && status < 300) return true;
      if (status !== null && status < 500) {
        this.surprises.push(`${ask.path} answered ${status}`);
        return false;
      }
      await sleep(REPEAT_MS);
    }
    this.surprises.push(`${ask.path} was never answered`);
    return false;
  }

  /** @returns the status; null: no answer */
  private async ask({ method, path, headers, body }: Ask): Promise<number | null> {
    const urls = this.urls();
    if (urls.length === 0) return null;
    try {
      const response = await fetch(`${this.random.pick(urls)}/${path}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }
}
