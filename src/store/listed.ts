/**
 * Which transfers count: for a case, what the chain's providers and its own files list; for a run, what providers list or,
 * where it is offline, what the files of its case do.
 */
import { type Db, one } from './db.ts';

/** SQL that holds for a transfer `t` that a chain's provider lists, or a file of the case $1. */
export const KNOWN_TO_CASE = `(t.seen_by_sender or t.seen_by_recipient or exists (
  select 1 from file_transfers ft join files f on f.id = ft.file_id
  where f.case_id = $1 and f.finished and ft.transaction = t.transaction and ft.asset_id = t.asset_id
    and ft.from_id = t.from_id and ft.to_id = t.to_id and ft.value = t.value and ft.occurrence = t.occurrence))`;

/** The transfers that a run may count, as a relation `t`, and which of them stand in a wallet's own history. */
export interface Listed {
  /** SQL of a relation with the columns of `transfers` that are read; $1 in it is the run. */
  readonly transfers: string;
  /** True where that relation is small enough, and dear enough to make, to be made once for a whole query. */
  readonly once: boolean;
  /** SQL that holds for a transfer that its sender's, or its recipient's, history lists. */
  readonly bySender: string;
  readonly byRecipient: string;
}

const CHAIN: Listed = {
  transfers: 'transfers',
  once: false,
  bySender: 't.seen_by_sender',
  byRecipient: 't.seen_by_recipient',
};

/**
 * A file's own times and blocks count, whatever others have told of the same transfers; of several files the first's.
 *
 * @param from SQL of the files `f` with their rows `ft`
 * @param which SQL that holds for the rows that are wanted
 */
const listedInFiles = (from: string, which: string): Listed => ({
  transfers: `(
    select distinct on (ft.transaction, ft.asset_id, ft.from_id, ft.to_id, ft.value, ft.occurrence)
      ft.transaction, ft.asset_id, ft.from_id, ft.to_id, ft.value, ft.occurrence, ft.timestamp, ft.block,
      null::integer as position, null::bigint as signer_id
    from ${from}
    where f.case_id = (select case_id from runs where id = $1) and f.finished and ${which}
    order by ft.transaction, ft.asset_id, ft.from_id, ft.to_id, ft.value, ft.occurrence, ft.file_id)`,
  once: true,
  bySender: 'true',
  byRecipient: 'true',
});

const FILES = listedInFiles('files f join file_transfers ft on ft.file_id = f.id', 'true');

/** Rows of files have no index by wallet, but the transfers that they list have. */
const FILES_OF_WALLET = listedInFiles(
  `transfers x join file_transfers ft using (transaction, asset_id, from_id, to_id, value, occurrence)
    join files f on f.id = ft.file_id`,
  '(x.from_id = $2 or x.to_id = $2)',
);

/** @param walletId the one wallet that is asked about, which the query is given as $2; `null` for all of the run */
export async function listedFor(db: Db, runId: number, walletId: number | null = null): Promise<Listed> {
  const { offline } = await one<{ offline: boolean }>(db, 'select offline from runs where id = $1', [runId]);
  if (!offline) return CHAIN;
  return walletId === null ? FILES : FILES_OF_WALLET;
}
