/** Runs: one crawl of a case up to a pinned head, resumed until it is finished. */
import type { ChainId, Head } from '../chains/chain.ts';
import { RetryableError } from '../errors.ts';
import { SEEDS_OF_CASE } from './cases.ts';
import { type Db, many, maybe, one, type Pool, transaction } from './db.ts';
import { forgetBeyond, forgetStops } from './frontier.ts';

/** What a crawl was asked for. Part of a run: the same run is resumed only under the same policy. */
export interface CrawlPolicy {
  readonly maxHops: number;
  /** The most wallets whose history is read; `null` for no limit. */
  readonly maxWallets: number | null;
  /** A wallet found by the crawl with more transfers than this is stopped at; `null` for no limit. */
  readonly maxTransfers: number | null;
  /** The most pages of histories that are planned; `null` for no limit. */
  readonly maxRequests: number | null;
  /** A wallet is read once this share of the sources reached it by some rule: percent, as a decimal. */
  readonly minShare: string;
  /** Whether it is asked who paid the fees of the wallets that were read. */
  readonly native: boolean;
  /** Digest of the list of services at which it stops; `null` where it has none. */
  readonly stops: string | null;
}

/** A head with the sense in which it is final. */
export interface PinnedHead extends Head {
  readonly finality: string;
}

export interface Run {
  readonly id: number;
  readonly caseId: number;
  readonly number: number;
  readonly policy: CrawlPolicy;
  /** On the case's files alone, without asking any provider. */
  readonly offline: boolean;
  readonly state: 'running' | 'stopped' | 'finished';
  readonly attempt: number;
  readonly requests: number;
  /** Rows that providers listed in answer to them. */
  readonly rows: number;
  readonly answeredAt: Date | null;
  readonly stopCode: string | null;
  readonly stopReason: string | null;
  readonly graphHash: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** The newest change of the tags when it began: it reads them as of that. */
  readonly tagsAsOf: number;
}

/** Runs of earlier versions followed all money, and planned no pages. */
const POLICY = `'{"minShare": "0", "maxRequests": null, "stops": null, "native": true}'::jsonb || policy as policy`;
const COLUMNS = `id, case_id as "caseId", number, ${POLICY}, offline, state, attempt, requests, rows, answered_at as "answeredAt",
  stop_code as "stopCode", stop_reason as "stopReason", graph_hash as "graphHash", started_at as "startedAt",
  ended_at as "endedAt", tags_as_of as "tagsAsOf"`;

export async function lastRun(db: Db, caseId: number): Promise<Run | undefined> {
  return maybe<Run>(db, `select ${COLUMNS} from runs where case_id = $1 order by number desc limit 1`, [caseId]);
}

/** The ids of all runs of a case. */
export async function runsOfCase(db: Db, caseId: number): Promise<number[]> {
  return (await many<{ id: number }>(db, 'select id from runs where case_id = $1', [caseId])).map(({ id }) => id);
}

export async function readRun(db: Db, id: number): Promise<Run | undefined> {
  return maybe<Run>(db, `select ${COLUMNS} from runs where id = $1`, [id]);
}

/** True when the run was begun under the same policy for the same seeds, so that it may be resumed. */
export async function sameRequest(
  db: Db,
  run: Run,
  request: { policy: CrawlPolicy; offline: boolean; seeds: Buffer },
): Promise<boolean> {
  const row = await one<{ same: boolean }>(
    db,
    'select policy = $2::jsonb and seeds = $3 and offline = $4 as same from runs where id = $1',
    [run.id, JSON.stringify(request.policy), request.seeds, request.offline],
  );
  return row.same;
}

/** Begins a run and pins the chains' finalised heads for it. */
export async function beginRun(
  db: Db,
  request: {
    caseId: number;
    policy: CrawlPolicy;
    offline: boolean;
    seeds: Buffer;
    heads: ReadonlyMap<ChainId, PinnedHead>;
    now: Date;
  },
): Promise<Run> {
  const run = await one<Run>(
    db,
    `insert into runs (case_id, number, policy, seeds, offline, state, started_at, tags_as_of)
     values ($1, (select coalesce(max(number), 0) + 1 from runs where case_id = $1), $2, $3, $4, 'running', $5,
       (select coalesce(max(id), 0) from tag_imports))
     returning ${COLUMNS}`,
    [request.caseId, JSON.stringify(request.policy), request.seeds, request.offline, request.now],
  );
  for (const [chain, head] of request.heads) {
    await db.query(
      `insert into run_heads (run_id, chain_id, block, timestamp, finality)
       values ($1, (select id from chains where name = $2), $3, $4, $5)`,
      [run.id, chain, head.block, head.timestamp, head.finality],
    );
  }
  return run;
}

/**
 * Takes a run up again: its jobs of earlier attempts are void, and its failed wallets are tried once more.
 *
 * What was chosen after a failed wallet is chosen anew: that wallet may lead elsewhere, and the frontier must not depend
 * on when a provider had a fault. So is at which wallets the run stops. Histories that are stored already cost no request. From where on the issuer's doings are
 * needed hangs on the wallets, so that is settled anew too.
 */
