import { describe, expect, it } from '@jest/globals';
import type { MailRecord } from '../support/fake-resend/fake-resend.mjs';
import type { Evidence } from './evidence.js';
import { checkSequences } from './sequence-checker.js';
import type { SequenceRecord } from './sequence-load.js';
import type { QueueRow, StoredAttempt, StoredEnrolment, StoredMail } from './snapshot.js';

const DAY_MS = 24 * 3_600_000;
const ADDRESS = 'jane@lead.test';

/** When the provider took each letter. */
const TAKEN_AT = [1_000, 2_000, 3_000 + DAY_MS] as const;

interface Parts {
  sequences: SequenceRecord[];
  enrolment: Partial<StoredEnrolment>;
  /** Numbers of the letters that are stored and taken. */
  steps: number[];
  mails: StoredMail[];
  attempts: StoredAttempt[];
  taken: MailRecord[];
  queue: QueueRow[];
}

const enrolled: SequenceRecord = { kind: 'enrol', fault: 0, leads: [10], isAnswered: true };
const exhausted: StoredEnrolment = {
  id: 5,
  lead: 10,
  address: ADDRESS,
  status: 'EXHAUSTED',
  stopReason: null,
  nextStep: null,
};

function mail(step: number, fields: Partial<StoredMail> = {}): StoredMail {
  return {
    id: step,
    lead: 10,
    campaign: 100,
    sendKey: `key-${step}`,
    status: 'SENT',
    errorCode: null,
    providerMessageId: `message-${step}`,
    retryCount: 0,
    enrolment: 5,
    step,
    updatedAtMs: 5_000,
    ...fields,
  };
}

function attempt(step: number, startedAtMs = (TAKEN_AT[step - 1] ?? 0) - 10): StoredAttempt {
  return {
    mail: step,
    attempt: 1,
    startedAtMs,
    finishedAtMs: startedAtMs + 50,
    day: '2026-11-23',
    outcome: null,
  };
}

function letter(step: number): MailRecord {
  return {
    id: `message-${step}`,
    messageId: `<${step}@ses>`,
    at: TAKEN_AT[step - 1] ?? 0,
    caller: 'replica-1',
    key: `cam-key-${step}`,
    bodySha256: 'bytes',
    body: { to: ADDRESS, subject: 'Letter 1', html: `<p>Dear Jane, this is letter ${step}.</p>` },
    tags: [{ name: 'cam_send', value: `key-${step}` }],
  };
}

/** One lead who got all three letters, each at its time, but for the parts given. */
function evidence({ steps = [1, 2, 3], ...parts }: Partial<Parts>): Evidence {
  return {
    client: [],
    sequences: parts.sequences ?? [enrolled],
    provider: { requests: [], mails: parts.taken ?? steps.map(letter) },
    database: {
      today: '2026-11-24',
      mails: parts.mails ?? steps.map((step) => mail(step)),
      attempts: parts.attempts ?? steps.map((step) => attempt(step)),
      queue: parts.queue ?? [],
      counters: [],
      enrolments: [{ ...exhausted, ...parts.enrolment }],
    },
    limits: {
      globalCap: null,
      campaignCaps: new Map(),
      leaseMs: 2_000,
      dedupeWindowMs: DAY_MS,
      mostSends: 20,
    },
  };
}

function stopAt(answeredAtMs: number | null): SequenceRecord {
  return { kind: 'stop', way: 'reply', lead: 10, answeredAtMs };
}

const REPLIED = { status: 'STOPPED', stopReason: 'REPLIED', nextStep: 3 };
const WAITING: Partial<Parts> = {
  enrolment: { status: 'ACTIVE', nextStep: 3 },
  taken: [1, 2].map(letter),
  mails: [mail(1), mail(2), mail(3, { status: 'QUEUED' })],
  attempts: [1, 2].map((step) => attempt(step)),
};
const QUEUED: QueueRow = { mail: 3, waitsFor: 'cap', isLeased: false, isDue: false, capDay: null };

