/** The analysis of a case's newest crawl, for the commands that print parts of it: asked for, and waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { ScannedResolution } from '../../graphs/communities/types.ts';
import type { ClusterJson, RoleJson, SuspectJson } from '../../graphs/findings/json.ts';
import { CONSERVING_RULES, type ConservingRule, isConserving } from '../../graphs/trace/types.ts';
import type { AnalyseProgress } from '../../workers/analyse.ts';
import type { Engine } from '../../workers/run.ts';
import { UserError } from '../errors.ts';
import { type Analysis, readAnalysis } from '../store/analyses.ts';
import { asError, askForAnalysis, readAnalysisRequest } from '../store/analysis-requests.ts';
import type { Case } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { newestByRule, readDeclarations } from '../store/declarations.ts';
import { lastRun, type Run } from '../store/runs.ts';
import type { CliContext } from './context.ts';
import { crawlCommand } from './crawl-command.ts';
import { seconds, wholeNumber } from './options.ts';
import { count } from './output.ts';
import { progressLine } from './progress.ts';

/** The seed that is used unless another is given; any will do, as long as it is recorded. */
const SEED = 1;
const LARGEST_SEED = 0xffff_ffff;
const DEADLINE_S = 120;
const POLL_MS = 50;
/** Beyond the deadline, which is the partition's: for reading, following, and storing. */
const GRACE_MS = 600_000;
/** Of victims whose money is mixed, it prefers none. */
const USUAL_RULE: ConservingRule = 'pro-rata';

export interface AnalysisOptions {
  readonly seed: number;
  readonly repeats?: number;
  readonly rule?: ConservingRule;
  /** Milliseconds. */
  readonly deadline: number;
}

/** What an analysis stores of what it found. */
export interface AnalysisResult {
  readonly clusters: readonly ClusterJson[];
  readonly suspects: readonly SuspectJson[];
  readonly roles: readonly RoleJson[];
  readonly scan: readonly ScannedResolution[];
  readonly agreement: number | null;
  /** How many repeats there were time for. */
  readonly repeats: number;
  readonly cut: boolean;
}

export interface FoundAnalysis extends Omit<Analysis, 'result'> {
  readonly run: Run;
  readonly rule: ConservingRule;
  /** Whether a person declared the rule for the case. */
  readonly declared: boolean;
  readonly result: AnalysisResult;
}

/** What this version stored, it can read. */
export function resultOf({ result }: Pick<Analysis, 'result'>): AnalysisResult {
  return result as AnalysisResult;
}

export function withAnalysisOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--seed <n>', 'which of the possible partitions is found; recorded with the result')
        .argParser(wholeNumber(0, LARGEST_SEED))
        .default(SEED),
    )
    .addOption(
      new Option(
        '--repeats <n>',
        'how often it is found anew, with other seeds and edges, to tell how well it holds; 20 unless the case has its own',
      ).argParser(wholeNumber(0)),
    )
    .addOption(
      new Option('--rule <rule>', "by which victims' money is followed; the declared one, or else pro-rata").choices(
        CONSERVING_RULES,
      ),
    )
    .addOption(
      new Option('--deadline <seconds>', 'then the best partition that was found until then is taken, and marked')
        .argParser(seconds)
        .default(DEADLINE_S * 1000, `${DEADLINE_S}`),
    );
}

