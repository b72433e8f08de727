import { setImmediate } from 'node:timers/promises';
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

/** Suppressions that are sooner read than thousands of addresses are asked for. */
const MOST_READ = 50_000;

/** Addresses looked at without giving way to other work. */
const CHUNK = 5_000;

/**
 * As {@link findSuppressed}, for the addresses of a whole campaign.
 *
 * @param mostRead with more suppressions than that, the addresses are asked for
 */
export async function findSuppressedOfMany(
  on: Pick<Transaction, 'query'>,
  addresses: readonly string[],
  mostRead = MOST_READ,
): Promise<Set<string>> {
  const rows = await on.query<{ target: string }>(
    `SELECT target FROM cam_suppressions WHERE ${IN_FORCE} LIMIT $1`,
    [mostRead + 1],
  );
  const inForce = rows.length > mostRead ? null : new Set(rows.map(({ target }) => target));
  const suppressed = new Set<string>();
  for (let from = 0; from < addresses.length; from += CHUNK) {
    const chunk = addresses.slice(from, from + CHUNK);
    const found =
      inForce === null
        ? await findSuppressed(on, chunk)
        : chunk.filter((address) => suppressionTargets(address).some((target) => inForce.has(target)));
    for (const address of found) suppressed.add(address);
    await setImmediate();
  }
  return suppressed;
}
