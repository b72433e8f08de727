/** The value below which this share of all values lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** `median (least-most)` of some rates, for a note. */
export function spread(values: readonly number[]): string {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)];
  return `${middle.toFixed(0)} (${low.toFixed(0)}-${high.toFixed(0)})`;
}

/** Events per second of the middle four fifths: without start and end. */
export function steadyRate(atMs: readonly number[]): number {
  const sorted = atMs.toSorted((a, b) => a - b);
  const from = Math.floor(sorted.length * 0.1);
  const to = Math.floor(sorted.length * 0.9);
  return ((to - from) * 1_000) / ((sorted[to] ?? 0) - (sorted[from] ?? 0));
}
