/** The command line: which commands there are, and what their outcome means to the shell. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { systemClock } from '../clock.ts';
import { addCaseCommands } from './case.ts';
import { addClustersCommand } from './clusters.ts';
import type { CliContext } from './context.ts';
import { addCrawlCommand } from './crawl.ts';
import { addDemoCommand } from './demo.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExportCommand } from './export.ts';
import { addMigrateCommand } from './migrate.ts';
import { EXIT, processTerminal, reportError } from './output.ts';
import { addReportCommands } from './report.ts';
import { addWorkerCommand } from './worker.ts';

/** How a command tells the exit code when it ends without an error. */
export type Done = (code: number) => void;

export const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** Runs one command line. Returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(
  argv: readonly string[],
  context: CliContext = { env: process.env, clock: systemClock, terminal: processTerminal },
): Promise<number> {
  let code: number = EXIT.done;
  const done: Done = (outcome) => {
    code = outcome;
  };
  const program = createProgram(context, done);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return reportError(context.terminal, error);
  }
}

function createProgram(context: CliContext, done: Done): Command {
  const { terminal } = context;
  const program = new Command('downstream')
    .description("Traces laundered USDT from a victim's payment to where it is cashed out, with the evidence.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText(
      'after',
      `
The way through:
  $ npx downstream case create mekong
  $ npx downstream report import mekong reports.csv
  $ npx downstream crawl mekong
  $ npx downstream clusters mekong
  $ npx downstream export mekong --format gexf --out out

Without any configuration it reads the live Tron network and keeps its data in a database of its own.
Exit codes: 0 done, 1 failed, 2 wrong usage.`,
    );
  addCaseCommands(program, context, done);
  addReportCommands(program, context, done);
  addCrawlCommand(program, context, done);
  addClustersCommand(program, context, done);
  addExportCommand(program, context, done);
  addWorkerCommand(program, context, done);
  addMigrateCommand(program, context, done);
  addDoctorCommand(program, context, done);
  addDemoCommand(program, context, done);
  return program;
}
