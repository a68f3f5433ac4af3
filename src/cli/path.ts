/** `downstream path`: the chain of transfers that carried the most of a report's money to a wallet. */
import { type Command, Option } from 'commander';
import { runHash } from '../../graphs/run-hash.ts';
import { findPath, findReach, type Path } from '../../graphs/trace/path.ts';
import { CONSERVING_RULES, type ConservingRule } from '../../graphs/trace/types.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import { parametersOf, scopeJson } from '../../workers/trace.ts';
import { type AskJson, askJson } from '../../workers/trace-inferred.ts';
import type { LoadedTrace } from '../../workers/trace-load.ts';
import { unprovenAmong } from '../../workers/trace-marks.ts';
import { chainOfAddress, parseAddress } from '../chains/address.ts';
import type { ChainId, Wallet } from '../chains/chain.ts';
import { UsageError, UserError } from '../errors.ts';
import { displayAmount, formatAmount } from '../money.ts';
import { readDeclarations } from '../store/declarations.ts';
import type { CliContext } from './context.ts';
import type { Done } from './main.ts';
import { chainOption, jsonOption, typed } from './options.ts';
import { counted, duration, harmless, jsonLine, table, time } from './output.ts';
import { type FollowingOptions, withFollowing, withFollowingOptions } from './trace-options.ts';
import { subjectOf, VALUE_ALONE } from './trace-text.ts';
import { unprovenMarks } from './unproven.ts';

const PATH_RULES = [...CONSERVING_RULES, 'poison'] as const;
type PathRule = ConservingRule | 'poison';

interface PathOptions extends Omit<FollowingOptions, 'inference'> {
  readonly from: string;
  readonly to: string;
  readonly chain?: ChainId;
  readonly rule?: PathRule;
  readonly json?: boolean;
}

