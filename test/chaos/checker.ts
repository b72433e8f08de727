import type { MailRecord, RequestRecord } from '../support/fake-resend/fake-resend.mjs';
import type { Evidence } from './evidence.js';
import { checkSequences, type SequenceTally, Stops } from './sequence-checker.js';
import { stepIn } from './sequence-load.js';
import type { QueueRow, StoredAttempt, StoredMail } from './snapshot.js';
import { emptyTally, type Tally } from './tally.js';

export interface Verdict {
  /** By fault. */
  readonly tallies: ReadonlyMap<number, Tally>;
  /** Requests without an answer: neither failed nor done. */
  readonly indeterminate: number;
  readonly requests: number;
  readonly sequences: SequenceTally;
  /** What broke a promise, in words; empty: all is well. */
  readonly problems: readonly string[];
}

/** Outcomes that leave no doubt: the provider did not take the mail in that attempt. */
const DEFINITE_NO: ReadonlySet<string | null> = new Set([
  'rejected',
  'deferred',
  'unreachable',
  'misconfigured',
  'not_started',
]);

const SENT: ReadonlySet<string> = new Set(['SENT', 'BOUNCED']);

/** Holds the three records against each other. */
export function check(evidence: Evidence): Verdict {
  return new Check(evidence).verdict();
}

class Check {
  private readonly problems: string[] = [];
  private readonly tallies = new Map<number, Tally>();
  private readonly faultOfLead = new Map<number, number>();
  private readonly acceptedIds = new Map<number, number>();
  private readonly stops: Stops;
  private readonly attempts: ReadonlyMap<number, readonly StoredAttempt[]>;
  private readonly sentByKey: ReadonlyMap<string, readonly MailRecord[]>;
  private readonly requestsByKey: ReadonlyMap<string, readonly RequestRecord[]>;
  private readonly open: ReadonlyMap<number, QueueRow>;

  constructor(private readonly evidence: Evidence) {
    const { client, provider, database } = evidence;
    this.attempts = groupBy(database.attempts, ({ mail }) => mail);
    this.sentByKey = groupBy(provider.mails, sendKeyOf);
    this.requestsByKey = groupBy(provider.requests, sendKeyOf);
    this.open = new Map(database.queue.map((row) => [row.mail, row]));
    this.stops = new Stops(evidence);
    for (const record of client) {
      this.noteFault(record);
      for (const { lead, id } of record.accepted) this.noteAccepted(lead, id);
    }
    for (const record of evidence.sequences) if (record.kind === 'enrol') this.noteFault(record);
  }

  verdict(): Verdict {
    const { client, database } = this.evidence;
    for (const lead of this.acceptedIds.keys()) this.tallyOf(lead).accepted += 1;
    this.checkAccepted();
    for (const mail of database.mails) this.checkMail(mail);
    this.checkProvider();
    this.checkLeases();
    this.checkCaps();
    const sequences = checkSequences(this.evidence);
    return {
      sequences: sequences.tally,
      tallies: this.tallies,
      indeterminate: client.filter(({ status }) => status === null).length,
      requests: client.length,
      problems: [...this.problems, ...sequences.problems],
    };
  }

  private noteFault({ fault, leads }: { readonly fault: number; readonly leads: readonly number[] }): void {
    for (const lead of leads) {
      this.faultOfLead.set(lead, Math.min(fault, this.faultOfLead.get(lead) ?? fault));
    }
  }

  private noteAccepted(lead: number, id: number): void {
    const known = this.acceptedIds.get(lead) ?? id;
    this.acceptedIds.set(lead, known);
    if (known !== id) this.problems.push(`lead ${lead} was answered for with mails ${known} and ${id}`);
  }

  /** What a 2xx named exists, once for each lead; the mails of steps have rules of their own. */
  private checkAccepted(): void {
    const byId = new Map(this.evidence.database.mails.map((mail) => [mail.id, mail]));
    for (const [lead, id] of this.acceptedIds) {
      if (byId.get(id)?.lead === lead) continue;
      this.tallyOf(lead).lost += 1;
      this.problems.push(`mail ${id} to lead ${lead} was accepted and is not there`);
    }
    const asked = this.evidence.database.mails.filter(({ enrolment }) => enrolment === null);
    for (const [lead, mails] of groupBy(asked, (mail) => mail.lead)) {
      if (mails.length > 1) this.problems.push(`lead ${lead} has ${mails.length} mails`);
      if (!this.faultOfLead.has(lead)) this.problems.push(`nobody asked for a mail to lead ${lead}`);
    }
  }

