/**
 * Withdrawals that services disclosed: each is a transfer, or waits until its transfer is found in what was crawled.
 *
 * One that waits is settled when it is next asked for, and before a source is added, so that what can be added does not
 * depend on who has looked before. What it was settled to stays, whatever is stored later.
 */
import type { Statement } from '../cases/statement.ts';
import type { Address, ChainId, TransactionHash } from '../chains/chain.ts';
import { quoted, UserError } from '../errors.ts';
import { type Db, many, maybe, one, type Pool, transaction } from './db.ts';
import { KNOWN_TO_CASE } from './listed.ts';
import type { StoredTransfer } from './payments.ts';
import { type StoredAsset, walletIds } from './reference.ts';

/**
 * Why the transfer of a disclosure is not known: its payee was not crawled; was, and has no such transfer up to the crawl's
 * head; has only transfers of other amounts; has several that fit; or the one that fits is a confirmed payment, or another
 * disclosure's.
 */
export type Waiting = 'not-crawled' | 'not-found' | 'other-amount' | 'several' | 'payment' | 'disclosed';

export interface Disclosure {
  readonly number: number;
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: TransactionHash;
  readonly to: Address;
  /** Base units; of the transfer, or, while it waits, as it was told. */
  readonly value: bigint | null;
  readonly disclosedBy: string;
  readonly why: string;
  readonly addedAt: Date;
  /** `null` while it waits. */
  readonly transfer: StoredTransfer | null;
  /** `null` where the transfer is known. */
  readonly waiting: Waiting | null;
}

export interface NewDisclosure {
  readonly asset: StoredAsset;
  readonly transaction: TransactionHash;
  readonly to: Address;
  readonly amount: bigint | null;
  /** Where what is stored shows it. */
  readonly transfer: StoredTransfer | null;
  readonly statement: Statement;
}

/**
 * Adds a disclosure. The same transfer is one disclosure, with the words that were said first.
 *
 * @returns its number, and whether the case had it before
 * @throws UserError `SOURCE_IS_PAYMENT`
 */
export async function addDisclosure(
  pool: Pool,
  caseId: number,
  disclosure: NewDisclosure,
  now: Date,
): Promise<{ readonly number: number; readonly known: boolean }> {
  const { asset, transfer, statement } = disclosure;
  const toId = transfer?.toId ?? (await walletIds(pool, asset.chain, [disclosure.to])).get(disclosure.to);
  return transaction(pool, async (db) => {
    await lockSources(db, caseId);
    await settleWaiting(db, caseId);
    if (transfer !== null) await refusePayment(db, caseId, transfer);
    const value = (transfer?.value ?? disclosure.amount)?.toString() ?? null;
    const key = [caseId, disclosure.transaction, asset.id, transfer?.fromId ?? null, toId, value];
    const known = await maybe<{ number: number }>(
      db,
      `select number from disclosures
       where case_id = $1 and removed_at is null and transaction = decode($2, 'hex') and asset_id = $3 and to_id = $5
         and case when $4::bigint is null
           then value is not distinct from $6::numeric or (from_id is not null and $6::numeric is null)
           else from_id = $4 and value = $6::numeric and occurrence = $7 end
       order by number limit 1`,
      [...key, transfer?.occurrence ?? null],
    );
    if (known !== undefined) return { number: known.number, known: true };
    const { number } = await one<{ number: number }>(
      db,
      `insert into disclosures (case_id, number, transaction, asset_id, from_id, to_id, value, occurrence, disclosed_by,
         why, added_at)
       values ($1, (select coalesce(max(number), 0) + 1 from disclosures where case_id = $1), decode($2, 'hex'), $3, $4,
         $5, $6, $7, $8, $9, $10)
       returning number`,
      [...key, transfer?.occurrence ?? null, statement.by, statement.why, now],
    );
    return { number, known: false };
  });
}

