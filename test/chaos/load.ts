import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchSendDto, BatchSendView, SendEmailDto } from '../../src/email/api/dto/send-email.dto.js';
import type { OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { Random } from './random.js';
import { holdsWithin } from './until.js';

/** One request of the client and what it learned from it. Each lead of a run gets one mail, so a lead names a mail. */
export interface ClientRecord {
  /** Which fault, counted from 0, was on when the client first asked for the mail. */
  readonly fault: number;
  readonly leads: readonly number[];
  /** The status; null: no answer, or one that says nothing of the outcome. */
  readonly status: number | null;
  /** Stored mails that a 2xx named. */
  readonly accepted: readonly { readonly lead: number; readonly id: number }[];
}

export interface ChaosCampaign {
  readonly id: number;
  /** True when it has a cap of its own. */
  readonly isCapped: boolean;
  /** Whom it may still write to; each is taken once. */
  readonly leads: number[];
}

interface Call {
  readonly fault: number;
  readonly path: 'email/send' | 'email/batch-send';
  readonly body: SendEmailDto | BatchSendDto;
  readonly leads: readonly number[];
  readonly key: string | null;
}

interface Reply {
  readonly record: ClientRecord;
  /** True when asking again may bring an answer. */
  readonly again: boolean;
}

const WORKERS = 12;
const MOST_IN_BATCH = 300;
const PATIENCE_MS = 4_000;
const MOST_REPEATS = 12;
/** Between two mails when there is no hurry: something is always on its way. */
const IDLE_PAUSE_MS = 40;

/** Answers that leave open what happened, or say that nobody could look. */
const INDETERMINATE: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);
const OVER_CAP: ReadonlySet<string> = new Set(['daily_cap_reached', 'campaign_cap_reached']);

/**
 * The client: accepts mail in every way that the API has, repeats what it got no answer to, and some of what it did.
 * Writes down each request with its answer.
 */
export class Load {
  /** Counted from 0; the fault that new mail is booked to. */
  fault = 0;
  /** Answers that no client should see. */
  readonly surprises: string[] = [];

  constructor(
    private readonly urls: () => readonly string[],
    private readonly campaigns: readonly ChaosCampaign[],
    private readonly historyFile: string,
    private readonly random: Random,
  ) {}

