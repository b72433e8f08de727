/** How often each contestant is measured: the table shows the median. */
const ROUNDS = 3;

/** Rounds that are thrown away: a process of Node compiles its hot code for seconds. */
const WARM_UP_ROUNDS = 2;

/**
 * Measures several contestants in turn, the order reversed from round to round, after rounds that only warm up.
 *
 * @returns what each contestant gave in the counted rounds
 */
export async function alternate<Name extends string, Result>(
  contestants: Readonly<Record<Name, () => Promise<Result>>>,
  quick: boolean,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  const [warmUps, counted] = quick ? [1, 1] : [WARM_UP_ROUNDS, ROUNDS];
  for (let round = 0; round < warmUps + counted; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const result = await contestants[name]();
      if (round >= warmUps) results[name].push(result);
    }
  }
  return results;
}
