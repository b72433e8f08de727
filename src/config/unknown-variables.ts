/**
 * One warning for each `AICMO_*` name that nothing reads, with the known name it most resembles. Shows no values:
 * a misspelt name may well hold a key.
 */
export function warnOfUnknownVariables(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => /^AICMO_/i.test(name) && !known.includes(name))
    .toSorted()
    .map((name) => {
      const suggestion = nearest(name.toUpperCase(), known);
      return `${JSON.stringify(name)} is not a known variable${suggestion === null ? '' : `; did you mean ${suggestion}?`}`;
    });
}

/** The known name within a third of the length in edits, the closest one; null when none is. */
function nearest(name: string, known: readonly string[]): string | null {
  let best: { candidate: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    const isNear = distance <= Math.max(name.length, candidate.length) / 3;
    if (isNear && (best === null || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate ?? null;
}

/** Levenshtein: single-character insertions, deletions and replacements. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, character] of [...from].entries()) {
    let diagonal = index;
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const above = row[column + 1] ?? Infinity;
      const left = next[column] ?? Infinity;
      next.push(Math.min(above + 1, left + 1, diagonal + (character === other ? 0 : 1)));
      diagonal = above;
    }
    row = next;
  }
  return row[to.length] ?? Infinity;
}