  /** Asks for so many mails, and then for one at a time until `fault` is over. */
  async run(mails: number, fault: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = fault.then(
      () => (isOver = true),
      () => (isOver = true),
    );
    let wanted = mails;
    const work = async (isFirst: boolean): Promise<void> => {
      while (wanted > 0 || (isFirst && !isOver)) {
        const idle = wanted <= 0;
        const call = idle ? this.drawSend(this.random.pick(this.campaigns)) : this.draw(wanted);
        wanted -= call.leads.length;
        await this.insist(call);
        if (idle) await sleep(IDLE_PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, (_, index) => work(index === 0)));
    await over;
  }

  /** Asks for so many mails at once, one request each. */
  async burst(mails: number): Promise<void> {
    const calls = Array.from({ length: mails }, () => this.drawSend(this.random.pick(this.campaigns)));
    await Promise.all(calls.map((call) => this.insist(call)));
  }

  /** Asks for so many mails that only the global cap holds back, as fast as the API takes them, in hundreds. */
  async rush(mails: number): Promise<void> {
    const uncapped = this.campaigns.filter(({ isCapped }) => !isCapped);
    const calls: Call[] = [];
    for (let asked = 0; asked < mails; asked += calls.at(-1)?.leads.length ?? 0) {
      calls.push(this.drawBatch(this.random.pick(uncapped), this.random.between(100, MOST_IN_BATCH)));
    }
    await Promise.all(calls.map((call) => this.insist(call)));
  }

  /** Asks for one mail until there is an answer. */
  async canary(): Promise<boolean> {
    return this.insist(this.drawSend(this.random.pick(this.campaigns)));
  }

  /** The same request from so many clients at once, all under one Idempotency-Key, and once more when all is done. */
  async stampede(clients: number): Promise<void> {
    const call = { ...this.drawSend(this.random.pick(this.campaigns)), key: randomUUID() };
    await Promise.all(Array.from({ length: clients }, () => this.ask(call)));
    await this.insist(call);
  }

  private draw(most: number): Call {
    const campaign = this.random.pick(this.campaigns);
    const dice = this.random.next();
    if (dice < 0.6) return this.drawSend(campaign);
    return this.drawBatch(campaign, dice < 0.9 ? 1 : Math.min(most, this.random.between(10, MOST_IN_BATCH)));
  }

  private drawBatch(campaign: ChaosCampaign, mails: number): Call {
    const leads = campaign.leads.splice(0, mails);
    return this.call('email/batch-send', leads, {
      campaign_id: campaign.id,
      template_type: 'chaos',
      leads: leads.map((lead) => ({ lead_id: lead })),
      over_cap: this.random.chance(0.5) ? 'defer' : 'reject',
    });
  }

  private drawSend(campaign: ChaosCampaign): Call {
    const leads = campaign.leads.splice(0, 1);
    const body = { campaign_id: campaign.id, lead_id: leads[0] ?? 0, template_type: 'chaos' };
    return this.call('email/send', leads, body);
  }

  private call(path: Call['path'], leads: readonly number[], body: Call['body']): Call {
    if (leads.length === 0) throw new Error('A campaign has written to all its leads');
    return { fault: this.fault, path, body, leads, key: this.random.chance(0.5) ? randomUUID() : null };
  }

  /** @returns false when there was no answer to the very end */
  private async insist(call: Call): Promise<boolean> {
    const twins = this.random.chance(0.1) ? [this.ask(call)] : [];
    let { again } = await this.ask(call);
    for (let repeats = 0; again && repeats < MOST_REPEATS; repeats += 1) {
      await sleep(100 * Math.min(repeats + 1, 10));
      // A process that died with the key in hand holds it for a while: the content alone tells the mail apart as well.
      ({ again } = await this.ask(repeats < 2 ? call : { ...call, key: null }));
    }
    await Promise.all(twins);
    if (this.random.chance(0.2)) await this.ask(call);
    return !again;
  }

  private async ask(call: Call): Promise<Reply> {
    await holdsWithin(PATIENCE_MS, () => this.urls().length > 0);
    const urls = this.urls();
    const reply = urls.length === 0 ? unanswered(call) : await this.post(this.random.pick(urls), call);
    appendFileSync(this.historyFile, `${JSON.stringify(reply.record)}\n`);
    return reply;
  }

  private async post(url: string, call: Call): Promise<Reply> {
    try {
      const response = await fetch(`${url}/api/cam/${call.path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(call.key !== null && { 'idempotency-key': call.key }),
        },
        body: JSON.stringify(call.body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return this.read(call, response.status, await response.json());
    } catch {
      return unanswered(call);
    }
  }

  private read(call: Call, status: number, body: unknown): Reply {
    const record = { fault: call.fault, leads: call.leads, status, accepted: [] };
    if (status < 300) return { record: { ...record, accepted: acceptedIn(call, body) }, again: false };
    const { code = '' } = body as { code?: string };
    if (status === 500) this.surprises.push(`${call.path} answered 500 ${code}`);
    if (INDETERMINATE.has(status)) return { record: { ...record, status: null }, again: true };
    if (code === 'idempotency_key_in_use') return { record, again: true };
    if (!OVER_CAP.has(code)) this.surprises.push(`${call.path} answered ${status} ${code}`);
    return { record, again: false };
  }
}

function unanswered({ fault, leads }: Call): Reply {
  return { record: { fault, leads, status: null, accepted: [] }, again: true };
}

function acceptedIn({ path, leads }: Call, body: unknown): ClientRecord['accepted'] {
  if (path === 'email/send') return leads.map((lead) => ({ lead, id: (body as OutboundEmailView).id }));
  return (body as BatchSendView).items.flatMap(({ lead_id: lead, id }) =>
    id === undefined ? [] : [{ lead, id }],
  );
}
