/**
 * Splits a list, in its order, into parts of which none weighs more than `most`, but for a single item that does. Parts
 * are never empty.
 */
export function partsOf<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  most: number,
): Item[][] {
  const parts: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const weight = weightOf(item);
    const last = parts.at(-1);
    if (last === undefined || weight > room) {
      parts.push([item]);
      room = most - weight;
    } else {
      last.push(item);
      room -= weight;
    }
  }
  return parts;
}
