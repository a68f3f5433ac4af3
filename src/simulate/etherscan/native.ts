/** `module=account&action=txlist` and `txlistinternal`: an account's own transactions, and what contracts sent it, page by page. */
import { lowerCase } from '../ethereum/words.ts';
import { ok, type Reply } from '../http/reply.ts';
import { digest } from '../names.ts';
import { Random } from '../random.ts';
import { between } from '../search.ts';
import { mixTies } from '../ties.ts';
import type { SimulatedTransfer } from '../types.ts';
import type { PageFaultKind } from './faults.ts';
import { pageOf, type Query, queryIn } from './history.ts';
import type { Explorer } from './options.ts';
import { spoil } from './pages.ts';
import { found, type SimulatedRequest } from './request.ts';

export interface NativeRow {
  blockNumber: string;
  /** Seconds since 1970. */
  timeStamp: string;
  hash: string;
  from: string;
  to: string;
  value?: string;
  contractAddress: string;
  input: string;
  gas: string;
  gasUsed: string;
  isError: string;
}

/** Answers for one page of either list, spoilt as the fault says. */
export function native(
  explorer: Explorer,
  request: SimulatedRequest & { readonly endpoint: 'txlist' | 'txlistinternal' },
  fault: PageFaultKind | null,
): Reply {
  const query = queryIn(explorer, request.params, fault === 'behind');
  if ('status' in query) return query;
  const isInner = request.endpoint === 'txlistinternal';
  const rows = isInner ? innerFor(explorer, query) : ownFor(explorer, query);
  const random = new Random(`${JSON.stringify(request.params)}/${request.number}`);
  const sorted = fault === 'unstable-ties' ? mixTies(rows, ({ block }) => block, random) : rows;
  const page = pageOf(explorer, query, sorted);
  if ('status' in page) return page;
  const listed = page.map((each) => rowOf(explorer, each, isInner));
  const result = spoil(fault === 'other-rows' ? listed.flatMap(besideOthers) : listed, fault, random);
  return result.length > 0 ? found(result) : ok({ status: '0', message: 'No transactions found', result: [] });
}

/** ETH in and out, and calls of the token's contract, each transaction once. */
function ownFor({ chain: { ledger } }: Explorer, { account, from, to }: Query): SimulatedTransfer[] {
  const coins = ledger.coinsOf(account).filter((transfer) => transfer.from === transfer.signer);
  const calls = new Map(
    between(ledger.of(account), from, to)
      .filter(({ signer }) => signer === account)
      .map((transfer) => [transfer.transaction, transfer]),
  );
  return [...between(coins, from, to), ...calls.values()].sort((a, b) => a.block - b.block || a.position - b.position);
}

/** ETH that a contract sent in somebody else's transaction. */
function innerFor({ chain: { ledger } }: Explorer, { account, from, to }: Query): SimulatedTransfer[] {
  return between(ledger.coinsOf(account), from, to).filter((transfer) => transfer.from !== transfer.signer);
}

function rowOf({ chain }: Explorer, transfer: SimulatedTransfer, isInner: boolean): NativeRow {
  const { token } = chain.ledger.network;
  const { block, timestamp, transaction, asset, from, to, value, signer } = transfer;
  const isCall = asset === token.symbol;
  return {
    blockNumber: String(block),
    timeStamp: String(timestamp / 1_000),
    hash: `0x${transaction}`,
    ...(isInner ? { type: 'call', traceId: '0', errCode: '' } : { nonce: '0', txreceipt_status: '1' }),
    from: lowerCase(isCall ? signer : from),
    to: lowerCase(isCall ? token.address : to),
    value: isCall ? '0' : String(value),
    ...{ contractAddress: '', input: isCall ? '0xa9059cbb' : '0x', gas: '100000', gasUsed: isCall ? '46000' : '21000' },
    isError: '0',
  };
}

/** A transaction that failed, and one without value, stand beside each. */
function besideOthers(row: NativeRow): NativeRow[] {
  const beside = (what: string) => `0x${digest(`${what} beside ${row.hash}`)}`;
  return [{ ...row, hash: beside('failed'), isError: '1' }, { ...row, hash: beside('empty'), value: '0' }, row];
}