/** The newest run of a case, which must have a graph. @throws UserError `NOT_CRAWLED` */
export async function crawledRun(pool: Pool, found: Case): Promise<Run & { graphHash: string }> {
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

/**
 * Has a worker analyse a case's newest crawl, unless that was done before, and tells how far it is.
 *
 * @throws UserError `NOT_CRAWLED`, `ANALYSIS_DEADLINE`, or why the worker failed
 */
export async function analyseCase(
  engine: Engine,
  { terminal }: CliContext,
  found: Case,
  { seed, repeats, rule: asked, deadline }: AnalysisOptions,
): Promise<FoundAnalysis> {
  const { store, analyseQueue, clock } = engine;
  const run = await crawledRun(store.pool, found);
  const declared = [...newestByRule(await readDeclarations(store.pool, found.id)).values()]
    .sort((a, b) => b.id - a.id)
    .flatMap(({ rule: each }) => (isConserving(each) ? [each] : []));
  const rule = asked ?? declared[0] ?? USUAL_RULE;
  const wanted = { seed, repeats: repeats ?? null, rule, deadlineMs: deadline };
  const request = await askForAnalysis(store.pool, run.id, wanted, new Date(clock.now()));
  const line = progressLine(terminal, clock, 2_000);
  const worker = engine.startAnalyse((progress) => line.show(() => progressText(progress)));
  try {
    await analyseQueue.add([{ kind: 'analyse', run: run.id, attempt: run.attempt, request }]);
    const latest = clock.now() + deadline + GRACE_MS;
    while (clock.now() < latest) {
      const answer = await readAnalysisRequest(store.pool, request);
      if (answer?.failure != null) throw asError(answer.failure);
      if (answer?.analysisId != null) {
        const analysis = await readAnalysis(store.pool, answer.analysisId);
        if (analysis === undefined) throw new Error('The analysis is gone.');
        return { ...analysis, result: resultOf(analysis), run, rule, declared: declared.includes(rule) };
      }
      await sleep(POLL_MS);
    }
  } finally {
    line.clear();
    await worker.close();
  }
  throw new UserError(
    'ANALYSIS_DEADLINE',
    `No worker finished the analysis within ${(deadline + GRACE_MS) / 1000} s.`,
    {
      right: 'Another process may have taken the work and been lost.',
      todo: 'Run the command again, with a longer --deadline if the case is large.',
    },
  );
}

function progressText(progress: AnalyseProgress): string {
  switch (progress.kind) {
    case 'reading':
      return `Reading transfers: ${count(progress.rows)}`;
    case 'communities':
      return `Finding clusters, ${progress.stage}: ${count(progress.done)} of ${count(progress.of)}`;
    case 'roles':
      return 'Telling what wallets do';
    case 'suspects':
      return 'Scoring wallets';
    case 'cards':
      return `Following the money through the clusters: ${count(progress.rows)} of ${count(progress.of)} transfers`;
  }
}

/** How it was found, for the end of a text. */
export function methodRows(analysis: FoundAnalysis): string[][] {
  const { graphHash, runHash, rule, declared, result } = analysis;
  return [
    ...(result.cut ? [['Cut', 'the deadline came first: this is the best that was found until then']] : []),
    ['Method', `Leiden, seed ${seedOf(analysis)}, ${result.repeats} repeats`],
    ...(result.agreement === null || result.clusters.length === 0
      ? []
      : [['', `partitions of other seeds agree with it by ${result.agreement.toFixed(2)} (adjusted Rand index)`]]),
    ...scanRows(result.scan),
    ['Money', `followed by ${rule}${declared ? ', as declared' : ', which nobody declared for the case'}`],
    ['graphHash', graphHash],
    ['runHash', runHash],
  ];
}

/** What other resolutions would give; the JSON has each. */
function scanRows(scan: FoundAnalysis['result']['scan']): string[][] {
  const of = (figure: (each: (typeof scan)[number]) => number, say: (figure: number) => string) => {
    const figures = scan.map(figure);
    return [...new Set([Math.min(...figures), Math.max(...figures)].map(say))].join(' to ');
  };
  if (scan.length === 0) return [];
  return [
    [
      '',
      `resolutions of ${of(({ resolution }) => resolution, String)} give ${of(({ clusters }) => clusters, String)} clusters, which agree ` +
        `with it by ${of(
          ({ agreement }) => agreement,
          (each) => each.toFixed(2),
        )}`,
    ],
  ];
}

/** Which of the possible partitions it is. */
export function seedOf({ parameters }: Pick<Analysis, 'parameters'>): number {
  return Number(parameters.seed);
}
