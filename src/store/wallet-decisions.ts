/** What people decided of wallets against a crawl's own choice. All decisions are kept; a wallet's newest counts. */
import type { Address, ChainId } from '../chains/chain.ts';
import { type Db, many } from './db.ts';

/** `auto` leaves the wallet to the crawl again. */
export type Decision = 'expand' | 'stop' | 'auto';

export interface WalletDecision {
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  readonly decision: Decision;
  readonly why: string;
  readonly decidedAt: Date;
}

export async function addWalletDecision(
  db: Db,
  caseId: number,
  { walletId, decision, why }: { walletId: number; decision: Decision; why: string },
  now: Date,
): Promise<void> {
  await db.query(
    `insert into wallet_decisions (case_id, wallet_id, decision, why, decided_at) values ($1, $2, $3, $4, $5)`,
    [caseId, walletId, decision, why, now],
  );
}

/** All decisions of a case, oldest first. */
export async function readWalletDecisions(db: Db, caseId: number): Promise<WalletDecision[]> {
  return many<WalletDecision>(
    db,
    `select d.wallet_id as "walletId", c.name as chain, w.address, d.decision, d.why,
       d.decided_at as "decidedAt"
     from wallet_decisions d join wallets w on w.id = d.wallet_id join chains c on c.id = w.chain_id
     where d.case_id = $1 order by d.id`,
    [caseId],
  );
}

/** What was decided of one wallet in each case, by case, oldest first. */
export async function decisionsOf(
  db: Db,
  walletId: number,
): Promise<(Pick<WalletDecision, 'decision' | 'why' | 'decidedAt'> & { readonly caseId: number })[]> {
  return many(
    db,
    `select c.id as "caseId", d.decision, d.why, d.decided_at as "decidedAt"
     from cases c cross join lateral (
       select * from wallet_decisions w where w.case_id = c.id and w.wallet_id = $1 offset 0) d
     order by c.id, d.id`,
    [walletId],
  );
}

/** The decision that counts of each wallet that has one, by the wallet's number. */
export function standing(decisions: readonly WalletDecision[]): ReadonlyMap<number, WalletDecision> {
  const newest = new Map(decisions.map((each) => [each.walletId, each]));
  for (const [walletId, { decision }] of newest) if (decision === 'auto') newest.delete(walletId);
  return newest;
}
