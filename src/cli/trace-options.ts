/** What the commands that follow money have in common: which case, whose money, up to when, and where it stops. */
import type { Command } from 'commander';
import { type LoadedTrace, loadTrace } from '../../workers/trace-load.ts';
import { readStopsFile } from '../cases/stops-file.ts';
import { parseTimeAsked } from '../cases/time.ts';
import { UsageError } from '../errors.ts';
import { findCase, readReports, type StoredReport } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { readAssets } from '../store/reference.ts';
import { crawledRun } from './clusters.ts';
import type { CliContext } from './context.ts';
import { typed } from './options.ts';

export interface FollowingOptions {
  readonly report?: string;
  readonly asOf?: string;
  readonly stops?: string;
}

/** Adds the options to a command. */
export function withFollowingOptions(command: Command): Command {
  return command
    .option('--as-of <time>', 'follow only what was paid up to then, such as 2026-03-01T00:00Z')
    .option(
      '--stops <file>',
      'CSV file of services at which the trace ends: address, category, and chain, name, source',
    );
}

export function withReportOption(command: Command): Command {
  return command.option('--report <ref>', 'follow the payments of one report alone, by its number or reference');
}

/** Reads all that a trace needs. @throws UserError, see `loadTrace` */
export async function loadFollowing(
  { clock }: CliContext,
  pool: Pool,
  nameOrId: string,
  options: FollowingOptions,
): Promise<LoadedTrace> {
  const found = await findCase(pool, nameOrId);
  const run = await crawledRun(pool, found);
  const since = Math.min(...(await readAssets(pool)).map((asset) => asset.since));
  const { report, asOf, stops } = options;
  return loadTrace(pool, {
    ...{ case: found, run },
    stops: stops === undefined ? [] : await readStopsFile(stops),
    report: report === undefined ? null : findReport(await readReports(pool, found.id), report),
    asOf: asOf === undefined ? null : typed(() => parseTimeAsked(asOf, { since, now: clock.now() })),
  });
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
