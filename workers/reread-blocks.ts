/**
 * Finding the blocks in which a wallet's stored transfers go wrong, by what a node says that it held there, and reading those
 * again. Where the chain's balance and the stored sum part, and by how much, is a matter of halving; each place where they part
 * by something else than before is one more gap.
 */
import { RetryableError } from '../src/errors.ts';
import type { Coverage } from '../src/store/coverage.ts';
import { newestProvenHead, readWalletBalance, storedSum } from '../src/store/proofs.ts';
import { countAnswer } from '../src/store/requests.ts';
import { commitReply } from './commit-reply.ts';
import { type CrawlContext, callOf, type Task } from './crawl-task.ts';
import { windowStart } from './provider.ts';

/** A stretch of so many blocks is one question; halving it further would cost more than it saves. */
const FEW_BLOCKS = 16;
/** A wallet with more gaps is left to a later run. */
const MOST_GAPS = 20;

/** Returns false where the node does not have the state of old blocks, so that nothing was found. */
export async function readDiffering(context: CrawlContext, task: Task, begun: Coverage): Promise<boolean> {
  const { pool, provider } = context;
  const { runId, key, head } = task;
  const [wallet] = task.wallets;
  if (wallet === undefined || provider.source.unit !== 'block') return false;
  const place = { runId, assetId: key.assetId, walletId: wallet.id };
  const balance = await readWalletBalance(pool, place);
  if (balance === undefined || balance === null) return false;
  const gapAt = async (block: number): Promise<bigint | null> => {
    const held = block === head.block ? balance : await balanceAt(context, task, block);
    return held === null ? null : held - (await storedSum(pool, { ...place, block }));
  };
  const proven = await newestProvenHead(pool, place);
  let low = proven?.block ?? windowStart(provider) - 1;
  // What is wrong below counts as known: only where it changes is something missing.
  let gap = 0n;
  let coverage = begun;
  for (let gaps = 0; gaps < MOST_GAPS && low < head.block; gaps += 1) {
    if ((await gapAt(head.block)) === gap) return true;
    let high = head.block;
    while (high - low > FEW_BLOCKS) {
      const middle = Math.floor((low + high) / 2);
      const there = await gapAt(middle);
      if (there === null) return false;
      if (there === gap) low = middle;
      else high = middle;
    }
    coverage = await readBlocks(context, task, coverage, { from: low + 1, until: high + 1 });
    const after = await gapAt(high);
    if (after === null) return false;
    gap = after;
    low = high;
  }
  return true;
}

async function balanceAt(context: CrawlContext, task: Task, block: number): Promise<bigint | null> {
  const { pool, provider, clock } = context;
  const [wallet] = task.wallets;
  const { source, asset } = provider;
  if (wallet === undefined || source.balanceAt === undefined) return null;
  const held = await source.balanceAt({ wallet: wallet.address, asset, block, ...callOf(context, task) });
  await countAnswer(pool, task.runId, 'balance', task.sent.requests, new Date(clock.now()));
  task.sent.requests = 0;
  return held;
}

/** Stores what a stretch lists, and leaves the wallet's own cursor where it is. */
export async function readBlocks(
  context: CrawlContext,
  task: Task,
  begun: Coverage,
  window: { from: number; until: number },
): Promise<Coverage> {
  const { source, asset } = context.provider;
  const wallets = task.wallets.map(({ address }) => address);
  let coverage = begun;
  let cursor: Coverage['cursor'] | null = { position: window.from, held: [], token: null };
  while (cursor !== null) {
    const from = cursor.position;
    const reply = await source.history({ wallets, asset, window, cursor, again: true, ...callOf(context, task) });
    const until = reply.next?.position ?? window.until;
    const answered = { from, until, next: coverage.cursor, kind: 'retry' } as const;
    const stored = await commitReply(context, task, [coverage], reply, answered);
    task.sent.requests = 0;
    // Another has moved the cursor: whoever takes the job up again begins with what is there then.
    if (stored === null)
      throw new RetryableError('CURSOR_MOVED', 'Another crawl reads the same wallet at this moment.');
    coverage = { ...coverage, version: coverage.version + 1 };
    cursor = reply.next;
  }
  return coverage;
}
