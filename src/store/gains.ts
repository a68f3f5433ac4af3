/** What a crawl brought: transfers and wallets that the crawl before had not, and where the followed money was at its end. */
import type { ConservingRule } from '../../graphs/trace/types.ts';
import { runTransfers } from './case-graph.ts';
import { type Db, many, maybe, one, type Pool } from './db.ts';

/** Where the money of all sources was at the end of a run, in base units: at ends, in wallets that were read, further on. */
export interface Amounts {
  readonly sources: bigint;
  readonly exited: bigint;
  readonly resting: bigint;
  readonly beyond: bigint;
}

interface FollowedAmounts extends Amounts {
  readonly rule: ConservingRule;
}

export interface Gains {
  /** Number of the crawl before; `null` for the first, to which all is new. */
  readonly since: number | null;
  readonly transfers: number;
  /** Wallets that stand in the graph's transfers. */
  readonly wallets: number;
}

/** A crawl of a case, with what it brought. */
export interface CrawlOutcome {
  readonly runId: number;
  readonly number: number;
  readonly at: Date;
  /** Whether a schedule brought it about. */
  readonly scheduled: boolean;
  readonly state: 'running' | 'stopped' | 'finished';
  readonly reason: string | null;
  /** `null` for one that has not come to its end. */
  readonly gains: Gains | null;
  /** By rule; empty where no money could be followed. `more` is how much more than in the crawl before, where that is known. */
  readonly amounts: readonly (FollowedAmounts & { readonly more: Amounts | null })[];
}

/** A time of a schedule that came and brought no crawl. */
export interface MissedTick {
  readonly at: Date;
  readonly outcome: 'skipped' | 'failed';
  readonly reason: string;
}

/** What became of a case: its crawls, and the times of its schedule without one, both the newest first. */
export interface History {
  readonly crawls: readonly CrawlOutcome[];
  readonly missed: readonly MissedTick[];
}

/** Compares the graph of a run with that of the last one before it that came to its end, and stores what is new. */
export async function storeGains(pool: Pool, runId: number): Promise<void> {
  const before = await maybe<{ id: number }>(
    pool,
    `select b.id from runs r join runs b on b.case_id = r.case_id and b.number < r.number and b.offline = r.offline
     where r.id = $1 and b.graph_hash is not null order by b.number desc limit 1`,
    [runId],
  );
  const { transfers, wallets } = await countNew(pool, runId, before?.id ?? null);
  await pool.query(
    `insert into run_gains (run_id, since_run, transfers, wallets) values ($1, $2, $3, $4)
     on conflict (run_id) do update set since_run = excluded.since_run, transfers = excluded.transfers,
       wallets = excluded.wallets`,
    [runId, before?.id ?? null, transfers, wallets],
  );
}

const KEY = 'transaction, asset_id, from_id, to_id, value, occurrence';

async function countNew(db: Db, runId: number, before: number | null): Promise<{ transfers: number; wallets: number }> {
  const present = await runTransfers(db, runId);
  const past = before === null ? 'select * from present where false' : await runTransfers(db, before, { place: '$2' });
  return one(
    db,
    `with present as materialized (${present}), past as materialized (${past})
     select (select count(*) from (select ${KEY} from present except select ${KEY} from past) as fresh) as transfers,
       (select count(*) from ((select from_id from present union select to_id from present)
          except (select from_id from past union select to_id from past)) as fresh) as wallets`,
    before === null ? [runId] : [runId, before],
  );
}

/** What a run brought; `null` for one that has not come to its end. */
export async function readGains(db: Db, runId: number): Promise<Gains | null> {
  const found = await maybe<Gains>(
    db,
    `select b.number as since, g.transfers, g.wallets from run_gains g left join runs b on b.id = g.since_run
     where g.run_id = $1`,
    [runId],
  );
  return found ?? null;
}

/** The crawls of a case, the newest first, `most` of them. */
export async function readCrawlOutcomes(db: Db, caseId: number, most: number): Promise<CrawlOutcome[]> {
  const runs = await many<
    Omit<CrawlOutcome, 'gains' | 'amounts'> & Omit<Gains, 'transfers'> & { transfers: number | null }
  >(
    db,
    `select r.id as "runId", r.number, r.started_at as at, r.state, r.stop_reason as reason,
       exists (select 1 from schedule_ticks t where t.run_id = r.id) as scheduled,
       b.number as since, g.transfers, g.wallets
     from runs r left join run_gains g on g.run_id = r.id left join runs b on b.id = g.since_run
     where r.case_id = $1 order by r.number desc limit $2`,
    [caseId, most],
  );
  const outcomes: CrawlOutcome[] = [];
  for (const { transfers, wallets, since, ...run } of runs) {
    const gains = transfers === null ? null : { since, transfers, wallets };
    outcomes.push({ ...run, gains, amounts: await readAmounts(db, run.runId) });
  }
  return outcomes;
}

async function readAmounts(db: Db, runId: number): Promise<CrawlOutcome['amounts']> {
  type Before = { [K in keyof Amounts as `${K}Before`]: bigint | null };
  const rows = await many<FollowedAmounts & Before>(
    db,
    `select a.rule, a.sources, a.exited, a.resting, a.not_followed as beyond, b.sources as "sourcesBefore",
       b.exited as "exitedBefore", b.resting as "restingBefore", b.not_followed as "beyondBefore"
     from followed_money a join run_gains g on g.run_id = a.run_id
     left join followed_money b on b.run_id = g.since_run and b.rule = a.rule
     where a.run_id = $1 order by array_position(array['fifo', 'lifo', 'pro-rata', 'libr'], a.rule)`,
    [runId],
  );
  return rows.map(({ rule, sources, exited, resting, beyond, ...before }) => ({
    ...{ rule, sources, exited, resting, beyond },
    more:
      before.sourcesBefore === null
        ? null
        : {
            sources: sources - before.sourcesBefore,
            exited: exited - (before.exitedBefore ?? 0n),
            resting: resting - (before.restingBefore ?? 0n),
            beyond: beyond - (before.beyondBefore ?? 0n),
          },
  }));
}

/** The newest crawls of a case and the newest times without one, `most` of each. */
export async function readHistory(db: Db, caseId: number, most: number): Promise<History> {
  const missed = await many<MissedTick>(
    db,
    `select at, outcome, reason from schedule_ticks where case_id = $1 and outcome <> 'crawled'
     order by at desc, id desc limit $2`,
    [caseId, most],
  );
  return { crawls: await readCrawlOutcomes(db, caseId, most), missed };
}
