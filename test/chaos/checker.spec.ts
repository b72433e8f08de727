import { describe, expect, it } from '@jest/globals';
import type { MailRecord, RequestRecord } from '../support/fake-resend/fake-resend.mjs';
import { check } from './checker.js';
import type { Evidence } from './evidence.js';
import type { ClientRecord } from './load.js';
import type { QueueRow, StoredAttempt, StoredMail } from './snapshot.js';

const DAY = '2026-11-22';
const HOUR_MS = 3_600_000;

interface Parts {
  client: ClientRecord[];
  requests: RequestRecord[];
  sent: MailRecord[];
  mails: StoredMail[];
  attempts: StoredAttempt[];
  queue: QueueRow[];
  used: number;
  globalCap: number | null;
  campaignCap: number | null;
}

const mail: StoredMail = {
  id: 1,
  lead: 10,
  campaign: 100,
  sendKey: 'key-1',
  status: 'SENT',
  errorCode: null,
  providerMessageId: 'message-1',
  retryCount: 0,
  enrolment: null,
  step: 1,
  updatedAtMs: 5_000,
};
const attempt: StoredAttempt = {
  mail: 1,
  attempt: 1,
  startedAtMs: 1_000,
  finishedAtMs: 1_100,
  day: DAY,
  outcome: 'accepted',
};
const request: RequestRecord = {
  at: 1_050,
  caller: 'replica-1',
  key: 'cam-key-1',
  bodySha256: 'bytes',
  toSha256: null,
  tags: [{ name: 'cam_send', value: 'key-1' }],
  mode: 'ok',
  outcome: 'accepted',
  answered: 200,
};
const sent: MailRecord = {
  id: 'message-1',
  messageId: '<1@ses>',
  at: 1_050,
  caller: 'replica-1',
  key: 'cam-key-1',
  bodySha256: 'bytes',
  body: { to: 'lead-10@lead.test', subject: 'Hello' },
  tags: request.tags,
};
const open = { ...mail, status: 'QUEUED', providerMessageId: null };
const row: QueueRow = { mail: 1, waitsFor: 'retry', isLeased: false, isDue: true, capDay: DAY };
const told: ClientRecord = { fault: 3, leads: [10], status: 201, accepted: [{ lead: 10, id: 1 }] };

/** One mail that was accepted during fault 3 and sent once, but for the parts given. */
function evidence(parts: Partial<Parts> = {}): Evidence {
  return {
    client: parts.client ?? [told],
    sequences: [],
    provider: { requests: parts.requests ?? [request], mails: parts.sent ?? [sent] },
    database: {
      today: DAY,
      mails: parts.mails ?? [mail],
      attempts: parts.attempts ?? [attempt],
      queue: parts.queue ?? [],
      counters: [0, 100].map((campaign) => ({ campaign, day: DAY, used: parts.used ?? 1 })),
      enrolments: [],
    },
    limits: {
      globalCap: parts.globalCap ?? null,
      campaignCaps: new Map([[100, parts.campaignCap ?? null]]),
      leaseMs: 2_000,
      dedupeWindowMs: 23 * HOUR_MS,
      mostSends: 20,
    },
  };
}

