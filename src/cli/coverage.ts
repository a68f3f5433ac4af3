/** `downstream coverage`: what of each wallet was seen, from when to when, and whether that is proven to be all. */
import { type Command, Option } from 'commander';
import { UserError } from '../errors.ts';
import { formatAmount } from '../money.ts';
import { findCase } from '../store/cases.ts';
import type { WalletState } from '../store/frontier.ts';
import { readRequests } from '../store/requests.ts';
import { lastRun, readHeads } from '../store/runs.ts';
import { readWalletCoverage, type WalletCoverage } from '../store/wallet-coverage.ts';
import { type CliContext, withStore } from './context.ts';
import { coverageText } from './coverage-text.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { jsonLine } from './output.ts';

const STATES = ['expanded', 'stopped', 'pending', 'failed'] as const satisfies readonly WalletState[];

interface CoverageOptions {
  readonly unproven?: boolean;
  readonly state?: WalletState;
  readonly json?: boolean;
}

export function addCoverageCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  program
    .command('coverage')
    .description("how far each wallet of a case's last crawl was seen, and whether that is proven to be all")
    .argument('<case>', 'name or id; it must have been crawled')
    .option('--unproven', 'only wallets that do not hold what their transfers add up to, or of which nobody could tell')
    .addOption(new Option('--state <state>', 'only wallets in this state').choices(STATES))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream coverage mekong
  $ npx downstream coverage mekong --unproven

proven: at the crawl's head the wallet held, to the base unit, what its stored transfers and the issuer make of it. unproven: it held
another amount, difference more than that, or nobody could tell. not-tried: it was not asked for, as of a wallet that was stopped
at. docs/coverage.md says what this proves and what not.

JSON: {case, wallets: [{chain, address, state, reason, from, to, rows, proof, difference, hop, asset, provider, requests}]}; all of them.
from and to are the ends of what was seen, null where nothing was, or where files do not tell; rows counts the transfers that the
wallet's own history lists up to the head; difference is null where it is not known; requests are those for pages of its history,
over all crawls`,
    )
    .action((nameOrId: string, options: CoverageOptions) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const run = await lastRun(pool, found.id);
        if (run === undefined) {
          throw new UserError(
            'NOT_CRAWLED',
            `The case "${found.name}" was not crawled yet, so nothing of it was seen.`,
            {
              todo: `Run: npx downstream crawl "${found.name}"`,
            },
          );
        }
        const wallets = await readWalletCoverage(pool, run.id);
        const asked = wallets.filter((wallet) => isAsked(wallet, options));
        if (options.json) {
          terminal.out(jsonLine({ case: found.name, wallets: asked.map(coverageJson) }));
          return;
        }
        const requests = await readRequests(pool, run.id);
        const heads = [...(await readHeads(pool, run.id))].map(([chain, head]) => ({ chain, ...head }));
        terminal.out(coverageText({ name: found.name, run, heads, requests, wallets, asked }));
      }),
    );
}

function isAsked({ proof, state }: WalletCoverage, { unproven, state: only }: CoverageOptions): boolean {
  return (unproven !== true || proof === 'unproven') && (only === undefined || state === only);
}

export function coverageJson(wallet: WalletCoverage) {
  const { chain, address, state, reason, from, to, rows, proof, difference, hop, asset, provider, requests } = wallet;
  return {
    ...{ chain, address, state, reason, from: isoOf(from), to: isoOf(to), rows, proof },
    difference: difference === null ? null : formatAmount(difference, wallet.decimals),
    ...{ hop, asset, provider, requests },
  };
}

function isoOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