describe('the checker of sequences', () => {
  it.each<[string, Partial<Parts>, object]>([
    ['that came to its end', {}, { exhausted: 1, sent: 3 }],
    [
      'that a reply has stopped',
      { enrolment: REPLIED, steps: [1, 2], sequences: [enrolled, stopAt(3_000)] },
      { stopped: 1, told: 1 },
    ],
    [
      'that a reply without an answer has stopped',
      { enrolment: REPLIED, steps: [1, 2], sequences: [enrolled, stopAt(null)] },
      { stopped: 1, told: 0 },
    ],
    ['whose last letter waits for a place', { ...WAITING, queue: [QUEUED] }, { exhausted: 0, sent: 2 }],
    [
      'whose last letter failed',
      {
        enrolment: { status: 'STOPPED', stopReason: 'FAILED', nextStep: 3 },
        taken: [1, 2].map(letter),
        mails: [mail(1), mail(2), mail(3, { status: 'FAILED' })],
      },
      { failed: 1, sent: 2 },
    ],
  ])('finds nothing wrong with an enrolment %s', (_what, parts, tally) => {
    const found = checkSequences(evidence(parts));

    expect(found.problems).toEqual([]);
    expect(found.tally).toMatchObject({ enrolled: 1, ...tally });
  });

  it.each<[string, Partial<Parts>, string]>([
    ['a letter sent twice', { taken: [1, 2, 3, 3].map(letter) }, `letter ${ADDRESS}/3 was sent 2 times`],
    [
      'a letter out of its order',
      { taken: [letter(2), letter(3)] },
      'step 2 of enrolment 5 went without step 1',
    ],
    [
      'a letter before its day',
      { attempts: [attempt(1), attempt(2), attempt(3, DAY_MS)] },
      'step 3 of enrolment 5 went 2000 ms early',
    ],
    [
      'a letter before the one before it',
      { attempts: [attempt(1), attempt(2, 900), attempt(3)] },
      'step 2 of enrolment 5 went 100 ms early',
    ],
    ['a letter of no step', { mails: [mail(1), mail(2)] }, 'has no mail of its step 3'],
    [
      'a letter claimed after its stop',
      { enrolment: REPLIED, sequences: [enrolled, stopAt(3_000)] },
      'step 3 of enrolment 5 was claimed 86399990 ms after its stop',
    ],
    [
      'a sequence that goes on after its stop',
      { ...WAITING, sequences: [enrolled, stopAt(3_000)] },
      'goes on after a stop',
    ],
    ['a sequence that ends too soon', { steps: [1, 2] }, 'is exhausted, and step 3 was never sent'],
    [
      'a stop for no reason',
      { enrolment: REPLIED, steps: [1, 2] },
      'stopped as REPLIED, and nothing says so',
    ],
    [
      'a stop for another reason',
      {
        enrolment: { ...REPLIED, stopReason: 'BOUNCED' },
        steps: [1, 2],
        sequences: [enrolled, stopAt(3_000)],
      },
      'stopped as BOUNCED, and nothing says so',
    ],
    [
      'a stop by a letter that went',
      { enrolment: { status: 'STOPPED', stopReason: 'UNKNOWN', nextStep: 3 } },
      'stopped as UNKNOWN, and nothing says so',
    ],
    [
      'a sequence that stands still',
      { enrolment: { status: 'ACTIVE', nextStep: 3 }, steps: [1, 2] },
      'is ACTIVE for ever, before step 3',
    ],
    [
      'a sequence whose letter stands still',
      { ...WAITING, queue: [{ ...QUEUED, waitsFor: 'retry' }] },
      'is ACTIVE for ever, before step 3',
    ],
    ['an enrolment that nobody asked for', { sequences: [] }, 'nobody asked to enrol lead 10'],
    [
      'a lead who was promised a sequence',
      { sequences: [enrolled, { ...enrolled, leads: [11] }] },
      'lead 11 was not enrolled',
    ],
  ])('finds %s', (_what, parts, problem) => {
    expect(checkSequences(evidence(parts)).problems).toContainEqual(expect.stringContaining(problem));
  });

  it('lets an enrolment that nobody was promised be missing', () => {
    const lost: SequenceRecord = { kind: 'enrol', fault: 0, leads: [11], isAnswered: false };

    expect(checkSequences(evidence({ sequences: [enrolled, lost] })).problems).toEqual([]);
  });
});
