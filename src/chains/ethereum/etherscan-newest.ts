/** The newest of an account's transfers on Etherscan: its history from the other end. */
import type { HistoryRow } from '../chain.ts';
import type { NewestRequest, NewestRows } from '../rows.ts';
import { eachOnce, NEWEST, newestOf } from '../rows.ts';
import { readRows, SMALLEST_FULL_PAGE } from './etherscan-history.ts';
import { type EtherscanRow, TooLarge } from './etherscan-replies.ts';

/** Where all blocks are too many for the provider: those of about a day. */
const DAY_BLOCKS = 7_200;

/** @param ask asks for a page of the account's history by its parameters */
export async function readNewest(
  ask: (parameters: Record<string, string>) => Promise<readonly EtherscanRow[]>,
  { wallet, asset, head }: NewestRequest,
): Promise<NewestRows> {
  const page = (from: number, number: number, size: number) =>
    ask({
      module: 'account',
      action: 'tokentx',
      contractaddress: asset.contract,
      address: wallet,
      startblock: String(from),
      endblock: String(head.block),
      page: String(number),
      offset: String(size),
      sort: 'desc',
    });
  const read = (from: number, data: readonly EtherscanRow[]): HistoryRow[] => {
    const cursor = { position: from, held: [], token: null };
    const window = { from, until: head.block + 1 };
    return eachOnce(readRows({ wallets: [wallet], asset, window, cursor }, head.block, data.toReversed(), []));
  };
  const since = asset.sinceBlock;
  const first = await orTooLarge(page(since, 1, NEWEST));
  if (first === null) {
    const from = Math.max(since, head.block - DAY_BLOCKS + 1);
    const day = await orTooLarge(page(from, 1, NEWEST));
    return { rows: newestOf(day === null ? [] : read(from, day)), all: false, whole: day !== null };
  }
  const rows = read(since, first);
  if (rows.length >= NEWEST) return { rows: newestOf(rows), all: false, whole: true };
  if (first.length < SMALLEST_FULL_PAGE) return { rows, all: true, whole: true };
  // A server may put fewer rows on a page than it is asked for, and its next is as long; others' rows may fill a page.
  const size = Math.min(NEWEST, first.length);
  const next = await page(since, 2, size);
  const both = read(since, [...first, ...next]);
  return { rows: newestOf(both), all: both.length < NEWEST && next.length < size, whole: true };
}

/** `null` where the provider refuses the question for its size. */
async function orTooLarge<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
}
