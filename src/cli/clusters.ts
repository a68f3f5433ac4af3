/** `downstream clusters`: groups of wallets that transact with one another more than chance would have it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { walletKey } from '../../graphs/wallet-key.ts';
import type { Engine } from '../../workers/run.ts';
import { readUnprovenWallets, type UnprovenWallets, unprovenJson } from '../../workers/unproven.ts';
import type { Wallet } from '../chains/chain.ts';
import { UserError } from '../errors.ts';
import { displayAmount, formatAmount } from '../money.ts';
import { type Analysis, type AnalysisParameters, readAnalysis } from '../store/analyses.ts';
import { type Case, findCase } from '../store/cases.ts';
import { readCaseWallets } from '../store/frontier.ts';
import { countNewSeeds, lastRun, type Run } from '../store/runs.ts';
import { type CliContext, withEngine } from './context.ts';
import { crawlCommand, newSeedsText } from './crawl-command.ts';
import type { Done } from './main.ts';
import { jsonOption, seconds, wholeNumber } from './options.ts';
import { count, counted, jsonLine, table } from './output.ts';
import { unprovenMarks } from './unproven.ts';

/** The seed that is used unless another is given; any will do, as long as it is recorded. */
const SEED = 1;
const DEADLINE_S = 120;
const POLL_MS = 50;
/** Beyond the deadline: for reading the graph and storing the result. */
const GRACE_MS = 60_000;
/** Clusters that are listed, and wallets of each. */
const SHOWN_CLUSTERS = 10;
const SHOWN_WALLETS = 2;

interface ClustersOptions extends AnalysisParameters {
  readonly deadline: number;
  readonly json?: boolean;
}

export function addClustersCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  program
    .command('clusters')
    .description("find communities in a case's transfer graph: hypotheses to examine, not findings about anybody")
    .argument('<case>', 'name or id')
    .addOption(
      new Option('--seed <n>', 'which of the possible partitions is found; recorded with the result')
        .argParser(wholeNumber(0))
        .default(SEED),
    )
    .addOption(
      new Option('--resolution <n>', 'above 1 gives more and smaller clusters').argParser(resolution).default(1),
    )
    .addOption(
      new Option('--deadline <seconds>', 'give up after so long')
        .argParser(seconds)
        .default(DEADLINE_S * 1000, `${DEADLINE_S}`),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream clusters mekong

Louvain's method on the undirected graph; ties are weighted by their number of transfers. Victims' own wallets are in no
cluster. The same graph, seed and resolution give the same clusters.

JSON: {case, graphHash, runHash, modularity, clusters: [{id, size, unproven, transfers, total, wallets: [{chain, address, unproven:
  {difference} or null}]}]}; a cluster's unproven counts those of its wallets that are, see npx downstream coverage --help`,
    )
    .action((nameOrId: string, options: ClustersOptions) =>
      withEngine(context, async (engine) => {
        const found = await findCase(engine.store.pool, nameOrId);
        const run = await crawledRun(engine.store.pool, found);
        const analysis = await analyse(engine, run, options);
        const unproven = await readUnprovenWallets(engine.store.pool, run.id);
        terminal.out(
          options.json
            ? toJson(engine, found, analysis, unproven)
            : await toText(engine, { found, run, analysis, unproven }),
        );
      }),
    );
}

function resolution(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 100) return value;
  throw new InvalidArgumentError('It takes a number above 0, up to 100.');
}

/** The newest run of a case, which must have a graph. @throws UserError `NOT_CRAWLED` */
export async function crawledRun(
  pool: Parameters<typeof lastRun>[0],
  found: Case,
): Promise<Run & { graphHash: string }> {
  const run = await lastRun(pool, found.id);
  if (run?.graphHash != null) return { ...run, graphHash: run.graphHash };
  throw new UserError(
    'NOT_CRAWLED',
    `The case "${found.name}" ${run === undefined ? 'was not crawled yet' : 'has a crawl that is not finished'}.`,
    {
      todo: `Run: ${run === undefined ? `npx downstream crawl "${found.name}"` : crawlCommand(found.name, run.policy, run.offline)}`,
    },
  );
}

