import { describe, expect, it } from '@jest/globals';
import { LEAD_STATUSES, type LeadStatus } from '../lead.entity.js';
import { foldedStatus, statusAfter, type StatusWish } from './folded-status.js';

const unsubscribe: StatusWish = { cause: 'unsubscribe', asked_status: 'UNSUBSCRIBED' };
const bounce: StatusWish = { cause: 'hard_bounce', asked_status: 'BOUNCED' };
const no: StatusWish = { cause: 'negative_reply', asked_status: 'SUPPRESSED' };
const yes: StatusWish = { cause: 'positive_reply', asked_status: 'QUALIFIED' };
const absence: StatusWish = { cause: 'out_of_office', asked_status: null };
const person = (asked_status: LeadStatus): StatusWish => ({ cause: 'person', asked_status });

describe('statusAfter', () => {
  it.each([
    ['NEW', 'SUPPRESSED', 'BOUNCED', 'UNSUBSCRIBED', 'QUALIFIED'],
    ['CONTACTED', 'SUPPRESSED', 'BOUNCED', 'UNSUBSCRIBED', 'QUALIFIED'],
    ['QUALIFIED', 'SUPPRESSED', 'BOUNCED', 'UNSUBSCRIBED', 'QUALIFIED'],
    ['SUPPRESSED', 'SUPPRESSED', 'BOUNCED', 'UNSUBSCRIBED', 'SUPPRESSED'],
    ['BOUNCED', 'BOUNCED', 'BOUNCED', 'UNSUBSCRIBED', 'BOUNCED'],
    ['UNSUBSCRIBED', 'UNSUBSCRIBED', 'UNSUBSCRIBED', 'UNSUBSCRIBED', 'UNSUBSCRIBED'],
  ] as const)('%s: a no makes %s, a bounce %s, an unsubscribe %s, interest %s', (status, ...expected) => {
    expect([no, bounce, unsubscribe, yes].map((wish) => statusAfter(status, wish))).toEqual(expected);
  });

  it('lets a person set what she likes, and an absence nothing', () => {
    for (const status of LEAD_STATUSES) {
      for (const asked of LEAD_STATUSES) expect(statusAfter(status, person(asked))).toBe(asked);
      expect(statusAfter(status, absence)).toBe(status);
    }
  });
});

describe('foldedStatus', () => {
  it.each([
    [[], 'CONTACTED'],
    [[absence, yes], 'QUALIFIED'],
    [[yes, no], 'SUPPRESSED'],
    [[unsubscribe, bounce], 'UNSUBSCRIBED'],
    [[bounce, unsubscribe, yes], 'UNSUBSCRIBED'],
    [[unsubscribe, person('CONTACTED')], 'CONTACTED'],
    [[unsubscribe, person('CONTACTED'), yes], 'QUALIFIED'],
    [[person('BOUNCED'), yes], 'BOUNCED'],
  ] as const)('of %j is %s', (events, expected) => {
    expect(foldedStatus('CONTACTED', events)).toBe(expected);
  });
});
