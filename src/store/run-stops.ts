/** Wallets of services at which a run stops, for a list that somebody vouches for names them, or a publisher's tag. */
import type { ListedStop } from '../cases/stops-file.ts';
import type { Wallet } from '../chains/chain.ts';
import { type Db, many } from './db.ts';
import { walletIds } from './reference.ts';

export interface RunStop extends ListedStop {
  /** The publisher of the tag that names it; `null` where the list does that the crawl was given. */
  readonly taggedBy: string | null;
}

/** Notes wallets at which a run stops. What a list says of one goes before a tag, and what was noted first stays. */
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

/** Wallets that those which a run has expanded have paid up to its head, and that no stop is noted of. */
export async function payeesWithoutStop(db: Db, runId: number): Promise<Wallet[]> {
  return many<Wallet>(
    db,
    `select c.name as chain, w.address
     from (
       select distinct t.to_id from case_wallets cw join transfers t on t.from_id = cw.wallet_id and t.value > 0
       where cw.run_id = $1 and cw.state = 'expanded') p
     join wallets w on w.id = p.to_id join chains c on c.id = w.chain_id
     where not exists (select 1 from run_stops s where s.run_id = $1 and s.wallet_id = w.id)
     order by c.name, w.address collate "C"`,
    [runId],
  );
}
