import { describe, expect, it } from '@jest/globals';
import { nextMove, type StepFacts, type StepMail } from './step-policy.js';

const WINDOW = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };

/** Monday. */
const ENROLLED = new Date('2026-03-02T12:00:00Z');

const STEPS = [
  { delayDays: 0, businessDays: false },
  { delayDays: 3, businessDays: false },
  { delayDays: 1, businessDays: true },
];

function facts(others: Partial<StepFacts> = {}): StepFacts {
  return {
    enrolmentId: 1,
    enrolledAt: ENROLLED,
    step: 1,
    postponedUntil: null,
    hurriedAt: null,
    steps: STEPS,
    window: null,
    timeZone: 'UTC',
    mails: new Map(),
    now: ENROLLED,
    ...others,
  };
}

function mail(others: Partial<StepMail>): StepMail {
  return { status: 'SENT', sentAt: null, errorCode: null, ...others };
}

function sent(at: string): StepMail {
  return mail({ sentAt: new Date(at) });
}

describe('nextMove', () => {
  it('sends the first step after its delay, which counts from the enrolment', () => {
    const steps = [{ delayDays: 1, businessDays: false }];

    expect(nextMove(facts({ steps }))).toEqual({
      kind: 'wait',
      step: 1,
      dueAt: new Date('2026-03-03T12:00:00Z'),
    });
    expect(nextMove(facts({ steps, now: new Date('2026-03-03T12:00:00Z') }))).toMatchObject({ kind: 'send' });
  });

  it('counts the delay of a later step from the moment when the mail before it was sent', () => {
    const mails = new Map([[1, sent('2026-03-04T08:00:00Z')]]);

    expect(nextMove(facts({ mails }))).toEqual({
      kind: 'wait',
      step: 2,
      dueAt: new Date('2026-03-07T08:00:00Z'),
    });
  });

  it('counts from the last mail that was sent when a step in between has none', () => {
    const mails = new Map([[1, sent('2026-03-04T08:00:00Z')]]);

    // Wednesday and one business day.
    expect(nextMove(facts({ step: 3, mails }))).toMatchObject({
      kind: 'wait',
      dueAt: new Date('2026-03-05T08:00:00Z'),
    });
  });

  it('waits for what becomes of an open mail', () => {
    const mails = new Map([[1, mail({ status: 'QUEUED' })]]);

    expect(nextMove(facts({ mails }))).toEqual({ kind: 'await', step: 1 });
  });

  it.each([
    ['FAILED', 'VALIDATION_ERROR', 'FAILED'],
    ['UNKNOWN', 'OUTCOME_UNKNOWN', 'UNKNOWN'],
    ['UNKNOWN', 'REPLIED', 'UNKNOWN'],
    ['DROPPED', 'CANCELLED', 'DROPPED'],
    ['DROPPED', 'SUPPRESSED', 'SUPPRESSED'],
    ['DROPPED', 'NOT_ON_ALLOWLIST', 'NOT_ON_ALLOWLIST'],
    ['DROPPED', 'REPLIED', 'REPLIED'],
    ['BOUNCED', 'HARD_BOUNCE', 'BOUNCED'],
  ] as const)('ends with a mail that is %s (%s) as %s', (status, errorCode, reason) => {
    const mails = new Map([[1, mail({ status, errorCode })]]);

    expect(nextMove(facts({ mails }))).toEqual({ kind: 'stop', step: 1, reason });
  });

  it('ends as FAILED when the provider gives up the mail before the step, which it had accepted', () => {
    const givenUp = mail({
      status: 'FAILED',
      errorCode: 'PROVIDER_FAILED',
      sentAt: new Date('2026-03-04T08:00:00Z'),
    });

    for (const now of ['2026-03-04T08:01:00Z', '2026-03-08T08:00:00Z']) {
      expect(nextMove(facts({ step: 2, mails: new Map([[1, givenUp]]), now: new Date(now) }))).toEqual({
        kind: 'stop',
        step: 1,
        reason: 'FAILED',
      });
    }
  });

  it('goes on past every step that was sent, to the end of the list', () => {
    const mails = new Map([1, 2, 3].map((step) => [step, sent('2026-03-02T12:00:00Z')]));

    expect(nextMove(facts({ mails }))).toEqual({ kind: 'exhausted' });
  });

  it('ends when the list has become shorter than the way it has come', () => {
    expect(nextMove(facts({ step: 4 }))).toEqual({ kind: 'exhausted' });
  });

  it('waits for the window, at a time of its own that never changes', () => {
    const friday = new Date('2026-03-06T18:00:00Z');
    const move = (enrolmentId: number) =>
      nextMove(facts({ enrolmentId, window: WINDOW, now: friday, enrolledAt: friday }));

    const times = [1, 2, 3, 4, 5].map((id) => {
      const planned = move(id);
      if (planned.kind !== 'wait') throw new Error('It is closed on a Friday evening');
      return planned.dueAt;
    });

    for (const at of times) {
      expect(at.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-03-09T09:00:00Z'));
      expect(at.getTime()).toBeLessThan(Date.parse('2026-03-09T10:00:00Z'));
    }
    expect(new Set(times.map(Number)).size).toBeGreaterThan(1);
    expect(move(1)).toEqual(move(1));
  });

  it('asks for the next opening when its own one was missed', () => {
    const now = new Date('2026-03-07T12:00:00Z');

    expect(nextMove(facts({ window: WINDOW, now }))).toMatchObject({ kind: 'wait', step: 1 });
    const move = nextMove(facts({ window: WINDOW, now }));
    expect(move.kind === 'wait' && move.dueAt >= new Date('2026-03-09T09:00:00Z')).toBe(true);
  });

  it('does not go before she is back', () => {
    const postponedUntil = new Date('2026-03-20T00:00:00Z');
    const mails = new Map([[1, sent('2026-03-04T08:00:00Z')]]);

    expect(nextMove(facts({ mails, postponedUntil }))).toMatchObject({ kind: 'wait', dueAt: postponedUntil });
  });

  it('goes at once when she has answered with interest, and only once', () => {
    const hurriedAt = new Date('2026-03-05T10:00:00Z');
    const now = new Date('2026-03-05T10:00:01Z');
    const first = new Map([[1, sent('2026-03-04T08:00:00Z')]]);
    const both = new Map([...first, [2, sent('2026-03-05T10:00:02Z')]]);

    expect(nextMove(facts({ mails: first, hurriedAt, now }))).toEqual({
      kind: 'send',
      step: 2,
      dueAt: hurriedAt,
    });
    expect(nextMove(facts({ mails: both, hurriedAt, now }))).toMatchObject({ kind: 'wait', step: 3 });
  });
});
