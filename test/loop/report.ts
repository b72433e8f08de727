/** One thing that must hold. */
export interface Finding {
  readonly what: string;
  /** null: it held. */
  readonly deviation: string | null;
}

/** Rows of equal columns, the first one being the head. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function listOf(findings: readonly Finding[]): string {
  return findings
    .map(({ what, deviation }) => (deviation === null ? `ok      ${what}` : `FAILED  ${what}: ${deviation}`))
    .join('\n');
}
