import type { SendWindow } from '../../../src/sequences/timing/send-window.js';
import type { Plan } from './commands.js';
import type { AttemptRow, Books, EnrolmentRow, History, MailRow } from './history.js';
import type { LedgerCall } from './ledger-provider.js';
import { dateOf, DAY_MS, dayOfWeek, daysLater, hasShown, shownBy, timeOf } from './wall-clock-reading.js';

/** Answers after which a call has certainly left nothing behind. */
const DEFINITE = new Set(['rejected', 'deferred', 'unreachable', 'misconfigured', 'not_started']);

const LEASE_MS = 60_000;
const DEFAULT_ABSENCE_DAYS = 7;
const MOST_ABSENCE_DAYS = 60;

/** Final words, and what becomes of a mail. */
const REASONS_OF_MAILS = new Set(['FAILED', 'DROPPED', 'UNKNOWN', 'SUPPRESSED', 'DUPLICATE', 'REPLIED']);

/**
 * What a history broke of the promises, in words; none: nothing. The rules are stated anew here, from the specification,
 * and judge by what the provider saw and by the rows that are left.
 */
export function faultsOf(
  history: History,
  { mails, attempts, enrolments }: Books,
  calls: readonly LedgerCall[],
): string[] {
  const faults: string[] = [];
  const mailById = new Map(mails.map((mail) => [mail.id, mail]));
  const enrolmentById = new Map(enrolments.map((enrolment) => [enrolment.id, enrolment]));

  noStepTwice(calls, faults);
  everyCallIsOnRecord(calls, attempts, faults);
  capsAreKept(history, mailById, attempts, faults);
  for (const attempt of attempts) {
    const mail = mailById.get(attempt.outbound_email_id);
    if (mail === undefined) throw new Error('An attempt has no mail');
    noneAfterAStop(history, mail, attempt, faults);
    if (history.byHand.has(mail.id) || mail.enrolment_id === null) continue;
    const enrolment = enrolmentById.get(mail.enrolment_id);
    if (enrolment === undefined) throw new Error('A step has no enrolment');
    if (!isInDoubt(attempt, attempts)) inItsHours(history, mail, enrolment, attempt, faults);
  }
  for (const mail of mails) {
    acceptedIsKnown(history, mail, calls, faults);
    const enrolment = mail.enrolment_id === null ? undefined : enrolmentById.get(mail.enrolment_id);
    if (enrolment !== undefined && !history.byHand.has(mail.id)) {
      notEarly(history, mail, enrolment, mails, faults);
    }
  }
  for (const enrolment of enrolments) hasEnded(history, enrolment, mails, faults);
  return faults;
}

function noStepTwice(calls: readonly LedgerCall[], faults: string[]): void {
  const seen = new Set<string>();
  for (const { isNewMail, to, words, at } of calls) {
    if (!isNewMail) continue;
    const mail = `${words} to ${to}`;
    if (seen.has(mail)) faults.push(`twice: ${mail} at ${at.toISOString()}`);
    seen.add(mail);
  }
}

function everyCallIsOnRecord(
  calls: readonly LedgerCall[],
  attempts: readonly AttemptRow[],
  faults: string[],
): void {
  for (const call of calls) {
    const isOnRecord = attempts.some(
      ({ send_key, started_at }) =>
        send_key === call.sendKey &&
        started_at <= call.at &&
        call.at.getTime() <= started_at.getTime() + LEASE_MS,
    );
    if (!isOnRecord) faults.push(`no attempt for the call of ${call.at.toISOString()} to ${call.to}`);
  }
}

/** A mail takes its place on the day of the first attempt that was not certainly in vain, and keeps it. */
function capsAreKept(
  { beginning, campaignIds }: History,
  mails: ReadonlyMap<number, MailRow>,
  attempts: readonly AttemptRow[],
  faults: string[],
): void {
  const taken = new Map<string, number>();
  const counted = new Set<string>();
  for (const attempt of attempts) {
    if (DEFINITE.has(attempt.outcome ?? '') || counted.has(attempt.send_key)) continue;
    counted.add(attempt.send_key);
    const day = dateOf(shownBy(beginning.timeZone, attempt.started_at));
    for (const scope of ['all', mails.get(attempt.outbound_email_id)?.campaign_id]) {
      taken.set(`${scope}/${day}`, (taken.get(`${scope}/${day}`) ?? 0) + 1);
    }
  }
  for (const [place, count] of taken) {
    const [scope] = place.split('/');
    const cap =
      scope === 'all'
        ? beginning.dailyCap || Infinity
        : (beginning.campaigns[campaignIds.indexOf(Number(scope))]?.cap ?? Infinity);
    if (count > cap) faults.push(`over the cap: ${count} of ${cap} on ${place}`);
  }
}