  private checkMail(mail: StoredMail): void {
    const tally = this.tallyOf(mail.lead);
    if (mail.enrolment !== null) tally.steps += 1;
    const sent = this.sentByKey.get(mail.sendKey) ?? [];
    if (sent.length > 1) {
      tally.twice += 1;
      this.problems.push(`mail ${mail.id} was sent ${sent.length} times`);
    }
    const ambiguous = this.attemptsOf(mail.id).filter(({ outcome }) => outcome === 'ambiguous').length;
    if (mail.retryCount > ambiguous) {
      this.problems.push(
        `mail ${mail.id} counts ${mail.retryCount} retries for ${ambiguous} ambiguous answers`,
      );
    }
    switch (mail.status) {
      case 'QUEUED':
        this.checkOpen(mail, tally);
        return;
      case 'UNKNOWN':
        tally.unknown += 1;
        if (!this.mayBeUnknown(mail)) this.problems.push(`mail ${mail.id} is UNKNOWN without need`);
        return;
      case 'FAILED':
      case 'DROPPED':
        if (sent.length > 0) this.problems.push(`mail ${mail.id} is ${mail.status} and was sent`);
        if (mail.status === 'DROPPED' && this.isStoppedStep(mail)) {
          tally.stopped += 1;
          return;
        }
        tally.refused += 1;
        if (!this.wasAnswered(mail, 422)) {
          this.problems.push(`mail ${mail.id} is ${mail.status} (${String(mail.errorCode)}) without cause`);
        }
        return;
      default:
        this.checkSent(mail, sent, tally);
    }
  }

  private checkSent(mail: StoredMail, sent: readonly MailRecord[], tally: Tally): void {
    const [first] = sent;
    if (first === undefined) {
      tally.lost += 1;
      this.problems.push(`mail ${mail.id} is ${mail.status} and the provider never took it`);
      return;
    }
    if (sent.length === 1) tally.once += 1;
    if (mail.providerMessageId !== first.id) {
      this.problems.push(`mail ${mail.id} names another message than the provider's first`);
    }
  }

  private checkOpen(mail: StoredMail, tally: Tally): void {
    const row = this.open.get(mail.id);
    if (row === undefined) {
      tally.lost += 1;
      this.problems.push(`mail ${mail.id} is open and nothing owes it a next step`);
    } else if (row.waitsFor === 'cap' && !row.isDue && !row.isLeased) {
      tally.waiting += 1;
      if (!this.isFull(mail.campaign)) {
        this.problems.push(`mail ${mail.id} waits for a cap that has places left`);
      }
    } else {
      tally.stuck += 1;
      this.problems.push(`mail ${mail.id} is stuck (waits for ${String(row.waitsFor)}, due: ${row.isDue})`);
    }
  }

  private isStoppedStep({ enrolment, lead }: StoredMail): boolean {
    return enrolment !== null && this.stops.wereAsked(lead);
  }

  /** Only when the window had passed, no repeat was allowed any more, or the provider made every one pointless. */
  private mayBeUnknown(mail: StoredMail): boolean {
    const since = firstDoubt(this.attemptsOf(mail.id))?.startedAtMs ?? Infinity;
    if (mail.updatedAtMs - since >= this.evidence.limits.dedupeWindowMs || this.isStoppedStep(mail)) {
      return true;
    }
    const requests = this.requestsByKey.get(mail.sendKey) ?? [];
    return (
      requests.some(({ mode }) => mode === 'sticky-500') ||
      [409, 422].some((no) => this.wasAnswered(mail, no))
    );
  }

  private wasAnswered(mail: StoredMail, status: number): boolean {
    const requests = this.requestsByKey.get(mail.sendKey) ?? [];
    return requests.some(({ mode, answered }) => mode === 'answer' && answered === status);
  }

  private checkProvider(): void {
    const { mails } = this.evidence.provider;
    const stored = new Map(this.evidence.database.mails.map((mail) => [mail.sendKey, mail]));
    for (const [sendKey, requests] of this.requestsByKey) {
      const mail = stored.get(sendKey);
      const name = mail === undefined ? `an unknown mail (${sendKey})` : `mail ${mail.id}`;
      if (mail === undefined) this.problems.push(`${name} came to the provider`);
      if (requests.some(({ key }) => key !== `cam-${sendKey}`)) {
        this.problems.push(`${name} was sent under a key that is not its own`);
      }
      if (new Set(requests.map(({ bodySha256 }) => bodySha256)).size > 1) {
        this.problems.push(`${name} was sent with different bytes`);
      }
      if (requests.length > this.evidence.limits.mostSends) {
        this.problems.push(`${name} went to the provider ${requests.length} times`);
      }
    }
    // The letters of one thread have one subject: they differ in their words.
    const identity = ({ body }: MailRecord): string =>
      JSON.stringify([body['to'], body['subject'], stepIn(body['html'])]);
    for (const [to, same] of groupBy(mails, identity)) {
      if (new Set(same.map(sendKeyOf)).size > 1) {
        this.problems.push(`${to} was sent ${same.length} times, as different mails`);
      }
    }
  }