/** The disclosures of a case, by number. Those that wait are looked up first in what the case knows now. */
export async function readDisclosures(pool: Pool, caseId: number): Promise<Disclosure[]> {
  return transaction(pool, async (db) => {
    const waits = await maybe(
      db,
      'select 1 from disclosures where case_id = $1 and removed_at is null and from_id is null limit 1',
      [caseId],
    );
    if (waits !== undefined) await lockSources(db, caseId);
    const waiting = waits === undefined ? new Map<number, Waiting>() : await settleWaiting(db, caseId);
    const rows = await many<
      Omit<Disclosure, 'transfer' | 'waiting'> & { id: number; transfer: TransferNumbers | null }
    >(
      db,
      `select d.id, d.number, c.name as chain, a.symbol as asset, encode(d.transaction, 'hex') as transaction,
         r.address as "to", d.value, d.disclosed_by as "disclosedBy", d.why, d.added_at as "addedAt",
         case when t.from_id is not null then jsonb_build_object('assetId', t.asset_id, 'fromId', t.from_id,
           'toId', t.to_id, 'from', f.address, 'occurrence', t.occurrence, 'timestamp', t.timestamp) end as transfer
       from disclosures d join assets a on a.id = d.asset_id join chains c on c.id = a.chain_id
       join wallets r on r.id = d.to_id left join wallets f on f.id = d.from_id
       left join transfers t using (transaction, asset_id, from_id, to_id, value, occurrence)
       where d.case_id = $1 and d.removed_at is null order by d.number`,
      [caseId],
    );
    return rows.map(({ id, transfer, ...row }) => ({
      ...row,
      transfer:
        transfer === null || row.value === null
          ? null
          : { ...transfer, transaction: row.transaction, to: row.to, value: row.value },
      waiting: waiting.get(id) ?? null,
    }));
  });
}

/** What of a stored transfer stands beside its disclosure: numbers that are safe in JSON, and the payer. */
type TransferNumbers = Omit<StoredTransfer, 'transaction' | 'to' | 'value'>;

/**
 * Takes a disclosure out of its case: it is no source any more and its payee no seed by it. Its number is not given out
 * again.
 *
 * @returns false where the case has none of this number
 */
export async function removeDisclosure(db: Db, caseId: number, number: number, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    'update disclosures set removed_at = $3 where case_id = $1 and number = $2 and removed_at is null',
    [caseId, number, now],
  );
  return rowCount === 1;
}

/** Who adds sources to a case waits for who is adding: numbers have no gaps, and a transfer is one source. */
async function lockSources(db: Db, caseId: number): Promise<void> {
  await db.query('select 1 from cases where id = $1 for update', [caseId]);
}

/** SQL that holds for the payment, or the disclosure, `x` of the transfer or disclosure with the key of `t`. */
const SAME_KEY = `x.transaction = t.transaction and x.asset_id = t.asset_id and x.from_id = t.from_id and x.to_id = t.to_id
  and x.value = t.value and x.occurrence = t.occurrence`;

/**
 * Settles what waits in a case, by number, as far as exactly one known transfer fits that is no source yet. The caller has
 * locked the case.
 *
 * @returns why the others wait, by id
 */
export async function settleWaiting(db: Db, caseId: number): Promise<Map<number, Waiting>> {
  const rows = await many<WaitingRow>(
    db,
    `select d.id, encode(d.transaction, 'hex') as transaction, d.asset_id as "assetId", d.to_id as "toId",
       d.value as told, t.from_id as "fromId", t.value, t.occurrence,
       exists (select 1 from case_wallets cw where cw.wallet_id = d.to_id and cw.state = 'expanded'
         and cw.run_id = (select id from runs where case_id = $1 order by number desc limit 1)) as crawled,
       exists (select 1 from payments x where x.case_id = $1 and ${SAME_KEY}) as payment,
       exists (select 1 from disclosures x where x.case_id = $1 and x.removed_at is null and ${SAME_KEY}) as disclosed
     from disclosures d
     left join transfers t on t.transaction = d.transaction and t.asset_id = d.asset_id and t.to_id = d.to_id
       and t.value > 0 and t.from_id <> t.to_id and ${KNOWN_TO_CASE}
     where d.case_id = $1 and d.removed_at is null and d.from_id is null
     order by d.number, t.value, t.from_id, t.occurrence`,
    [caseId],
  );
  const waiting = new Map<number, Waiting>();
  const settled = new Set<string>();
  for (const group of groupedById(rows)) {
    const [row, another] = group.filter(({ told, value }) => value !== null && (told === null || told === value));
    const [{ id }] = group;
    if (row === undefined) waiting.set(id, reasonForNone(group));
    else if (another !== undefined) waiting.set(id, 'several');
    else if (row.payment) waiting.set(id, 'payment');
    else if (row.disclosed || settled.has(keyOf(row))) waiting.set(id, 'disclosed');
    else {
      await db.query('update disclosures set from_id = $2, value = $3, occurrence = $4 where id = $1', [
        id,
        row.fromId,
        row.value?.toString(),
        row.occurrence,
      ]);
      settled.add(keyOf(row));
    }
  }
  return waiting;
}

