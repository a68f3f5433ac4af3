/** What sources share in reading what the issuer did: several kinds of events, told apart by the provider. */
import { RetryableError } from '../errors.ts';
import type { Address, Remark } from './chain.ts';
import type { IssuerEvent, IssuerEventPage } from './off-history.ts';

export type IssuerEventKind = IssuerEvent['kind'];
export const ISSUER_EVENT_KINDS: readonly IssuerEventKind[] = ['destroyed', 'redeemed', 'frozen', 'unfrozen'];

/** An event as a log has it: a redemption does not say whose money it was. */
export interface IssuerRow extends Omit<IssuerEvent, 'wallet'> {
  readonly wallet: Address | null;
  /** Index of its log, within the block or the transaction as the provider counts. */
  readonly index: number;
}

/** How far one kind was read. */
export interface KindRead {
  readonly rows: readonly IssuerRow[];
  /** All rows before are there; `null` where there are no more in the stretch asked for. */
  readonly until: number | null;
  readonly remarks: readonly Remark[];
}

/**
 * All kinds from one position, for providers that are asked for each by itself: rows as far as all were read.
 *
 * @param place a row's position in the unit of the source
 */
export async function readEachKind(
  read: (kind: IssuerEventKind) => Promise<KindRead>,
  place: (row: IssuerRow) => number,
): Promise<KindRead> {
  const kinds: KindRead[] = [];
  for (const kind of ISSUER_EVENT_KINDS) kinds.push(await read(kind));
  const ends = kinds.flatMap(({ until }) => until ?? []);
  const until = ends.length === 0 ? null : Math.min(...ends);
  const rows = kinds.flatMap((each) => each.rows).filter((row) => until === null || place(row) < until);
  return { rows, until, remarks: kinds.flatMap(({ remarks }) => remarks) };
}

/**
 * The page that rows make: each log once, in order, redemptions put down to the owner.
 *
 * @param owner asked only where something was redeemed; `null` where the contract names none
 * @throws RetryableError `REPLY_INCONSISTENT` where one log is listed as two different events
 */
export async function issuerEventPage(
  read: Pick<KindRead, 'rows' | 'remarks'>,
  next: number | null,
  owner: () => Promise<Address | null>,
): Promise<IssuerEventPage> {
  const rows = distinct(read.rows).sort(inOrder);
  const redeemed = rows.filter(({ wallet }) => wallet === null).length;
  const holder = redeemed === 0 ? null : await owner();
  const events = rows.flatMap(({ index: _, ...row }): IssuerEvent[] => {
    const wallet = row.wallet ?? holder;
    return wallet === null ? [] : [{ ...row, wallet }];
  });
  const remarks = [...read.remarks];
  if (redeemed > 0 && holder === null) {
    const text = 'redemptions were left out, for the contract names no owner to whom they could be put down';
    remarks.push({ code: 'OWNER_UNKNOWN', count: redeemed, text });
  }
  return { events, next, remarks: addUp(remarks) };
}

/** A provider may repeat a row; one log is one event. */
function distinct(rows: readonly IssuerRow[]): IssuerRow[] {
  const byLog = new Map<string, IssuerRow>();
  for (const row of rows) {
    const key = `${row.transaction}/${row.index}`;
    const known = byLog.get(key);
    if (known !== undefined && (known.kind !== row.kind || known.wallet !== row.wallet || known.value !== row.value)) {
      throw new RetryableError('REPLY_INCONSISTENT', 'The provider lists one log as two different events.');
    }
    byLog.set(key, known ?? row);
  }
  return [...byLog.values()];
}

function inOrder(a: IssuerRow, b: IssuerRow): number {
  const byPosition = a.position === null || b.position === null ? 0 : a.position - b.position;
  const byTransaction = a.transaction < b.transaction ? -1 : a.transaction > b.transaction ? 1 : 0;
  return a.timestamp - b.timestamp || byPosition || byTransaction || a.index - b.index;
}

/** Each code once. */
function addUp(remarks: readonly Remark[]): Remark[] {
  const byCode = new Map<Remark['code'], Remark>();
  for (const remark of remarks) {
    byCode.set(remark.code, { ...remark, count: remark.count + (byCode.get(remark.code)?.count ?? 0) });
  }
  return [...byCode.values()];
}
