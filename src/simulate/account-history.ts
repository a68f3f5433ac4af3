/** Histories as explorers give them, `transaction_id,block_timestamp_ms,from,to,value`, as transfers for a ledger. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { parseAddress, parseTransaction } from '../chains/address.ts';
import { blockAt, USDT_TOKEN } from './tron.ts';
import type { SimulatedTransfer } from './types.ts';

interface HistoryLine {
  readonly transaction_id: string;
  readonly block_timestamp_ms: string;
  readonly from: string;
  readonly to: string;
  readonly value: string;
}

/**
 * Reads such a file. It has no blocks and no order within one: the block follows from the time, the order is the
 * file's, and the sender counts as signer.
 */
export async function readAccountHistory(path: string): Promise<SimulatedTransfer[]> {
  const lines: HistoryLine[] = parse(await readFile(path, 'utf8'), { columns: true, skip_empty_lines: true });
  return lines.map((line, position) => {
    const timestamp = Number(line.block_timestamp_ms);
    const from = parseAddress('tron', line.from);
    return {
      chain: 'tron',
      asset: USDT_TOKEN.symbol,
      transaction: parseTransaction(line.transaction_id),
      block: blockAt(timestamp),
      position,
      timestamp,
      from,
      to: parseAddress('tron', line.to),
      value: BigInt(line.value),
      signer: from,
    };
  });
}
