/** What is to be said of a case beside its trace: sources that are not followed, and what the crawl does not know. */
import { walletKey } from '../graphs/wallet-key.ts';
import { UsageError, UserError } from '../src/errors.ts';
import type { StoredReport } from '../src/store/cases.ts';
import { readCategoryDecisions } from '../src/store/category-decisions.ts';
import type { Pool } from '../src/store/db.ts';
import { readIssuerKnowledge } from '../src/store/issuer-events.ts';
import { countNewSeeds, type Run } from '../src/store/runs.ts';
import { newestImport } from '../src/store/tags.ts';
import { traceRows } from '../src/store/trace-rows.ts';
import type { TraceRequest } from './trace-load.ts';
import { type CaseSource, type CaseSources, isAsked, type Note } from './trace-sources.ts';

export const STORE_CHANGED: Note = {
  code: 'STORE_CHANGED',
  text: 'Other crawls or imports have changed what is stored of these wallets since this case was crawled, and graphHash with it. Crawl again to have both the same.',
};

/** Of named sources that are not among the transfers: why each is not followed. */
export function notesOnMissing({ asOf, case: { name }, run }: TraceRequest, missing: readonly CaseSource[]): Note[] {
  return missing.map(({ transaction, timestamp, reports, disclosure, from, to, value }): Note => {
    const who = disclosure === null ? `The payment of report ${reports.join(', ')}` : `Disclosure ${disclosure}`;
    const which = `${who}, transaction ${transaction.slice(0, 12)}…,`;
    if (asOf !== null && timestamp > asOf) return { code: 'SOURCE_LATER', text: `${which} is later than --as-of.` };
    if (from === to || value === 0n)
      return { code: 'SOURCE_EMPTY', text: `${which} moves nothing: it is not followed.` };
    const todo = run.offline
      ? `Import a file that lists it, and crawl again: npx downstream crawl "${name}" --offline`
      : `Crawl again: npx downstream crawl "${name}"`;
    const text = `${which} is not in the last crawl, so it is not followed. ${todo}`;
    return { code: 'SOURCE_NOT_CRAWLED', text };
  });
}

/** Of reported wallets that a list names as a service's. */
export function notesOnStops({ stops, report }: TraceRequest, { reported }: CaseSources): Note[] {
  const services = new Map(stops.map((stop) => [walletKey(stop), stop]));
  const asked = report === null ? reported : [{ chain: report.chain, address: report.wallet }];
  return [...new Set(asked.map(walletKey))].flatMap((key) => {
    const stop = services.get(key);
    if (stop === undefined) return [];
    const text = `The reported wallet ${stop.address} is in the list of stops (${stop.name ?? stop.category}): what was paid to it went straight to a service, which is to be asked.`;
    return [{ code: 'REPORTED_WALLET_STOPS', text }];
  });
}

/** A report that names a wallet alone, of which nothing is left that no other report claims. */
export function notesOnShared({ report }: TraceRequest, { unverified }: CaseSources): Note[] {
  if (report === null || !unverified.some(({ reports }) => reports.includes(report.number))) return [];
  const text = `What was paid to the wallet of report ${report.number}, if anything, is confirmed for other reports: it is followed as theirs.`;
  return [{ code: 'PAID_FOR_OTHERS', text }];
}

/** Of the crawl that the trace rests on. */
export async function notesOnRun(pool: Pool, run: Run): Promise<Note[]> {
  const notes: Note[] = [];
  if (run.state !== 'finished') {
    notes.push({
      code: 'CRAWL_UNFINISHED',
      text: `The crawl is not whole: ${run.stopReason ?? 'it was interrupted'}.`,
    });
  }
  for (const { chain, known, reason } of await readIssuerKnowledge(pool, run.id)) {
    if (known) continue;
    const why = run.offline ? 'files do not tell it' : (reason ?? 'it was not read');
    notes.push({ code: 'BURNS_UNKNOWN', text: `Whether the issuer destroyed money on ${chain} is not known: ${why}.` });
  }
  if (await haveTagsChanged(pool, run)) {
    const text =
      'Tags, or at which of them this case stops, changed since the crawl began: wallets are named as of then. Crawl again to name them as of now.';
    notes.push({ code: 'TAGS_CHANGED', text });
  }
  const newSeeds = await countNewSeeds(pool, run);
  if (newSeeds > 0) {
    const text = `${newSeeds} ${newSeeds === 1 ? 'wallet' : 'wallets'} that reports, payments or disclosures name came after the crawl: crawl again to follow what went through.`;
    notes.push({ code: 'NEW_SEEDS', text });
  }
  return notes;
}

/** Whether tags, or what a case makes of their categories, are others than when the run began. */
export async function haveTagsChanged(pool: Pool, { caseId, startedAt, tagsAsOf }: Run): Promise<boolean> {
  if ((await newestImport(pool)) > tagsAsOf) return true;
  return (await readCategoryDecisions(pool, caseId)).some(({ at }) => at > startedAt);
}

/** When the named payments were made, and the first to a wallet that a report names alone, whatever --as-of says. */
export async function firstPayments(
  pool: Pool,
  runId: number,
  { named, unverified }: CaseSources,
  report: StoredReport | null,
): Promise<number[]> {
  const times = named.filter((source) => isAsked(source, report)).map(({ timestamp }) => timestamp);
  const own = unverified.filter(({ reports }) => report === null || reports.includes(report.number));
  const wallets = new Set(own.map(walletKey));
  if (wallets.size === 0) return times;
  for await (const { chain, to, timestamp } of traceRows(pool, runId, Number.MAX_SAFE_INTEGER)) {
    if (wallets.has(walletKey({ chain, address: to }))) return [...times, timestamp];
  }
  return times;
}

/** @param first when the first payment was made; infinite where there is none */
export function noSources(
  { asOf, case: { name }, report }: TraceRequest,
  notes: readonly Note[],
  first: number,
): UserError {
  if (asOf !== null && Number.isFinite(first) && first > asOf) {
    return new UsageError('AS_OF_TOO_EARLY', `At ${new Date(asOf).toISOString()} nothing had been paid yet.`, {
      right: `The first payment is of ${new Date(first).toISOString()}.`,
      todo: 'Choose a later --as-of, or leave it out.',
    });
  }
  const whose = report === null ? `The case "${name}"` : `Report ${report.number}`;
  return new UserError('NO_SOURCES', `${whose} has no payment to follow.`, {
    right:
      'Followed are confirmed payments, disclosed withdrawals, and all payments to wallets that a report names alone.',
    todo: [...notes.map(({ text }) => text), `Confirm payments with: npx downstream report match "${name}"`].join('\n'),
  });
}
