import { describe, expect, it } from '@jest/globals';
import type { Gate } from '../../sequences/gate-policy.js';
import { nextPossibleAt } from './next-time-policy.js';
import { endReason, waitReason } from './reason.js';

const NOW = new Date('2026-03-02T12:00:00Z');
const SOON = new Date('2026-03-02T13:00:00Z');
const LATER = new Date('2026-03-03T00:00:00Z');
const OPENING = new Date('2026-03-03T09:12:00Z');

const always = (): null => null;

describe('nextPossibleAt', () => {
  it.each([
    ['now when nothing keeps it', [], NOW],
    [
      'when the last thing that it waits for is over',
      [waitReason('A', '', { until: LATER }), waitReason('B', '', { until: SOON })],
      LATER,
    ],
    [
      'never by itself when somebody must act',
      [waitReason('A', '', { until: LATER }), waitReason('B', '')],
      null,
    ],
    ['never when something ends it', [endReason('A', '')], null],
    ['never when what ends it is over too late', [endReason('A', '', { until: SOON })], null],
    [
      'in spite of what ends it, when that is over by then',
      [endReason('A', '', { until: SOON }), waitReason('B', '', { until: LATER })],
      LATER,
    ],
    ['now when what it waited for is over', [waitReason('A', '', { until: new Date(0) })], NOW],
  ])('is %s', (_, reasons, expected) => {
    expect(nextPossibleAt(reasons, NOW, always)).toEqual(expected);
  });

  it('moves into the hours that are open then', () => {
    const gateAt = (at: Date): Gate | null =>
      at >= LATER ? { kind: 'closed', until: OPENING, why: 'window' } : null;

    expect(nextPossibleAt([waitReason('CAP_DAY', '', { until: LATER })], NOW, gateAt)).toEqual(OPENING);
  });

  it('is never for a sequence that has ended', () => {
    expect(nextPossibleAt([], NOW, () => ({ kind: 'stopped', reason: 'REPLIED' }))).toBeNull();
  });
});
