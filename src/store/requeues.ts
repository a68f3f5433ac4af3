/** Wishes that a crawl queue again what it waits for. They are numbered, so that no clock has to be believed. */
import { type Db, maybe, one } from './db.ts';

/** Asks the process that crawls. Returns the wish's number. */
export async function askRequeue(db: Db, runId: number): Promise<number> {
  const { asked } = await one<{ asked: number }>(
    db,
    `insert into requeues (run_id, asked) values ($1, 1)
     on conflict (run_id) do update set asked = requeues.asked + 1 returning asked`,
    [runId],
  );
  return asked;
}

/** The newest wish that is not fulfilled. */
export async function openRequeue(db: Db, runId: number): Promise<number | null> {
  const open = await maybe<{ asked: number }>(db, 'select asked from requeues where run_id = $1 and asked > done', [
    runId,
  ]);
  return open?.asked ?? null;
}

/** What a crawl waited for when it last fulfilled a wish. */
export interface Requeued {
  /** The newest wish that was fulfilled. */
  readonly done: number;
  /** What kind of work it was at, as its progress tells. */
  readonly stage: string | null;
  /** How much of it was left: wallets, assets or blocks. */
  readonly waiting: number | null;
}

export async function readRequeued(db: Db, runId: number): Promise<Requeued> {
  return one<Requeued>(db, 'select done, stage, waiting from requeues where run_id = $1', [runId]);
}

export async function noteRequeued(db: Db, runId: number, { done, stage, waiting }: Requeued): Promise<void> {
  await db.query('update requeues set done = $2, stage = $3, waiting = $4 where run_id = $1', [
    ...[runId, done, stage, waiting],
  ]);
}
