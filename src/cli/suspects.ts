/** `downstream suspects`, told to people as wallets to examine: those likely controlled by the network. */
import { type Command, Option } from 'commander';
import type { SuspectJson } from '../../graphs/findings/json.ts';
import { type ClusterMarks, readClusterMarks } from '../../workers/cluster-marks.ts';
import { frozenJson } from '../../workers/trace-marks.ts';
import { unprovenJson } from '../../workers/unproven.ts';
import { displayAmount, parseAmount } from '../money.ts';
import { findCase } from '../store/cases.ts';
import type { StoredAsset } from '../store/reference.ts';
import {
  type AnalysisOptions,
  analyseCase,
  type FoundAnalysis,
  methodRows,
  seedOf,
  withAnalysisOptions,
} from './analysis.ts';
import { type CliContext, withEngine } from './context.ts';
import { frozenWords } from './freeze-text.ts';
import type { Done } from './main.ts';
import { jsonOption, wholeNumber } from './options.ts';
import { count, counted, jsonLine, table } from './output.ts';
import { unprovenMarks } from './unproven.ts';

const SHOWN = 20;

interface SuspectsOptions extends AnalysisOptions {
  readonly top: number;
  readonly json?: boolean;
}

export function addSuspectsCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  const command = program
    .command('suspects')
    .description('wallets to examine: those that are likely controlled by the network, with the reasons')
    .argument('<case>', 'name or id; it must have been crawled');
  withAnalysisOptions(command)
    .addOption(new Option('--top <n>', 'wallets to print').argParser(wholeNumber(1)).default(SHOWN))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream suspects mekong
  $ npx downstream suspects mekong --top 100

The score is the sum of points from 0 to 100 that docs/detection.md lists, so that it can be redone by hand. It orders what to examine
first, and is no finding about whoever owns a wallet. Services, victims' own wallets and those that payments of victims came from
are never among them.

JSON: {case, graphHash, runHash, rule, seed, cut, suspects: [{chain, address, score, likely, reported, role, cluster, traced, hop, points,
  reasons: [{feature, points, text, transfers: [{chain, asset, transaction, from, to, value, at}], transferCount, native}], unproven: {difference} or null, frozen: {since} or null}]}; all of
  them, best first; cluster is a number of npx downstream clusters, or null`,
    )
    .action((nameOrId: string, options: SuspectsOptions) =>
      withEngine(context, async (engine) => {
        const found = await findCase(engine.store.pool, nameOrId);
        const analysis = await analyseCase(engine, context, found, options);
        const marks = await readClusterMarks(engine.store.pool, analysis.run, []);
        const [asset] = engine.assets;
        if (asset === undefined) throw new Error('The database knows no asset');
        terminal.out(
          options.json
            ? toJson(found.name, analysis, marks)
            : toText({ name: found.name, analysis, marks, asset, shown: options.top }),
        );
      }),
    );
}

function toJson(name: string, analysis: FoundAnalysis, marks: ClusterMarks): string {
  const { graphHash, runHash, rule, result } = analysis;
  return jsonLine({
    ...{ case: name, graphHash, runHash, rule, seed: seedOf(analysis), cut: result.cut },
    suspects: result.suspects.map((suspect) => ({
      ...suspect,
      unproven: unprovenJson(marks.unproven, suspect),
      frozen: frozenJson(marks.frozen, suspect),
    })),
  });
}

interface ToPrint {
  readonly name: string;
  readonly analysis: FoundAnalysis;
  readonly marks: ClusterMarks;
  readonly asset: StoredAsset;
  readonly shown: number;
}

function toText({ name, analysis, marks, asset, shown }: ToPrint): string {
  const { suspects } = analysis.result;
  const named = unprovenMarks(marks.unproven, name);
  const likely = suspects.filter((suspect) => suspect.likely).length;
  const first = suspects.slice(0, shown);
  const rows = first.map((suspect, place) => [
    ...[`${place + 1}`, `${suspect.score}`, suspect.cluster === null ? '–' : `C${suspect.cluster}`],
    ...[suspect.role ?? '–', displayAmount(parseAmount(suspect.traced, asset.decimals), asset.decimals)],
    [named.named(suspect), ...frozenWords(frozenJson(marks.frozen, suspect))].join('; '),
  ]);
  const [head = '', ...lines] = table(
    [['', 'SCORE', 'CLUSTER', 'ROLE', `TRACED ${asset.symbol}`, 'WALLET'], ...rows],
    [0, 1, 4],
  ).split(/(?<=\n)/);
  const more = suspects.length - Math.min(shown, suspects.length);
  return [
    `Wallets to examine in the case "${name}": ${counted(suspects.length, 'wallet')}, of which ${count(likely)} ${likely === 1 ? 'is' : 'are'} likely controlled by a network.\n`,
    'A score orders what to examine first, and is no finding about whoever owns a wallet.\n\n',
    suspects.length === 0
      ? "  None: victims' money is not known to have come to a wallet that is neither a service's nor a victim's.\n"
      : [head, ...lines.map((line, place) => line + reasonsOf(first[place]))].join(''),
    more > 0 ? `  … and ${count(more)} more; --top or --json has all\n` : '',
    named.legend(),
    '\n',
    table(methodRows(analysis)),
  ].join('');
}

/** What adds up to the score, a line each, under the line of the wallet. */
function reasonsOf(suspect: SuspectJson | undefined): string {
  if (suspect === undefined) return '';
  const lines = suspect.reasons.map(({ points, text }) => `${`+${points}`.padStart(12)}  ${text}\n`);
  const sum = suspect.reasons.reduce((all, { points }) => all + points, 0);
  return `${lines.join('')}${sum > suspect.score ? `              ${sum} together, of which ${suspect.score} count\n` : ''}\n`;
}
