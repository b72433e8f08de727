import { describe, expect, it } from '@jest/globals';
import { type GateFacts, gateOf } from './gate-policy.js';

const WINDOW = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };

function facts(others: Partial<GateFacts> = {}): GateFacts {
  return {
    enrolmentId: 1,
    step: 2,
    stopReason: null,
    postponedUntil: null,
    window: WINDOW,
    timeZone: 'UTC',
    now: new Date('2026-03-02T12:00:00Z'),
    ...others,
  };
}

describe('gateOf', () => {
  it('lets a mail leave within its hours', () => {
    expect(gateOf(facts())).toEqual({ kind: 'open' });
    expect(gateOf(facts({ window: null, now: new Date('2026-03-01T03:00:00Z') }))).toEqual({ kind: 'open' });
  });

  it('holds it until the next opening when its hours are over', () => {
    const gate = gateOf(facts({ now: new Date('2026-03-02T17:00:00Z') }));

    expect(gate).toMatchObject({ kind: 'closed', why: 'window' });
    expect(gate.kind === 'closed' && gate.until >= new Date('2026-03-03T09:00:00Z')).toBe(true);
  });

  it('holds it until she is back, and her hours are open', () => {
    const gate = gateOf(facts({ postponedUntil: new Date('2026-03-07T00:00:00Z') }));

    expect(gate).toMatchObject({ kind: 'closed', why: 'postponed' });
    expect(gate.kind === 'closed' && gate.until >= new Date('2026-03-09T09:00:00Z')).toBe(true);
    expect(gateOf(facts({ postponedUntil: new Date('2026-03-02T11:00:00Z') }))).toEqual({ kind: 'open' });
  });

  it('stops it when she, her server or a person said so', () => {
    expect(gateOf(facts({ stopReason: 'REPLIED' }))).toEqual({ kind: 'stopped', reason: 'REPLIED' });
  });

  it('lets a mail go that a person queued again after its failure had ended the sequence', () => {
    expect(gateOf(facts({ stopReason: 'FAILED' }))).toEqual({ kind: 'open' });
  });
});
