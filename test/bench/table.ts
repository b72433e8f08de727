import type { Row } from './bench.js';

const HEAD = ['bench', 'unit', 'floor', 'product', 'ratio', 'target', 'ok'];

/** The rows as a Markdown table, aligned for a terminal. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.bench,
    row.unit,
    figure(row.floor),
    figure(row.product),
    row.ratio === null ? '' : row.ratio.toFixed(2),
    row.target?.text ?? '',
    row.target === null ? '' : row.target.met ? 'yes' : 'NO',
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const lineOf = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [lineOf(HEAD), lineOf(widths.map((width) => '-'.repeat(width))), ...cells.map(lineOf)].join('\n');
}

function figure(value: number | null): string {
  if (value === null) return '';
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 100 ? 0 : 2);
}
