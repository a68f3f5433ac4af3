/**
 * What the issuer did, from Etherscan's `getLogs`: each kind by itself, since its operators join topics
 * of different places only, never two that may stand in one place.
 *
 * Pages are read as those of histories are: one gives up only rows before its newest block, and page numbers serve only
 * where one block fills a page.
 */
import { RetryableError } from '../../errors.ts';
import type { Asset, TransactionHash } from '../chain.ts';
import {
  type IssuerEventKind,
  type IssuerRow,
  issuerEventPage,
  type KindRead,
  readEachKind,
} from '../issuer-events.ts';
import type { IssuerEventPage, IssuerEventRequest } from '../off-history.ts';
import type { Place } from '../reply.ts';
import { MOST_ROWS, PAGE_LIMIT, SMALLEST_FULL_PAGE } from './etherscan-history.ts';
import type { EtherscanLog } from './etherscan-replies.ts';
import { ISSUER_TOPICS, issuerRow, readIssuerLog, readOwner } from './issuer-logs.ts';

/** How Etherscan is asked. */
export interface LogAsker {
  readonly place: Place;
  /** One page of logs. */
  readonly logs: (parameters: Record<string, string>) => Promise<readonly EtherscanLog[]>;
  /** A call to the contract at the newest block; `null` where it refuses the call. */
  readonly call: (data: string) => Promise<string | null>;
}

/** @param last the newest block to ask for, which may lie before the window's end */
export async function readIssuerEvents(
  asker: LogAsker,
  request: IssuerEventRequest,
  last: number,
): Promise<IssuerEventPage> {
  const { asset, window } = request;
  const read = await readEachKind(
    (kind) => readKind(asker, request, last, kind),
    ({ block }) => block ?? 0,
  );
  const end = last + 1 >= window.until ? null : last + 1;
  return issuerEventPage(read, read.until ?? end, () => readOwner(asker.call, asset, asker.place));
}

async function readKind(
  { logs, place }: LogAsker,
  { asset, position }: IssuerEventRequest,
  last: number,
  kind: IssuerEventKind,
): Promise<KindRead> {
  const rows: IssuerRow[] = [];
  // Further pages are as long as the first turned out to be, so that none overlaps another.
  for (let [page, size] = [1, PAGE_LIMIT]; ; page += 1) {
    if (page * size > MOST_ROWS) {
      throw new RetryableError(
        'HISTORY_STUCK',
        `Block ${position} has more than ${MOST_ROWS} events, and the provider shows no more of it.`,
      );
    }
    const data = await logs({
      ...{ module: 'logs', action: 'getLogs', address: asset.contract, topic0: ISSUER_TOPICS[kind] },
      ...{ fromBlock: `${position}`, toBlock: `${last}`, page: `${page}`, offset: `${size}` },
    });
    rows.push(...readRows(data, { from: position, to: last }, kind, asset, place));
    if (data.length < Math.min(size, SMALLEST_FULL_PAGE)) return { rows, until: null, remarks: [] };
    const newest = data.at(-1)?.blockNumber ?? position;
    if (newest > position) return { rows, until: newest, remarks: [] };
    if (page === 1) size = data.length;
  }
}

function readRows(
  data: readonly EtherscanLog[],
  { from, to }: { from: number; to: number },
  kind: IssuerEventKind,
  asset: Asset,
  place: Place,
): IssuerRow[] {
  let [previous, time] = [from, 0];
  return data.map((log) => {
    const { blockNumber: block, timeStamp: seconds, logIndex: index } = log;
    if (block < from) throw invalid('a row is older than the block asked for');
    if (block > to) throw invalid('a row is newer than the block asked for');
    if (block < previous) throw invalid('rows are not in order of blocks');
    if (seconds < time) throw invalid('a later block is of an earlier time');
    if (seconds * 1000 < asset.since) throw invalid('a row is older than its token');
    [previous, time] = [block, seconds];
    const topics = log.topics.filter((topic) => topic !== null);
    const transaction = log.transactionHash.slice(2).toLowerCase() as TransactionHash;
    const content = readIssuerLog({ ...log, topics }, [kind], asset, place);
    return issuerRow({ ...content, transaction, block, index, seconds, timestamp: seconds * 1000 }, asset);
  });
}

function invalid(what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `The provider sent a page that cannot be right: ${what}.`);
}
