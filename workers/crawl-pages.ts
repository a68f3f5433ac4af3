/** Reading histories page by page, each page stored whole with the cursors of its wallets. */
import type { Cursor, HistoryPage, TransactionHash } from '../src/chains/chain.ts';
import type { StopKind } from '../src/crawl/frontier.ts';
import { countEqual } from '../src/crawl/occurrences.ts';
import { groupPages } from '../src/crawl/page-groups.ts';
import { RetryableError } from '../src/errors.ts';
import { recordBalances } from '../src/store/balances.ts';
import { type Coverage, readCoverage } from '../src/store/coverage.ts';
import { countTransfersOf, expandWallet, setWalletState } from '../src/store/frontier.ts';
import { openReceipts, settleReceipt } from '../src/store/receipts.ts';
import { countAnswer } from '../src/store/requests.ts';
import { commitReply } from './commit-reply.ts';
import { readHolding } from './crawl-balances.ts';
import { type CrawlContext, callOf, idsOf, type Task } from './crawl-task.ts';
import { awaitsProbe, stopServices } from './probe.ts';
import { windowStart } from './provider.ts';

/** A token that is older was left by a process that ended. */
const TOKEN_MS = 5 * 60_000;

/** Reads the next page of the task's wallets, unless it is stored already; then goes on behind it. */
export async function readNextPage(context: CrawlContext, page: number, task: Task): Promise<void> {
  const { pool, provider } = context;
  const stored = await readCoverage(pool, task.key, idsOf(task.wallets), windowStart(provider));
  const { left: coverage, judged } = await stopServices(context, task, stored);
  const open = coverage.filter(({ cursor }) => cursor.position < task.until);
  for (const { walletId, rows } of coverage) {
    const covered = !open.some((each) => each.walletId === walletId);
    if (covered) await finishHistory(context, task, walletId, rows);
  }
  const [group, ...others] = groupPages(open, provider.source.most.histories, task.startedAt);
  if (group === undefined) return;
  // Some of it is stored already, by this job's first delivery or by another case: go on behind it.
  if (others.length > 0 || group.walletIds.length < task.wallets.length || group.page !== page) {
    return queuePages(context, task, open);
  }
  const wallets = task.wallets;
  const [first] = open;
  if (first === undefined) return;
  const cursor = cursorOf(context, task, first);
  const holding = await readHolding(context, task, first.updatedAt < task.startedAt || first.rows === 0);
  const reply = await provider.source.history({
    wallets: wallets.map(({ address }) => address),
    asset: provider.asset,
    window: { from: first.from, until: task.until },
    cursor,
    ...callOf(context, task),
  });
  if (!(await storePage(context, task, { coverage: open, reply, from: cursor.position, judged, holding }))) {
    return queuePages(context, task, await readCoverage(pool, task.key, idsOf(wallets), windowStart(provider)));
  }
}

/** Stores a page and goes on from it. Returns false when another worker has stored it, or another, before. */
async function storePage(
  context: CrawlContext,
  task: Task,
  {
    coverage,
    reply,
    from,
    judged,
    holding,
  }: {
    coverage: readonly Coverage[];
    reply: HistoryPage;
    from: number;
    judged: ReadonlySet<number>;
    /** What the wallet held just before. */
    holding: bigint | null;
  },
): Promise<boolean> {
  const { pool, clock } = context;
  const { runId, key, until } = task;
  const next = reply.next ?? { position: until, held: [], token: null };
  const now = new Date(clock.now());
  const answered = { from, until: next.position, next, kind: 'history' } as const;
  const wallets = await commitReply(context, task, coverage, reply, answered);
  if (wallets === null) return false;
  const left: Coverage[] = [];
  for (const each of coverage) {
    const walletId = each.walletId;
    const total = each.rows + (wallets.find(({ id }) => id === walletId)?.rows ?? 0);
    if (reply.quiet && holding !== null) {
      await recordBalances(pool, { runId, assetId: key.assetId, balances: [{ walletId, value: holding }], now });
    }
    const ends = reply.next === null && !awaitsProbe(task, walletId, total, judged);
    if (ends) await finishHistory(context, task, walletId, total);
    else if (!(await stopAtLimit(context, task, walletId, total, next.position))) {
      left.push({ ...each, cursor: next, version: each.version + 1, rows: total, updatedAt: now });
    }
  }
  await queuePages(context, task, left);
  return true;
}

/**
 * Where a page begins. The first of a run begins a little before the end of what earlier runs stored: a provider's index
 * may have lagged behind its head then.
 */
