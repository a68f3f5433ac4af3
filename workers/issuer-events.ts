/** Reading what the issuer destroyed and redeemed, page by page, each stored with the position behind it. */
import { RetryableError } from '../src/errors.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import {
  commitIssuerPage,
  type IssuerCoverage,
  readIssuerAssignment,
  readIssuerCoverage,
  settleIssuerEvents,
} from '../src/store/issuer-events.ts';
import { countAnswer, recordFault } from '../src/store/requests.ts';
import { type CrawlContext, callOf, type Task } from './crawl-task.ts';
import { windowEnd } from './provider.ts';

/** A job about a token's contract, and not about wallets. */
type IssuerJob = Extract<CrawlJob, { kind: 'issuer-events' | 'submissions' }>;

/** What the job is about; null when its run has no use for it any more. */
export async function findIssuerTask(
  { pool, provider }: Pick<CrawlContext, 'pool' | 'provider'>,
  { kind, run, attempt, asset }: IssuerJob,
): Promise<Task | null> {
  const waits = kind === 'submissions' ? 'submissions' : 'events';
  const found = await readIssuerAssignment(pool, { run, attempt, asset }, waits);
  if (found === undefined) return null;
  return {
    ...found,
    wallets: [],
    runId: run,
    attempt,
    key: { assetId: asset, providerId: provider.id },
    until: windowEnd(provider, found.head),
    sent: { requests: 0 },
    faults: [],
  };
}

/** Reads the next page, unless it is stored already; then goes on behind it. */
export async function readIssuerPage(context: CrawlContext, page: number, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { runId, key, head, until, sent } = task;
  const { source, asset, id: providerId } = provider;
  const coverage = await readIssuerCoverage(pool, key, runId);
  if (coverage.position >= until) return settleIssuerEvents(pool, runId, key.assetId, { state: 'known' });
  if (coverage.version !== page) return queueNext(context, task, coverage.version);
  // Where it meets what was stored before, it is gone on behind that.
  const end = Math.min(until, coverage.keptFrom ?? until);
  const { events, next, remarks } = await source.issuerEvents({
    asset,
    window: { from: coverage.from, until: end },
    position: firstPosition(context, task, coverage),
    head,
    ...callOf(context, task),
  });
  if (events.some(({ timestamp }) => timestamp > head.timestamp)) {
    throw new RetryableError(
      'REPLY_INVALID',
      'The provider dates what the issuer did later than the block up to which it was asked.',
    );
  }
  const now = new Date(clock.now());
  const { requests } = sent;
  const { version } = coverage;
  const { overlap } = source;
  const read = { key, runId, requests, asset, version, events, position: next ?? end, overlap, now };
  const stored = await commitIssuerPage(pool, read);
  if (!stored) {
    await countAnswer(pool, runId, 'issuer', requests, now);
    return queueNext(context, task, (await readIssuerCoverage(pool, key, runId)).version);
  }
  for (const { code, count, text: message } of remarks) {
    await recordFault(pool, runId, { providerId, code, message, count, requests: 0, now });
  }
  if (next === null && end === until) return settleIssuerEvents(pool, runId, key.assetId, { state: 'known' });
  await queueNext(context, task, version + 1);
}

/** The run goes on without knowing what was destroyed and redeemed, and says so. */
export function giveUpIssuerEvents({ pool }: CrawlContext, { runId, key }: Task, reason: string): Promise<void> {
  return settleIssuerEvents(pool, runId, key.assetId, { state: 'unknown', reason });
}

/** The first page of a run begins a little before the end of what is stored, as histories do: an index may have lagged. */
function firstPosition({ provider }: CrawlContext, { startedAt }: Task, coverage: IssuerCoverage): number {
  const { from, position, updatedAt } = coverage;
  return updatedAt >= startedAt ? position : Math.max(from, position - provider.source.overlap);
}

async function queueNext({ provider }: CrawlContext, { runId: run, attempt, key }: Task, page: number): Promise<void> {
  await provider.queue.add([{ kind: 'issuer-events', run, attempt, asset: key.assetId, page }]);
}