describe('the checker', () => {
  it('finds nothing wrong with a mail that was accepted and sent once', () => {
    const verdict = check(evidence());

    expect(verdict.problems).toEqual([]);
    expect(verdict.tallies.get(3)).toMatchObject({ accepted: 1, once: 1, twice: 0, lost: 0 });
  });

  it('takes a request without an answer for neither failed nor done', () => {
    const silent = { ...told, status: null, accepted: [] };

    const verdict = check(evidence({ client: [silent] }));

    expect(verdict.problems).toEqual([]);
    expect(verdict.indeterminate).toBe(1);
    expect(verdict.tallies.get(3)).toMatchObject({ accepted: 0, once: 1 });
  });

  it('lets a mail wait for a full cap', () => {
    const waiting = { ...row, waitsFor: 'cap', isDue: false, capDay: null };

    const verdict = check(
      evidence({
        mails: [open],
        queue: [waiting],
        attempts: [],
        sent: [],
        requests: [],
        used: 0,
        globalCap: 0,
      }),
    );

    expect(verdict.problems).toEqual([]);
    expect(verdict.tallies.get(3)).toMatchObject({ waiting: 1 });
  });

  it.each<[string, Partial<Parts>]>([
    ['when the window has passed', { mails: [{ ...mail, status: 'UNKNOWN', updatedAtMs: 24 * HOUR_MS }] }],
    [
      'when the provider repeats its 500 for ever',
      {
        mails: [{ ...mail, status: 'UNKNOWN' }],
        requests: [{ ...request, mode: 'sticky-500', answered: 500 }],
      },
    ],
    [
      'when the provider knows the key with another body',
      { mails: [{ ...mail, status: 'UNKNOWN' }], requests: [{ ...request, mode: 'answer', answered: 409 }] },
    ],
  ])('lets a mail end unknown %s', (_when, parts) => {
    const ambiguous = { ...attempt, outcome: 'ambiguous' };

    expect(check(evidence({ ...parts, attempts: [ambiguous], sent: [] })).problems).toEqual([]);
  });

  it.each<[string, Partial<Parts>, string]>([
    ['sent twice', { sent: [sent, { ...sent, id: 'message-2' }] }, 'was sent 2 times'],
    [
      'sent twice, as two mails',
      {
        sent: [sent, { ...sent, tags: [{ name: 'cam_send', value: 'key-2' }] }],
      },
      'as different mails',
    ],
    ['accepted and gone', { mails: [], attempts: [], sent: [], requests: [], used: 0 }, 'is not there'],
    ['called sent and never taken', { sent: [] }, 'the provider never took it'],
    ['open and forgotten', { mails: [open] }, 'nothing owes it a next step'],
    ['stuck', { mails: [open], queue: [row] }, 'is stuck'],
    [
      'waiting for a cap with room',
      { mails: [open], queue: [{ ...row, waitsFor: 'cap', isDue: false }] },
      'has places left',
    ],
    ['unknown without need', { mails: [{ ...mail, status: 'UNKNOWN' }] }, 'UNKNOWN without need'],
    ['failed without cause', { mails: [{ ...mail, status: 'FAILED' }], used: 0 }, 'without cause'],
    ['failed and sent', { mails: [{ ...mail, status: 'FAILED' }], used: 0 }, 'is FAILED and was sent'],
    [
      'called by another name',
      { mails: [{ ...mail, providerMessageId: 'message-0' }] },
      'names another message',
    ],
    ['known to nobody', { mails: [] }, 'an unknown mail (key-1) came to the provider'],
    ['asked for by nobody', { client: [] }, 'nobody asked for a mail'],
    [
      'answered for under two ids',
      { client: [told, { ...told, accepted: [{ lead: 10, id: 2 }] }] },
      'was answered for with mails 1 and 2',
    ],
    ['under a key of its own', { requests: [{ ...request, key: 'cam-other' }] }, 'a key that is not its own'],
    ['with other bytes', { requests: [request, { ...request, bodySha256: 'other' }] }, 'different bytes'],
    ['in a loop', { requests: Array.from({ length: 21 }, () => request) }, 'went to the provider 21 times'],
    [
      'claimed again within a lease',
      {
        attempts: [
          { ...attempt, outcome: null, finishedAtMs: null },
          { ...attempt, attempt: 2, startedAtMs: 2_999 },
        ],
      },
      '1999 ms into a lease',
    ],
    ['charged for no ambiguous answer', { mails: [{ ...mail, retryCount: 1 }] }, 'counts 1 retries'],
    ['without its place', { used: 0 }, '1 places held, 0 counted'],
    ['beyond the global cap', { globalCap: 0 }, '1 sent with a cap of 0'],
    ['beyond the cap of its campaign', { campaignCap: 0 }, '1 sent with a cap of 0'],
  ])('finds a mail %s', (_what, parts, problem) => {
    expect(check(evidence(parts)).problems).toContainEqual(expect.stringContaining(problem));
  });

  it('books what is beyond a cap to the fault of the mail', () => {
    expect(check(evidence({ globalCap: 0 })).tallies.get(3)).toMatchObject({ overshoot: 1 });
  });

  it('counts a place for the day of the first attempt that may have been accepted', () => {
    const refused = { ...attempt, outcome: 'deferred', day: '2026-11-21' };
    const doubtful = {
      ...attempt,
      attempt: 2,
      outcome: 'ambiguous',
      startedAtMs: 3_000,
      finishedAtMs: 3_100,
    };
    const late = { ...attempt, attempt: 3, day: '2026-11-23', startedAtMs: 6_000, finishedAtMs: 6_100 };

    expect(check(evidence({ attempts: [refused, doubtful, late] })).problems).toEqual([]);
  });
});
