/** `module=logs&action=getLogs`: logs of a contract with a topic, page by page, oldest first: there is no other order. */
import type { ChainLog } from '../ethereum/chain.ts';
import { quantity } from '../ethereum/words.ts';
import { ok, type Reply } from '../http/reply.ts';
import { numberIn, placesIn } from './history.ts';
import type { Explorer } from './options.ts';
import { addressIn } from './parameters.ts';
import { found, refuse, type SimulatedRequest } from './request.ts';
import { TIMEOUT } from './words.ts';

/** Only `topic0` is minded; the real one joins topics of further places by operators. */
export function logs({ chain, node, options }: Explorer, { params }: SimulatedRequest): Reply {
  const { queryLimit = {}, indexedTo = Number.POSITIVE_INFINITY } = options;
  const contract = addressIn(params.address);
  if (contract === null) return refuse('Error! Invalid address format');
  const places = placesIn(options, params);
  if ('status' in places) return places;
  const newest = Math.min(chain.ledger.tip.block, indexedTo);
  const from = numberIn(params.fromBlock, 0);
  const to = Math.min(params.toBlock === 'latest' ? newest : numberIn(params.toBlock, newest), newest);
  const topics = params.topic0 === undefined ? [] : [[params.topic0.toLowerCase()]];
  const rows = from > to ? [] : node.search.find({ from, to, addresses: [contract.toLowerCase()], topics }).logs();
  const isTooMuch =
    rows.length > (queryLimit.rows ?? Number.POSITIVE_INFINITY) ||
    to - from + 1 > (queryLimit.blocks ?? Number.POSITIVE_INFINITY);
  if (isTooMuch) return refuse(TIMEOUT);
  const page = rows.slice(places.first, places.beyond);
  if (page.length === 0) return ok({ status: '0', message: 'No records found', result: [] });
  return found(page.map((log) => rowOf(chain, log)));
}

function rowOf(chain: Explorer['chain'], log: ChainLog) {
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: quantity(log.block),
    blockHash: chain.hashOf(log.block),
    timeStamp: quantity(chain.ledger.network.timeOf(log.block) / 1_000),
    gasPrice: quantity(1_000_000_000),
    gasUsed: quantity(30_000),
    logIndex: bare(log.logIndex),
    transactionHash: `0x${log.transaction}`,
    transactionIndex: bare(log.transactionIndex),
  };
}

/** Zero is written without a digit here. */
function bare(value: number): string {
  return value === 0 ? '0x' : quantity(value);
}
