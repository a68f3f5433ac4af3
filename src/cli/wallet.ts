/** `downstream wallet expand|stop|auto|list`: what a person decides of a wallet against the crawl's own choice. `show` stands in a file of its own. */
import type { Command } from 'commander';
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import { parseWhy } from '../cases/statement.ts';
import { namedChain, parseAddress } from '../chains/address.ts';
import type { Address, ChainId } from '../chains/chain.ts';
import { UsageError } from '../errors.ts';
import { displayAmount, formatAmount } from '../money.ts';
import { type Case, findCase, readSeeds } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { readStoppedWallets, type StoppedWallet } from '../store/followed-money.ts';
import { readAssets, type StoredAsset, walletIds } from '../store/reference.ts';
import { lastRun } from '../store/runs.ts';
import { addWalletDecision, type Decision, readWalletDecisions, standing } from '../store/wallet-decisions.ts';
import { type CliContext, withStore } from './context.ts';
import { chainOption, jsonOption, typed } from './options.ts';
import { counted, harmless, jsonLine, table, time } from './output.ts';
import { addWalletShow } from './wallet-show.ts';

interface WalletOptions {
  readonly why: string;
  readonly chain?: ChainId;
  readonly json?: boolean;
}

const WORDS: Readonly<Record<Decision, { readonly what: string; readonly effect: string }>> = {
  expand: {
    what: 'read it as soon as any followed money reaches it, whatever its share and hops',
    effect: 'The next crawl reads it as soon as any followed money reaches it.',
  },
  stop: { what: 'never read it', effect: 'The next crawl stops at it.' },
  auto: { what: 'leave it to the crawl again', effect: 'The next crawl decides by itself.' },
};

export function addWalletCommands(program: Command, context: CliContext): void {
  const group = program
    .command('wallet')
    .description(
      'all that is known of a wallet; at which wallets a crawl stops, and what a person decides against its own choice',
    );
  addWalletShow(group, context);
  for (const decision of ['expand', 'stop', 'auto'] as const) addDecision(group, context, decision);
  addList(group, context);
}

function addDecision(group: Command, context: CliContext, decision: Decision): void {
  const { terminal, clock } = context;
  group
    .command(decision)
    .description(WORDS[decision].what)
    .argument('<case>', 'name or id')
    .argument('<address>', 'the wallet')
    .requiredOption('--why <text>', 'why; it is kept with the decision')
    .addOption(chainOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream wallet ${decision} mekong TXYZ… --why "${decision === 'stop' ? 'the exchange confirmed that it is theirs' : 'an over-the-counter desk, no service'}"

Reported wallets are always read. All decisions are kept; the newest of a wallet counts.

JSON: {case, chain, address, decision, why, at}`,
    )
    .action((nameOrId: string, address: string, options: WalletOptions) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const wallet = typed(() => {
          const chain = namedChain(options.chain, address);
          return { chain, address: parseAddress(chain, address) };
        });
        const why = typed(() => parseWhy(options.why, '--why'));
        await refuseReported(pool, found, wallet, decision);
        const id = (await walletIds(pool, wallet.chain, [wallet.address])).get(wallet.address);
        if (id === undefined) throw new Error('A wallet was not given a number');
        const now = new Date(clock.now());
        await addWalletDecision(pool, found.id, { walletId: id, decision, why }, now);
        terminal.out(
          options.json
            ? jsonLine({ case: found.name, ...wallet, decision, why, at: now })
            : `Recorded for ${wallet.address} in the case "${found.name}": ${decision}. ${WORDS[decision].effect}\n`,
        );
      }),
    );
}

async function refuseReported(
  pool: Pool,
  found: Case,
  wallet: { chain: ChainId; address: Address },
  decision: Decision,
): Promise<void> {
  if (decision !== 'stop') return;
  const seeds = await readSeeds(pool, found.id);
  if (!seeds.some(({ chain, address }) => chain === wallet.chain && address === wallet.address)) return;
  throw new UsageError('WALLET_REPORTED', `${wallet.address} is a reported wallet, or received a confirmed payment.`, {
    right: 'A crawl starts from such wallets, and always reads them.',
    todo: 'To end a trace there, name it in a list: npx downstream trace --stops FILE',
  });
}

/** Stops that a list shows; `--json` has more. */
const SHOWN = 40;
const MOST = 100_000;

function addList(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('list')
    .description(
      'what was decided, and at which wallets the last crawl stopped, with the money that each rule brought there',
    )
    .argument('<case>', 'name or id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream wallet list mekong

JSON: {case, decisions: [{chain, address, decision, why, at}], stopped: [{chain, address, kind, reason, amounts: {fifo, lifo, pro-rata,
  libr}}]}
  kind is tagged, behaviour, returned, below-share, max-hops, max-wallets, max-requests, max-transfers or person`,
    )
    .action((nameOrId: string, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const [asset] = await readAssets(pool);
        if (asset === undefined) throw new Error('The database knows no asset');
        const run = await lastRun(pool, found.id);
        const stopped =
          run === undefined ? [] : await readStoppedWallets(pool, run.id, options.json ? MOST : SHOWN + 1);
        const decisions = [...standing(await readWalletDecisions(pool, found.id)).values()];
        terminal.out(
          options.json
            ? jsonLine({
                case: found.name,
                decisions: decisions.map(({ chain, address, decision, why, decidedAt: at }) => {
                  return { chain, address, decision, why, at };
                }),
                stopped: stopped.map((each) => ({ ...each, amounts: amountsJson(each, asset) })),
              })
            : [
                decisions.length === 0 ? `Nothing was decided of wallets of the case "${found.name}".\n` : 'Decided\n',
                table(
                  decisions.map(({ address, decision, why, decidedAt }) => [
                    ...[address, decision, time(decidedAt), harmless(why)],
                  ]),
                ),
                run === undefined ? 'It was not crawled yet.\n' : stoppedText(stopped, asset),
              ].join(''),
        );
      }),
    );
}

function amountsJson({ amounts }: StoppedWallet, { decimals }: StoredAsset) {
  return Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, formatAmount(BigInt(amounts[rule] ?? 0), decimals)]));
}

function stoppedText(stopped: readonly StoppedWallet[], { symbol, decimals }: StoredAsset): string {
  if (stopped.length === 0) return '\nThe last crawl stopped at no wallet that followed money reached.\n';
  const rows = stopped
    .slice(0, SHOWN)
    .map(({ address, reason, amounts }) => [
      address,
      ...CONSERVING_RULES.map((rule) => displayAmount(BigInt(amounts[rule] ?? 0), decimals)),
      harmless(reason ?? ''),
    ]);
  const more =
    stopped.length > SHOWN ? `Those that most money reached, ${counted(SHOWN, 'wallet')}; --json has all.\n` : '';
  const titles = ['WALLET', ...CONSERVING_RULES.map((rule) => rule.toUpperCase()), 'WHY'];
  return `\nThe last crawl stopped at (${symbol} that each rule brought there)\n${table([titles, ...rows], [1, 2, 3, 4])}${more}`;
}
