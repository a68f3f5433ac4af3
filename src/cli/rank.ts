/** `downstream rank`: the wallets that matter most to the victims' money. */
import { type Command, Option } from 'commander';
import { leastOf, mostOf } from '../../graphs/trace/compare.ts';
import type { NamedStop } from '../../graphs/trace/context.ts';
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import { scopeJson } from '../../workers/trace.ts';
import type { LoadedTrace } from '../../workers/trace-load.ts';
import { frozenJson } from '../../workers/trace-marks.ts';
import { type Ranking, rankByTraced, rankByTtr, rankText } from '../../workers/trace-rank.ts';
import { unprovenJson } from '../../workers/unproven.ts';
import { displayAmount, formatAmount } from '../money.ts';
import type { CliContext } from './context.ts';
import { frozenWords } from './freeze-text.ts';
import type { Done } from './main.ts';
import { jsonOption, wholeNumber } from './options.ts';
import { count, counted, harmless, jsonLine, table } from './output.ts';
import { type FollowingOptions, withFollowing, withFollowingOptions, withScopeOptions } from './trace-options.ts';
import { notesText, stopsText, subjectOf } from './trace-text.ts';
import { unprovenMarks } from './unproven.ts';

const METHODS = ['ttr', 'traced'] as const;
const SHOWN = 20;

interface RankOptions extends FollowingOptions {
  readonly method: (typeof METHODS)[number];
  readonly top: number;
  readonly json?: boolean;
}

export function addRankCommand(program: Command, context: CliContext, _done: Done): void {
  const command = program
    .command('rank')
    .description("wallets by their relevance to the victims' money: which to examine first")
    .argument('<case>', 'name or id; it must have been crawled')
    .addOption(
      new Option('--method <method>', 'traced: by amounts under all rules; ttr: by transaction tracing rank')
        .choices(METHODS)
        .default('ttr'),
    );
  withFollowingOptions(withScopeOptions(command))
    .addOption(new Option('--top <n>', 'wallets to print').argParser(wholeNumber(1)).default(SHOWN))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream rank mekong
  $ npx downstream rank mekong --method traced --stops exchanges.csv

A rank says what to examine first, and nothing about whoever owns a wallet. "traced" takes the most that any of fifo, lifo,
pro-rata and libr brings to a wallet, so it chooses no rule. Victims' own wallets are never ranked, nor those that only paid
in: there are victims among them.

JSON: {case, method, report, asOf, stops, graphHash, leftOut, wallets: [{chain, asset, address, hop, rank, least, most, received:
  {fifo, lifo, pro-rata, libr} or null, service, unproven: {difference} or null, frozen: {since} or null}], notes}; all wallets, the most relevant first`,
    )
    .action((nameOrId: string, options: RankOptions) =>
      withFollowing(context, nameOrId, options, async (_pool, loaded) => {
        const ranking = options.method === 'ttr' ? rankByTtr(loaded) : rankByTraced(loaded);
        return options.json ? toJson(loaded, ranking, options) : toText(loaded, ranking, options);
      }),
    );
}

function toJson(
  { request, context, notes, unproven, frozen }: LoadedTrace,
  { wallets, leftOut }: Ranking,
  { method }: RankOptions,
): string {
  const money = (amount: bigint) => formatAmount(amount, context.decimals);
  return jsonLine({
    ...{ case: request.case.name, method, ...scopeJson(request), graphHash: request.run.graphHash, leftOut },
    wallets: wallets.map(({ chain, asset, address, hop, rank, received }) => ({
      ...{ chain, asset, address, hop, rank: rank === null ? null : rankText(rank) },
      least: received === null ? null : money(leastOf(received)),
      most: received === null ? null : money(mostOf(received)),
      received:
        received === null ? null : Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, money(received[rule])])),
      service: context.stops.get(walletKey({ chain, address })) ?? null,
      unproven: unprovenJson(unproven, { chain, address }),
      frozen: frozenJson(frozen, { chain, address }),
    })),
    notes,
  });
}

function serviceWords(service: NamedStop | undefined): string[] {
  if (service === undefined) return [];
  return [
    `${harmless(service.name ?? service.category)}${service.inferred === null ? '' : ' (deposit-address, inferred)'}`,
  ];
}

function toText(loaded: LoadedTrace, { wallets, leftOut }: Ranking, { method, top }: RankOptions): string {
  const { context, notes } = loaded;
  const marks = unprovenMarks(loaded.unproven, loaded.request.case.name);
  const money = (amount: bigint) => displayAmount(amount, context.decimals);
  const rows = wallets.slice(0, top).map(({ chain, address, hop, rank, received }, place) => {
    const service = context.stops.get(walletKey({ chain, address }));
    return [
      `${place + 1}`,
      ...(received === null ? [rankText(rank ?? 0n).slice(0, 8)] : [money(leastOf(received)), money(mostOf(received))]),
      `${hop}`,
      marks.named({ chain, address }),
      [...serviceWords(service), ...frozenWords(frozenJson(loaded.frozen, { chain, address }))].join('; '),
    ];
  });
  const head = ['', ...(method === 'ttr' ? ['RANK'] : ['LEAST TRACED', 'MOST TRACED']), 'HOPS', 'WALLET', ''];
  const more = wallets.length - rows.length;
  return [
    `Wallets to examine, for the money ${subjectOf(loaded)}, ${method === 'ttr' ? 'by transaction tracing rank' : 'by what the rules trace to them'}.\n`,
    'A rank is no finding about whoever owns a wallet.\n\n',
    table([head, ...rows], method === 'ttr' ? [0, 2] : [0, 1, 2, 3]),
    more > 0 ? `  … and ${count(more)} more; --json lists all\n` : '',
    leftOut > 0
      ? `\nLeft out ${leftOut === 1 ? 'is' : 'are'} ${counted(leftOut, 'wallet')} of victims, or that only paid in: victims may be among them.\n`
      : '',
    marks.legend(),
    notesText(notes),
    `\n${table([stopsText(loaded)])}`,
  ].join('');
}
