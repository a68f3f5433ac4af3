/** Small tables that hardly change: chains, assets, providers, and the numbers that wallets go by. */
import type { Address, Asset, ChainId, Wallet } from '../chains/chain.ts';
import { type Db, many, one } from './db.ts';

export interface StoredAsset extends Asset {
  readonly id: number;
  readonly chainId: number;
}

/** All assets that the database knows, by their number. */
export async function readAssets(db: Db): Promise<StoredAsset[]> {
  return many<StoredAsset>(
    db,
    `select a.id, a.chain_id as "chainId", c.name as chain, a.symbol, a.contract, a.decimals, a.since
     from assets a join chains c on c.id = a.chain_id order by a.id`,
  );
}

/** The number of a provider, given out at its first mention. */
export async function providerId(db: Db, name: string): Promise<number> {
  await db.query('insert into providers (name) values ($1) on conflict (name) do nothing', [name]);
  return (await one<{ id: number }>(db, 'select id from providers where name = $1', [name])).id;
}

/** The numbers of wallets, given out at their first mention. */
export async function walletIds(
  db: Db,
  chain: ChainId,
  addresses: readonly Address[],
): Promise<ReadonlyMap<Address, number>> {
  const known = await readIds(db, chain, addresses);
  // In order, so that two processes that add the same wallets wait for each other instead of locking up.
  const missing = addresses.filter((address) => !known.has(address)).sort();
  if (missing.length > 0) {
    await db.query(
      `insert into wallets (chain_id, address)
       select (select id from chains where name = $1), address from unnest($2::text[]) as address
       on conflict do nothing`,
      [chain, [...new Set(missing)]],
    );
    for (const [address, id] of await readIds(db, chain, missing)) known.set(address, id);
  }
  return known;
}

async function readIds(db: Db, chain: ChainId, addresses: readonly Address[]): Promise<Map<Address, number>> {
  const rows = await many<{ id: number; address: Address }>(
    db,
    `select w.id, w.address from wallets w join chains c on c.id = w.chain_id
     where c.name = $1 and w.address = any($2::text[])`,
    [chain, addresses],
  );
  return new Map(rows.map(({ address, id }) => [address, id]));
}

/** The number of one wallet, given out at its first mention. */
export async function walletId(db: Db, wallet: Wallet): Promise<number> {
  const id = (await walletIds(db, wallet.chain, [wallet.address])).get(wallet.address);
  if (id === undefined) throw new Error(`The wallet ${wallet.address} was neither found nor added`);
  return id;
}
