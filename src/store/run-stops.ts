/** Wallets of services at which a run stops, for a list that somebody vouches for names them. */
import type { ListedStop } from '../cases/stops-file.ts';
import { type Db, many } from './db.ts';
import { walletIds } from './reference.ts';

/** Notes the list that a run was given. */
export async function addRunStops(db: Db, runId: number, stops: readonly ListedStop[]): Promise<void> {
  for (const chain of new Set(stops.map((stop) => stop.chain))) {
    const list = stops.filter((stop) => stop.chain === chain);
    const ids = await walletIds(
      db,
      chain,
      list.map(({ address }) => address),
    );
    await db.query(
      `insert into run_stops (run_id, wallet_id, category, name, source)
       select $1, t.* from unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) as t`,
      [
        runId,
        list.map(({ address }) => ids.get(address)),
        list.map(({ category }) => category),
        list.map(({ name }) => name),
        list.map(({ source }) => source),
      ],
    );
  }
}

export async function readRunStops(db: Db, runId: number): Promise<ListedStop[]> {
  return many<ListedStop>(
    db,
    `select c.name as chain, w.address, s.category, s.name, s.source
     from run_stops s join wallets w on w.id = s.wallet_id join chains c on c.id = w.chain_id
     where s.run_id = $1 order by c.name, w.address collate "C"`,
    [runId],
  );
}
