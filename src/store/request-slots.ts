/** Whose turn it is to ask a provider, and how fast: one clock, the database's, for all workers on all machines. */
import type { Pace } from '../crawl/pace.ts';
import { type Db, maybe, one, type Pool, transaction } from './db.ts';

/** A turn that was given. */
export interface Turn {
  /** How long to wait for it, in milliseconds. */
  readonly wait: number;
  /** It is void once the account has another. */
  readonly epoch: number;
  /** Whether the pace is to be decided anew. */
  readonly due: boolean;
}

/** What a process has to know of an account besides its turns. */
export interface AccountState {
  readonly epoch: number;
  readonly rate: number;
  /** Whether the provider has asked for a pause that is not over. */
  readonly paused: boolean;
}

/** Where a limit stands: times in milliseconds of the database's clock, and that clock. */
export interface ReadPace {
  readonly pace: Pace;
  readonly now: number;
}

const PACE = `rate, ceiling, epoch, answered, lowered, turns, review_turns as "reviewTurns", rest_ms as "restMs",
  (extract(epoch from paused_until) * 1000)::float8 as "pausedUntil", (extract(epoch from since) * 1000)::float8 as since,
  (extract(epoch from review_at) * 1000)::float8 as "reviewAt", started,
  (extract(epoch from clock_timestamp()) * 1000)::float8 as now`;

interface PaceRow extends Pace {
  readonly started: number;
  readonly now: number;
}

/**
 * Takes the next turn of an account.
 *
 * No turn is further away than a hundred others, or a minute, or an hour where the provider has asked for a pause: a clock
 * that was once ahead would make everybody wait.
 *
 * @param account names a provider's address and key, without telling them; it has been opened
 * @param most requests a second, where a person has said so; the account's own rate holds too
 */
export async function takeTurn(db: Db, account: string, most: number | null): Promise<Turn> {
  return one<Turn>(
    db,
    `update request_slots as s
     set turns = turns + 1, next_at = interval '1 millisecond' * (1000 / least(rate, $2)) + greatest(
       least(paused_until, clock_timestamp() + interval '1 hour'),
       least(greatest(next_at, clock_timestamp()),
         clock_timestamp() + greatest(interval '1 minute', interval '1 second' * (100 / least(rate, $2)))))
     where account = $1
     returning epoch, turns >= review_turns and clock_timestamp() >= review_at as due,
       greatest(0, extract(epoch from next_at - clock_timestamp()) * 1000 - 1000 / least(rate, $2))::float8 as wait`,
    [account, most],
  );
}

export async function readAccount(db: Db, account: string): Promise<AccountState> {
  return one<AccountState>(
    db,
    'select epoch, rate, paused_until > clock_timestamp() as paused from request_slots where account = $1',
    [account],
  );
}

/** What is known of an account; nothing where it was never opened. */
export async function readPace(db: Db, account: string): Promise<ReadPace | undefined> {
  const row = await maybe<PaceRow>(db, `select ${PACE} from request_slots where account = $1`, [account]);
  return row === undefined ? undefined : { pace: row, now: row.now };
}

/** Notes that a request of the epoch was answered: its rate is borne at least now and then. */
export async function noteAnswered(db: Db, account: string, epoch: number): Promise<void> {
  const update = 'update request_slots set answered = true where account = $1 and epoch = $2 and not answered';
  await db.query(update, [account, epoch]);
}

/**
 * Makes an account known under a configured rate. What was found out under it stays; under another the search begins anew, but a
 * pause is kept.
 */
export async function openAccount(
  pool: Pool,
  account: string,
  started: number,
  begin: (now: number) => Pace,
): Promise<void> {
  await transaction(pool, async (db) => {
    const { now } = await one<{ now: number }>(
      db,
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
    );
    const { rate, restMs, pausedUntil, since, reviewAt, reviewTurns } = begin(now);
    await db.query(
      `insert into request_slots as s (account, next_at, started, rate, ceiling, epoch, answered, lowered, turns,
         review_turns, rest_ms, paused_until, since, review_at)
       values ($1, to_timestamp($5::float8 / 1000), $2, $3, null, 0, false, false, 0,
         $7, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000), to_timestamp($8::float8 / 1000))
       on conflict (account) do update
       set started = excluded.started, rate = excluded.rate, ceiling = null, epoch = s.epoch + 1, answered = false,
         lowered = false, turns = 0, review_turns = excluded.review_turns, rest_ms = excluded.rest_ms,
         since = excluded.since, review_at = excluded.review_at
       where s.started <> excluded.started`,
      [account, started, rate, restMs, pausedUntil, since, reviewTurns, reviewAt],
    );
  });
}

/** Decides the account's pace anew, one process at a time. Turns of an earlier epoch are given again, from the pause on. */
export async function changePace(
  pool: Pool,
  account: string,
  decide: (pace: Pace, now: number) => Pace,
): Promise<void> {
  await transaction(pool, async (db) => {
    const pace = await one<PaceRow>(db, `select ${PACE} from request_slots where account = $1 for update`, [account]);
    const next = decide(pace, pace.now);
    await db.query(
      `update request_slots
       set next_at = case when epoch = $4 then next_at else to_timestamp($5::float8 / 1000) end,
         rate = $2, ceiling = $3, epoch = $4, paused_until = to_timestamp($5::float8 / 1000), answered = $6, lowered = $7,
         since = to_timestamp($8::float8 / 1000), turns = $9, review_turns = $10, review_at = to_timestamp($11::float8 / 1000),
         rest_ms = $12
       where account = $1`,
      [
        ...[account, next.rate, next.ceiling, next.epoch, next.pausedUntil, next.answered, next.lowered, next.since],
        ...[next.turns, next.reviewTurns, next.reviewAt, next.restMs],
      ],
    );
  });
}
