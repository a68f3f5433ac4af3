/** What was last fetched of publishers, and which cases a change of the tags touches. */
import { type Db, many, maybe } from './db.ts';

export interface FetchedBefore {
  readonly etag: string | null;
  readonly sha256: string;
}

interface Fetching {
  /** The word for the publisher, and the name under which its tags are stored. */
  readonly name: string;
  readonly publisher: string;
  readonly url: string;
}

/** What was fetched from there before, where its tags still stand as it said. */
export async function readFetched(db: Db, { name, publisher, url }: Fetching): Promise<FetchedBefore | undefined> {
  return maybe<FetchedBefore>(
    db,
    `select etag, sha256 from publisher_fetches where name = $1 and url = $2
     and newest_import is not distinct from (select max(id) from tag_imports where publisher = $3)`,
    [name, url, publisher],
  );
}

/** Notes what was fetched, once its tags stand. */
export async function noteFetched(
  db: Db,
  { name, publisher, url }: Fetching,
  { etag, sha256 }: FetchedBefore,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into publisher_fetches (name, url, etag, sha256, fetched_at, newest_import)
     values ($1, $2, $3, $4, $5, (select max(id) from tag_imports where publisher = $6))
     on conflict (name) do update set url = excluded.url, etag = excluded.etag, sha256 = excluded.sha256,
       fetched_at = excluded.fetched_at, newest_import = excluded.newest_import`,
    [name, url, etag, sha256, now, publisher],
  );
}

export interface TouchedCase {
  readonly case: string;
  /** How many wallets of its last crawl got or lost a tag. */
  readonly wallets: number;
}

/** Cases with wallets that got or lost a tag by a change, by id. */
export async function readTouchedCases(db: Db, change: number): Promise<TouchedCase[]> {
  return many<TouchedCase>(
    db,
    `with changed as (select chain_id, address from tags where added_in = $1 union select chain_id, address from tags where removed_in = $1),
       newest as (select distinct on (case_id) id, case_id from runs order by case_id, number desc)
     select c.name as case, count(*) as wallets
     from changed g join wallets w using (chain_id, address) join case_wallets cw on cw.wallet_id = w.id
     join newest n on n.id = cw.run_id join cases c on c.id = n.case_id group by c.id, c.name order by c.id`,
    [change],
  );
}
