/** What a run has asked its providers for, and what they did wrong. */
import { type Db, many } from './db.ts';

/**
 * What a request was for: a page of a history, a look at a wallet's newest transfers, a balance, a receipt, the order within
 * a block, who signed, what the issuer did, who paid a wallet's fees; or one that a fault cost.
 */
export const REQUEST_KINDS = [
  'history',
  'probe',
  'balance',
  'receipt',
  'positions',
  'signer',
  'issuer',
  'native',
  'standing',
  'retry',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Counts requests that brought an answer; `commitPage` counts those of pages itself. */
export async function countAnswer(
  db: Db,
  runId: number,
  kind: RequestKind,
  requests: number,
  now: Date,
): Promise<void> {
  await countRequests(db, runId, kind, requests, now);
}

/** @param answered when a provider answered; `null` for a request that brought nothing of use */
async function countRequests(
  db: Db,
  runId: number,
  kind: RequestKind,
  requests: number,
  answered: Date | null,
): Promise<void> {
  if (requests === 0 && answered === null) return;
  await db.query(
    `with total as (
       update runs set requests = requests + $3, answered_at = coalesce($4, answered_at) where id = $1)
     insert into run_requests (run_id, kind, requests) values ($1, $2, $3)
     on conflict (run_id, kind) do update set requests = run_requests.requests + excluded.requests`,
    [runId, kind, requests, answered],
  );
}

/** How many requests a run has sent, by what they were for. */
export async function readRequests(db: Db, runId: number): Promise<Readonly<Record<RequestKind, number>>> {
  const rows = await many<{ kind: RequestKind; requests: number }>(
    db,
    'select kind, requests from run_requests where run_id = $1',
    [runId],
  );
  const none = Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, 0])) as Record<RequestKind, number>;
  return { ...none, ...Object.fromEntries(rows.map(({ kind, requests }) => [kind, requests])) };
}

/** Notes that a provider answers, while what it is asked for is not whole yet. */
export async function noteAnswer(db: Db, runId: number, now: Date): Promise<void> {
  await db.query('update runs set answered_at = greatest(answered_at, $2) where id = $1', [runId, now]);
}

export interface Fault {
  readonly provider: string;
  readonly code: string;
  readonly count: number;
  readonly lastMessage: string;
  readonly lastAt: Date;
}

/**
 * Records what a provider did wrong, or what is to be remarked of its pages.
 *
 * @param fault `count`: of rows in a remark, 1 in a fault; `requests`: how many it cost
 */
export async function recordFault(
  db: Db,
  runId: number,
  fault: { providerId: number; code: string; message: string; count: number; requests: number; now: Date },
): Promise<void> {
  await db.query(
    `insert into faults (run_id, provider_id, code, count, last_message, first_at, last_at)
     values ($1, $2, $3, $6, $4, $5, $5)
     on conflict (run_id, provider_id, code) do update
     set count = faults.count + excluded.count, last_message = excluded.last_message, last_at = excluded.last_at`,
    [runId, fault.providerId, fault.code, fault.message, fault.now, fault.count],
  );
  await countRequests(db, runId, 'retry', fault.requests, null);
}

export async function readFaults(db: Db, runId: number): Promise<Fault[]> {
  return many<Fault>(
    db,
    `select p.name as provider, f.code, f.count, f.last_message as "lastMessage", f.last_at as "lastAt"
     from faults f join providers p on p.id = f.provider_id where f.run_id = $1 order by p.name, f.code`,
    [runId],
  );
}
