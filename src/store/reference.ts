/** Small tables that hardly change: chains, assets, providers, and the numbers that wallets go by. */
import type { Address, Asset, ChainId, Wallet } from '../chains/chain.ts';
import { type Db, many, maybe, one } from './db.ts';

export interface StoredAsset extends Asset {
  readonly id: number;
  readonly chainId: number;
}

/** All assets that the database knows, by their number. */
export async function readAssets(db: Db): Promise<StoredAsset[]> {
  return many<StoredAsset>(
    db,
    `select a.id, a.chain_id as "chainId", c.name as chain, a.symbol, a.contract, a.decimals, a.since,
       a.since_block as "sinceBlock"
     from assets a join chains c on c.id = a.chain_id order by a.id`,
  );
}

/** The number of a provider, given out at its first mention. `unit` is what its positions count. */
export async function providerId(db: Db, name: string, unit: 'timestamp' | 'block'): Promise<number> {
  await db.query('insert into providers (name, unit) values ($1, $2) on conflict (name) do nothing', [name, unit]);
  return (await one<{ id: number }>(db, 'select id from providers where name = $1', [name])).id;
}

/** The numbers of wallets, given out at their first mention. */
export async function walletIds(
  db: Db,
  chain: ChainId,
  addresses: readonly Address[],
): Promise<ReadonlyMap<Address, number>> {
  const ids = new Map<Address, number>();
  // In order, so that two processes that add the same wallets wait for each other instead of locking up.
  let missing = [...new Set(addresses)].sort();
  // A wallet that another process adds at this moment is in neither half of the answer; the next round finds it. Where that is so of
  // all that are missing, a round brings nothing: but twice nothing is no such moment.
  for (let empty = 0; missing.length > 0; ) {
    const rows = await many<{ id: number; address: Address }>(
      db,
      `with wanted as (
         select c.id as chain_id, a.address from chains c, unnest($2::text[]) as a(address) where c.name = $1),
       known as (select w.id, w.address from wallets w join wanted using (chain_id, address)),
       added as (
         insert into wallets (chain_id, address)
         select chain_id, address from wanted where address not in (select address from known)
         on conflict do nothing returning id, address)
       select id, address from known union all select id, address from added`,
      [chain, missing],
    );
    empty = rows.length === 0 ? empty + 1 : 0;
    if (empty > 1) throw new Error(`No wallet of ${chain} could be found or added`);
    for (const { id, address } of rows) ids.set(address, id);
    missing = missing.filter((address) => !ids.has(address));
  }
  return ids;
}

/** The number of a wallet that was met before; no number is given out. That it has one says nothing of who met it, or why. */
export async function knownWallet(db: Db, { chain, address }: Wallet): Promise<number | undefined> {
  const query = `select w.id from wallets w join chains c on c.id = w.chain_id where c.name = $1 and w.address = $2`;
  return (await maybe<{ id: number }>(db, query, [chain, address]))?.id;
}

/** Notes the hash of a chain's first block when it is first met. Returns the one that was noted first. */
export async function noteGenesis(db: Db, chain: ChainId, genesis: string): Promise<string> {
  const row = await one<{ genesis: string }>(
    db,
    'update chains set genesis = coalesce(genesis, $2) where name = $1 returning genesis',
    [chain, genesis],
  );
  return row.genesis;
}
