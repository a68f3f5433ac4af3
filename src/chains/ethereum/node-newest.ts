/**
 * The newest of a wallet's transfers from a node: the logs of a stretch of blocks below the head, by one question for
 * the sender and one for the recipient. A service has many in a short time, so a day is far enough.
 */
import { RetryableError } from '../../errors.ts';
import type { HistoryRow } from '../chain.ts';
import type { NewestRequest, NewestRows } from '../rows.ts';
import { eachOnce, newestOf } from '../rows.ts';
import { narrowLimits } from './log-range.ts';
import { askLogs, inOrder, type LogReader, refusalIn } from './log-reader.ts';
import type { LoggedTransfer } from './logs.ts';
import { readingOf, type Side } from './node-history.ts';

/** A day, in slots of twelve seconds. */
const MOST_BLOCKS = 7_200;
const SLOT_MS = 12_000;
/** Where a stretch has more logs than a node will send, so much less has still enough of them, as a rule. */
const SHORTER = 16;

export async function readNewest(reader: LogReader, request: NewestRequest): Promise<NewestRows> {
  const { wallet, asset, head } = request;
  const reading = readingOf(asset, reader.place);
  const ask = async (side: Side, blocks: number): Promise<LoggedTransfer[] | null> => {
    const range = { from: Math.max(0, head.block - blocks + 1), to: head.block };
    try {
      return await askLogs(reader, request, range, { side, parts: [wallet] }, reading);
    } catch (error) {
      if (refusalIn(error, reader.place, blocks).kind !== 'blocks') return null;
      throw learnCeiling(reader, range, error);
    }
  };
  // How many logs others' questions had says nothing of this wallet; how many blocks are allowed does.
  const blocks = Math.min(MOST_BLOCKS, reader.limits.ceiling);
  const sent = await ask('sender', blocks);
  // Payees tell more of a wallet than payers do: nobody is made to pay.
  const other = sent === null ? await ask('sender', Math.ceil(blocks / SHORTER)) : await ask('recipient', blocks);
  const logs = new Map([...(sent ?? []), ...(other ?? [])].map((log) => [log.place, log]));
  const rows = inOrder(logs.values(), reader.place).map((log): HistoryRow => {
    const { block, index, seconds, transaction, from, to, value } = log;
    const timestamp = seconds === null ? head.timestamp - (head.block - block) * SLOT_MS : seconds * 1_000;
    return { chain: asset.chain, asset: asset.symbol, transaction, from, to, value, timestamp, block, position: index };
  });
  return { rows: newestOf(eachOnce(rows)), all: false, whole: sent !== null && other !== null };
}

/**
 * Notes how many blocks the node allows, so that the next try asks for no more. Going on with less of an answer would make
 * what a wallet is taken for hang on which process has met the node before.
 */
function learnCeiling(reader: LogReader, range: { from: number; to: number }, error: unknown): RetryableError {
  const span = range.to - range.from + 1;
  const refusal = refusalIn(error, reader.place, span);
  const limits = narrowLimits(reader.limits, { ...range, wallets: 1 }, refusal);
  if (limits !== null) reader.limits = { ...limits, blocks: Math.min(reader.limits.blocks, limits.blocks) };
  return new RetryableError('RANGE_REFUSED', `${reader.place.host} allows less than ${span} blocks at a time.`);
}