/** An earlier attempt under the same key may have been accepted: it is repeated whatever the hour. */
function isInDoubt(attempt: AttemptRow, attempts: readonly AttemptRow[]): boolean {
  return attempts.some(
    (earlier) =>
      earlier.send_key === attempt.send_key &&
      earlier.attempt < attempt.attempt &&
      !DEFINITE.has(earlier.outcome ?? ''),
  );
}

function noneAfterAStop(
  history: History,
  mail: MailRow,
  { started_at: at }: AttemptRow,
  faults: string[],
): void {
  const isIn = (span: { from: Date; to: Date | null }): boolean =>
    span.from < at && (span.to === null || at < span.to);
  const name = `mail ${mail.id} was claimed at ${at.toISOString()}`;
  if (history.pauses.some((span) => span.campaignId === mail.campaign_id && isIn(span))) {
    faults.push(`${name} in a pause`);
  }
  if (history.suppressions.some((span) => span.leadId === mail.lead_id && isIn(span))) {
    faults.push(`${name} to a suppressed address`);
  }
  const stop = history.stops.find(({ enrolmentId }) => enrolmentId === mail.enrolment_id);
  if (stop !== undefined && stop.at < at && !history.byHand.has(mail.id)) {
    faults.push(`${name} after ${stop.reason} at ${stop.at.toISOString()}`);
  }
}

function inItsHours(
  history: History,
  mail: MailRow,
  enrolment: EnrolmentRow,
  { started_at: at }: AttemptRow,
  faults: string[],
): void {
  const timeZone = timeZoneFor(history, mail);
  const { window } = planAt(history, mail.campaign_id, at);
  const name = `mail ${mail.id} of step ${mail.sequence_number} was claimed at ${at.toISOString()}`;
  if (window !== null && !isWithin(window, shownBy(timeZone, at))) {
    faults.push(`${name} outside ${JSON.stringify(window)} of ${timeZone}`);
  }
  for (const absence of absencesAt(history, enrolment.id, at)) {
    if (!isBack(timeZone, absence, at)) {
      faults.push(`${name} while she is away until after ${absence.returnDate}`);
    }
  }
}

/** A step's mail is made when its delay has passed since the mail before it. */
function notEarly(
  history: History,
  mail: MailRow,
  enrolment: EnrolmentRow,
  mails: readonly MailRow[],
  faults: string[],
): void {
  const at = mail.queued_at;
  const name = `mail ${mail.id} of step ${mail.sequence_number} was made at ${at.toISOString()}`;
  const earlier = mails.filter(
    (other) => other.enrolment_id === enrolment.id && other.sequence_number < mail.sequence_number,
  );
  const sent = earlier.flatMap(({ sent_at: sentAt }) => (sentAt === null ? [] : [sentAt]));
  if (sent.length < mail.sequence_number - 1) faults.push(`${name} before the steps before it`);
  const since = new Date(Math.max(enrolment.created_at.getTime(), ...sent.map((one) => one.getTime())));
  if (since > at) faults.push(`${name} before ${since.toISOString()}`);

  const timeZone = timeZoneFor(history, mail);
  const step = planAt(history, mail.campaign_id, at).steps[mail.sequence_number - 1];
  if (step === undefined) {
    faults.push(`${name}, which was not planned`);
    return;
  }
  const isHurried = history.hurries.some(
    (hurry) => hurry.enrolmentId === enrolment.id && since <= hurry.at && hurry.at <= at,
  );
  const due = daysLater(shownBy(timeZone, since), step.delayDays, step.businessDays);
  if (!isHurried && !hasShown(timeZone, due, since, at)) {
    faults.push(`${name}, early: ${JSON.stringify(step)} since ${since.toISOString()} in ${timeZone}`);
  }
}