export async function resumeRun(pool: Pool, id: number): Promise<Run> {
  return transaction(pool, async (db) => {
    const { wave } = await one<{ wave: number | null }>(
      db,
      `select min(wave) as wave from case_wallets where run_id = $1 and state = 'failed'`,
      [id],
    );
    if (wave !== null) await forgetBeyond(db, id, wave);
    await forgetStops(db, id);
    await db.query(`update case_wallets set state = 'pending', reason = null where run_id = $1 and state = 'failed'`, [
      id,
    ]);
    await db.query('delete from balances where run_id = $1 and value is null', [id]);
    await db.query(`delete from repairs where run_id = $1 and (state = 'failed' or step = 'balance')`, [id]);
    await db.query('delete from run_issuer_events where run_id = $1', [id]);
    await db.query('delete from unsigned where run_id = $1', [id]);
    return one<Run>(
      db,
      `update runs set state = 'running', attempt = attempt + 1, stop_code = null, stop_reason = null,
         ended_at = null, answered_at = null, graph_hash = null
       where id = $1 returning ${COLUMNS}`,
      [id],
    );
  });
}

/** Ends an attempt: jobs of the run that are still queued are dropped when a worker meets them. */
export async function endRun(
  db: Db,
  id: number,
  end: { state: 'stopped' | 'finished'; code?: string; reason?: string; graphHash?: string; now: Date },
): Promise<void> {
  await db.query(
    `update runs set state = $2, stop_code = $3, stop_reason = $4, graph_hash = $5, ended_at = $6
     where id = $1 and state = 'running'`,
    [id, end.state, end.code ?? null, end.reason ?? null, end.graphHash ?? null, end.now],
  );
}

export async function readHeads(db: Db, runId: number): Promise<Map<ChainId, PinnedHead>> {
  const rows = await many<PinnedHead & { chain: ChainId }>(
    db,
    `select c.name as chain, h.block, h.timestamp, h.finality from run_heads h join chains c on c.id = h.chain_id
     where h.run_id = $1 order by c.name`,
    [runId],
  );
  return new Map(rows.map(({ chain, ...head }) => [chain, head]));
}

/** The heads of the newest finished runs of a case that asked its chains' providers. */
export async function finishedHeads(db: Db, caseId: number): Promise<Map<ChainId, PinnedHead>> {
  const rows = await many<PinnedHead & { chain: ChainId }>(
    db,
    `select distinct on (c.name) c.name as chain, h.block, h.timestamp, h.finality
     from runs r join run_heads h on h.run_id = r.id join chains c on c.id = h.chain_id
     where r.case_id = $1 and r.state = 'finished' and not r.offline order by c.name, r.number desc`,
    [caseId],
  );
  return new Map(rows.map(({ chain, ...head }) => [chain, head]));
}

/** Any number that no other program locks with: "CASE" in ASCII. */
const CASE_LOCK = 0x43415345;

export interface CaseLock {
  /** Aborted, with the reason, when the lock is lost with its connection. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Keeps every other process from crawling the case until it is released, or until this process or its connection ends.
 *
 * @returns null when another process is crawling it
 */
export async function lockCase(pool: Pool, caseId: number): Promise<CaseLock | null> {
  const client = await pool.connect();
  const lost = new AbortController();
  const lose = () =>
    lost.abort(
      new RetryableError('DATABASE_LOST', 'The database closed the connection that kept the case to this crawl.'),
    );
  client.once('end', lose);
  const leave = (broken: boolean) => {
    client.off('end', lose);
    client.release(broken);
  };
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as locked', [CASE_LOCK, caseId]);
    if (!rows[0].locked) {
      leave(false);
      return null;
    }
  } catch (error) {
    leave(true);
    throw error;
  }
  return {
    lost: lost.signal,
    async release() {
      const unlocked = await client.query('select pg_advisory_unlock($1, $2)', [CASE_LOCK, caseId]).catch(() => null);
      leave(unlocked === null);
    },
  };
}

/** True while some process crawls the case. It only looks: a crawl that begins at that moment is not refused. */
export async function isCaseLocked(db: Db, caseId: number): Promise<boolean> {
  const { locked } = await one<{ locked: boolean }>(
    db,
    `select exists (select 1 from pg_locks
       where locktype = 'advisory' and granted and classid = $1 and objid = $2 and objsubid = 2
         and database = (select oid from pg_database where datname = current_database())) as locked`,
    [CASE_LOCK, caseId],
  );
  return locked;
}

/** How many wallets the case has now as seeds that the run does not start from. */
export async function countNewSeeds(db: Db, run: Run): Promise<number> {
  const { count } = await one<{ count: number }>(
    db,
    `select count(distinct s.wallet_id) as count from ${SEEDS_OF_CASE} s
     where not exists (select 1 from case_wallets cw
       where cw.run_id = $2 and cw.wallet_id = s.wallet_id and cw.hop = 0)`,
    [run.caseId, run.id],
  );
  return count;
}
