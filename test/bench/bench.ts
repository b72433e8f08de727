import type { Stage } from './stage.js';

export interface BenchOptions {
  /** Short runs, to see that all works; their figures mean little. */
  readonly quick: boolean;
}

/** One line of the table; a column that a bench has nothing for is null. */
export interface Row {
  readonly bench: string;
  readonly unit: string;
  readonly floor: number | null;
  readonly product: number;
  /** Product divided by floor. */
  readonly ratio: number | null;
  /** What the project wants, in words, and whether it is so. */
  readonly target: { readonly text: string; readonly met: boolean } | null;
}

export interface BenchResult {
  readonly rows: readonly Row[];
  /** Wrong counts: the figures above are void. */
  readonly faults: readonly string[];
  /** Spread, plans and other words below the table. */
  readonly notes: readonly string[];
}

export interface Bench {
  readonly name: string;
  run(stage: Stage, options: BenchOptions): Promise<BenchResult>;
}

/** A row of a rate against its floor. */
export function ratioRow(
  bench: string,
  unit: string,
  floor: number,
  product: number,
  leastRatio: number | null,
): Row {
  const ratio = product / floor;
  const target =
    leastRatio === null ? null : { text: `>= ${leastRatio.toFixed(2)}`, met: ratio >= leastRatio };
  return { bench, unit, floor, product, ratio, target };
}

/** A row of one figure. */
export function figureRow(
  bench: string,
  unit: string,
  product: number,
  target: { readonly text: string; readonly met: boolean } | null = null,
): Row {
  return { bench, unit, floor: null, product, ratio: null, target };
}

/** A fault when two counts differ, none when they agree. */
export function differing(what: string, counted: number, expected: number): string[] {
  return counted === expected ? [] : [`${what}: ${counted}, expected ${expected}`];
}
