/** `downstream trace`: where the victims' money went, by a rule that somebody declares before the result is shown. */
import { type Command, Option } from 'commander';
import { RULES, type Rule } from '../../graphs/trace/types.ts';
import { traceCase } from '../../workers/trace.ts';
import { compareCase } from '../../workers/trace-compare.ts';
import type { LoadedTrace } from '../../workers/trace-load.ts';
import { parseStatement, type Statement } from '../cases/statement.ts';
import { UsageError } from '../errors.ts';
import type { Pool } from '../store/db.ts';
import { type Declaration, declareRule, newestByRule, readDeclarations } from '../store/declarations.ts';
import type { CliContext } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption, typed } from './options.ts';
import { jsonLine } from './output.ts';
import { compareJson, compareText, unchosenText } from './trace-compare-text.ts';
import { type FollowingOptions, withFollowing, withFollowingOptions, withScopeOptions } from './trace-options.ts';
import { traceText } from './trace-text.ts';

interface TraceOptions extends FollowingOptions {
  readonly rule?: Rule;
  readonly by?: string;
  readonly why?: string;
  readonly compare?: boolean;
  readonly json?: boolean;
}

export function addTraceCommand(program: Command, context: CliContext, _done: Done): void {
  const { clock } = context;
  const command = program
    .command('trace')
    .description("follow the victims' money through the crawled transfers, by a declared rule")
    .argument('<case>', 'name or id; it must have been crawled')
    .addOption(new Option('--rule <rule>', 'which money leaves when a wallet pays').choices(RULES))
    .option('--by <name>', 'who chooses the rule')
    .option('--why <text>', 'why this rule; it is recorded before the result is computed');
  withFollowingOptions(withScopeOptions(command))
    .option('--compare', 'all rules side by side, and where they disagree')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (nameOrId: string, options: TraceOptions) => {
      const chosen = readChoice(options);
      await withFollowing(context, nameOrId, options, async (pool, loaded, quiet) => {
        const now = new Date(clock.now());
        const declaration = options.compare
          ? null
          : ((await declare(pool, loaded, chosen, now)) ??
            (await findDeclaration(pool, loaded, options.rule)) ??
            (options.json ? null : await ask(pool, loaded, context, { rule: options.rule, now, quiet })));
        if (declaration !== null) {
          const result = await traceCase(pool, loaded, { rule: declaration.rule, declaration, now });
          return options.json ? jsonLine(result) : traceText(loaded, result);
        }
        const compared = compareCase(loaded);
        const { rule } = options;
        if (!options.json) return compareText(loaded, compared, options.compare ? null : { rule });
        const comparison = compareJson(loaded, compared);
        const result = rule === undefined ? {} : await traceCase(pool, loaded, { rule, declaration: null, now });
        return jsonLine({ ...comparison, ...result });
      });
    });
}

const HELP = `
Examples:
  $ npx downstream trace mekong --compare
  $ npx downstream trace mekong --rule fifo --by "A. Analyst" --why "as pleaded" --stops exchanges.csv
  $ npx downstream trace mekong --report 7 --as-of 2026-03-01T00:00Z

Rules: fifo, lifo, pro-rata and libr (lowest intermediate balance) follow amounts, and lose none; poison tells what can have
been reached, ttr ranks. Which one is right is for a court to say. So the rule, who chose it and why are recorded first; after
that the case keeps it. Where nobody has chosen yet, it asks, or prints all rules.

Followed are confirmed payments and disclosed withdrawals, and, where a report names a wallet alone, all payments into it, as
unverified. The trace ends at wallets of --stops, at victims' own wallets, at wallets that are nothing but a deposit
address of a service that tags or the list name, and where the crawl did. At possible services it goes on: they name nobody. See docs/attribution.md

JSON: {case, rule, declared: {by, why, at}, report, asOf, stops: {wallets, sha256}, graphHash, runHash, sources: [{id, kind, reports,
  disclosure, chain, asset, transaction, from, to, at, value, amount}], exits: [{end, chain, asset, address, category, name, inferred:
  {confidence, reason, source, others, sinks} or null, reason, amount, sources: [{source, amount, hops, first, last, seconds}],
  transfers: [{transaction, from, at, value, traced}]}], resting, beyond, wallets: [{chain, asset, address, hop, received, passed,
  resting, rank, incomplete, orderUnknown}], conservation: {sources, exited, resting, beyond, unknown, difference}, unproven: [{chain,
  address, difference}], withoutOpenings, atPossible: {amount, wallets: [{kind, chain, address, confidence, reason, amount}], behind:
  [{end, chain, address, amount}]} or null, ask: [{chain, address, service, category, source, others, confidence, reason, sinks}],
  notes: [{code, text}]}; each of exits, resting, beyond and wallets has unproven too, {difference} or null, and sources have it for from
  and to: see npx downstream coverage --help; each of resting and beyond has frozen, {since} or null: frozen by the issuer
  With --compare, or where nobody has chosen a rule: {case, report, asOf, stops, graphHash, rules: {fifo: {conservation}, …}, places:
  [{end, chain, asset, address, category, name, inferred, amounts: {fifo, lifo, pro-rata, libr}, spread, unproven, frozen}], reached:
  {exits, beyond}, ask, notes}, beside the result of --rule`;

