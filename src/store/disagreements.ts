/** Two wallets' histories of which only one lists a transfer between them. */
import { type Db, many } from './db.ts';

/** A wallet whose own history lacks transfers that its counterparties' histories list. */
export interface Disagreement {
  readonly walletId: number;
  readonly wave: number;
  readonly missing: number;
  /** Block of the oldest of them, where it is known. */
  readonly sinceBlock: number | null;
}

/**
 * Expanded wallets with transfers below the head that a counterparty's history lists and their own does not. What only a
 * file lists is no counterparty's history.
 */
export async function findDisagreements(db: Db, runId: number, assetId: number): Promise<Disagreement[]> {
  return many<Disagreement>(
    db,
    `select cw.wallet_id as "walletId", cw.wave, count(*) as missing, min(t.block) as "sinceBlock"
     from case_wallets cw
     join wallets w on w.id = cw.wallet_id
     join run_heads h on h.run_id = cw.run_id and h.chain_id = w.chain_id
     join transfers t on t.asset_id = $2 and t.occurrence = 0 and t.timestamp <= h.timestamp
       and ((t.from_id = cw.wallet_id and not t.seen_by_sender and t.seen_by_recipient)
         or (t.to_id = cw.wallet_id and not t.seen_by_recipient and t.seen_by_sender))
     where cw.run_id = $1 and cw.state = 'expanded'
     group by cw.wallet_id, cw.wave order by cw.wallet_id`,
    [runId, assetId],
  );
}

/**
 * Takes transfers up to the head that only counterparties' histories list for the wallet's own. No provider has listed them
 * there, so none is held to it.
 *
 * @returns how many
 */
export async function takeFromCounterparties(
  db: Db,
  runId: number,
  assetId: number,
  walletId: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `update transfers t set seen_by_sender = true, seen_by_recipient = true
     from assets a join run_heads h on h.run_id = $1 and h.chain_id = a.chain_id
     where a.id = $2 and t.asset_id = $2 and t.occurrence = 0 and t.timestamp <= h.timestamp
       and ((t.from_id = $3 and not t.seen_by_sender and t.seen_by_recipient)
         or (t.to_id = $3 and not t.seen_by_recipient and t.seen_by_sender))`,
    [runId, assetId, walletId],
  );
  return rowCount ?? 0;
}
