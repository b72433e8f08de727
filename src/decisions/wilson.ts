/** Numbers between which a rate lies, both 0..1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the normal distribution: 95 % lie between minus this and this. */
const Z = 1.959963984540054;

/**
 * 95 % score interval of a rate (E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference,
 * Journal of the American Statistical Association 22, 1927). Unlike the textbook's normal interval it stays within 0..1
 * and holds for few cases and for rates near 0.
 *
 * @param count cases that did, `0..total`
 * @param total cases; of none, nothing is known: 0..1
 */
export function wilsonInterval(count: number, total: number): Interval {
  if (total <= 0) return { low: 0, high: 1 };
  const rate = rateOf(count, total);
  const spread = Z ** 2 / total;
  const centre = rate + spread / 2;
  const half = Math.sqrt(spread * (rate * (1 - rate) + spread / 4));
  // Rounding must not push the bounds past the rate itself, nor past 0 and 1.
  return {
    low: Math.max(0, Math.min(rate, (centre - half) / (1 + spread))),
    high: Math.min(1, Math.max(rate, (centre + half) / (1 + spread))),
  };
}

/** 0..1, and 0 of nothing. */
export function rateOf(count: number, total: number): number {
  return total <= 0 ? 0 : Math.min(Math.max(count / total, 0), 1);
}
