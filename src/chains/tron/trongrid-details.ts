/**
 * What the details of TronGrid's rows tell beyond the rows: the block, and who signed. They are missing at times, so that
 * nothing rests on them: a row whose detail is missing or contradicts others' simply tells less.
 */
import { addressFromWord } from '../address.ts';
import type { Address, HistoryRow } from '../chain.ts';
import type { TronGridRow } from './trongrid-replies.ts';

/** What the detail of a row tells. */
export function toldBy({ transaction_id, detail }: TronGridRow): { block: number | null; signer?: Address } {
  if (detail === undefined || detail.txID !== transaction_id) return { block: null };
  const owner = detail.raw_data?.contract[0]?.parameter.value.owner_address;
  const block = detail.blockNumber ?? null;
  return owner === undefined ? { block } : { block, signer: addressFromWord('tron', owner.slice(2)) };
}

/**
 * Rows with what any row of the page tells of their block and transaction: all rows of one time are of one block, and those
 * of one transaction have one signer. Where two rows contradict each other, none of them is believed.
 *
 * @param listed all rows that were read or held, those among them that are listed twice too
 */
export function fillIn(rows: readonly HistoryRow[], listed: readonly HistoryRow[]): HistoryRow[] {
  const blocks = new Map<number, number | null>();
  const signers = new Map<string, Address | null>();
  for (const { timestamp, block, transaction, signer } of listed) {
    note(blocks, timestamp, block);
    note(signers, transaction, signer ?? null);
  }
  const taken = new Map<number, number>();
  for (const [timestamp, block] of blocks) {
    if (block === null) continue;
    // One block has one time.
    const other = taken.get(block);
    if (other !== undefined) blocks.set(timestamp, null).set(other, null);
    taken.set(block, timestamp);
  }
  return rows.map(({ signer: _, ...row }) => {
    const signer = signers.get(row.transaction);
    return { ...row, block: blocks.get(row.timestamp) ?? null, ...(signer ? { signer } : {}) };
  });
}

/** Notes what is told of a key; `null` once two tell differently. */
function note<Key, Value>(known: Map<Key, Value | null>, key: Key, told: Value | null): void {
  if (told === null) return;
  const before = known.get(key);
  if (before === undefined) known.set(key, told);
  else if (before !== told) known.set(key, null);
}
