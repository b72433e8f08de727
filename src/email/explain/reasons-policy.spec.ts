import { describe, expect, it } from '@jest/globals';
import { pauseReason } from './reasons-policy.js';

describe('pauseReason', () => {
  it.each([
    ['ops', 'The boss is away', 'The campaign is paused by ops: The boss is away'],
    ['ops', null, 'The campaign is paused by ops.'],
    [
      'rule:HARD_BOUNCE',
      '12 of 200 mails were returned.',
      "The campaign is paused by the decision loop's rule HARD_BOUNCE: 12 of 200 mails were returned.",
    ],
    ['', 'The boss is away', 'The campaign is paused: The boss is away'],
    [null, null, 'The campaign is paused.'],
  ])('names %p and %p', (paused_by, pause_reason, detail) => {
    expect(pauseReason({ campaignId: 7, pause: { paused_by, pause_reason } })).toEqual({
      code: 'PAUSED',
      detail,
      until: null,
      evidence: 'campaign:7',
      ends: false,
    });
  });
});
