/** How far two partitions of the same things agree. */

/**
 * Adjusted Rand index: 1 where both partitions are the same, about 0 where they agree as chance would have it, and below 0 where they
 * agree less. A negative number in a partition is a group of one.
 *
 * Source: Hubert and Arabie, "Comparing partitions", Journal of Classification 2, 1985.
 *
 * @throws RangeError when the partitions are not of the same length
 */
export function ari(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const count = one.length;
  if (other.length !== count) throw new RangeError(`One partition has ${count} members, the other ${other.length}.`);
  const ofOne = new Map<number, number>();
  const ofOther = new Map<number, number>();
  const ofBoth = new Map<string, number>();
  const add = <K>(sizes: Map<K, number>, key: K) => sizes.set(key, (sizes.get(key) ?? 0) + 1);
  for (let member = 0; member < count; member += 1) {
    const [a, b] = [one[member] ?? -1, other[member] ?? -1];
    // Who is alone is in no pair, so that it needs no group.
    if (a >= 0) add(ofOne, a);
    if (b >= 0) add(ofOther, b);
    if (a >= 0 && b >= 0) add(ofBoth, `${a} ${b}`);
  }
  const [together, inOne, inOther, all] = [
    pairsIn(ofBoth),
    pairsIn(ofOne),
    pairsIn(ofOther),
    (count * (count - 1)) / 2,
  ];
  const byChance = all === 0 ? 0 : (inOne * inOther) / all;
  const most = (inOne + inOther) / 2;
  // Both have all in one group, or each alone: then they are the same.
  return most === byChance ? 1 : (together - byChance) / (most - byChance);
}

function pairsIn(sizes: ReadonlyMap<unknown, number>): number {
  let pairs = 0;
  for (const size of sizes.values()) pairs += (size * (size - 1)) / 2;
  return pairs;
}
