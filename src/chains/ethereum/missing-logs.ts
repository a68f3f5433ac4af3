/**
 * Whether a node that finds nothing in a range has logs of these blocks at all. Nodes that have dropped logs answer
 * with nothing, as for wallets that were idle.
 *
 * The last block of a range that turned out empty is looked at: its header has a filter of its logs. Where that speaks of
 * transfers of the token, the node has to list some, and none of the wallets'; where it lists none, all logs of the block
 * have to account for the filter, which then was a chance hit. This costs a request for an empty range, seldom three, and is
 * left out for small ranges but the last, of which a crawl through a narrow provider has very many. It proves one block and
 * not the range: what was left out elsewhere shows in the balance.
 */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import type { HistoryRequest } from '../chain.ts';
import type { Place } from '../reply.ts';
import { BLOOM, explains, mayHold } from './bloom.ts';
import { TRANSFER_TOPIC } from './erc20.ts';
import { hex, logSchema, readLog } from './logs.ts';
import { type Rpc, RpcRefusal, refused } from './rpc.ts';

/** Smaller ranges are not looked at, unless the window ends with them. */
const SMALL_RANGE = 1_000;

const headerSchema = z.object({ logsBloom: z.string().optional() }).nullable();
const logsSchema = z.array(logSchema);

interface Node {
  readonly rpc: Rpc;
  readonly place: Place;
}

/**
 * Looks at the last block of a range in which nothing of the wallets was found.
 *
 * @throws RetryableError `REPLY_INCONSISTENT` where the block has logs that the node did not list
 */
export async function requireLogs(node: Node, request: HistoryRequest, range: { from: number; to: number }) {
  const { rpc, place } = node;
  const { asset, window } = request;
  const { from, to } = range;
  if (to - from + 1 < SMALL_RANGE && to + 1 < window.until) return;
  const header = await rpc('eth_getBlockByNumber', [hex(to), false], headerSchema, request).catch((error: unknown) => {
    throw error instanceof RpcRefusal ? refused(place, error) : error;
  });
  // A window may reach beyond the newest block.
  if (header === null) return;
  const { logsBloom: bloom = '' } = header;
  if (!BLOOM.test(bloom) || !mayHold(bloom, asset.contract) || !mayHold(bloom, TRANSFER_TOPIC)) return;
  const block = { fromBlock: hex(to), toBlock: hex(to) };
  const transfers = await ask(node, request, { ...block, address: asset.contract, topics: [TRANSFER_TOPIC] });
  if (transfers === null) return;
  const wallets = new Set(request.wallets);
  const left = transfers.some((log) => {
    const transfer = readLog(log, asset, place);
    return transfer !== null && (wallets.has(transfer.from) || wallets.has(transfer.to));
  });
  if (left) throw inconsistent(place, `left a transfer of block ${to} out where it was asked for more blocks`);
  if (transfers.length > 0) return;
  const all = await ask(node, request, block);
  if (all !== null && !explains(bloom, all)) {
    throw inconsistent(place, `does not list all logs of block ${to} that the block's header tells of`);
  }
}

/** The logs of a block; `null` where the node refuses to answer for all its wallets, or contracts, together. */
async function ask({ rpc }: Node, request: HistoryRequest, filter: object) {
  try {
    return await rpc('eth_getLogs', [filter], logsSchema, request);
  } catch (error) {
    if (error instanceof RpcRefusal) return null;
    throw error;
  }
}

function inconsistent({ host }: Place, what: string): RetryableError {
  return new RetryableError('REPLY_INCONSISTENT', `${host} ${what}.`);
}
