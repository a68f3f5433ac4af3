/** The analysis's processor: finds clusters, roles and wallets to examine in a run, and stores them under their hashes. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../graphs/canonical-json.ts';
import { type FindingsProgress, findFindings } from '../graphs/findings/find.ts';
import { clustersJson, rolesJson, suspectsJson } from '../graphs/findings/json.ts';
import { policyOf } from '../graphs/findings/policy.ts';
import { type CaseView, STANDING, walletOf } from '../graphs/findings/view.ts';
import type { GraphWallet } from '../graphs/rows.ts';
import { runHash } from '../graphs/run-hash.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Clock } from '../src/clock.ts';
import { RetryableError, UserError } from '../src/errors.ts';
import { analyseJob } from '../src/queue/jobs.ts';
import type { Processor } from '../src/queue/worker.ts';
import { type Analysis, findAnalysis, storeAnalysis } from '../src/store/analyses.ts';
import { answerRequest, readAnalysisRequest, type WantedAnalysis } from '../src/store/analysis-requests.ts';
import { findCase, readReports, type StoredReport } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import { readCaseWallets } from '../src/store/frontier.ts';
import { readRun } from '../src/store/runs.ts';
import { readThresholdDecisions, thresholdsInForce } from '../src/store/thresholds.ts';
import { type LoadedCase, loadCaseView } from './case-view.ts';
import { hashRun } from './hash-run.ts';
import { nameSources } from './trace-sources.ts';

/** What an analysis is at. */
export type AnalyseProgress = { readonly kind: 'reading'; readonly rows: number } | FindingsProgress;

export interface AnalyseContext {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly onProgress: (progress: AnalyseProgress) => void;
}

/** Name of the method, part of every `runHash`. */
const RULE = 'findings';

export function createAnalyseProcessor({ pool, clock, onProgress }: AnalyseContext): Processor {
  return async (data, control) => {
    const { request, run: runId } = analyseJob.parse(data);
    const asked = await readAnalysisRequest(pool, request);
    if (asked === undefined || asked.analysisId !== null || asked.failure !== null) return;
    try {
      const found = await analyse(pool, { runId, ...asked.wanted }, new Date(clock.now()), onProgress);
      await answerRequest(pool, request, found);
    } catch (error) {
      if (error instanceof RetryableError && !control.lastAttempt) throw error;
      // Whoever asked waits for an answer. A fault of ours is told without its words, which may name wallets, and goes to the log.
      const told =
        error instanceof UserError
          ? error
          : new UserError('ANALYSIS_FAILED', 'The analysis failed.', {
              right: 'That is a fault of a server, or of Downstream itself: the log of the worker says which.',
              todo: 'Run the command again; if it fails again, report the fault with the log.',
            });
      await answerRequest(pool, request, told);
      if (told !== error) throw error;
    }
  };
}

interface Wanted extends WantedAnalysis {
  readonly runId: number;
}

