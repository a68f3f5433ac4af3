/** Wallets of services at which a run stops, for a list that somebody vouches for names them, or a publisher's tag. */
import type { ListedStop } from '../cases/stops-file.ts';
import type { Wallet } from '../chains/chain.ts';
import { runTransfers } from './case-graph.ts';
import { type Db, many, type Pool, transaction } from './db.ts';
import { walletIds } from './reference.ts';

export interface RunStop extends ListedStop {
  /** The publisher of the tag that names it; `null` where the list does that the crawl was given. */
  readonly taggedBy: string | null;
}

/** Notes wallets at which a run stops. What a list says of one goes before a tag. */
export async function addRunStops(db: Db, runId: number, stops: readonly RunStop[]): Promise<void> {
  for (const chain of new Set(stops.map((stop) => stop.chain))) {
    const list = stops.filter((stop) => stop.chain === chain);
    const ids = await walletIds(
      db,
      chain,
      list.map(({ address }) => address),
    );
    await db.query(
      `insert into run_stops (run_id, wallet_id, category, name, source, tagged_by)
       select $1, t.* from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) as t on conflict do nothing`,
      [
        runId,
        list.map(({ address }) => ids.get(address)),
        list.map(({ category }) => category),
        list.map(({ name }) => name),
        list.map(({ source }) => source),
        list.map(({ taggedBy }) => taggedBy),
      ],
    );
  }
}

export async function readRunStops(db: Db, runId: number): Promise<RunStop[]> {
  return many<RunStop>(
    db,
    `select c.name as chain, w.address, s.category, s.name, s.source, s.tagged_by as "taggedBy"
     from run_stops s join wallets w on w.id = s.wallet_id join chains c on c.id = w.chain_id
     where s.run_id = $1 order by c.name, w.address collate "C"`,
    [runId],
  );
}

/** Puts tagged services in the place of those that were noted before: the run may have gone back since. */
export async function replaceTagStops(pool: Pool, runId: number, stops: readonly RunStop[]): Promise<void> {
  await transaction(pool, async (db) => {
    await db.query('delete from run_stops where run_id = $1 and tagged_by is not null', [runId]);
    await addRunStops(db, runId, stops);
  });
}

/** Payees among the run's transfers that its list does not name. What else is stored of them does not matter. */
export async function unlistedPayees(db: Db, runId: number): Promise<Wallet[]> {
  return many<Wallet>(
    db,
    `select c.name as chain, w.address
     from (select distinct t.to_id from (${await runTransfers(db, runId, { which: 't.value > 0' })}) t) p
     join wallets w on w.id = p.to_id join chains c on c.id = w.chain_id
     where not exists (
       select 1 from run_stops s where s.run_id = $1 and s.wallet_id = w.id and s.tagged_by is null)
     order by c.name, w.address collate "C"`,
    [runId],
  );
}
