/** Communities that live on what one other community pays them are joined with it. */
import { type Partition, renumbered } from './groups.ts';
import type { TracedPairs } from './tie-pairs.ts';

/** Parts of one, in which the share is told. */
const WHOLE = 1_000;

interface Fed {
  readonly group: number;
  readonly feeder: number;
  readonly share: number;
}

/**
 * Joins a group with the one that paid at least a share of all that came into it from outside; those of the largest share first, until
 * there are none.
 *
 * A peel chain hangs on its network by one transfer, which weighs next to nothing beside the chain's own: what says where it belongs is
 * that all its money came from there. Groups stay connected. The rule and its figure are our own.
 *
 * @param feedShare in thousandths
 * @param isOver asked before each round: true ends with what is joined so far, and `cut`
 */
export function joinFed(
  pairs: Pick<TracedPairs, 'a' | 'b' | 'forth' | 'back' | 'came' | 'count'>,
  { group, groups }: Partition,
  feedShare: number,
  isOver: () => boolean,
): Partition & { readonly cut: boolean } {
  const into = Int32Array.from({ length: groups }, (_, each) => each);
  const last = (each: number): number => {
    let at = each;
    while (into[at] !== at) at = into[at] ?? at;
    into[each] = at;
    return at;
  };
  let joined = true;
  while (joined && !isOver()) {
    joined = false;
    const changed = new Set<number>();
    const now = group.map(last);
    for (const { group: fed, feeder } of fedGroups(pairs, now, groups, feedShare)) {
      const [one, other] = [last(fed), last(feeder)];
      // What has taken others in lives on other money than was counted: it waits for the next round.
      if (one === other || changed.has(fed)) continue;
      into[one] = other;
      changed.add(other);
      joined = true;
    }
  }
  return { ...renumbered(group.map(last)), cut: joined };
}

/** Groups with the one that feeds each, the largest share first. */
function fedGroups(
  { a, b, forth, back, came, count }: Parameters<typeof joinFed>[0],
  group: Int32Array,
  groups: number,
  feedShare: number,
): Fed[] {
  const outside = new Float64Array(groups);
  group.forEach((own, node) => {
    outside[own] = (outside[own] ?? 0) + (came[node] ?? 0);
  });
  const paid = Array.from({ length: groups }, () => new Map<number, number>());
  const pay = (payer: number, payee: number, amount: number): void => {
    if (amount === 0) return;
    if (payer === payee) outside[payee] = (outside[payee] ?? 0) - amount;
    else paid[payee]?.set(payer, (paid[payee]?.get(payer) ?? 0) + amount);
  };
  for (let pair = 0; pair < count; pair += 1) {
    const [one, other] = [group[a[pair] ?? 0] ?? 0, group[b[pair] ?? 0] ?? 0];
    pay(one, other, forth[pair] ?? 0);
    pay(other, one, back[pair] ?? 0);
  }
  const found: Fed[] = [];
  paid.forEach((payers, fed) => {
    let best: Fed | null = null;
    for (const [feeder, amount] of payers) {
      const share = (WHOLE * amount) / (outside[fed] ?? 0);
      if (share < feedShare) continue;
      if (best === null || share > best.share || (share === best.share && feeder < best.feeder))
        best = { group: fed, feeder, share };
    }
    if (best !== null) found.push(best);
  });
  return found.sort((x, y) => y.share - x.share || x.group - y.group);
}