function cursorOf({ provider, clock }: CrawlContext, { startedAt }: Task, coverage: Coverage): Cursor {
  const { cursor, from, updatedAt } = coverage;
  if (updatedAt < startedAt) {
    return { position: Math.max(from, cursor.position - provider.source.overlap), held: [], token: null };
  }
  // A provider's word for the next page does not live for ever; the position does.
  if (clock.now() - updatedAt.getTime() > TOKEN_MS) return { position: cursor.position, held: [], token: null };
  return cursor;
}

/** Queues the next pages of wallets. */
export async function queuePages({ provider }: CrawlContext, task: Task, coverage: readonly Coverage[]): Promise<void> {
  const { runId: run, attempt, key, startedAt } = task;
  const groups = groupPages(coverage, provider.source.most.histories, startedAt);
  await provider.queue.add(
    groups.map(({ walletIds, page }) => ({
      kind: 'page',
      run,
      attempt,
      wallets: walletIds,
      asset: key.assetId,
      page,
    })),
  );
}

/**
 * Stops at a wallet whose history is longer than the policy allows, or than pages were planned for; never at a reported one.
 * What counts is what its history has, not how many pages it came in.
 */
async function stopAtLimit(
  { pool, provider: { source } }: CrawlContext,
  task: Task,
  walletId: number,
  rows: number,
  position: number,
): Promise<boolean> {
  const { policy, key, head, runId } = task;
  const wallet = task.wallets.find(({ id }) => id === walletId);
  if (wallet === undefined || wallet.hop === 0) return false;
  const most = wallet.byPerson ? Number.POSITIVE_INFINITY : (policy.maxTransfers ?? Number.POSITIVE_INFINITY);
  const allowed = wallet.allowedRows ?? Number.POSITIVE_INFINITY;
  if (rows <= most && rows < allowed) return false;
  // A provider's rows may have been read twice; a copy's are not.
  const own = source.authority === 'chain' ? await countTransfersOf(pool, walletId, key.assetId, head.timestamp) : rows;
  if (own <= most && own < allowed) return false;
  const until =
    source.unit === 'block'
      ? `block ${Math.min(position, head.block)}`
      : new Date(Math.min(position, head.timestamp)).toISOString();
  const [kind, limit]: [StopKind, string] =
    own > most
      ? ['max-transfers', `more than ${most} transfers (--max-transfers)`]
      : ['max-requests', `over --max-requests ${policy.maxRequests}`];
  await setWalletState(pool, runId, [walletId], 'stopped', `${limit}; its history is stored up to ${until}`, { kind });
  return true;
}

/** The window is read to its end: the wallet is expanded once the receipts of equal rows are settled. */
async function finishHistory(context: CrawlContext, task: Task, walletId: number, rows: number): Promise<void> {
  const { pool, provider } = context;
  const { runId: run, attempt, key, until } = task;
  if (await stopAtLimit(context, task, walletId, rows, until)) return;
  // A copy settles nothing, and needs nothing settled.
  if (provider.source.authority === 'copy') return setWalletState(pool, run, [walletId], 'expanded');
  if (await expandWallet(pool, run, walletId, key.assetId)) return;
  const open = await openReceipts(pool, walletId, key.assetId);
  const job = { kind: 'receipt', run, attempt, wallet: walletId, asset: key.assetId } as const;
  await provider.queue.add(open.map((transaction) => ({ ...job, transaction })));
}

/** Settles a transaction with equal rows of the task's wallet by its receipt. */
export async function readReceipt(context: CrawlContext, transaction: string, task: Task): Promise<void> {
  const { pool, provider } = context;
  const { runId, key } = task;
  const [wallet] = task.wallets;
  if (wallet === undefined) return;
  const open = await openReceipts(pool, wallet.id, key.assetId);
  if (open.includes(transaction)) await settleByReceipt(context, transaction, task, wallet.id);
  const [coverage] = await readCoverage(pool, key, [wallet.id], windowStart(provider));
  if (coverage === undefined || coverage.cursor.position < task.until) return;
  if (!(await stopAtLimit(context, task, wallet.id, Number.POSITIVE_INFINITY, task.until))) {
    await expandWallet(pool, runId, wallet.id, key.assetId);
  }
}

/** @throws RetryableError `RECEIPT_DISAGREES` */
export async function settleByReceipt(
  context: CrawlContext,
  transaction: string,
  task: Task,
  walletId: number,
): Promise<void> {
  const { pool, provider, clock } = context;
  const { source, asset } = provider;
  const hash = transaction as TransactionHash;
  const receipt = await source.receipt({ transaction: hash, asset, ...callOf(context, task) });
  const missing = await settleReceipt(pool, asset, walletId, transaction, countEqual(receipt));
  if (missing > 0) {
    throw new RetryableError(
      'RECEIPT_DISAGREES',
      `The receipt of transaction ${transaction} lacks ${missing} transfers that the history lists.`,
    );
  }
  await countAnswer(pool, task.runId, 'receipt', task.sent.requests, new Date(clock.now()));
}
