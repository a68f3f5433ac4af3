/** `downstream simulate`: a simulated economy as a folder of CSV files. */
import { type Command, Option } from 'commander';
import { messageOf, UsageError, UserError } from '../errors.ts';
import { displayAmount } from '../money.ts';
import { DIFFICULTIES, type DifficultyName } from '../simulate/difficulty.ts';
import { generateEconomy } from '../simulate/economy.ts';
import { readDelegations, readTransfers, writeEconomy } from '../simulate/folder.ts';
import { serveEconomy } from '../simulate/serve.ts';
import { SIZES, type SizeName } from '../simulate/sizes.ts';
import { type EconomySummary, summarise } from '../simulate/summary.ts';
import type { Economy } from '../simulate/types.ts';
import { type CliContext, stopSignal } from './context.ts';
import { makeFolder } from './folder.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { count, counted, EXIT, jsonLine, table, time } from './output.ts';
import { serveOn } from './serve-on.ts';

/** Where standard error is no terminal, a line is printed each time so much more is done. */
const PLAIN_STEP = 0.25;

interface SimulateOptions {
  readonly seed: string;
  readonly size: SizeName;
  readonly difficulty: DifficultyName;
  readonly out: string;
  readonly from?: string;
  readonly serve?: boolean;
  readonly json?: boolean;
}

export function addSimulateCommand(program: Command, context: CliContext, done: Done): void {
  program
    .command('simulate')
    .description('make up an economy of USDT on Tron and Ethereum, with scam networks whose truth is known')
    .option('--seed <text>', 'same seed, size and difficulty, same bytes', 'downstream')
    .addOption(
      new Option('--size <size>', 'about 700, 5,000, 50,000 or 200,000 wallets').choices(SIZES).default('small'),
    )
    .addOption(
      new Option('--difficulty <difficulty>', 'how hard the networks make it for whoever follows them')
        .choices(DIFFICULTIES)
        .default('normal'),
    )
    .option(
      '--out <folder>',
      'folder to write to; it is made if missing, and files of the same name are replaced',
      'simulation',
    )
    .option(
      '--serve',
      "serve it as TronGrid, Etherscan and a node of Ethereum, with free access's limits, until stopped",
    )
    .option('--from <folder>', 'with --serve: serve the economy of this folder, whoever made it, and make up none')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream simulate --seed 7 --size medium --out economy
  $ npx downstream simulate --serve
  $ npx downstream simulate --serve --from economy
  $ npx downstream simulate --difficulty hard

The folder has transfers.csv, delegations.csv (energy that is lent), reports.csv (for "downstream report import") and the truth:
wallets.csv, payments.csv, exits.csv, parts.csv (which wallets did what), and stops.csv, the wallets of its services as a list of stops.
Every name and address in it is invented.

JSON: {folder, seed, size, difficulty, transfers: [{chain, asset, count}], wallets, networks, bothChains, victims, payments,
  exits, from, until, money: [{chain, asset, issued, held, burnt, balances}]}; amounts in base units; exit code 1 when the
  money does not balance`,
    )
    .action(async (options: SimulateOptions) => done(await simulate(context, options)));
}

async function simulate(context: CliContext, options: SimulateOptions): Promise<number> {
  const { terminal } = context;
  if (options.from !== undefined && options.serve !== true) {
    throw new UsageError('FROM_WITHOUT_SERVE', 'There is a folder to read from, but nothing to do with it.', {
      right: '--from names the economy that --serve serves.',
      todo: 'Add --serve, or leave --from out.',
    });
  }
  if (options.from !== undefined) {
    const transfers = await readTransfers(options.from);
    return serve(context, { transfers, delegations: await readDelegations(options.from) });
  }
  const { seed, size, difficulty, out } = options;
  const progress = progressOf(terminal, size === 'medium' || size === 'large');
  const economy = generateEconomy({ seed, size, difficulty, onProgress: progress.show });
  progress.clear();
  await write(out, economy);
  const summary = summarise(economy);
  terminal.out(options.json ? jsonLine(asJson(options, summary)) : asText(options, summary));
  if (!summary.money.every(({ balances }) => balances)) return EXIT.failed;
  return options.serve === true ? serve(context, economy) : EXIT.done;
}

async function serve(
  context: CliContext,
  { transfers, delegations }: Pick<Economy, 'transfers' | 'delegations'>,
): Promise<number> {
  const stop = stopSignal();
  const server = await serveEconomy(transfers, { limits: 'real', delegations });
  try {
    await serveOn(context, server.settings, stop.signal);
    return EXIT.done;
  } finally {
    await server.close();
    stop.release();
  }
}

async function write(folder: string, economy: Economy): Promise<void> {
  try {
    await makeFolder(folder);
    await writeEconomy(folder, economy);
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'string') throw error;
    const full = (error as { code: string }).code === 'ENOSPC';
    throw new UserError(
      'SIMULATION_UNWRITTEN',
      `${folder} cannot be written to: ${full ? 'the disk is full' : messageOf(error)}.`,
      {
        right: 'A folder of which only some files were written is no economy.',
        todo: full ? 'Free some space, or choose another --out.' : 'Choose another --out.',
        cause: error,
      },
    );
  }
}

function progressOf({ err, interactive }: CliContext['terminal'], plain: boolean) {
  let printed = 0;
  return {
    show(passed: number): void {
      const text = `${Math.floor(passed * 100)} % of the time has passed`;
      if (interactive) err(`\r${text}\x1b[K`);
      else if (plain && passed >= printed + PLAIN_STEP) {
        printed += PLAIN_STEP;
        err(`${text}\n`);
      }
    },
    clear(): void {
      if (interactive) err('\r\x1b[K');
    },
  };
}

function asText({ seed, size, difficulty, out }: SimulateOptions, summary: EconomySummary): string {
  const { transfers, wallets, networks, bothChains, victims, payments, exits, from, until, money } = summary;
  const decimals = new Map(money.map((line) => [line.asset, line.decimals]));
  const wrong = money.filter(({ balances }) => !balances);
  return [
    `A simulated economy, seed "${seed}", size ${size}, difficulty ${difficulty}:\n`,
    table(
      [['CHAIN', 'ASSET', 'TRANSFERS'], ...transfers.map((line) => [line.chain, line.asset, count(line.count)])],
      [2],
    ),
    `${counted(wallets, 'wallet')}, from ${time(from)} to ${time(until)}.\n`,
    `${counted(networks, 'scam network')}, ${count(bothChains)} of them on both chains; ${counted(victims, 'victim')} made ${counted(payments, 'payment')};\n`,
    `of their money ${displayAmount(exits, decimals.get('USDT') ?? 0)} USDT reached services, by first in, first out.\n`,
    wrong.length === 0
      ? 'The money balances on both chains: what was issued is held or was burnt as fees, to the unit.\n'
      : `The money does NOT balance: ${wrong.map(({ chain, asset }) => `${asset} on ${chain}`).join(', ')}. This is a fault of Downstream.\n`,
    `It is in ${out}/: transfers.csv, delegations.csv, reports.csv, and the truth in wallets.csv, payments.csv, exits.csv, parts.csv and stops.csv.\n`,
  ].join('');
}

function asJson({ seed, size, difficulty, out }: SimulateOptions, summary: EconomySummary) {
  const { money, from, until, exits, ...counts } = summary;
  return {
    ...{ folder: out, seed, size, difficulty, ...counts },
    exits: `${exits}`,
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    money: money.map(({ chain, asset, issued, held, burnt, balances }) => ({
      ...{ chain, asset, issued: `${issued}`, held: `${held}`, burnt: `${burnt}`, balances },
    })),
  };
}