/** @returns the analysis's number */
async function analyse(
  pool: Pool,
  { runId, seed, repeats, rule, deadlineMs }: Wanted,
  now: Date,
  tell: (progress: AnalyseProgress) => void,
): Promise<number> {
  const run = await readRun(pool, runId);
  if (run?.graphHash == null) throw new UserError('NOT_CRAWLED', 'The crawl is not finished.');
  const found = await findCase(pool, `${run.caseId}`);
  const own = thresholdsInForce(await readThresholdDecisions(pool, run.caseId));
  const usual = policyOf(own);
  const policy = repeats === null ? usual : { ...usual, communities: { ...usual.communities, repeats } };
  // The store may know more by now than when the run ended: a result names the transfers that it rests on.
  const graphHash = await hashRun(pool, runId);
  const onRows = (rows: number) => tell({ kind: 'reading', rows });
  const loaded = await loadCaseView(pool, { name: found.name, run, rule, onRows });
  const parameters = {
    ...{ seed, rule, scope: loaded.scope },
    policy: JSON.parse(canonicalJson(withDecimals(policy))) as Record<string, unknown>,
  };
  const reports = await readReports(pool, run.caseId);
  const named = namedOf(reports, loaded);
  const naming = namingOf(reports);
  // What is looked up by has the reports as the case numbers them, for cards tell them; a hash does not depend on that.
  const key = {
    ...parameters,
    reports: createHash('sha256')
      .update(JSON.stringify([named, [...naming]]))
      .digest('hex'),
  };
  const known = await findAnalysis(pool, runId, { graphHash, parameters: key });
  if (known !== undefined) return known;
  const findings = await findFindings(loaded.view, { policy, seed, deadlineMs, onProgress: tell });
  const told = {
    ...{ view: loaded.view, decimals: loaded.decimals, ...findings },
    ...{ named, naming },
  };
  const { scan, communities } = findings;
  const result = {
    ...{ clusters: clustersJson(told), suspects: suspectsJson(told), roles: rolesJson(told), scan },
    ...{ agreement: communities.agreement, repeats: communities.repeats, cut: communities.cut },
  };
  const { repeats: wantedRepeats, otherSeeds } = policy.communities;
  const isWhole =
    !communities.cut &&
    communities.repeats === wantedRepeats &&
    (communities.agreement !== null || wantedRepeats === 0 || otherSeeds === 0) &&
    scan.every((each) => !each.cut);
  const analysis: Omit<Analysis, 'runHash'> = {
    // What the deadline cut short is kept as such: whoever asks again, with more time, is not answered by it.
    ...{ graphHash, parameters: isWhole ? key : { ...key, cutAtMs: deadlineMs }, result },
    unclustered: countUnclustered(loaded.view, communities.cluster),
    clusters: findings.cards.map(({ cluster, accounts, inside }) => ({
      ...{ id: cluster + 1, size: accounts.length, transfers: inside.transfers },
      total: totalOf(loaded, inside.total),
      wallets: accounts.map((account) => walletOf(loaded.view, account)),
    })),
  };
  const hash = runHash({
    ...{ graphHash, rule: RULE, parameters, results: withoutNumbers(result) },
    seeds: loaded.sources.reported.map(({ chain, address }) => ({ chain, address })),
  });
  return storeAnalysis(pool, runId, { ...analysis, runHash: hash }, now);
}

/** Wallets to which followed money came, or that reports name, no services' and no victims', and in no cluster. */
function countUnclustered({ standing, hop, reported }: CaseView, cluster: Int32Array): number {
  return cluster.reduce((rest, own, account) => {
    const could = standing[account] === STANDING.wallet && ((hop[account] ?? -1) >= 0 || reported[account] === 1);
    return own < 0 && could ? rest + 1 : rest;
  }, 0);
}

/** How a case numbers its reports is nothing that a result depends on. */
function withoutNumbers<T extends { readonly clusters: readonly Record<'reports' | 'naming', readonly number[]>[] }>(
  result: T,
) {
  return {
    ...result,
    clusters: result.clusters.map(({ reports, naming, ...cluster }) => ({
      ...{ ...cluster, reports: reports.length, naming: naming.length },
    })),
  };
}

/** Amounts of a policy as decimal strings, for JSON has no whole numbers of any size. */
function withDecimals(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  if (Array.isArray(value)) return value.map(withDecimals);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withDecimals(part)]));
}

function totalOf({ view }: LoadedCase, total: bigint): Record<string, bigint> {
  const [account] = view.table.accounts.list;
  return account === undefined ? {} : { [account.asset]: total };
}

/** The reports that name each source, and whose they are: a report without a reference is somebody of its own. */
function namedOf(reports: readonly StoredReport[], { view, sources }: LoadedCase) {
  const references = new Map(reports.map(({ number, reference }) => [number, reference ?? `report ${number}`]));
  return nameSources(view.plan, sources).map((source) => ({
    reports: source.reports,
    victims: [...new Set(source.reports.flatMap((report) => references.get(report) ?? []))],
  }));
}

/** The reports that name each wallet as paid, whatever is known of their payments. */
function namingOf(reports: readonly StoredReport[]): Map<string, number[]> {
  const naming = new Map<string, number[]>();
  for (const { number, role, chain, wallet } of reports) {
    if (role !== 'paid-to') continue;
    const key = walletKey({ chain, address: wallet });
    naming.set(key, [...(naming.get(key) ?? []), number]);
  }
  return naming;
}

/** The wallets of a run as its graph shows them. */
export async function readGraphWallets(pool: Pool, runId: number): Promise<GraphWallet[]> {
  const wallets = await readCaseWallets(pool, runId);
  return wallets.map(({ chain, address, hop, state, role }) => ({ chain, address, hop, state, report: role }));
}
