import type { MailRecord } from '../support/fake-resend/fake-resend.mjs';
import type { Evidence } from './evidence.js';
import { STEP_DELAYS_DAYS, stepIn, type StopWay } from './sequence-load.js';
import type { StoredAttempt, StoredEnrolment, StoredMail } from './snapshot.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What an enrolment stops as when its lead says so in this way. */
const STOPPED_AS: Readonly<Record<StopWay, string>> = {
  reply: 'REPLIED',
  unsubscribe: 'UNSUBSCRIBED',
  bounce: 'BOUNCED',
};

/** What may become of a step's mail that ends the enrolment. */
const ENDS_OF_MAIL: ReadonlySet<string> = new Set(['FAILED', 'DROPPED', 'UNKNOWN']);

/** The enrolments of a run, by how they ended. */
export interface SequenceTally {
  enrolled: number;
  exhausted: number;
  /** By what the lead said. */
  stopped: number;
  /** By what became of a step's mail. */
  failed: number;
  /** Answered requests to stop. */
  told: number;
  /** Mails of steps that the provider took. */
  sent: number;
}

/** How leads wanted no more, as far as their recipients told anybody. By lead. */
export class Stops {
  private readonly byLead: ReadonlyMap<
    number,
    { readonly way: StopWay; readonly answeredAtMs: number | null }
  >;

  constructor({ sequences }: Pick<Evidence, 'sequences'>) {
    this.byLead = new Map(
      sequences.flatMap((record) => (record.kind === 'stop' ? [[record.lead, record] as const] : [])),
    );
  }

  /** Also when no answer came: it may have happened. */
  wereAsked(lead: number): boolean {
    return this.byLead.has(lead);
  }

  reasonOf(lead: number): string | null {
    const stop = this.byLead.get(lead);
    return stop === undefined ? null : STOPPED_AS[stop.way];
  }

  /** By then it had been committed; null: that is not known. */
  doneAtMs(lead: number): number | null {
    return this.byLead.get(lead)?.answeredAtMs ?? null;
  }

  get told(): number {
    return [...this.byLead.values()].filter(({ answeredAtMs }) => answeredAtMs !== null).length;
  }
}

/**
 * Holds what clients and recipients asked for against what the provider took and what is stored: the rules are stated
 * here anew.
 */
export function checkSequences(evidence: Evidence): { tally: SequenceTally; problems: string[] } {
  return new SequenceCheck(evidence).verdict();
}

class SequenceCheck {
  private readonly problems: string[] = [];
  private readonly stops: Stops;
  /** What the provider took, by address and step as the mails themselves say. */
  private readonly taken = new Map<string, MailRecord[]>();
  private readonly attempts = new Map<number, StoredAttempt[]>();
  private readonly mails = new Map<string, StoredMail>();
  private readonly tally: SequenceTally;

  constructor(private readonly evidence: Evidence) {
    const { provider, database } = evidence;
    this.stops = new Stops(evidence);
    for (const mail of provider.mails) {
      const step = stepIn(mail.body['html']);
      if (step === null) continue;
      const key = `${String(mail.body['to'])}/${step}`;
      this.taken.set(key, [...(this.taken.get(key) ?? []), mail]);
    }
    for (const attempt of database.attempts) {
      this.attempts.set(attempt.mail, [...(this.attempts.get(attempt.mail) ?? []), attempt]);
    }
    for (const mail of database.mails) {
      if (mail.enrolment !== null) this.mails.set(`${mail.enrolment}/${mail.step}`, mail);
    }
    this.tally = {
      enrolled: database.enrolments.length,
      exhausted: 0,
      stopped: 0,
      failed: 0,
      told: this.stops.told,
      sent: [...this.taken.values()].flat().length,
    };
  }

  verdict(): { tally: SequenceTally; problems: string[] } {
    this.checkEnrolled();
    for (const [mail, same] of this.taken) {
      if (same.length > 1) this.problems.push(`letter ${mail} was sent ${same.length} times`);
    }
    for (const enrolment of this.evidence.database.enrolments) {
      this.checkEnd(enrolment);
      this.checkSteps(enrolment);
      this.checkStop(enrolment);
    }
    return { tally: this.tally, problems: this.problems };
  }

