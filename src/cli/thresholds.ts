/** `downstream thresholds`: from which figures on a case's detectors and scores speak, and which of them it has of its own. */
import type { Command } from 'commander';
import { DETECTION_POLICY, policyOf } from '../../graphs/findings/policy.ts';
import { type Threshold, thresholdsOf } from '../../graphs/findings/thresholds.ts';
import { parseStatement } from '../cases/statement.ts';
import { quoted, UsageError } from '../errors.ts';
import { type Case, findCase } from '../store/cases.ts';
import {
  decideThresholds,
  readThresholdDecisions,
  type ThresholdDecision,
  thresholdsInForce,
} from '../store/thresholds.ts';
import { type CliContext, withStore } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption, typed } from './options.ts';
import { harmless, jsonLine, table, time } from './output.ts';

interface ThresholdsOptions {
  readonly set: readonly string[];
  readonly reset: readonly string[];
  readonly by?: string;
  readonly why?: string;
  readonly json?: boolean;
}

export function addThresholdsCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal, clock } = context;
  const collect = (text: string, before: readonly string[]) => [...before, text];
  program
    .command('thresholds')
    .description('from which figures on clusters, roles and wallets to examine are told; a case may have its own')
    .argument('<case>', 'name or id')
    .option('--set <name=value>', 'the case has this value from now on; may be given several times', collect, [])
    .option('--reset <name>', 'the usual value again; may be given several times', collect, [])
    .option('--by <name>', 'who decides so')
    .option('--why <text>', 'why; both are kept with the decision')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream thresholds mekong
  $ npx downstream thresholds mekong --set suspects.likely=70 --by "A. Analyst" --why "fewer and surer, for a freeze request"

The usual values were chosen in simulation: see docs/detection.md and docs/roles.md. All decisions are kept; the newest of a name counts,
and is part of every runHash. Amounts are in base units: 1 USDT is 1000000.

JSON: {case, thresholds: [{name, value, usual}], decisions: [{name, value, by, why, at}]}; a decision's value is null where it resets`,
    )
    .action((nameOrId: string, options: ThresholdsOptions) => {
      const decision = typed(() => readDecision(options));
      return withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const before = await readThresholdDecisions(pool, found.id);
        // A name that an earlier version knew can be reset as well: without that, it would be in the way for ever.
        const known = new Set([...thresholdsOf(DETECTION_POLICY), ...before].map(({ name }) => name));
        const unknown = decision?.values.find(({ name }) => !known.has(name));
        if (unknown !== undefined)
          throw new UsageError('THRESHOLD_UNKNOWN', `There is no threshold ${quoted(unknown.name)}.`, {
            todo: `See all of them with: npx downstream thresholds "${found.name}"`,
          });
        if (decision !== null)
          await decideThresholds(pool, found.id, decision.values, decision.statement, new Date(clock.now()));
        const decisions = await readThresholdDecisions(pool, found.id);
        terminal.out(options.json ? toJson(found, decisions) : toText(found, decisions));
      });
    });
}

/** What is to be decided, checked against the policy; `null` where nothing is. */
function readDecision({ set, reset, by, why }: ThresholdsOptions) {
  if (set.length + reset.length === 0) {
    if (by === undefined && why === undefined) return null;
    throw new UsageError('DECISION_INCOMPLETE', '--by and --why say who decides, but nothing is decided.', {
      todo: 'Add --set NAME=VALUE or --reset NAME.',
    });
  }
  if (by === undefined || why === undefined) {
    throw new UsageError('DECISION_INCOMPLETE', 'A decision takes --by and --why.', {
      right: 'It is recorded with it who decides and why, so that others can judge it later.',
      todo: 'Add what is missing.',
    });
  }
  const settings = set.map(parseSetting);
  const names = [...settings.map(({ name }) => name), ...reset];
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined)
    throw new UsageError('THRESHOLD_TWICE', `${quoted(twice)} is decided twice.`, { todo: 'Decide it once.' });
  policyOf(settings);
  return {
    values: [...settings, ...reset.map((name) => ({ name, value: null }))],
    statement: parseStatement({ by, why }, { by: '--by', why: '--why' }),
  };
}

function parseSetting(text: string): Threshold {
  const [name = '', value = '', ...rest] = text.split('=').map((part) => part.trim());
  // Written as the usual values are, so that equal ones look equal.
  if (name !== '' && value !== '' && rest.length === 0) return { name, value: value.replace(/^0+(?=\d)/, '') };
  throw new UsageError('THRESHOLD_INVALID', `${quoted(text)} sets nothing.`, { todo: 'Write it as NAME=VALUE.' });
}

function inForce(decisions: readonly ThresholdDecision[]): (Threshold & { readonly usual: string })[] {
  const own = new Map(thresholdsInForce(decisions).map(({ name, value }) => [name, value]));
  return thresholdsOf(DETECTION_POLICY).map(({ name, value: usual }) => ({
    name,
    value: own.get(name) ?? usual,
    usual,
  }));
}

function toJson({ name }: Case, decisions: readonly ThresholdDecision[]): string {
  return jsonLine({ case: name, thresholds: inForce(decisions), decisions });
}

function toText({ name }: Case, decisions: readonly ThresholdDecision[]): string {
  const rows = inForce(decisions).map((each) => [
    each.name,
    each.value,
    each.value === each.usual ? '' : `the case's own; usually ${each.usual}`,
  ]);
  const told = decisions.map(({ name: threshold, value, by, why, at }) => [
    time(at),
    `${threshold} ${value === null ? 'as usual' : `= ${value}`}`,
    `${harmless(by)}: ${harmless(why)}`,
  ]);
  return [
    `Thresholds of the case "${name}"\n`,
    table([['NAME', 'VALUE', ''], ...rows], [1]),
    told.length === 0 ? '' : `\nDecisions\n${table(told)}`,
  ].join('');
}
