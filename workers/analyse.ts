/** The analysis's processor: reads a run's graph, finds clusters in a thread of its own, stores them under their hashes. */
import { findClusters } from '../graphs/communities/run.ts';
import type { GraphWallet } from '../graphs/rows.ts';
import { runHash } from '../graphs/run-hash.ts';
import type { Clock } from '../src/clock.ts';
import { UserError } from '../src/errors.ts';
import { analyseJob } from '../src/queue/jobs.ts';
import type { Processor } from '../src/queue/worker.ts';
import { type Analysis, readAnalysis, storeAnalysis } from '../src/store/analyses.ts';
import { readEdges } from '../src/store/case-graph.ts';
import type { Pool } from '../src/store/db.ts';
import { readCaseWallets } from '../src/store/frontier.ts';
import { readRun } from '../src/store/runs.ts';

export interface AnalyseContext {
  readonly pool: Pool;
  readonly clock: Clock;
  /** Why an analysis came to nothing: the command that waits for it says so. */
  readonly onFailed: (runId: number, error: UserError) => void;
}

/** Name of the method, part of every `runHash`. */
const CLUSTER_RULE = 'louvain';

export function createAnalyseProcessor({ pool, clock, onFailed }: AnalyseContext): Processor {
  return async (data) => {
    const { run: runId, seed, resolution, deadlineMs } = analyseJob.parse(data);
    const run = await readRun(pool, runId);
    if (run?.graphHash == null) return;
    const parameters = { seed, resolution };
    if ((await readAnalysis(pool, runId, run.graphHash, parameters)) !== undefined) return;
    const wallets = await readGraphWallets(pool, runId);
    try {
      const found = await findClusters({ wallets, edges: await readEdges(pool, runId) }, { ...parameters, deadlineMs });
      const modularity = String(found.modularity);
      const analysis: Omit<Analysis, 'runHash'> = {
        graphHash: run.graphHash,
        parameters,
        modularity,
        unclustered: found.unclustered,
        clusters: found.clusters,
      };
      const hash = runHash({
        graphHash: run.graphHash,
        rule: CLUSTER_RULE,
        parameters,
        seeds: wallets.filter(({ hop }) => hop === 0).map(({ chain, address, report }) => ({ chain, address, report })),
        results: { modularity, clusters: found.clusters },
      });
      await storeAnalysis(pool, runId, { ...analysis, runHash: hash }, new Date(clock.now()));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onFailed(runId, error);
    }
  };
}

/** The wallets of a run as its graph shows them. */
export async function readGraphWallets(pool: Pool, runId: number): Promise<GraphWallet[]> {
  const wallets = await readCaseWallets(pool, runId);
  return wallets.map(({ chain, address, hop, state, role }) => ({ chain, address, hop, state, report: role }));
}