  /** Who was enrolled by an answered call is; nobody else is. */
  private checkEnrolled(): void {
    const enrolled = new Set(this.evidence.database.enrolments.map(({ lead }) => lead));
    const asked = new Set<number>();
    for (const record of this.evidence.sequences) {
      if (record.kind !== 'enrol') continue;
      for (const lead of record.leads) {
        asked.add(lead);
        if (record.isAnswered && !enrolled.has(lead)) this.problems.push(`lead ${lead} was not enrolled`);
      }
    }
    for (const lead of enrolled) {
      if (!asked.has(lead)) this.problems.push(`nobody asked to enrol lead ${lead}`);
    }
  }

  /** Each has come to an end, and for a reason that somebody else knows too. */
  private checkEnd({ id, lead, address, status, stopReason, nextStep }: StoredEnrolment): void {
    const name = `enrolment ${id}`;
    const next = this.mails.get(`${id}/${nextStep}`);
    switch (status) {
      case 'EXHAUSTED':
        this.tally.exhausted += 1;
        for (let step = 1; step <= STEP_DELAYS_DAYS.length; step += 1) {
          if (!this.taken.has(`${address}/${step}`)) {
            this.problems.push(`${name} is exhausted, and step ${step} was never sent`);
          }
        }
        return;
      case 'STOPPED':
        if (stopReason === this.stops.reasonOf(lead)) this.tally.stopped += 1;
        else if (ENDS_OF_MAIL.has(stopReason ?? '') && next?.status === stopReason) this.tally.failed += 1;
        else this.problems.push(`${name} stopped as ${stopReason}, and nothing says so`);
        return;
      default:
        // After all that time only the day's places may keep a step.
        if (next?.status === 'QUEUED' && this.waitsForCap(next.id)) return;
        this.problems.push(`${name} is ${status} for ever, before step ${nextStep}`);
    }
  }

  /** Each step after the one before it, and after its delay. */
  private checkSteps({ id, address }: StoredEnrolment): void {
    STEP_DELAYS_DAYS.forEach((delayDays, index) => {
      const [step, before] = [index + 1, index];
      const mail = this.mails.get(`${id}/${step}`);
      if (mail === undefined) {
        if (this.taken.has(`${address}/${step}`)) {
          this.problems.push(`enrolment ${id} has no mail of its step ${step}`);
        }
        return;
      }
      const [first] = this.attempts.get(mail.id) ?? [];
      if (first === undefined || before === 0) return;
      const [earlier] = this.taken.get(`${address}/${before}`) ?? [];
      if (earlier === undefined) {
        this.problems.push(`step ${step} of enrolment ${id} went without step ${before}`);
      } else if (first.startedAtMs < earlier.at + delayDays * DAY_MS) {
        const early = Math.round(earlier.at + delayDays * DAY_MS - first.startedAtMs);
        this.problems.push(`step ${step} of enrolment ${id} went ${early} ms early`);
      }
    });
  }

  /** What was answered with 2xx has stopped it: no step is claimed afterwards. */
  private checkStop({ id, lead, status }: StoredEnrolment): void {
    const doneAtMs = this.stops.doneAtMs(lead);
    if (doneAtMs === null) return;
    if (status !== 'STOPPED' && status !== 'EXHAUSTED') {
      this.problems.push(`enrolment ${id} goes on after a stop`);
    }
    STEP_DELAYS_DAYS.forEach((_, index) => {
      const mail = this.mails.get(`${id}/${index + 1}`);
      const late = (this.attempts.get(mail?.id ?? 0) ?? []).filter(
        ({ startedAtMs }) => startedAtMs > doneAtMs,
      );
      for (const { startedAtMs } of late) {
        const after = Math.round(startedAtMs - doneAtMs);
        this.problems.push(`step ${index + 1} of enrolment ${id} was claimed ${after} ms after its stop`);
      }
    });
  }

  private waitsForCap(mail: number): boolean {
    return this.evidence.database.queue.some(
      (row) => row.mail === mail && row.waitsFor === 'cap' && !row.isDue,
    );
  }
}
