import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Evidence, judge, type Rule, RULES, type Share, type Verdict } from './decision-rules-policy.js';
import { wilsonInterval } from './wilson.js';

const SETTINGS = { replyRateThreshold: 0.1, minSendsToEvaluate: 50 };
const NOTHING: Share = { count: 0, total: 0 };
const QUIET: Evidence = {
  answeredLeads: NOTHING,
  hardBounces: NOTHING,
  accountHardBounces: NOTHING,
  complaints: NOTHING,
  unsubscribed: NOTHING,
};

function verdictOf(rule: Rule, evidence: Partial<Evidence>, settings = SETTINGS): Verdict | undefined {
  return judge({ ...QUIET, ...evidence }, settings).find((judgement) => judgement.rule === rule)?.verdict;
}

const shares = fc
  .integer({ min: 0, max: 5_000 })
  .chain((total) => fc.integer({ min: 0, max: total }).map((count): Share => ({ count, total })));
const evidences: fc.Arbitrary<Evidence> = fc.record({
  answeredLeads: shares,
  hardBounces: shares,
  accountHardBounces: shares,
  complaints: shares,
  unsubscribed: shares,
});

describe('judge', () => {
  it('says one thing of each rule, and lets a campaign without mail go on', () => {
    const judgements = judge(QUIET, SETTINGS);

    expect(judgements.map(({ rule }) => rule)).toEqual([...RULES]);
    expect(new Set(judgements.map(({ verdict }) => verdict))).toEqual(new Set(['CONTINUE']));
  });

  it('tells the numbers it judged by', () => {
    const [judgement] = judge({ ...QUIET, complaints: { count: 2, total: 400 } }, SETTINGS);

    expect(judgement).toEqual({
      rule: 'COMPLAINT',
      verdict: 'PAUSE',
      numerator: 2,
      denominator: 400,
      rate: 0.005,
      ...wilsonInterval(2, 400),
      threshold: 2,
      reason: '2 of 400 mails were marked as spam: 0.50 %, 95 % sure from 0.14 % to 1.80 %.',
    });
  });

  it('gives finite numbers, a rate within its interval, and a sentence of at most 500 characters', () => {
    fc.assert(
      fc.property(evidences, (evidence) => {
        for (const { rate, low, high, reason } of judge(evidence, SETTINGS)) {
          expect([rate, low, high].every((number) => number >= 0 && number <= 1)).toBe(true);
          expect(low <= rate && rate <= high).toBe(true);
          expect(reason.length).toBeLessThanOrEqual(500);
        }
      }),
    );
  });
});

describe('COMPLAINT', () => {
  it.each<[count: number, total: number, Verdict]>([
    [0, 10_000, 'CONTINUE'],
    [1, 1, 'WARN'],
    [1, 2_500, 'WARN'],
    [2, 10, 'PAUSE'],
    [2, 2_500, 'PAUSE'],
  ])('of %i in %i mails: %s', (count, total, verdict) => {
    expect(verdictOf('COMPLAINT', { complaints: { count, total } })).toBe(verdict);
  });

  it('pauses whatever has 0.08 % of at least 2,500 mails', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2_500, max: 10_000_000 }), (total) => {
        const complaints = { count: Math.ceil(total * 0.0008), total };
        return verdictOf('COMPLAINT', { complaints }) === 'PAUSE';
      }),
    );
  });
});

describe('HARD_BOUNCE', () => {
  it.each<[count: number, total: number, Verdict]>([
    [4, 20, 'CONTINUE'],
    [5, 20, 'PAUSE'],
    [5, 30, 'PAUSE'],
    [4, 49, 'CONTINUE'],
    [1, 50, 'CONTINUE'],
    [2, 50, 'WARN'],
    [3, 50, 'PAUSE'],
    [2, 67, 'CONTINUE'],
    [3, 100, 'WARN'],
    [4, 100, 'WARN'],
    [5, 100, 'PAUSE'],
    [29, 1_000, 'CONTINUE'],
    [30, 1_000, 'WARN'],
    [49, 1_000, 'WARN'],
    [50, 1_000, 'PAUSE'],
  ])('of %i in %i mails: %s', (count, total, verdict) => {
    expect(verdictOf('HARD_BOUNCE', { hardBounces: { count, total } })).toBe(verdict);
  });

  it('never pauses on fewer than three bounces', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(5_000), (count, total) => {
        const hardBounces = { count: Math.min(count, total), total };
        return verdictOf('HARD_BOUNCE', { hardBounces }) !== 'PAUSE';
      }),
    );
  });

  it('never gets milder with one more bounce', () => {
    const gravity = { CONTINUE: 0, WARN: 1, PAUSE: 2 };
    fc.assert(
      fc.property(shares, ({ count, total }) => {
        const before = verdictOf('HARD_BOUNCE', { hardBounces: { count, total } }) ?? 'PAUSE';
        const more = { count: Math.min(count + 1, total), total };
        const after = verdictOf('HARD_BOUNCE', { hardBounces: more }) ?? 'CONTINUE';
        return gravity[after] >= gravity[before];
      }),
    );
  });
});

describe('ACCOUNT_HARD_BOUNCE', () => {
  it.each<[own: number, count: number, total: number, Verdict]>([
    [1, 8, 199, 'CONTINUE'],
    [1, 7, 200, 'CONTINUE'],
    [1, 8, 200, 'PAUSE'],
    [0, 8, 200, 'WARN'],
    [1, 39, 1_000, 'CONTINUE'],
  ])('with %i of its own, of %i in %i mails: %s', (own, count, total, verdict) => {
    const evidence = { accountHardBounces: { count, total }, hardBounces: { count: own, total: 100 } };

    expect(verdictOf('ACCOUNT_HARD_BOUNCE', evidence)).toBe(verdict);
  });
});

describe('REPLY_RATE', () => {
  it.each<[count: number, total: number, Verdict]>([
    [0, 49, 'CONTINUE'],
    // Nobody of 50 answered: the interval ends at 7.1 %.
    [0, 50, 'PAUSE'],
    // 2 % of 50 may still be 10.5 %.
    [1, 50, 'CONTINUE'],
    [1, 60, 'PAUSE'],
    [9, 100, 'CONTINUE'],
    [80, 1_000, 'PAUSE'],
    [90, 1_000, 'CONTINUE'],
  ])('of %i in %i leads: %s', (count, total, verdict) => {
    expect(verdictOf('REPLY_RATE', { answeredLeads: { count, total } })).toBe(verdict);
  });

  it('pauses exactly when enough leads leave no doubt', () => {
    fc.assert(
      fc.property(
        shares,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        (answeredLeads, replyRateThreshold, minSendsToEvaluate) => {
          const { high } = wilsonInterval(answeredLeads.count, answeredLeads.total);
          const isDue = answeredLeads.total >= minSendsToEvaluate && high < replyRateThreshold;
          const verdict = verdictOf(
            'REPLY_RATE',
            { answeredLeads },
            { replyRateThreshold, minSendsToEvaluate },
          );
          return verdict === (isDue ? 'PAUSE' : 'CONTINUE');
        },
      ),
    );
  });
});

describe('UNSUBSCRIBE', () => {
  it.each<[count: number, total: number, Verdict]>([
    [9, 99, 'CONTINUE'],
    [2, 100, 'CONTINUE'],
    [3, 100, 'WARN'],
    [1_000, 1_000, 'WARN'],
  ])('of %i in %i mails: %s', (count, total, verdict) => {
    expect(verdictOf('UNSUBSCRIBE', { unsubscribed: { count, total } })).toBe(verdict);
  });
});
