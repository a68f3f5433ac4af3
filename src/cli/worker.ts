/** `downstream worker`: a process that only works, beside others on this machine or on many. */
import { type Command, Option } from 'commander';
import { UserError } from '../errors.ts';
import { type CliContext, stopSignal, withEngine } from './context.ts';
import type { Done } from './main.ts';

const QUEUES = ['crawl', 'analyse', 'all'] as const;

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

It takes the pages of every crawl that uses the same database, provider and key. SIGTERM lets it finish the pages in hand.`,
    )
    .action((options: { queue: (typeof QUEUES)[number] }) =>
      withEngine(
        context,
        async (engine) => {
          const stop = stopSignal();
          try {
            await new Promise<void>((resolve, reject) => {
              stop.signal.addEventListener('abort', () => resolve());
              // A worker outlives a server that is gone for a while; a full disk it does not.
              const onFatal = (error: Error) => {
                if (error instanceof UserError && error.code !== 'DATABASE_UNREACHABLE') reject(error);
              };
              if (options.queue !== 'analyse') engine.startCrawl(engine.providers, onFatal);
              if (options.queue !== 'crawl') {
                engine.startAnalyse((runId, error) => engine.log.warn({ runId, code: error.code }, error.message));
              }
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
