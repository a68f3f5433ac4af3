/** Whose turn it is to ask a provider: one clock, the database's, for all workers on all machines. */
import { type Db, one } from './db.ts';

/**
 * Takes the next turn of an account.
 *
 * No turn is further away than a hundred others, or a minute: a clock that was once ahead would make everybody wait.
 *
 * @param account names a provider's address and key, without telling them
 * @param intervalMs between two turns
 * @returns how long to wait for it, in milliseconds
 */
export async function takeTurn(db: Db, account: string, intervalMs: number): Promise<number> {
  const { wait } = await one<{ wait: number }>(
    db,
    `insert into request_slots as s (account, next_at) values ($1, clock_timestamp() + $2 * interval '1 millisecond')
     on conflict (account) do update
     set next_at = least(greatest(s.next_at, clock_timestamp()),
         clock_timestamp() + greatest($2 * 100, 60000) * interval '1 millisecond') + $2 * interval '1 millisecond'
     returning greatest(0, extract(epoch from s.next_at - clock_timestamp()) * 1000 - $2)::float8 as wait`,
    [account, intervalMs],
  );
  return wait;
}
