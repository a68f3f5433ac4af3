/** `eth_getLogs`. */
import type { ChainLog } from '../ethereum/chain.ts';
import type { LogQuery } from '../ethereum/log-search.ts';
import { quantity } from '../ethereum/words.ts';
import { blockNumber } from './blocks.ts';
import { mindRequest, mindResults } from './limits.ts';
import type { Node } from './options.ts';
import { invalidParams, isRecord, RpcRefusal } from './rpc.ts';

const MOST_PLACES = 4;

export interface LogRow {
  address: string;
  topics: readonly string[];
  data: string;
  blockNumber: string;
  blockHash: string;
  /** Seconds since 1970, where the node tells. */
  blockTimestamp?: string;
  transactionHash: string;
  transactionIndex: string;
  logIndex: string;
  removed: boolean;
}

export function logsFor(node: Node, [filter]: readonly unknown[]): LogRow[] {
  const { options } = node;
  const { prunedBefore = 0 } = options;
  const { tip } = node.chain.ledger;
  const query = queryIn(node, filter);
  mindRequest(options, query);
  if (query.from < prunedBefore && options.pruned !== 'silent') {
    throw new RpcRefusal({ code: 4444, message: 'pruned history unavailable' });
  }
  if (query.to > tip.block && options.beyondTip === 'refused') {
    throw invalidParams('block range extends beyond current head block');
  }
  const within = { from: Math.max(query.from, prunedBefore), to: Math.min(query.to, tip.block) };
  const found = node.search.find({ ...query, ...within });
  mindResults(options, query, found);
  return found.logs().map((log) => rowOf(node, log));
}

export function rowOf({ chain, options }: Node, log: ChainLog): LogRow {
  const seconds = chain.ledger.network.timeOf(log.block) / 1_000;
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: quantity(log.block),
    transactionHash: `0x${log.transaction}`,
    transactionIndex: quantity(log.transactionIndex),
    blockHash: chain.hashOf(log.block),
    ...(options.blockTimestamps === false ? {} : { blockTimestamp: quantity(seconds) }),
    logIndex: quantity(log.logIndex),
    removed: false,
  };
}

/** The query that a filter's words make, with geth's objections to what is none. */
function queryIn(node: Node, filter: unknown): LogQuery {
  if (!isRecord(filter)) throw invalidParams('missing value for required argument 0');
  const { blockHash, fromBlock, toBlock } = filter;
  if (blockHash !== undefined && (fromBlock !== undefined || toBlock !== undefined)) {
    throw invalidParams('cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other');
  }
  const range =
    blockHash === undefined
      ? { from: blockNumber(node, fromBlock ?? 'latest'), to: blockNumber(node, toBlock ?? 'latest') }
      : blockOf(node, blockHash);
  if (range.from > range.to) throw invalidParams('invalid block range params');
  return { ...range, addresses: addressesIn(filter.address), topics: topicsIn(filter.topics) };
}

/** A hash tells no number, so that it is looked for among the blocks that have logs, and the newest. */
function blockOf({ chain }: Node, hash: unknown): { from: number; to: number } {
  const { tip } = chain.ledger;
  const known = [tip.block, ...chain.ledger.between(0, tip.block).map(({ block }) => block)];
  const block = known.find((each) => chain.hashOf(each) === hash);
  if (block === undefined) throw new RpcRefusal({ code: -32000, message: 'unknown block' });
  return { from: block, to: block };
}

function addressesIn(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null;
  const addresses = (Array.isArray(value) ? value : [value]) as unknown[];
  return addresses.map((address) => {
    if (typeof address === 'string' && /^0x[0-9a-fA-F]{40}$/.test(address)) return address.toLowerCase();
    throw invalidParams('invalid argument 0: invalid address');
  });
}

function topicsIn(value: unknown): LogQuery['topics'] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidParams('invalid argument 0: invalid topics');
  if (value.length > MOST_PLACES) throw new RpcRefusal({ code: -32000, message: 'exceed max topics' });
  return value.map((place: unknown) => {
    // An empty list allows any topic, and so does a list with null in it.
    if (place === null || (Array.isArray(place) && (place.length === 0 || place.includes(null)))) return null;
    return (Array.isArray(place) ? (place as unknown[]) : [place]).map(topicIn);
  });
}

function topicIn(value: unknown): string {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{64}$/.test(value)) return value.toLowerCase();
  throw invalidParams('invalid argument 0: invalid topic');
}
