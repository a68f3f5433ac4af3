/**
 * Probing: before more of a long history is read, its newest transfers tell whether the wallet behaves as a service does.
 * Money inside a service is mixed with strangers' money, so that a crawl ends there.
 *
 * A wallet is probed once a run, as soon as it is known to have so many transfers; also where all of them are stored
 * already, so that the choice does not hang on what was read before, or by whom.
 */
import { groupEqualRows } from '../src/chains/rows.ts';
import { behaviourReason, isService, observe, PROBED_FROM } from '../src/crawl/behaviour.ts';
import { RetryableError } from '../src/errors.ts';
import type { Coverage } from '../src/store/coverage.ts';
import type { AssignedWallet } from '../src/store/frontier.ts';
import { hasTransfers, type Probe, readProbes, stopForBehaviour, storeProbe } from '../src/store/probes.ts';
import { countAnswer } from '../src/store/requests.ts';
import { type CrawlContext, callOf, type Task } from './crawl-task.ts';

export interface Probed {
  /** The coverage of the wallets that are gone on with. */
  readonly left: readonly Coverage[];
  /** Those of them that the run has a verdict on, or has tried to. */
  readonly judged: ReadonlySet<number>;
}

/**
 * Stops at those wallets of the task that behave as services do. Which wallets a crawl reads must not depend on a provider's
 * faults: where it cannot be brought to answer, the wallet fails as one whose history cannot be read.
 */
export async function stopServices(context: CrawlContext, task: Task, coverage: readonly Coverage[]): Promise<Probed> {
  const large = new Map(
    task.wallets
      .filter((wallet) => !isExempt(wallet))
      .flatMap((wallet) => {
        const covered = coverage.find(({ walletId }) => walletId === wallet.id);
        return covered !== undefined && knownRows(covered) >= PROBED_FROM ? [[wallet.id, { wallet, covered }]] : [];
      }),
  );
  const judged = new Set<number>();
  if (large.size === 0) return { left: coverage, judged };
  const stopped = new Set<number>();
  const known = new Map(
    (await readProbes(context.pool, task.runId, [...large.keys()])).map((each) => [each.walletId, each]),
  );
  for (const [id, { wallet, covered }] of large) {
    const probe = known.get(id) ?? (await probeWallet(context, task, wallet, covered));
    if (probe === null) continue;
    judged.add(id);
    if (probe.verdict !== 'service') continue;
    await stopForBehaviour(context.pool, task.runId, id, behaviourReason(probe));
    stopped.add(id);
  }
  return { left: coverage.filter(({ walletId }) => !stopped.has(walletId)), judged };
}

/** True for a wallet that has to be looked at before it is expanded: it has perhaps so many transfers. */
export function awaitsProbe(task: Task, walletId: number, rows: number, judged: ReadonlySet<number>): boolean {
  const wallet = task.wallets.find(({ id }) => id === walletId);
  return wallet !== undefined && !isExempt(wallet) && rows >= PROBED_FROM && !judged.has(walletId);
}

/** What is asked for by a person is read, whatever it is. */
function isExempt({ hop, byPerson }: AssignedWallet): boolean {
  return hop === 0 || byPerson;
}

/** Rows that a history has listed, at least; some may have been read twice. */
function knownRows({ rows, cursor }: Coverage): number {
  return rows + cursor.held.length;
}

/** Asks for the newest transfers and judges them; `null` where the wallet has not enough of them after all. */
async function probeWallet(
  context: CrawlContext,
  task: Task,
  { id: walletId, address }: AssignedWallet,
  covered: Coverage,
): Promise<Probe | null> {
  const { pool, provider, clock } = context;
  const { runId, head, sent } = task;
  const { source, asset } = provider;
  if (!(await isLarge(context, task, covered))) return null;
  const before = sent.requests;
  const { rows, all, whole } = await source.newest({ wallet: address, asset, head, ...callOf(context, task) });
  if (all && source.authority === 'chain' && rows.length < PROBED_FROM) {
    throw new RetryableError(
      'REPLY_INCONSISTENT',
      `The provider told ${rows.length} transfers as all that a wallet has, which has ${PROBED_FROM} at least.`,
    );
  }
  const behaviour = observe(address, rows, 10n ** BigInt(asset.decimals));
  const verdict = isService(behaviour) ? 'service' : 'ordinary';
  const probe: Probe = { walletId, verdict, ...behaviour, whole, requests: sent.requests - before };
  const now = new Date(clock.now());
  await storeProbe(pool, runId, probe, now);
  if (probe.requests > 0) await countAnswer(pool, runId, 'probe', probe.requests, now);
  // What the job asks for from here on is its page.
  sent.requests = before;
  return probe;
}

/** Of a chain's own rows some may have been read twice, so they are counted; a copy's are not. */
async function isLarge({ pool, provider }: CrawlContext, { key, head }: Task, covered: Coverage): Promise<boolean> {
  if (provider.source.authority === 'copy') return true;
  const { held } = covered.cursor;
  const [first] = held;
  const beside = first === undefined ? null : { count: groupEqualRows(held).length, timestamp: first.timestamp };
  const wallet = { walletId: covered.walletId, assetId: key.assetId, until: head.timestamp };
  return hasTransfers(pool, wallet, PROBED_FROM, beside);
}
