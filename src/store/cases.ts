/** Cases, and the reports in them. */

import type { PaymentKind, Report, ReportRole } from '../cases/report.ts';
import type { Address, ChainId, Wallet } from '../chains/chain.ts';
import { UserError } from '../errors.ts';
import { type Db, many, maybe, one, type Pool, transaction } from './db.ts';
import { walletIds } from './reference.ts';

export interface Case {
  readonly id: number;
  readonly name: string;
  readonly createdAt: Date;
}

/** A name that cannot be taken for an id, a path or an option. */
const NAME = /^(?!\d+$)[\p{L}\p{N}][\p{L}\p{N} ._-]{0,79}$/u;

/** @throws UserError `CASE_NAME` or `CASE_EXISTS` */
export async function createCase(db: Db, name: string, now: Date): Promise<Case> {
  if (!NAME.test(name) || name !== name.trim()) {
    throw new UserError('CASE_NAME', `"${name}" cannot name a case.`, {
      right: 'A name has up to 80 letters, digits, spaces, dots, dashes and underscores, and is no bare number.',
      todo: 'Choose another, such as mekong-2026.',
    });
  }
  const created = await maybe<Case>(
    db,
    `insert into cases (name, created_at) values ($1, $2) on conflict (name) do nothing
     returning id, name, created_at as "createdAt"`,
    [name, now],
  );
  if (created !== undefined) return created;
  throw new UserError('CASE_EXISTS', `There is a case named "${name}" already.`, {
    todo: 'Choose another name, or see it with: npx downstream case list',
  });
}

export interface CaseSummary extends Case {
  readonly reports: number;
  readonly runs: number;
}

export async function listCases(db: Db): Promise<CaseSummary[]> {
  return many<CaseSummary>(
    db,
    `select id, name, created_at as "createdAt",
       (select count(*) from reports r where r.case_id = c.id) as reports,
       (select count(*) from runs r where r.case_id = c.id) as runs
     from cases c order by id`,
  );
}

/** The case that a person names, by name or id. @throws UserError `CASE_UNKNOWN` */
export async function findCase(db: Db, nameOrId: string): Promise<Case> {
  const byId = /^\d{1,15}$/.test(nameOrId);
  const found = await maybe<Case>(
    db,
    `select id, name, created_at as "createdAt" from cases where ${byId ? 'id = $1::bigint' : 'name = $1'}`,
    [nameOrId],
  );
  if (found !== undefined) return found;
  throw new UserError('CASE_UNKNOWN', `There is no case ${byId ? 'with the id' : 'named'} "${nameOrId}".`, {
    todo: 'See all cases with: npx downstream case list\nCreate one with: npx downstream case create NAME',
  });
}

/** A report with the digest that is equal for equal reports, as 64 hex digits. */
export interface NewReport {
  readonly report: Report;
  readonly digest: string;
}

export interface AddedReport {
  readonly number: number;
  /** True when the same report was in the case before; nothing was added. */
  readonly known: boolean;
}

/** Adds reports to a case, in order and in one transaction. The same report is stored once. */
export async function addReports(
  pool: Pool,
  caseId: number,
  rows: readonly NewReport[],
  now: Date,
): Promise<AddedReport[]> {
  const ids = await reportWalletIds(
    pool,
    rows.map(({ report }) => report),
  );
  return transaction(pool, async (db) => {
    // Numbers have no gaps and are given out once: who adds reports to a case waits for who is adding.
    await db.query('select 1 from cases where id = $1 for update', [caseId]);
    const { newest } = await one<{ newest: number }>(
      db,
      'select coalesce(max(number), 0) as newest from reports where case_id = $1',
      [caseId],
    );
    const numbers = await readNumbers(
      db,
      caseId,
      rows.map(({ digest }) => digest),
    );
    const fresh: (NewReport & { number: number })[] = [];
    const added = rows.map(({ digest, report }): AddedReport => {
      const known = numbers.get(digest);
      if (known !== undefined) return { number: known, known: true };
      const number = newest + fresh.length + 1;
      numbers.set(digest, number);
      fresh.push({ number, digest, report });
      return { number, known: false };
    });
    await insertReports(db, { caseId, rows: fresh.map((row) => toColumns(row, ids)), now });
    return added;
  });
}

async function reportWalletIds(db: Db, reports: readonly Report[]): Promise<Map<string, number>> {
  const byChain = new Map<ChainId, Set<Address>>();
  for (const { chain, wallet, origin } of reports) {
    const addresses = byChain.get(chain) ?? new Set();
    addresses.add(wallet);
    if (origin?.kind === 'wallet') addresses.add(origin.address);
    byChain.set(chain, addresses);
  }
  const ids = new Map<string, number>();
  for (const [chain, addresses] of byChain) {
    for (const [address, id] of await walletIds(db, chain, [...addresses])) ids.set(address, id);
  }
  return ids;
}

/** The numbers of reports that are in the case already, by digest. */
async function readNumbers(db: Db, caseId: number, digests: readonly string[]): Promise<Map<string, number>> {
  const rows = await many<{ digest: string; number: number }>(
    db,
    `select encode(digest, 'hex') as digest, number from reports
     where case_id = $1 and digest = any(select decode(hex, 'hex') from unnest($2::text[]) as hex)`,
    [caseId, digests],
  );
  return new Map(rows.map(({ digest, number }) => [digest, number]));
}