/** What the provider took is never said to have stayed in, and what is said to have gone was taken. */
function acceptedIsKnown(
  history: History,
  mail: MailRow,
  calls: readonly LedgerCall[],
  faults: string[],
): void {
  const lead = history.leads.find(({ id }) => id === mail.lead_id);
  const words = `c${history.campaignIds.indexOf(mail.campaign_id)}s${mail.sequence_number}`;
  const isTaken = calls.some((call) => call.isNewMail && call.to === lead?.email && call.words === words);
  const mayBe = isTaken ? ['SENT', 'UNKNOWN'] : ['FAILED', 'DROPPED', 'UNKNOWN'];
  if (!mayBe.includes(mail.status)) faults.push(`mail ${mail.id} is ${mail.status}, accepted: ${isTaken}`);
}

function hasEnded(
  history: History,
  enrolment: EnrolmentRow,
  mails: readonly MailRow[],
  faults: string[],
): void {
  const name = `enrolment ${enrolment.id}`;
  const stop = history.stops.find(({ enrolmentId }) => enrolmentId === enrolment.id);
  const own = mails.filter(({ enrolment_id: id }) => id === enrolment.id);
  const steps = own.filter(({ status }) => status === 'SENT').map((mail) => mail.sequence_number);
  switch (enrolment.status) {
    case 'EXHAUSTED': {
      const planned = history.exhausted.get(enrolment.id) ?? Infinity;
      for (let step = 1; step <= planned; step += 1) {
        if (!steps.includes(step)) faults.push(`${name} is exhausted, and step ${step} was not sent`);
      }
      return;
    }
    case 'STOPPED': {
      const cause = own.find((mail) => mail.sequence_number === enrolment.next_step);
      const isOfMail =
        REASONS_OF_MAILS.has(enrolment.stop_reason ?? '') && cause !== undefined && cause.status !== 'SENT';
      if (stop === undefined && !isOfMail) {
        faults.push(`${name} stopped as ${enrolment.stop_reason} for no reason`);
      }
      if (stop === undefined && enrolment.stop_reason === 'REPLIED' && !history.byHand.has(cause?.id ?? 0)) {
        faults.push(`${name} stopped by a reply that did not stop it`);
      }
      return;
    }
    default:
      faults.push(`${name} is ${enrolment.status} for ever`);
  }
}

function planAt({ plans }: History, campaignId: number, at: Date): Plan {
  const own = plans.filter((one) => one.campaignId === campaignId);
  const plan = own.findLast(({ from }) => from <= at) ?? own[0];
  if (plan === undefined) throw new Error('The campaign has no plan');
  return plan.plan;
}

function timeZoneFor({ beginning, campaignIds, leads }: History, mail: MailRow): string {
  const lead = leads.find(({ id }) => id === mail.lead_id);
  const campaign = beginning.campaigns[campaignIds.indexOf(mail.campaign_id)];
  return lead?.timeZone ?? campaign?.timeZone ?? beginning.timeZone;
}

function isWithin({ days, from, to }: SendWindow, wallTime: number): boolean {
  const time = timeOf(wallTime);
  return days.includes(dayOfWeek(wallTime)) && from <= time && (time < to || to === '24:00');
}

/** Those that were known by then, and that no interest of hers has ended. */
function absencesAt(
  { absences, hurries }: History,
  enrolmentId: number,
  at: Date,
): History['absences'][number][] {
  const hurry = hurries.findLast((one) => one.enrolmentId === enrolmentId && one.at <= at);
  return absences.filter(
    (absence) =>
      absence.enrolmentId === enrolmentId &&
      absence.at < at &&
      (hurry === undefined || hurry.at < absence.at),
  );
}

/** The first business day after her return has begun; never sooner than a day nor later than 60 after she said so. */
function isBack(
  timeZone: string,
  { receivedAt, returnDate }: History['absences'][number],
  at: Date,
): boolean {
  const written = shownBy(timeZone, receivedAt);
  const hasPassed = (wallTime: number): boolean => hasShown(timeZone, wallTime, receivedAt, at);
  if (returnDate === null) return hasPassed(written + DEFAULT_ABSENCE_DAYS * DAY_MS);
  if (hasPassed(written + MOST_ABSENCE_DAYS * DAY_MS)) return true;
  return hasPassed(daysLater(Date.parse(returnDate), 1, true)) && hasPassed(written + DAY_MS);
}
