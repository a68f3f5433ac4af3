/** `downstream export`: a case's graph as files that other programs read. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { buildGraphFromEdges } from '../../graphs/build.ts';
import { EXPORT_FORMATS, type ExportFormat, exportFiles, PICTURES } from '../../graphs/export/index.ts';
import type { ExportSnapshot } from '../../graphs/export/snapshot.ts';
import { readGraphWallets } from '../../workers/analyse.ts';
import { messageOf, UserError } from '../errors.ts';
import { DUST } from '../money.ts';
import { type Analysis, newestAnalysis } from '../store/analyses.ts';
import { countStored, readEdges } from '../store/case-graph.ts';
import { type Case, findCase } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { readFreezes } from '../store/freezes.ts';
import { countCaseWallets } from '../store/frontier.ts';
import { countPoison, readPoison } from '../store/poisoning.ts';
import { readAssets } from '../store/reference.ts';
import { countNewSeeds, type Run, readHeads } from '../store/runs.ts';
import { countProofs, readWalletCoverage } from '../store/wallet-coverage.ts';
import { crawledRun, resultOf, seedOf } from './analysis.ts';
import { type CliContext, withStore } from './context.ts';
import { newSeedsText } from './crawl-command.ts';
import { makeFolder } from './folder.ts';
import { type Done, VERSION } from './main.ts';
import { jsonOption } from './options.ts';
import { counted, jsonLine } from './output.ts';
import { unprovenText } from './unproven.ts';

export function addExportCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  program
    .command('export')
    .description("write a case's graph to files")
    .argument('<case>', 'name or id')
    .addOption(
      new Option('--format <format>', 'gexf (Gephi), graphml (yEd, Cytoscape, networkx), csv, json')
        .choices(EXPORT_FORMATS)
        .makeOptionMandatory(),
    )
    .requiredOption(
      '--out <folder>',
      'folder to write to; it is made if missing, and files of the same name are replaced',
    )
    .option('--dust', 'show edges of less than 0.01 USDT in gexf and graphml too; csv and json have them always')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream export mekong --format gexf --out out

Nodes are wallets, edges all transfers from one to another: count, total, first, last. Transfers to oneself are left out, and
so is poison: transfers of zero, and dust from look-alikes or that another signed; csv and json list it. Pictures hide edges of
less than 0.01 USDT and wallets that nothing else ties in. Clusters are included once "downstream clusters" has found them.

How far each wallet was seen, and whether that is proven to be all, is in every format (csv has it in coverage.csv too); see
docs/coverage.md. So is whether the issuer has frozen a wallet, and since when, where that is known.

Of what victims told, the files say which wallets were reported, and which of these are victims' own: those are marked.
Check that this may be told before you pass the files on. Nothing else that a victim told is in them.

JSON: {case, format, files, nodes, edges, hidden, poison: {zero-value, look-alike, signed-by-another}, unproven, ownWallets,
  newSeeds, graphHash, runHash}; hidden counts edges of dust that are not in the files, poison transfers that are in no edge,
  unproven wallets that do not hold what their transfers add up to, or of which nobody could tell, ownWallets victims' own
  wallets in the files, newSeeds reported wallets that came after the crawl and are not in them`,
    )
    .action((nameOrId: string, options: { format: ExportFormat; out: string; dust?: boolean; json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const run = await crawledRun(pool, found);
        const snapshot = await readSnapshot(pool, found, run, options);
        const newSeeds = await countNewSeeds(pool, run);
        const files = await writeFiles(options.format, options.out, snapshot);
        const { graph, header } = snapshot;
        const { unproven } = header.proofs;
        const ownWallets = graph.filterNodes((_, { report }) => report === 'own').length;
        terminal.out(
          options.json
            ? jsonLine({
                case: found.name,
                format: options.format,
                files,
                nodes: graph.order,
                edges: graph.size,
                unproven,
                hidden: header.hidden,
                poison: header.poison,
                ownWallets,
                newSeeds,
                graphHash: header.graphHash,
                runHash: header.runHash,
              })
            : [
                `${files.join(', ')}: ${counted(graph.order, 'wallet')}, ${counted(graph.size, 'edge')}`,
                header.runHash === null ? '; no clusters were looked for yet\n' : '\n',
                unprovenText(unproven, found.name),
                hiddenText(header.hidden),
                ownWallets === 0
                  ? ''
                  : `${counted(ownWallets, 'wallet')} of victims' own ${ownWallets === 1 ? 'is' : 'are'} marked in it.\n`,
                newSeedsText(newSeeds),
              ].join(''),
        );
      }),
    );
}

function hiddenText(edges: number): string {
  if (edges === 0) return '';
  return `${counted(edges, 'edge')} of less than 0.01 USDT ${edges === 1 ? 'is' : 'are'} hidden; --dust shows them.\n`;
}

/** What is exported of a case: its newest crawl, with the clusters that were last found in it. */
async function readSnapshot(
  pool: Pool,
  found: Case,
  run: Run & { graphHash: string },
  { format, dust = false }: { format: ExportFormat; dust?: boolean },
): Promise<ExportSnapshot> {
  const analysis = await newestAnalysis(pool, run.id, run.graphHash);
  const coverage = await readWalletCoverage(pool, run.id);
  const isPicture = PICTURES.has(format);
  const all = await readEdges(pool, run.id);
  const edges = isPicture && !dust ? all.filter(({ total }) => total >= DUST) : all;
  const graph = buildGraphFromEdges({ wallets: await readGraphWallets(pool, run.id), edges });
  return {
    header: {
      case: found.name,
      graphHash: run.graphHash,
      runHash: analysis?.runHash ?? null,
      heads: [...(await readHeads(pool, run.id))].map(([chain, head]) => ({ chain, ...head })),
      decimals: Object.fromEntries((await readAssets(pool)).map(({ symbol, decimals }) => [symbol, decimals])),
      generator: `downstream ${VERSION}`,
      coverage: await countCaseWallets(pool, run.id),
      proofs: countProofs(coverage),
      stored: await countStored(pool, run.id),
      poison: await countPoison(pool, run.id),
      hidden: all.length - edges.length,
    },
    graph,
    coverage,
    poison: isPicture ? [] : await readPoison(pool, run.id),
    freezes: (await readFreezes(pool, run.id)).flatMap(({ chain, address, frozen, since }) =>
      frozen === null ? [] : [{ chain, address, frozen, since }],
    ),
    clusters: analysis === undefined ? null : clustersOf(analysis),
  };
}

