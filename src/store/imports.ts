/** Files of transfers that a case was given, and what they list. */
import type { Address, ChainId, Head, HistoryRow, ReceiptTransfer, TransactionHash } from '../chains/chain.ts';
import { type Db, many, maybe, one, type Pool } from './db.ts';
import { type StoredAsset, walletIds } from './reference.ts';

/** A file as a case knows it. */
export interface ImportedFile {
  readonly id: number;
  readonly name: string;
  readonly format: string;
  /** Rows that were taken, left out (another token, not final), and refused as faulty. */
  readonly taken: number;
  readonly leftOut: number;
  readonly refused: number;
  readonly importedAt: Date;
}

const COLUMNS = `id, name, format, taken, left_out as "leftOut", refused, imported_at as "importedAt"`;

export async function listFiles(db: Db, caseId: number): Promise<ImportedFile[]> {
  return many<ImportedFile>(db, `select ${COLUMNS} from files where case_id = $1 and finished order by id`, [caseId]);
}

/** The file with these bytes, where the case has it whole. */
export async function findFile(db: Db, caseId: number, sha256: string): Promise<ImportedFile | undefined> {
  return maybe<ImportedFile>(
    db,
    `select ${COLUMNS} from files where case_id = $1 and sha256 = decode($2, 'hex') and finished`,
    [caseId, sha256],
  );
}

/** Takes a file out of its case: what it lists no longer counts there. Returns false where the case does not have it. */
export async function forgetFile(db: Db, caseId: number, sha256: string): Promise<boolean> {
  const { rowCount } = await db.query(`delete from files where case_id = $1 and sha256 = decode($2, 'hex')`, [
    caseId,
    sha256,
  ]);
  return rowCount === 1;
}

/**
 * Begins a file, anew where an earlier import of it was interrupted; it counts once it is finished.
 *
 * @returns its numbers as a file and as a provider
 */
export async function beginFile(
  db: Db,
  file: { caseId: number; name: string; sha256: string; format: string; now: Date },
): Promise<{ fileId: number; providerId: number }> {
  const provider = `file ${file.sha256.slice(0, 32)}`;
  await db.query(`insert into providers (name, unit) values ($1, 'timestamp') on conflict (name) do nothing`, [
    provider,
  ]);
  const { id: providerId } = await one<{ id: number }>(db, 'select id from providers where name = $1', [provider]);
  await db.query(`delete from files where case_id = $1 and sha256 = decode($2, 'hex') and not finished`, [
    file.caseId,
    file.sha256,
  ]);
  const { id: fileId } = await one<{ id: number }>(
    db,
    `insert into files (case_id, provider_id, name, sha256, format, taken, left_out, refused, imported_at)
     values ($1, $2, $3, decode($4, 'hex'), $5, 0, 0, 0, $6) returning id`,
    [file.caseId, providerId, file.name, file.sha256, file.format, file.now],
  );
  return { fileId, providerId };
}

/** What a file lists counts from now on. */
export async function finishFile(
  db: Db,
  fileId: number,
  counts: { taken: number; leftOut: number; refused: number },
): Promise<void> {
  await db.query('update files set taken = $2, left_out = $3, refused = $4, finished = true where id = $1', [
    fileId,
    counts.taken,
    counts.leftOut,
    counts.refused,
  ]);
  // So much came at once that the database knows nothing yet of what is in it, and would look for it the long way.
  await db.query('analyze file_transfers, transfers, wallets');
}

/**
 * Stores rows that a file lists. Rows that are equal to others of the file, here or in a batch before, are numbered: a
 * file that lists a transfer twice has two. What is stored already stays as it is, for the chain's own word stands above
 * a copy.
 *
 * @returns how many transfers no provider and no other file had listed before
 */
