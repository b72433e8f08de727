import type { Transaction } from '../database/database.js';
import { IN_FORCE, suppressionTargets } from './suppression-targets.js';

/**
 * Those of the addresses, in their one form, that must get no mail. Whoever decides by it holds the fence of the
 * suppressions; whoever only tells needs no lock.
 */
export async function findSuppressed(
  on: Pick<Transaction, 'query'>,
  addresses: readonly string[],
): Promise<Set<string>> {
  const targets = addresses.map((address) => suppressionTargets(address));
  // Joined, not `= ANY`: thousands of them cost the planner more than the search.
  const rows = await on.query<{ target: string }>(
    `SELECT s.target FROM unnest($1::text[]) AS wanted (target)
       JOIN cam_suppressions AS s ON s.target = wanted.target WHERE ${IN_FORCE}`,
    [[...new Set(targets.flat())]],
  );
  const inForce = new Set(rows.map(({ target }) => target));
  return new Set(addresses.filter((_, index) => targets[index]?.some((target) => inForce.has(target))));
}
