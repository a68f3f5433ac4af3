/** The command line: which commands there are, and what their outcome means to the shell. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { systemClock } from '../clock.ts';
import type { CliContext } from './context.ts';
import { EXIT, processTerminal, reportError } from './output.ts';

/** How a command tells the exit code when it ends without an error. */
export type Done = (code: number) => void;

export const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

type AddCommand = (program: Command, context: CliContext, done: Done) => void;

/** The commands, each loaded only when it is asked for: together they take longer to load than most take to run. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  case: async () => (await import('./case.ts')).addCaseCommands,
  report: async () => (await import('./report.ts')).addReportCommands,
  wallet: async () => (await import('./wallet.ts')).addWalletCommands,
  source: async () => (await import('./source.ts')).addSourceCommands,
  tags: async () => (await import('./tags.ts')).addTagsCommands,
  compounds: async () => (await import('./compounds.ts')).addCompoundsCommands,
  import: async () => (await import('./import.ts')).addImportCommand,
  crawl: async () => (await import('./crawl.ts')).addCrawlCommand,
  coverage: async () => (await import('./coverage.ts')).addCoverageCommand,
  schedule: async () => (await import('./schedule.ts')).addScheduleCommand,
  repair: async () => (await import('./repair.ts')).addRepairCommand,
  trace: async () => (await import('./trace.ts')).addTraceCommand,
  path: async () => (await import('./path.ts')).addPathCommand,
  rank: async () => (await import('./rank.ts')).addRankCommand,
  collisions: async () => (await import('./collisions.ts')).addCollisionsCommand,
  attribution: async () => (await import('./attribution.ts')).addAttributionCommand,
  clusters: async () => (await import('./clusters.ts')).addClustersCommand,
  suspects: async () => (await import('./suspects.ts')).addSuspectsCommand,
  thresholds: async () => (await import('./thresholds.ts')).addThresholdsCommand,
  export: async () => (await import('./export.ts')).addExportCommand,
  worker: async () => (await import('./worker.ts')).addWorkerCommand,
  migrate: async () => (await import('./migrate.ts')).addMigrateCommand,
  doctor: async () => (await import('./doctor.ts')).addDoctorCommand,
  simulate: async () => (await import('./simulate.ts')).addSimulateCommand,
  demo: async () => (await import('./demo.ts')).addDemoCommand,
};

/** Runs one command line. Returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(
  argv: readonly string[],
  context: CliContext = { env: process.env, clock: systemClock, terminal: processTerminal },
): Promise<number> {
  let code: number = EXIT.done;
  const done: Done = (outcome) => {
    code = outcome;
  };
  const program = createProgram(context);
  const asked = COMMANDS[argv[0] ?? ''];
  for (const load of asked === undefined ? Object.values(COMMANDS) : [asked]) (await load())(program, context, done);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { explainDatabaseError } = await import('../store/db.ts');
    return reportError(context.terminal, explainDatabaseError(error) ?? error);
  }
}

function createProgram({ terminal }: CliContext): Command {
  return new Command('downstream')
    .description(
      'Follows transfers of USDT on Tron and Ethereum from the wallets that victims reported, and finds clusters among those they lead to.',
    )
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
  $ npx downstream coverage mekong
  $ npx downstream report match mekong
  $ npx downstream trace mekong
  $ npx downstream clusters mekong
  $ npx downstream export mekong --format gexf --out out

Without any configuration it reads the live Tron network and keeps its data in a database of its own; Ethereum needs a
key or a node (npx downstream doctor).
Exit codes: 0 done, 1 failed, 2 wrong usage.`,
    );
}