export async function storeFileRows(
  db: Db,
  request: { fileId: number; providerId: number; asset: StoredAsset; rows: readonly HistoryRow[] },
): Promise<number> {
  const { rows, asset } = request;
  const ids = await walletIds(
    db,
    asset.chain,
    rows.flatMap(({ from, to }) => [from, to]),
  );
  const column = <T>(read: (row: HistoryRow) => T) => rows.map(read);
  const { fresh } = await one<{ fresh: number }>(
    db,
    `with given as (
       select decode(t.hash, 'hex') as transaction, t.from_id, t.to_id, t.value, t.time, t.block,
         row_number() over (partition by t.hash, t.from_id, t.to_id, t.value order by t.place) - 1 as place
       from unnest($4::text[], $5::bigint[], $6::bigint[], $7::numeric[], $8::bigint[], $9::bigint[]) with ordinality
         as t(hash, from_id, to_id, value, time, block, place)),
     numbered as (
       select g.*, g.place + (
         select count(*) from file_transfers x
         where x.file_id = $1 and x.transaction = g.transaction and x.asset_id = $2 and x.from_id = g.from_id
           and x.to_id = g.to_id and x.value = g.value) as occurrence
       from given g),
     stored as (
       insert into transfers (transaction, asset_id, from_id, to_id, value, occurrence, timestamp, block, provider_id,
         seen_by_sender, seen_by_recipient)
       select transaction, $2, from_id, to_id, value, occurrence, time, block, $3, false, false from numbered
       order by transaction, from_id, to_id, value, occurrence on conflict do nothing returning 1),
     listed as (
       insert into file_transfers (file_id, asset_id, transaction, from_id, to_id, value, occurrence, timestamp, block)
       select $1, $2, transaction, from_id, to_id, value, occurrence, time, block from numbered
       order by transaction, from_id, to_id, value, occurrence)
     select count(*) as fresh from stored`,
    [
      request.fileId,
      asset.id,
      request.providerId,
      column((row) => row.transaction),
      column((row) => ids.get(row.from)),
      column((row) => ids.get(row.to)),
      column((row) => row.value.toString()),
      column((row) => row.timestamp),
      column((row) => row.block),
    ],
  );
  return fresh;
}

/** Whose files, and of which asset. */
export interface CaseFiles {
  readonly caseId: number;
  readonly asset: StoredAsset;
}

/** Transfers of an asset ($2) that the files of a case ($1) list, each once. Two files may tell two times: the first counts. */
const LISTED = `select distinct on (ft.transaction, ft.from_id, ft.to_id, ft.value, ft.occurrence)
    ft.transaction, ft.from_id, ft.to_id, ft.value, ft.occurrence, ft.timestamp, ft.block
  from files f join file_transfers ft on ft.file_id = f.id and ft.asset_id = $2
  where f.case_id = $1 and f.finished`;
const LISTED_ORDER = 'order by ft.transaction, ft.from_id, ft.to_id, ft.value, ft.occurrence, ft.file_id';

/** The newest transfer that the case's files list of an asset; undefined where they list none. */
export async function newestListed(db: Db, { caseId, asset }: CaseFiles): Promise<Head | undefined> {
  const row = await one<{ timestamp: number | null; block: number | null }>(
    db,
    `select max(ft.timestamp) as timestamp, max(ft.block) as block
     from files f join file_transfers ft on ft.file_id = f.id and ft.asset_id = $2
     where f.case_id = $1 and f.finished`,
    [caseId, asset.id],
  );
  return row.timestamp === null ? undefined : { timestamp: row.timestamp, block: row.block ?? 0 };
}

/**
 * What the case's files list of wallets from one time to another, not included; oldest first, `most` rows from one end or
 * the other. A transfer that several files list comes once.
 */