/** A disclosure that waits, with one of the transfers that its transaction paid to its payee, or `null` for none. */
interface WaitingRow {
  readonly id: number;
  readonly transaction: string;
  readonly assetId: number;
  readonly toId: number;
  readonly told: bigint | null;
  readonly fromId: number | null;
  readonly value: bigint | null;
  readonly occurrence: number | null;
  readonly crawled: boolean;
  readonly payment: boolean;
  readonly disclosed: boolean;
}

function groupedById(rows: readonly WaitingRow[]): Iterable<[WaitingRow, ...WaitingRow[]]> {
  const groups = new Map<number, [WaitingRow, ...WaitingRow[]]>();
  for (const row of rows) {
    const group = groups.get(row.id);
    if (group === undefined) groups.set(row.id, [row]);
    else group.push(row);
  }
  return groups.values();
}

function reasonForNone(group: readonly WaitingRow[]): Waiting {
  if (group.some(({ value }) => value !== null)) return 'other-amount';
  return group.some(({ crawled }) => crawled) ? 'not-found' : 'not-crawled';
}

function keyOf({ transaction: hash, assetId, fromId, toId, value, occurrence }: WaitingRow): string {
  return [hash, assetId, fromId, toId, value, occurrence].join(' ');
}

/** @throws UserError `PAYMENT_DISCLOSED` where a disclosure of the case is this transfer */
export async function refuseDisclosed(db: Db, caseId: number, transfer: StoredTransfer): Promise<void> {
  const disclosure = await maybe<{ number: number; disclosedBy: string }>(
    db,
    `select x.number, x.disclosed_by as "disclosedBy" from disclosures x, ${KEY_AS_ROW} t
     where x.case_id = $1 and x.removed_at is null and ${SAME_KEY}`,
    keyParameters(caseId, transfer),
  );
  if (disclosure === undefined) return;
  const { number, disclosedBy } = disclosure;
  throw new UserError(
    'PAYMENT_DISCLOSED',
    `Transaction ${transfer.transaction.slice(0, 12)}… is disclosure ${number} already, a withdrawal by ${quoted(disclosedBy)}.`,
    {
      right: 'A transfer is one source: a payment of a victim, or a withdrawal that a service disclosed.',
      todo: `If it is a payment, take the disclosure out first: npx downstream source remove CASE ${number}`,
    },
  );
}

async function refusePayment(db: Db, caseId: number, transfer: StoredTransfer): Promise<void> {
  const { reports } = await one<{ reports: number[] }>(
    db,
    `select coalesce(array_agg(distinct r.number order by r.number), '{}') as reports
     from payments x join ${KEY_AS_ROW} t on ${SAME_KEY}
     join report_payments p on p.payment_id = x.id join reports r on r.id = p.report_id
     where x.case_id = $1`,
    keyParameters(caseId, transfer),
  );
  if (reports.length === 0) return;
  throw new UserError('SOURCE_IS_PAYMENT', `This transfer is a confirmed payment of report ${reports.join(', ')}.`, {
    right: 'A transfer is one source: a payment of a victim, or a withdrawal that a service disclosed.',
    todo: 'Nothing is to be added: it is followed as a payment.',
  });
}

const KEY_AS_ROW = `(select decode($2, 'hex') as transaction, $3::smallint as asset_id, $4::bigint as from_id,
  $5::bigint as to_id, $6::numeric as value, $7::integer as occurrence)`;

function keyParameters(
  caseId: number,
  { transaction: hash, assetId, fromId, toId, value, occurrence }: StoredTransfer,
) {
  return [caseId, hash, assetId, fromId, toId, value.toString(), occurrence];
}
