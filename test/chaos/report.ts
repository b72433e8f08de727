import type { Verdict } from './checker.js';
import type { ControlResult } from './controls.js';
import { addTally, emptyTally, type Tally } from './tally.js';

/** One fault as it was struck. */
export interface Strike {
  readonly name: string;
  readonly problems: readonly string[];
}

const COLUMNS = [
  'accepted',
  'steps',
  'once',
  'twice',
  'lost',
  'unknown',
  'refused',
  'stopped',
  'waiting',
  'overshoot',
  'stuck',
] as const satisfies readonly (keyof Tally)[];

/** Most problems of one run that are worth reading. */
const MOST_PROBLEMS = 40;

/** The table of a run: a line for each fault, then all of it. */
export function tableOf(strikes: readonly Strike[], { tallies }: Verdict): string {
  const byName = new Map<string, { times: number; tally: Tally }>();
  strikes.forEach(({ name }, index) => {
    const line = byName.get(name) ?? { times: 0, tally: emptyTally() };
    const tally = addTally(line.tally, tallies.get(index) ?? emptyTally());
    byName.set(name, { times: line.times + 1, tally });
  });
  const total = [...tallies.values()].reduce(addTally, emptyTally());
  const lines = [
    ['fault', 'times', ...COLUMNS],
    ...[...byName].map(([name, { times, tally }]) => [name, String(times), ...cellsOf(tally)]),
    ['all', String(strikes.length), ...cellsOf(total)],
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** All that is wrong with a run, in words. */
export function problemsOf(
  strikes: readonly Strike[],
  verdict: Verdict,
  others: readonly string[],
  controls: readonly ControlResult[],
): string[] {
  return [
    ...strikes.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
    ...verdict.problems,
    ...others,
    ...controls
      .filter(({ damage }) => damage === null)
      .map(({ name }) => `negative control "${name}": the checker saw no damage`),
  ];
}

export function listOf(problems: readonly string[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS).map((problem) => `  ${problem}`);
  const hidden = problems.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`  and ${hidden} more`] : [])].join('\n');
}

function cellsOf(tally: Tally): string[] {
  return COLUMNS.map((column) => String(tally[column]));
}