function toColumns(row: NewReport & { number: number }, ids: ReadonlyMap<string, number>) {
  const { report } = row;
  const { origin } = report;
  return {
    number: row.number,
    wallet_id: ids.get(report.wallet),
    role: report.role,
    origin_wallet_id: origin?.kind === 'wallet' ? ids.get(origin.address) : null,
    origin_exchange: origin?.kind === 'exchange' ? origin.exchange : null,
    origin_withdrawal: origin?.kind === 'exchange' ? origin.withdrawal : null,
    transaction: report.transaction,
    amount: report.amount?.toString() ?? null,
    fiat_amount: report.fiat?.amount ?? null,
    fiat_currency: report.fiat?.currency ?? null,
    paid_at: report.paidAt,
    reference: report.reference,
    note: report.note,
    payment: report.payment,
    names: report.names,
    digest: row.digest,
  };
}

async function insertReports(
  db: Db,
  batch: { caseId: number; rows: readonly ReturnType<typeof toColumns>[]; now: Date },
): Promise<void> {
  if (batch.rows.length === 0) return;
  await db.query(
    `insert into reports (case_id, number, wallet_id, role, origin_wallet_id, origin_exchange, origin_withdrawal,
       transaction, amount, fiat_amount, fiat_currency, paid_at, reference, note, payment, names,
       digest, created_at)
     select $1, number, wallet_id, role, origin_wallet_id, origin_exchange, origin_withdrawal,
       decode(transaction, 'hex'), amount, fiat_amount, fiat_currency, paid_at, reference, note, payment, names,
       decode(digest, 'hex'), $3
     from jsonb_to_recordset($2::jsonb) as r(number int, wallet_id bigint, role text, origin_wallet_id bigint,
       origin_exchange text, origin_withdrawal text, transaction text, amount numeric, fiat_amount numeric,
       fiat_currency text, paid_at bigint, reference text, note text, payment text, names text[],
       digest text)`,
    [batch.caseId, JSON.stringify(batch.rows), batch.now],
  );
}

/** A report as it is shown inside its case. */
export interface StoredReport {
  readonly id: number;
  readonly number: number;
  readonly chain: ChainId;
  readonly walletId: number;
  readonly wallet: Address;
  readonly role: ReportRole;
  readonly payer: Address | null;
  readonly transaction: string | null;
  readonly amount: bigint | null;
  readonly fiat: string | null;
  readonly paidAt: number | null;
  readonly reference: string | null;
  /** What the payment was for, and whom the victim names; told inside the case alone. */
  readonly payment: PaymentKind | null;
  readonly names: readonly string[];
  /** How many payments were confirmed for it. */
  readonly payments: number;
}

export async function readReports(db: Db, caseId: number): Promise<StoredReport[]> {
  return many<StoredReport>(
    db,
    `select r.id, r.number, c.name as chain, r.wallet_id as "walletId", w.address as wallet, r.role,
       coalesce(o.address, case when r.role = 'own' then w.address end) as payer,
       encode(r.transaction, 'hex') as transaction, r.amount,
       r.fiat_amount::text || ' ' || r.fiat_currency as fiat, r.paid_at as "paidAt", r.reference, r.payment, r.names,
       (select count(*) from report_payments p where p.report_id = r.id) as payments
     from reports r join wallets w on w.id = r.wallet_id join chains c on c.id = w.chain_id
     left join wallets o on o.id = r.origin_wallet_id
     where r.case_id = $1 order by r.number`,
    [caseId],
  );
}

/** Wallets that reports of whatever case call a victim's own, unless another report of it tells of payments to them. */
export async function readOwnWallets(db: Db): Promise<Wallet[]> {
  return many<Wallet>(
    db,
    `select distinct c.name as chain, w.address from reports r join wallets w on w.id = r.wallet_id
     join chains c on c.id = w.chain_id
     where r.role = 'own' and not exists (
       select 1 from reports o where o.case_id = r.case_id and o.wallet_id = r.wallet_id and o.role = 'paid-to')
     order by 1, 2`,
  );
}

/** A wallet from which a case's crawl starts. */
export interface Seed {
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  readonly role: ReportRole;
}

/** SQL of the wallets from which the crawl of the case $1 starts, with how each came to be one. */
export const SEEDS_OF_CASE = `(
  select wallet_id, role from reports where case_id = $1
  union select to_id, 'paid-to' from payments where case_id = $1
  union select to_id, 'disclosed' from disclosures where case_id = $1 and removed_at is null)`;

/**
 * The seeds of a case: every reported wallet, every payee of a confirmed payment, and every payee of a withdrawal that a
 * service disclosed. A wallet that one report was paid to and another calls its own is a payee: money of victims went there.
 * One that only a disclosure names is no reported wallet.
 */
export async function readSeeds(db: Db, caseId: number): Promise<Seed[]> {
  return many<Seed>(
    db,
    `select s.wallet_id as "walletId", c.name as chain, w.address, max(s.role) as role
     from ${SEEDS_OF_CASE} s
     join wallets w on w.id = s.wallet_id join chains c on c.id = w.chain_id
     group by s.wallet_id, c.name, w.address order by c.name, w.address collate "C"`,
    [caseId],
  );
}