/** A rule with who chooses it and why, where the command line has all of it; `null` where it has none of it. */
function readChoice({ rule, by, why, compare }: TraceOptions): { rule: Rule; statement: Statement } | null {
  if (compare && (rule ?? by ?? why) !== undefined) {
    throw new UsageError('COMPARE_ALONE', 'With --compare no rule is chosen.', {
      right: '--compare shows all rules side by side.',
      todo: 'Leave out --rule, --by and --why, or leave out --compare.',
    });
  }
  if (by === undefined && why === undefined) return null;
  if (rule === undefined || by === undefined || why === undefined) {
    throw new UsageError('CHOICE_INCOMPLETE', 'A choice has a rule, who chooses it, and why.', {
      right: '--rule fifo --by "A. Analyst" --why "as pleaded"',
      todo: 'Give all three; or none, to use the rule that was chosen for the case before.',
    });
  }
  return { rule, statement: typed(() => parseStatement({ by, why }, { by: '--by', why: '--why' })) };
}

async function declare(
  pool: Pool,
  { request }: LoadedTrace,
  chosen: { rule: Rule; statement: Statement } | null,
  now: Date,
): Promise<Declaration | null> {
  return chosen === null ? null : declareRule(pool, request.case.id, chosen, now);
}

/** What was chosen for the case before: the rule that is asked for, or the last one. */
async function findDeclaration(
  pool: Pool,
  { request }: LoadedTrace,
  rule: Rule | undefined,
): Promise<Declaration | null> {
  const declarations = await readDeclarations(pool, request.case.id);
  const found = rule === undefined ? declarations.at(-1) : newestByRule(declarations).get(rule);
  return found ?? null;
}

/** Asks a person at the terminal. Returns `null` where there is none, or the person wants to see all rules. */
async function ask(
  pool: Pool,
  { request }: LoadedTrace,
  { terminal: { ask: question, err } }: CliContext,
  { rule, now, quiet }: { rule: Rule | undefined; now: Date; quiet: () => void },
): Promise<Declaration | null> {
  if (question === undefined) return null;
  quiet();
  err(`${unchosenText(rule)} It is recorded with who chose it and why, before the result is shown.\n`);
  const name =
    rule ?? (await question(`Rule (${RULES.join(', ')}; empty for all side by side): `)).trim().toLowerCase();
  const chosen = RULES.find((each) => each === name);
  if (name === '') return null;
  if (chosen === undefined) {
    throw new UsageError('RULE_UNKNOWN', `"${name}" is no rule.`, { right: `A rule is one of: ${RULES.join(', ')}.` });
  }
  const statement = { by: await question('Who chooses it? '), why: await question('Why? ') };
  const checked = typed(() => parseStatement(statement, { by: '"Who chooses it?"', why: '"Why?"' }));
  return declareRule(pool, request.case.id, { rule: chosen, statement: checked }, now);
}