export function addPathCommand(program: Command, context: CliContext, _done: Done): void {
  const command = program
    .command('path')
    .description("the chain of transfers that carried the most of a report's money to a wallet")
    .argument('<case>', 'name or id; it must have been crawled')
    .requiredOption('--from <report>', 'whose money: the number or reference of a report')
    .requiredOption('--to <address>', 'the wallet it went to')
    .addOption(chainOption())
    .addOption(
      new Option('--rule <rule>', 'which money leaves when a wallet pays; else the one that was chosen last').choices(
        PATH_RULES,
      ),
    );
  withFollowingOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream path mekong --from 7 --to TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx --rule fifo

Each transfer stands with what of it was the report's money, by this way or another. Under fifo and lifo the path is the way of the very lots that
arrived; under pro-rata and libr, where money in a wallet has no order, the way whose least traced part is greatest; under
poison the way by which the wallet was reached first.

JSON: {case, report, rule, asOf, stops, graphHash, runHash, to: {chain, address}, amount, arrived, steps: [{transaction, from, to, at,
  amount, traced}], through: [{chain, address, service, category, source, others, confidence, reason, sinks}], unproven: [{chain, address, difference}]}; unproven lists those of its wallets that are`,
    )
    .action(async (nameOrId: string, options: PathOptions) => {
      const target = typed(() => readTarget(options));
      // What a wallet does says where a trace ends, and nothing about which way the money took: it is told, and the way goes on.
      const following = { ...options, report: options.from, inference: 'tell' as const };
      await withFollowing(context, nameOrId, following, async (pool, loaded) => {
        const chosen = (await readDeclarations(pool, loaded.request.case.id))
          .map(({ rule }) => rule)
          .filter(isPathRule);
        const rule = options.rule ?? chosen.at(-1);
        if (rule === undefined) throw noRule();
        const path = pathIn(loaded, rule, target);
        if (path === null) throw noPath(loaded, rule, target);
        return options.json ? toJson(loaded, rule, target, path) : toText(loaded, rule, target, path);
      });
    });
}

function isPathRule(rule: string): rule is PathRule {
  return (PATH_RULES as readonly string[]).includes(rule);
}

function readTarget({ to, chain = chainOfAddress(to) }: PathOptions): Wallet {
  return { chain, address: parseAddress(chain, to) };
}

function pathIn({ plan }: LoadedTrace, rule: PathRule, target: Wallet): Path | null {
  const request = {
    sources: new Set([...plan.sources.keys()].filter((number) => plan.asked[number] === 1)),
    targets: new Set(plan.table.accounts.ofWallet(target)),
  };
  return rule === 'poison' ? findReach(plan, request) : findPath(plan, rule, request);
}

function noRule(): UsageError {
  return new UsageError('RULE_MISSING', 'No rule was chosen for this case yet, so a path needs one.', {
    right: `--rule takes one of: ${PATH_RULES.join(', ')}.`,
    todo: 'Add --rule, or choose one for the case with: npx downstream trace CASE --rule … --by … --why …',
  });
}

function noPath({ request: { report, run } }: LoadedTrace, rule: PathRule, { address }: Wallet): UserError {
  return new UserError('NO_PATH', `By ${rule}, no money of report ${report?.number} came to ${address}.`, {
    right: `It is followed as far as crawl ${run.number} read, and to no wallet behind a stop.`,
    todo: `${rule === 'poison' ? 'Crawl' : 'Try --rule poison, which knows no balances; or crawl'} further and try again.`,
  });
}

function toJson(loaded: LoadedTrace, rule: PathRule, to: Wallet, path: Path): string {
  const { amount, arrived, steps } = path;
  const { request, context } = loaded;
  const money = (value: bigint | null) => (value === null ? null : formatAmount(value, context.decimals));
  const { graphHash } = request.run;
  const results = {
    amount: money(amount),
    arrived: money(arrived),
    steps: steps.map(({ transfer, traced }) => ({
      ...{ transaction: transfer.transaction, from: transfer.from, to: transfer.to },
      ...{ at: new Date(transfer.timestamp).toISOString(), amount: money(transfer.value), traced: money(traced) },
    })),
  };
  const { report, asOf, stops } = scopeJson(request);
  return jsonLine({
    ...{ case: request.case.name, report, rule, asOf, stops, graphHash },
    runHash: runHash({
      graphHash,
      rule: `path by ${rule}`,
      parameters: { ...parametersOf(loaded), to },
      seeds: [],
      results,
    }),
    ...{ to, ...results, through: depositsOn(loaded, path) },
    unproven: unprovenAmong(
      loaded.unproven,
      steps.flatMap(({ transfer: { chain, from, to: payee } }) => [from, payee].map((address) => ({ chain, address }))),
    ),
  });
}

/** Deposit addresses of named services that the way goes through: what it does there is the service's. */
function depositsOn({ inferred }: LoadedTrace, { steps }: Path): AskJson[] {
  return askJson(
    inferred,
    new Set(steps.map(({ transfer: { chain, from: address } }) => walletKey({ chain, address }))),
  );
}

function depositsText(deposits: readonly AskJson[]): string {
  return deposits
    .map(({ address, service, reason }) => {
      return `\nIt goes through ${address}, by what it does a deposit address of ${harmless(service)}: ${harmless(reason)}\nWhat leaves it may be the service's own money, or that of other customers: a trace ends there where it does nothing else.\n`;
    })
    .join('');
}

function toText(loaded: LoadedTrace, rule: PathRule, target: Wallet, path: Path): string {
  const { amount, arrived, steps } = path;
  const { context, request } = loaded;
  const marks = unprovenMarks(loaded.unproven, request.case.name);
  const money = (value: bigint | null) => (value === null ? '' : displayAmount(value, context.decimals));
  const start = steps[0]?.transfer.timestamp ?? 0;
  const most = rule === 'fifo' || rule === 'lifo' ? '' : 'at most ';
  const whole =
    amount === null ? '' : `; ${most}${money(amount)} of the ${money(arrived)} that came went this whole way`;
  const rows = steps.map(({ transfer, traced }, place) => [
    place === 0 ? 'payment' : `+${duration(transfer.timestamp - start)}`,
    time(transfer.timestamp),
    ...(amount === null ? [money(transfer.value)] : [money(traced), money(transfer.value)]),
    transfer.transaction,
  ]);
  const head = ['', 'AT', ...(amount === null ? ['AMOUNT'] : ['TRACED', 'OF AMOUNT']), 'TRANSACTION'];
  const [rowHead = '', ...lines] = table([head, ...rows], amount === null ? [2] : [2, 3]).split('\n');
  return [
    `The way of the money ${subjectOf(loaded)} to ${target.address}, by ${rule}: ${counted(steps.length, 'transfer')}${whole}.\n`,
    VALUE_ALONE,
    `${rowHead}\n`,
    ...steps.map(({ transfer: { chain, from } }, place) => {
      return `    ${marks.named({ chain, address: from })}\n${lines[place] ?? ''}\n`;
    }),
    `    ${marks.named(target)}\n`,
    depositsText(depositsOn(loaded, path)),
    marks.legend(),
  ].join('');
}
