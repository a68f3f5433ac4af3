/** The limiter of a provider's key: one for all workers on all machines, kept in the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beginPace, type PaceLimits, refusePace, reviewPace, UNLIMITED_RATE } from '../src/crawl/pace.ts';
import type { RetryableError } from '../src/errors.ts';
import type { Pool } from '../src/store/db.ts';
import { changePace, noteAnswered, openAccount, readAccount, takeTurn } from '../src/store/request-slots.ts';

/** How long what is known of an account is believed: a request that waited sees a pause that began meanwhile. */
const FRESH_MS = 100;
/** The same where nobody waits for turns, since there was never a need to. */
const UNLIMITED_FRESH_MS = 1_000;

/** On a machine that has no time for us, turns come late and many at once: those are taken anew, once. */
const LATE_MS = 1_000;
const MOST_LATE = 1;

export interface Limiter {
  /** Waits for the next turn, and gives the epoch that it belongs to. Ends early, without one, when `ends` is aborted. */
  turn(ends: AbortSignal): Promise<number>;
  /** A request of the epoch was answered. */
  answered(epoch: number): Promise<void>;
  /** A request of the epoch was refused: all workers hold, for so long as the provider wants. */
  refused(epoch: number, refusal: RetryableError & { readonly retryAfterMs: number }): Promise<void>;
}

/** A provider's key: the name that its turns are kept under, and what a person or a default says about its rate. */
export interface Account {
  readonly name: string;
  readonly limits: PaceLimits;
}

/** @param elapsed milliseconds since any moment, for how long something is known; when a turn comes is the database's to say */
export async function openLimiter(pool: Pool, account: Account, elapsed: () => number): Promise<Limiter> {
  const { name, limits } = account;
  await openAccount(pool, name, limits.start, (now) => beginPace(limits, now));
  let known = { ...(await readAccount(pool, name)), at: elapsed() };
  let answeredEpoch = -1;

  const look = async (freshMs: number) => {
    if (elapsed() - known.at > freshMs) known = { ...(await readAccount(pool, name)), at: elapsed() };
    return known;
  };
  const isUnlimited = async () => {
    if (Math.min(limits.most ?? known.rate, known.rate) < UNLIMITED_RATE) return false;
    const { rate, paused } = await look(UNLIMITED_FRESH_MS);
    return rate >= UNLIMITED_RATE && !paused;
  };

  return {
    async turn(ends) {
      for (let late = 0; !ends.aborted; ) {
        if (await isUnlimited()) return known.epoch;
        const asked = elapsed();
        const { epoch, wait, due } = await takeTurn(pool, name, limits.most);
        known = { ...known, epoch, at: elapsed() };
        if (due) await changePace(pool, name, (pace, now) => reviewPace(pace, limits, now));
        if (wait <= 1) return epoch;
        await sleep(wait, undefined, { signal: ends }).catch(() => {});
        if (elapsed() - asked - wait > LATE_MS && late < MOST_LATE) late += 1;
        else if ((await look(FRESH_MS)).epoch === epoch) return epoch;
      }
      return known.epoch;
    },

    async answered(epoch) {
      if (epoch <= answeredEpoch) return;
      answeredEpoch = epoch;
      await noteAnswered(pool, name, epoch);
    },

    async refused(epoch, { code, retryAfterMs, mostPerSecond }) {
      const about = { waitMs: retryAfterMs, named: mostPerSecond ?? null, aboutRate: code !== 'PROVIDER_QUOTA' };
      await changePace(pool, name, (pace, now) => refusePace(pace, limits, { epoch, ...about }, now));
      known = { ...(await readAccount(pool, name)), at: elapsed() };
    },
  };
}