/** Has a worker find the clusters, unless that was done before. */
async function analyse(
  engine: Engine,
  run: Run & { graphHash: string },
  { seed, resolution: gamma, deadline }: ClustersOptions,
): Promise<Analysis> {
  const { store, analyseQueue, clock } = engine;
  const parameters = { seed, resolution: gamma };
  const known = await readAnalysis(store.pool, run.id, run.graphHash, parameters);
  if (known !== undefined) return known;
  let failed: UserError | undefined;
  const worker = engine.startAnalyse((runId, error) => {
    if (runId === run.id) failed = error;
  });
  try {
    await analyseQueue.add([
      { kind: 'clusters', run: run.id, attempt: run.attempt, ...parameters, deadlineMs: deadline },
    ]);
    const latest = clock.now() + deadline + GRACE_MS;
    while (failed === undefined && clock.now() < latest) {
      const analysis = await readAnalysis(store.pool, run.id, run.graphHash, parameters);
      if (analysis !== undefined) return analysis;
      await sleep(POLL_MS);
    }
  } finally {
    await worker.close();
  }
  throw (
    failed ??
    new UserError('CLUSTERS_DEADLINE', `No worker found the clusters within ${deadline / 1000} s.`, {
      right: 'Another process may have taken the work and failed.',
      todo: 'Run the command again, with a longer --deadline if the graph is large.',
    })
  );
}

function toJson({ assets }: Engine, found: Case, analysis: Analysis, unproven: UnprovenWallets): string {
  const decimals = assets[0]?.decimals ?? 0;
  const symbol = assets[0]?.symbol ?? '';
  return jsonLine({
    case: found.name,
    graphHash: analysis.graphHash,
    runHash: analysis.runHash,
    modularity: Number(analysis.modularity),
    clusters: analysis.clusters.map(({ id, size, transfers, total, wallets }) => ({
      id,
      size,
      unproven: countUnproven(wallets, unproven),
      transfers,
      total: formatAmount(total[symbol] ?? 0n, decimals),
      wallets: wallets.map((wallet) => ({ ...wallet, unproven: unprovenJson(unproven, wallet) })),
    })),
  });
}

function countUnproven(wallets: readonly Wallet[], unproven: UnprovenWallets): number {
  return wallets.filter((wallet) => unproven.has(walletKey(wallet))).length;
}

interface Told {
  readonly found: Case;
  readonly run: Run;
  readonly analysis: Analysis;
  readonly unproven: UnprovenWallets;
}

async function toText({ assets, store }: Engine, { found, run, analysis, unproven }: Told): Promise<string> {
  const [asset] = assets;
  if (asset === undefined) throw new Error('The database knows no asset');
  const { clusters, unclustered, modularity, parameters } = analysis;
  const marks = unprovenMarks(unproven, found.name);
  const newSeeds = await countNewSeeds(store.pool, run);
  const clustered = clusters.reduce((sum, { size }) => sum + size, 0);
  const reported = new Set(
    (await readCaseWallets(store.pool, run.id)).filter(({ role }) => role === 'paid-to').map(walletKey),
  );
  // A column of its own only where there is one: the table is wide.
  const anyUnproven = clusters.some(({ wallets }) => countUnproven(wallets, unproven) > 0);
  const unit = 10n ** BigInt(asset.decimals);
  const rows = clusters.slice(0, SHOWN_CLUSTERS).map(({ id, size, transfers, total, wallets }) => {
    const first = wallets.filter((wallet) => reported.has(walletKey(wallet)));
    const others = wallets.filter((wallet) => !reported.has(walletKey(wallet)));
    return [
      `C${id}`,
      count(size),
      count(first.length),
      ...(anyUnproven ? [count(countUnproven(wallets, unproven))] : []),
      count(transfers),
      displayAmount((total[asset.symbol] ?? 0n) / unit, 0),
      [...first, ...others].slice(0, SHOWN_WALLETS).map(marks.named).join(' '),
    ];
  });
  const rest = clusters.length - rows.length;
  const head = [
    ...['', 'WALLETS', 'REPORTED', ...(anyUnproven ? ['UNPROVEN'] : [])],
    ...['TRANSFERS', `${asset.symbol} INSIDE`, 'SOME OF THEM'],
  ];
  return [
    `${counted(clusters.length, 'cluster')} of ${counted(clustered, 'wallet')} in the case "${found.name}"; ${count(unclustered)} in none.\n`,
    'Wallets that transact with one another more than chance would have it: hypotheses to examine. Exchanges and other\nservices are among them until they are told apart.\n\n',
    table([head, ...rows], anyUnproven ? [1, 2, 3, 4, 5] : [1, 2, 3, 4]),
    rest > 0 ? `  … and ${counted(rest, 'smaller one')}; --json lists all\n` : '',
    marks.legend(),
    '\n',
    table([
      ['Method', `Louvain, seed ${parameters.seed}, resolution ${parameters.resolution}, modularity ${modularity}`],
      ['graphHash', analysis.graphHash],
      ['runHash', analysis.runHash],
    ]),
    run.state === 'finished'
      ? ''
      : `\nThe crawl is not whole: ${run.stopReason}. Another crawl may change the clusters.\n`,
    newSeeds === 0 ? '' : `\n${newSeedsText(newSeeds)}`,
  ].join('');
}
