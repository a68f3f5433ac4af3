/** What the commands that follow money have in common: which case, whose money, up to when, and where it stops. */
import type { Command } from 'commander';
import { walletKey } from '../../graphs/wallet-key.ts';
import { type LoadedTrace, loadTrace, type TraceProgress, type TraceRequest } from '../../workers/trace-load.ts';
import { type ListedStop, readStopsFile } from '../cases/stops-file.ts';
import { parseTimeAsked } from '../cases/time.ts';
import { UsageError } from '../errors.ts';
import { findCase, readReports, type StoredReport } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { readCaseWallets } from '../store/frontier.ts';
import { readAssets } from '../store/reference.ts';
import { readRunStops } from '../store/run-stops.ts';
import { crawledRun } from './analysis.ts';
import { type CliContext, withStore } from './context.ts';
import { typed } from './options.ts';
import { count } from './output.ts';
import { progressLine } from './progress.ts';

export interface FollowingOptions {
  readonly report?: string;
  readonly asOf?: string;
  readonly stops?: string;
  /** `tell` where the command only says which wallets are deposit addresses. */
  readonly inference: boolean | 'tell';
}

/** Adds the options to a command. */
export function withFollowingOptions(command: Command): Command {
  return command
    .option('--as-of <time>', 'follow only what was paid up to then, such as 2026-03-01T00:00Z')
    .option(
      '--stops <file>',
      'CSV file of services at which the trace ends: address, category, and chain, name, source (default: those that the crawl was given)',
    );
}

/** Options of commands that tell where all of the money went, and not which way some of it took. */
export function withScopeOptions(command: Command): Command {
  return command
    .option('--report <ref>', 'follow the payments of one report alone, by its number or reference')
    .option(
      '--no-inference',
      'go on through deposit addresses that only what they do tells, and ask of no wallet what it does',
    );
}

/** Work that takes longer than this tells how far it is. */
const QUIET_MS = 2_000;

/**
 * Opens the store, reads all that a trace needs, and prints the text that `work` makes of it.
 *
 * @param work is given `quiet`, which takes the line of progress away
 * @throws UserError, see `loadTrace`
 */
export async function withFollowing(
  context: CliContext,
  nameOrId: string,
  options: FollowingOptions,
  work: (pool: Pool, loaded: LoadedTrace, quiet: () => void) => Promise<string>,
): Promise<void> {
  const { clock, terminal } = context;
  const line = progressLine(terminal, clock, QUIET_MS);
  const text = await withStore(context, async ({ pool }) => {
    try {
      const request = await readRequest(context, pool, nameOrId, options);
      const onProgress = (progress: TraceProgress) => line.show(() => progressText(progress));
      return await work(pool, await loadTrace(pool, { ...request, onProgress }), line.clear);
    } finally {
      line.clear();
    }
  });
  terminal.out(text);
}

function progressText(progress: TraceProgress): string {
  if (progress.kind === 'reading') return `${count(progress.rows)} transfers read`;
  const { rule, rows, of } = progress;
  return `${rule}: ${Math.floor((100 * rows) / of)} % of ${count(of)} transfers followed`;
}

async function readRequest(
  { clock }: CliContext,
  pool: Pool,
  nameOrId: string,
  { report, asOf, stops, inference }: FollowingOptions,
): Promise<Omit<TraceRequest, 'onProgress'>> {
  const found = await findCase(pool, nameOrId);
  const run = await crawledRun(pool, found);
  const since = Math.min(...(await readAssets(pool)).map((asset) => asset.since));
  return {
    ...{ case: found, run },
    stops: await stopsOf(pool, run.id, stops),
    report: report === undefined ? null : findReport(await readReports(pool, found.id), report),
    infer: inference === 'tell' ? 'tell' : inference ? 'end' : 'nothing',
    asOf: asOf === undefined ? null : typed(() => parseTimeAsked(asOf, { since, now: clock.now() })),
  };
}

/**
 * Where a trace ends: at the services of its list, or without one at those of the crawl's; and at those that tags name. Not at
 * reported wallets without a list of its own that names them, nor where a person had the crawl go on.
 */
async function stopsOf(pool: Pool, runId: number, path: string | undefined): Promise<readonly ListedStop[]> {
  const read = new Set((await readCaseWallets(pool, runId, ['expanded'])).map(walletKey));
  const crawl = (await readRunStops(pool, runId)).filter((stop) => !read.has(walletKey(stop)));
  const ofCrawl = crawl.map(({ taggedBy: _, ...stop }): ListedStop => stop);
  if (path === undefined) return ofCrawl;
  const list = await readStopsFile(path);
  const listed = new Set(list.map(walletKey));
  return [...list, ...ofCrawl.filter((stop, n) => crawl[n]?.taggedBy != null && !listed.has(walletKey(stop)))];
}

/** The report that a person names: by its number, or by a reference that only one has. */
function findReport(reports: readonly StoredReport[], ref: string): StoredReport {
  const byNumber = /^\d{1,9}$/.test(ref) ? reports.find(({ number }) => number === Number(ref)) : undefined;
  const byReference = reports.filter(({ reference }) => reference === ref);
  const report = byNumber ?? byReference[0];
  if (report === undefined) {
    throw new UsageError('REPORT_UNKNOWN', `The case has no report "${ref}".`, {
      right: 'A report is named by its number, or by its reference.',
      todo: 'See them with: npx downstream report list CASE',
    });
  }
  if (byNumber === undefined && byReference.length > 1) {
    const numbers = byReference.map(({ number }) => number).join(', ');
    throw new UsageError('REPORT_AMBIGUOUS', `${byReference.length} reports have the reference "${ref}".`, {
      todo: `Name one by its number: ${numbers}`,
    });
  }
  return report;
}
