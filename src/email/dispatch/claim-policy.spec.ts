import { describe, expect, it } from '@jest/globals';
import type { Gate } from '../../sequences/gate-policy.js';
import { type ClaimFacts, hindrancesOf } from './claim-policy.js';

const CLOSED: Gate = { kind: 'closed', until: new Date('2026-03-03T09:12:00Z'), why: 'window' };

const FREE: ClaimFacts = {
  recipient: { address: 'ada@engines.example', leadStatus: 'NEW', suppressed: false },
  lastRepliedAt: null,
  campaignIsActive: true,
  gate: null,
  followUp: true,
  queuedAt: new Date('2026-03-02T12:00:00Z'),
  maybeSent: false,
};

describe('hindrancesOf', () => {
  it('finds none for a mail that may go', () => {
    expect(hindrancesOf(FREE, null)).toEqual([]);
  });

  it('names them all, stops before waits', () => {
    const facts: ClaimFacts = {
      ...FREE,
      recipient: { ...FREE.recipient, leadStatus: 'UNSUBSCRIBED', suppressed: true },
      lastRepliedAt: new Date('2026-03-02T12:30:00Z'),
      campaignIsActive: false,
      gate: CLOSED,
    };

    const found = hindrancesOf(facts, { allows: () => false });

    expect(
      found.map((hindrance) => (hindrance.kind === 'stopped' ? hindrance.stop.code : hindrance.kind)),
    ).toEqual(['SUPPRESSED', 'UNSUBSCRIBED', 'NOT_ON_ALLOWLIST', 'paused', 'closed']);
  });

  it('asks the enrolment whether a step goes on after an answer, and the answer itself for other follow-ups', () => {
    const answered: ClaimFacts = { ...FREE, lastRepliedAt: new Date('2026-03-02T12:30:00Z') };

    expect(hindrancesOf(answered, null)).toMatchObject([{ kind: 'stopped', stop: { code: 'REPLIED' } }]);
    expect(hindrancesOf({ ...answered, gate: { kind: 'open' } }, null)).toEqual([]);
    expect(hindrancesOf({ ...answered, gate: { kind: 'stopped', reason: 'BOUNCED' } }, null)).toMatchObject([
      { kind: 'stopped', stop: { code: 'BOUNCED' } },
    ]);
  });

  it('repeats what may have been accepted at any hour', () => {
    expect(hindrancesOf({ ...FREE, gate: CLOSED, maybeSent: true }, null)).toEqual([]);
  });
});