function clustersOf(analysis: Analysis): NonNullable<ExportSnapshot['clusters']> {
  const { clusters, suspects, roles, repeats } = resultOf(analysis);
  const likely = new Set(clusters.flatMap((cluster) => (cluster.likely ? [cluster.id] : [])));
  const byWallet = new Map<string, string[]>();
  for (const { role, ...wallet } of roles) {
    const key = walletOfJson(wallet);
    byWallet.set(key, [...(byWallet.get(key) ?? []), role]);
  }
  return {
    ...{ seed: seedOf(analysis), repeats },
    ...{ rule: String(analysis.parameters.rule), unclustered: analysis.unclustered },
    clusters: analysis.clusters.map((cluster) => ({ ...cluster, likely: likely.has(cluster.id) })),
    scores: new Map(suspects.map((suspect) => [walletOfJson(suspect), suspect.score])),
    roles: byWallet,
  };
}

/** As `walletKey` has it. */
function walletOfJson({ chain, address }: { readonly chain: string; readonly address: string }): string {
  return `${chain}:${address}`;
}

/** Writes the files of a format. Each appears whole or not at all. Returns their paths. */
async function writeFiles(format: ExportFormat, folder: string, snapshot: ExportSnapshot): Promise<string[]> {
  const paths: string[] = [];
  try {
    await makeFolder(folder);
    for (const { name, chunks } of exportFiles(format, snapshot)) {
      const path = join(folder, name);
      const part = `${path}.part`;
      try {
        await pipeline(Readable.from(chunks), createWriteStream(part));
        await rename(part, path);
      } finally {
        await rm(part, { force: true });
      }
      paths.push(path);
    }
    return paths;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'string') throw error;
    const full = (error as { code: string }).code === 'ENOSPC';
    throw new UserError(
      'EXPORT_FAILED',
      `${folder} cannot be written to: ${full ? 'the disk is full' : messageOf(error)}.`,
      {
        right: 'No half-written file was left behind.',
        todo: full ? 'Free some space, or choose another --out.' : 'Choose another --out.',
        cause: error,
      },
    );
  }
}
