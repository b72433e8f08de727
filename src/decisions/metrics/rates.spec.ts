import { describe, expect, it } from '@jest/globals';
import { COUNTERS, type Counters } from './counters.js';
import { ratesOf } from './rates.js';

const NOTHING = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as unknown as Counters;

describe('ratesOf', () => {
  it('is 0 of nothing, of which anything may be true', () => {
    expect(ratesOf(NOTHING)).toMatchObject({
      reply_rate: 0,
      positive_rate: 0,
      bounce_rate: 0,
      complaint_rate: 0,
      unsubscribe_rate: 0,
      reply_rate_interval: { low: 0, high: 1 },
    });
  });

  it('holds each count against what it is a part of', () => {
    const rates = ratesOf({
      ...NOTHING,
      sent: 200,
      hard_bounces: 10,
      complaints: 1,
      unsubscribed: 4,
      replies: 20,
      positive: 5,
      leads_mailed: 100,
      leads_replied: 15,
    });

    expect(rates).toMatchObject({
      reply_rate: 0.15,
      positive_rate: 0.25,
      bounce_rate: 0.05,
      complaint_rate: 0.005,
      unsubscribe_rate: 0.02,
    });
    expect(rates.reply_rate_interval.low).toBeCloseTo(0.0931, 4);
    expect(rates.reply_rate_interval.high).toBeCloseTo(0.2328, 4);
  });
});
