/** `downstream clusters`: cards of the groups of wallets that are likely run together. */
import { type Command, Option } from 'commander';
import { readClusterMarks } from '../../workers/cluster-marks.ts';
import { findCase } from '../store/cases.ts';
import { countNewSeeds } from '../store/runs.ts';
import { type AnalysisOptions, analyseCase, withAnalysisOptions } from './analysis.ts';
import { clustersJson } from './clusters-json.ts';
import { clustersText } from './clusters-text.ts';
import { type CliContext, withEngine } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption, wholeNumber } from './options.ts';

/** Cards that are printed; the rest is small. */
const SHOWN = 5;

interface ClustersOptions extends AnalysisOptions {
  readonly top: number;
  readonly json?: boolean;
}

export function addClustersCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  const command = program
    .command('clusters')
    .description(
      "groups of a case's wallets that are likely run together, and what is known of each: hypotheses to examine",
    )
    .argument('<case>', 'name or id; it must have been crawled');
  withAnalysisOptions(command)
    .addOption(new Option('--top <n>', 'cards to print').argParser(wholeNumber(1)).default(SHOWN))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream clusters mekong
  $ npx downstream clusters mekong --top 20 --rule fifo

Clusters are communities of wallets that the money of reported wallets passed, services left out: those that share more of it than chance would
have it. Victims' own wallets are in none. A cluster is called likely where enough of its wallets are, see npx downstream suspects.
docs/detection.md says how they are found, and how often that is right in simulation. What is frozen, and which other cases
met a cluster, is told as of now.

The same transfers, reports, services, thresholds, seed and rule give the same clusters and the same runHash.

JSON: {case, graphHash, runHash, rule, seed, repeats, cut, agreement, scan: [{resolution, clusters, clustered, largest, agreement, cut}], unclustered,
  clusters: [{id, size, likely, stability, unproven, reports, victims, naming, money: {came, left, rests, by: {payment, disclosed, unverified}},
  frozen, transfers, total, first, last, hours, roles: [{role, wallets}], entries: [{chain, address, amount, transfers, transferCount}],
  exits: [{kind, service, amount, wallets}], resting: [{chain, address, amount, read, unproven, frozen}], collisions: [{case, wallets}],
  ties: [{compound, kind, strength, text, evidence}],
  wallets: [{chain, address, reported, read, membership, roles, unproven, frozen}]}]}; by tells what kind of source came money was of: confirmed
  payments, disclosed withdrawals, or payments that nobody verified, never to be added up as loss; hours are payouts by hour of the day,
  UTC; agreement is the adjusted Rand index between partitions of other seeds; a cluster's unproven counts its wallets that are`,
    )
    .action((nameOrId: string, options: ClustersOptions) =>
      withEngine(context, async (engine) => {
        const { pool } = engine.store;
        const found = await findCase(pool, nameOrId);
        const analysis = await analyseCase(engine, context, found, options);
        const marks = await readClusterMarks(pool, analysis.run, analysis.clusters);
        const [asset] = engine.assets;
        if (asset === undefined) throw new Error('The database knows no asset');
        terminal.out(
          options.json
            ? clustersJson(found.name, analysis, marks)
            : clustersText({
                ...{ name: found.name, analysis, marks, asset, shown: options.top },
                newSeeds: await countNewSeeds(pool, analysis.run),
              }),
        );
      }),
    );
}
