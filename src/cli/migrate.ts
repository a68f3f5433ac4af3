/** `downstream migrate`: brings a server's schema up to date. The embedded database does so by itself. */
import type { Command } from 'commander';
import { migrateQueue } from '../queue/queue.ts';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/store.ts';
import { type CliContext, configure } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { jsonLine } from './output.ts';

export function addMigrateCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  program
    .command('migrate')
    .description("bring the database's schema up to date")
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ DATABASE_URL=postgres://… npx downstream migrate\n\nJSON: {applied}')
    .action(async (options: { json?: boolean }) => {
      const { config } = configure(context);
      const applied: string[] = [];
      const store = await openStore(config, {
        migrate: async (pool) => {
          applied.push(...(await migrate(pool)));
          await migrateQueue(pool);
        },
      });
      await store.close();
      if (options.json) terminal.out(jsonLine({ applied }));
      else if (applied.length === 0) terminal.out('The schema is up to date.\n');
      else terminal.out(`Applied ${applied.join(', ')}.\n`);
    });
}
