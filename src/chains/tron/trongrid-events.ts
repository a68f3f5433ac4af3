/**
 * What the issuer did, from TronGrid's list of a contract's events: each kind by itself, since it finds
 * events of one name only.
 *
 * Pages are read as those of histories are: one gives up only rows before its newest timestamp, and fingerprints serve only
 * where one timestamp fills a page, or a page is empty. A full page is never the end, with or without a fingerprint.
 */
import { RetryableError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type { Address, Asset, Remark, TransactionHash } from '../chain.ts';
import {
  type IssuerEventKind,
  type IssuerRow,
  issuerEventPage,
  type KindRead,
  readEachKind,
} from '../issuer-events.ts';
import type { IssuerEventPage, IssuerEventRequest } from '../off-history.ts';
import { EMPTY_PAGES, EMPTY_PAGES_TEXT, NARROW_LIMIT, PAGE_LIMIT, stuckAt } from './trongrid-history.ts';
import type { TronGridEvent } from './trongrid-replies.ts';

/** How the contract calls what it does, and the names of what it tells of it; by its place where the name is another. */
const EVENTS: Readonly<Record<IssuerEventKind, { name: string; wallet: string[] | null; value: string[] | null }>> = {
  destroyed: { name: 'DestroyedBlackFunds', wallet: ['_blackListedUser', '0'], value: ['_balance', '1'] },
  redeemed: { name: 'Redeem', wallet: null, value: ['amount', '0'] },
  frozen: { name: 'AddedBlackList', wallet: ['_user', '0'], value: null },
  unfrozen: { name: 'RemovedBlackList', wallet: ['_user', '0'], value: null },
};

/** How TronGrid is asked. */
export interface EventAsker {
  /** One page of the contract's events. */
  readonly events: (parameters: Record<string, string>) => Promise<{
    readonly data: readonly TronGridEvent[];
    readonly fingerprint: string | null;
  }>;
  readonly owner: () => Promise<Address | null>;
}

export async function readEvents(asker: EventAsker, request: IssuerEventRequest): Promise<IssuerEventPage> {
  const read = await readEachKind(
    (kind) => readKind(asker, request, kind),
    ({ timestamp }) => timestamp,
  );
  return issuerEventPage(read, read.until, asker.owner);
}

/** @throws RetryableError `REPLY_INVALID` or `HISTORY_STUCK` */
async function readKind(
  { events }: EventAsker,
  { asset, window, position }: IssuerEventRequest,
  kind: IssuerEventKind,
): Promise<KindRead> {
  const rows: IssuerRow[] = [];
  const remarks: Remark[] = [];
  let limit = PAGE_LIMIT;
  let fingerprint: string | null = null;
  for (let empty = 0; ; ) {
    const page = await events({
      ...{ event_name: EVENTS[kind].name, only_confirmed: 'true', order_by: 'block_timestamp,asc' },
      ...{ min_block_timestamp: `${position}`, max_block_timestamp: `${window.until - 1}`, limit: `${limit}` },
      ...(fingerprint === null ? {} : { fingerprint }),
    });
    rows.push(...readRows(page.data, { from: position, until: window.until }, kind, asset));
    const full = page.data.length >= limit;
    if (!full && page.fingerprint === null) return { rows, until: null, remarks };
    empty = page.data.length === 0 ? empty + 1 : 0;
    if (empty === EMPTY_PAGES) {
      remarks.push({ code: 'PAGES_EMPTY', count: EMPTY_PAGES, text: EMPTY_PAGES_TEXT });
      return { rows, until: null, remarks };
    }
    const newest = page.data.at(-1)?.block_timestamp ?? position;
    if (newest > position) return { rows, until: newest, remarks };
    if (page.fingerprint === null) {
      // Either the instant fills the page exactly, or the provider forgot to name the next: a page of another size tells.
      if (limit === NARROW_LIMIT) throw stuckAt(newest);
      limit = NARROW_LIMIT;
    }
    fingerprint = page.fingerprint;
  }
}

function readRows(
  data: readonly TronGridEvent[],
  { from, until }: { from: number; until: number },
  kind: IssuerEventKind,
  asset: Asset,
): IssuerRow[] {
  let previous = from;
  return data.map((raw) => {
    const time = raw.block_timestamp;
    if (time < from) throw invalid('an event is older than the time asked for');
    if (time >= until) throw invalid('an event is newer than the time asked for');
    if (time < previous) throw invalid('events are not in order of time');
    previous = time;
    if (raw._unconfirmed) throw invalid('an event is not confirmed although only confirmed ones were asked for');
    if (raw.contract_address !== asset.contract) throw invalid('an event is of another contract');
    if (raw.event_name !== EVENTS[kind].name) throw invalid('an event is of another name');
    return readRow(raw, kind, asset);
  });
}

function readRow(raw: TronGridEvent, kind: IssuerEventKind, asset: Asset): IssuerRow {
  const told = (names: readonly string[]) => names.map((name) => raw.result[name]).find((text) => text !== undefined);
  const { wallet, value } = EVENTS[kind];
  const amount = value === null ? '0' : told(value);
  if (amount === undefined || !/^\d{1,78}$/.test(amount))
    throw invalid('an event has an amount that is no whole number');
  const bytes = wallet === null ? null : /^(?:0x|41)([0-9a-f]{40})$/i.exec(told(wallet) ?? '')?.[1];
  if (bytes === undefined) throw invalid('an event has a wallet that is no address');
  return {
    ...{ chain: asset.chain, asset: asset.symbol, kind, transaction: raw.transaction_id as TransactionHash },
    wallet: bytes === null ? null : addressFromWord('tron', bytes),
    value: BigInt(amount),
    timestamp: raw.block_timestamp,
    block: raw.block_number,
    // Its index counts the events of the transaction, not those of the block.
    position: null,
    index: raw.event_index,
  };
}

function invalid(what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `The provider sent a page that cannot be right: ${what}.`);
}