  /** An attempt that did not end gives its mail up only with its lease. */
  private checkLeases(): void {
    for (const [mail, attempts] of this.attempts) {
      attempts.forEach((attempt, index) => {
        const next = attempts[index + 1];
        if (next === undefined || attempt.finishedAtMs !== null) return;
        const heldMs = next.startedAtMs - attempt.startedAtMs;
        if (heldMs < this.evidence.limits.leaseMs) {
          this.problems.push(`mail ${mail} was claimed again ${Math.round(heldMs)} ms into a lease`);
        }
      });
    }
  }

  private checkCaps(): void {
    const { globalCap, campaignCaps } = this.evidence.limits;
    const held = this.heldPlaces();
    const used = new Map(
      this.evidence.database.counters.map((counter) => [
        placeOf(counter.campaign, counter.day),
        counter.used,
      ]),
    );
    for (const place of new Set([...held.keys(), ...used.keys()])) {
      const holders = held.get(place) ?? 0;
      const counted = used.get(place) ?? 0;
      if (holders !== counted) this.problems.push(`${place}: ${holders} places held, ${counted} counted`);
    }

    const byDay = groupBy(this.sentPlaces(), ({ day }) => day);
    for (const [day, sent] of byDay) {
      this.bookOvershoot(`all campaigns, ${day}`, sent, globalCap);
      for (const [campaign, own] of groupBy(sent, ({ mail }) => mail.campaign)) {
        this.bookOvershoot(`campaign ${campaign}, ${day}`, own, campaignCaps.get(campaign) ?? null);
      }
    }
  }

  private heldPlaces(): Map<string, number> {
    const held = new Map<string, number>();
    const hold = (campaign: number, day: string | undefined | null): void => {
      if (day == null) return;
      for (const place of [placeOf(0, day), placeOf(campaign, day)]) {
        held.set(place, (held.get(place) ?? 0) + 1);
      }
    };
    for (const mail of this.evidence.database.mails) {
      const row = this.open.get(mail.id);
      if (row !== undefined) hold(mail.campaign, row.capDay);
      else if (SENT.has(mail.status) || mail.status === 'UNKNOWN') {
        hold(mail.campaign, firstDoubt(this.attemptsOf(mail.id))?.day);
      }
    }
    return held;
  }

  /** Every acceptance of the provider, with the day whose place it used; in the provider's order. */
  private sentPlaces(): { mail: StoredMail; day: string }[] {
    const stored = new Map(this.evidence.database.mails.map((mail) => [mail.sendKey, mail]));
    return this.evidence.provider.mails.flatMap((sent) => {
      const mail = stored.get(sendKeyOf(sent));
      const day = mail === undefined ? undefined : firstDoubt(this.attemptsOf(mail.id))?.day;
      return mail === undefined || day === undefined ? [] : [{ mail, day }];
    });
  }

  private bookOvershoot(what: string, sent: readonly { mail: StoredMail }[], cap: number | null): void {
    if (cap === null || sent.length <= cap) return;
    this.problems.push(`${what}: ${sent.length} sent with a cap of ${cap}`);
    for (const { mail } of sent.slice(cap)) this.tallyOf(mail.lead).overshoot += 1;
  }

  private isFull(campaign: number): boolean {
    const { globalCap, campaignCaps } = this.evidence.limits;
    const { counters, today } = this.evidence.database;
    const used = (scope: number): number =>
      counters.find((counter) => counter.campaign === scope && counter.day === today)?.used ?? 0;
    return used(0) >= (globalCap ?? Infinity) || used(campaign) >= (campaignCaps.get(campaign) ?? Infinity);
  }

  private attemptsOf(mail: number): readonly StoredAttempt[] {
    return this.attempts.get(mail) ?? [];
  }

  private tallyOf(lead: number): Tally {
    const fault = this.faultOfLead.get(lead) ?? -1;
    const tally = this.tallies.get(fault) ?? emptyTally();
    this.tallies.set(fault, tally);
    return tally;
  }
}

/** The attempt that took the place which its mail holds for good: the first that was not refused for certain. */
function firstDoubt(attempts: readonly StoredAttempt[]): StoredAttempt | undefined {
  return attempts.find(({ outcome }) => !DEFINITE_NO.has(outcome));
}

/** The send key as the mail itself carries it; the header may say otherwise. */
function sendKeyOf({ tags }: { readonly tags: MailRecord['tags'] }): string {
  return tags.find(({ name }) => name === 'cam_send')?.value ?? '';
}

function placeOf(campaign: number, day: string): string {
  return campaign === 0 ? `all campaigns, ${day}` : `campaign ${campaign}, ${day}`;
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
