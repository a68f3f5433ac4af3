/** What every command is given: the environment, the clock, the terminal, and how to open what it needs. */
import type { Engine } from '../../workers/run.ts';
import type { Clock } from '../clock.ts';
import { type Config, readConfig } from '../config.ts';
import { RetryableError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { explainDatabaseError } from '../store/db.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Surroundings } from '../tags/fetch.ts';
import type { Terminal } from './output.ts';

export interface CliContext {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** For tests: with whom publishers' lists are fetched. No setting of the environment does that. */
  readonly fetching?: Surroundings;
}

/** Opens the database for one command and lets go of it whatever happens. */
export async function withStore<T>(context: CliContext, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(readConfig(context.env));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Opens database, queue and provider for one command and lets go of them whatever happens. */
export async function withEngine<T>(
  context: CliContext,
  work: (engine: Engine) => Promise<T>,
  faults: 'info' | 'warn' = 'info',
): Promise<T> {
  const { config, log } = configure(context);
  // Loaded here: most commands need neither queue nor provider.
  const { openEngine } = await import('../../workers/run.ts');
  const engine = await openEngine(config, context.clock, log, faults);
  let lost = false;
  try {
    return await work(engine);
  } catch (error) {
    lost = (explainDatabaseError(error) ?? error) instanceof RetryableError;
    throw error;
  } finally {
    await engine.close(lost);
  }
}

export function configure(context: CliContext): { config: Config; log: Log } {
  const config = readConfig(context.env);
  return { config, log: createLog(config.logLevel) };
}

/** A terminal and npx both pass one Ctrl-C on; what comes so soon is no second one. */
const SAME_PRESS_MS = 500;

/**
 * A signal that is aborted when the process is asked to stop. Asked a second time, it ends at once: nothing is lost, for
 * every page is stored whole or not at all. May be taken several times at once: all are aborted.
 */
export function stopSignal(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let asked = 0;
  const stop = () => {
    const now = performance.now();
    if (!controller.signal.aborted) {
      asked = now;
      controller.abort();
    } else if (now - asked > SAME_PRESS_MS) process.exit(1);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
    },
  };
}
