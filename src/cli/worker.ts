/** `downstream worker`: a process that only works, beside others on this machine or on many. */
import { type Command, Option } from 'commander';
import { keepSchedules } from '../../workers/schedule.ts';
import { UserError } from '../errors.ts';
import { type CliContext, stopSignal, withEngine } from './context.ts';
import type { Done } from './main.ts';

const QUEUES = ['crawl', 'analyse', 'schedule', 'all'] as const;

export function addWorkerCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  program
    .command('worker')
    .description('run workers until stopped; as many processes as wanted, on as many machines as share the servers')
    .addOption(new Option('--queue <queue>', 'which work to take').choices(QUEUES).default('all'))
    .addHelpText(
      'after',
      `
Example:
  $ DATABASE_URL=postgres://… REDIS_URL=redis://… npx downstream worker

It takes the pages of every crawl that uses the same database, provider and key; with --queue schedule, or all, also the
crawls that npx downstream schedule asks for. SIGTERM lets it finish the pages in hand; a scheduled crawl is left for the next
worker to go on with.`,
    )
    .action((options: { queue: (typeof QUEUES)[number] }) =>
      withEngine(
        context,
        async (engine) => {
          const stop = stopSignal();
          try {
            await keepSchedules({ pool: engine.store.pool, timers: engine.timers });
            await new Promise<void>((resolve, reject) => {
              stop.signal.addEventListener('abort', () => resolve());
              // A worker outlives a server that is gone for a while; a full disk it does not.
              const onFatal = (error: Error) => {
                if (error instanceof UserError && error.code !== 'DATABASE_UNREACHABLE') reject(error);
              };
              if (options.queue !== 'analyse') engine.startCrawl(engine.providers, onFatal);
              if (options.queue === 'schedule' || options.queue === 'all') engine.startSchedules(onFatal);
              if (options.queue === 'analyse' || options.queue === 'all') engine.startAnalyse(() => {});
              terminal.err(`Working (${options.queue}); the queue is in ${engine.queueKind}. Stop with Ctrl-C.\n`);
            });
            terminal.err('Stopping: the pages in hand are finished first.\n');
          } finally {
            stop.release();
          }
        },
        'warn',
      ),
    );
}
