/** Which wallets' histories are read together. Pure. */
import type { Cursor } from '../chains/chain.ts';

/** How far a wallet's history is read. */
export interface Progress {
  readonly walletId: number;
  readonly cursor: Cursor;
  /** Changes with the cursor. */
  readonly version: number;
  readonly updatedAt: Date;
}

export interface PageGroup {
  readonly walletIds: readonly number[];
  /** Pages that were stored before, over all of them: with the wallets, it names the page that comes next. */
  readonly page: number;
}

/**
 * Groups of wallets that are to be read on at one place, each with up to `most` of them, in the order given.
 *
 * @param startedAt when the run began: what was read before is read again from a little earlier, so it is kept apart
 */
export function groupPages(list: readonly Progress[], most: number, startedAt: Date): PageGroup[] {
  const groups: Progress[][] = [];
  const open = new Map<string, Progress[]>();
  for (const each of list) {
    const place = `${each.cursor.position}/${each.updatedAt >= startedAt}`;
    const group = open.get(place);
    if (group !== undefined && group.length < most && !isInsideStretch(each)) {
      group.push(each);
      continue;
    }
    const begun = [each];
    groups.push(begun);
    if (!isInsideStretch(each)) open.set(place, begun);
  }
  return groups.map((group) => ({
    walletIds: group.map(({ walletId }) => walletId),
    page: group.reduce((sum, { version }) => sum + version, 0),
  }));
}

/** Half-way through a stretch that fills more than a page: the provider's token is for this wallet alone. */
function isInsideStretch({ cursor }: Progress): boolean {
  return cursor.held.length > 0 || cursor.token !== null;
}
