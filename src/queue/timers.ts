/** Work that comes back by the clock. The queue keeps the time; what is due, and when, its owner knows better. */
import { CronExpressionParser } from 'cron-parser';

/** An interval in milliseconds, or a cron expression with the time zone that it is meant in. */
export interface TimerTiming {
  readonly everyMs: number | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
}

export interface TimerRequest<T> {
  readonly id: string;
  readonly data: T;
  readonly timing: TimerTiming;
  /** When it was to come next, as its owner remembers; `null` where it never was. */
  readonly dueAt: Date | null;
}

export interface Timers<T> {
  /**
   * Sees to it that the timer runs, with the times asked for. One that was lost is set again; what it missed comes once,
   * at once.
   */
  keep(request: TimerRequest<T>): Promise<{ readonly next: Date; readonly set: boolean }>;
  /** When it comes next; `null` where it does not run. */
  next(id: string): Promise<Date | null>;
  remove(id: string): Promise<void>;
}

/** The least that BullMQ's queue does for timers. */
export interface SchedulerQueue<T> {
  getJobScheduler(
    id: string,
  ): Promise<
    { readonly next?: number; readonly every?: number; readonly pattern?: string; readonly tz?: string } | undefined
  >;
  upsertJobScheduler(
    id: string,
    repeat: { every?: number; pattern?: string; tz?: string; startDate?: Date; immediately?: boolean },
    template: { name: string; data: T; opts: object },
  ): Promise<unknown>;
  removeJobScheduler(id: string): Promise<boolean>;
  getJob(id: string): Promise<{ remove(): Promise<void> } | undefined>;
}

/** @param reach names a server that does not answer */
export function createTimers<T extends { readonly kind: string }>(
  queue: SchedulerQueue<T>,
  options: object,
  reach: <R>(call: Promise<R>) => Promise<R>,
): Timers<T> {
  const next = async (id: string) => {
    const found = await reach(queue.getJobScheduler(id));
    return found?.next === undefined ? null : new Date(found.next);
  };
  const remove = async (id: string) => {
    const came = await next(id);
    await reach(queue.removeJobScheduler(id));
    if (came === null) return;
    // It may be due and wait for a worker; one that is being worked on stays.
    const waiting = await reach(queue.getJob(jobOf(id, came)));
    await waiting?.remove().catch(() => {});
  };
  return {
    async keep({ id, data, timing, dueAt }) {
      const found = await reach(queue.getJobScheduler(id));
      if (found?.next !== undefined) {
        const at = new Date(found.next);
        if (isTimed(found, timing) && (await reach(queue.getJob(jobOf(id, at)))) !== undefined) {
          return { next: at, set: false };
        }
        await remove(id);
      }
      await reach(queue.upsertJobScheduler(id, repeatOf(timing, dueAt), { name: data.kind, data, opts: options }));
      return { next: (await next(id)) ?? new Date(), set: true };
    },
    next,
    remove,
  };
}

/** The id that BullMQ gives the job of a timer's next time. */
function jobOf(id: string, at: Date): string {
  return `repeat:${id}:${at.getTime()}`;
}

function isTimed(found: { every?: number; pattern?: string; tz?: string }, timing: TimerTiming): boolean {
  return (
    (found.every ?? null) === timing.everyMs &&
    (found.pattern ?? null) === timing.cron &&
    (found.tz ?? null) === timing.timeZone
  );
}

/** An interval begins at the time that is due, which for BullMQ is now where it has passed; cron times have to be told so. */
function repeatOf({ everyMs, cron, timeZone }: TimerTiming, dueAt: Date | null) {
  if (everyMs !== null) return { every: everyMs, ...(dueAt === null ? {} : { startDate: dueAt }) };
  const missed = dueAt !== null && dueAt.getTime() <= Date.now();
  return { pattern: cron ?? '', tz: timeZone ?? 'UTC', ...(missed ? { immediately: true } : {}) };
}

/**
 * The first time after `after` that a cron expression names.
 *
 * @throws Error with what is wrong with the expression, or with its never coming
 */
export function nextCron(cron: string, timeZone: string, after: Date): Date {
  return CronExpressionParser.parse(cron, { currentDate: after, tz: timeZone }).next().toDate();
}