export async function readListed(
  db: Db,
  { caseId, asset }: CaseFiles,
  request: { wallets: readonly Address[]; from: number; until: number; most: number; end: 'oldest' | 'newest' },
): Promise<{ rows: HistoryRow[]; more: boolean }> {
  const order = request.end === 'newest' ? 'desc' : 'asc';
  const files = await listFiles(db, caseId);
  const ids = (await walletNumbers(db, asset, request.wallets)).join(',') || '0';
  // Each file by its own index and in its order, so that no more than a page of it is read.
  const pages = files.map(
    ({ id }) => `(select * from file_transfers
      where file_id = ${id} and asset_id = $1 and timestamp >= $2 and timestamp < $3
        and (from_id in (${ids}) or to_id in (${ids})) order by timestamp ${order} limit $4)`,
  );
  if (pages.length === 0) return { rows: [], more: false };
  const found = await many<StoredListed>(
    db,
    `select encode(l.transaction, 'hex') as transaction, f.address as "from", r.address as "to", l.value, l.occurrence,
       l.timestamp, l.block
     from (${pages.join(' union all ')}) l
     join wallets f on f.id = l.from_id join wallets r on r.id = l.to_id
     order by l.timestamp ${order}, l.transaction, l.from_id, l.to_id, l.value, l.occurrence, l.file_id limit $4`,
    [asset.id, request.from, request.until, request.most],
  );
  const seen = new Set<string>();
  const rows = found.filter(({ transaction, from, to, value, occurrence }) => {
    const key = `${transaction} ${from} ${to} ${value} ${occurrence}`;
    return seen.has(key) ? false : seen.add(key);
  });
  if (request.end === 'newest') rows.reverse();
  const { chain, symbol } = asset;
  return {
    rows: rows.map(({ occurrence: _, ...row }) => ({ ...row, chain, asset: symbol })),
    more: found.length === request.most,
  };
}

interface StoredListed extends Pick<HistoryRow, 'transaction' | 'from' | 'to' | 'value' | 'timestamp' | 'block'> {
  readonly occurrence: number;
}

/** The numbers of wallets that any transfer names. */
async function walletNumbers(db: Db, asset: StoredAsset, addresses: readonly Address[]): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    'select id from wallets where chain_id = $1 and address = any($2::text[]) order by id',
    [asset.chainId, addresses],
  );
  return rows.map(({ id }) => id);
}

/** Each transfer of a transaction that the case's files list. */
export async function readListedTransaction(
  db: Db,
  files: CaseFiles,
  transaction: TransactionHash,
): Promise<ReceiptTransfer[]> {
  return many<ReceiptTransfer>(
    db,
    `select f.address as "from", r.address as "to", l.value
     from (${LISTED} and ft.transaction = decode($3, 'hex') ${LISTED_ORDER}) l
     join wallets f on f.id = l.from_id join wallets r on r.id = l.to_id
     order by f.address collate "C", r.address collate "C", l.value, l.occurrence`,
    [files.caseId, files.asset.id, transaction],
  );
}

/** How many transfers the case's files list that touch a wallet the run expanded, and the chain's histories do not have. */
export async function countUnconfirmed(db: Db, runId: number): Promise<number> {
  const { count } = await one<{ count: number }>(
    db,
    `select count(*) as count from (
       select distinct ft.transaction, ft.asset_id, ft.from_id, ft.to_id, ft.value, ft.occurrence
       from runs r join files f on f.case_id = r.case_id and f.finished
       join file_transfers ft on ft.file_id = f.id
       join transfers t on t.transaction = ft.transaction and t.asset_id = ft.asset_id and t.from_id = ft.from_id
         and t.to_id = ft.to_id and t.value = ft.value and t.occurrence = ft.occurrence
       join assets a on a.id = t.asset_id join run_heads h on h.run_id = r.id and h.chain_id = a.chain_id
       where r.id = $1 and not r.offline and not t.seen_by_sender and not t.seen_by_recipient
         and t.timestamp <= h.timestamp
         and exists (select 1 from case_wallets cw where cw.run_id = r.id and cw.state = 'expanded'
           and cw.wallet_id in (t.from_id, t.to_id))) l`,
    [runId],
  );
  return count;
}

export type ListedChains = readonly { readonly chain: ChainId; readonly transfers: number; readonly wallets: number }[];

/** How much a file lists, by chain. */
export async function countListed(pool: Pool, fileId: number): Promise<ListedChains> {
  return many(
    pool,
    `select c.name as chain, count(*) as transfers,
       (select count(*) from (select from_id from file_transfers x where x.file_id = $1 and x.asset_id = a.id
          union select to_id from file_transfers x where x.file_id = $1 and x.asset_id = a.id) w) as wallets
     from file_transfers ft join assets a on a.id = ft.asset_id join chains c on c.id = a.chain_id
     where ft.file_id = $1 group by c.name, a.id order by c.name`,
    [fileId],
  );
}
