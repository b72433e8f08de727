/** How often each contestant is measured: the table shows the median. */
const ROUNDS = 3;

/**
 * Measures several contestants in turn, the order reversed from round to round, after one round that warms up and is
 * thrown away.
 *
 * @returns what each contestant gave in the counted rounds
 */
export async function alternate<Name extends string, Result>(
  contestants: Readonly<Record<Name, () => Promise<Result>>>,
  quick: boolean,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (const name of names) await contestants[name]();
  for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      results[name].push(await contestants[name]());
    }
  }
  return results;
}
