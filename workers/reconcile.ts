/**
 * Reconciliation: what each expanded wallet held as of the head, beside what its stored transfers add up to.
 *
 * Where the two differ, the balance is asked for again; then the history is read again, from the newest head at which all was
 * right; then a second provider is asked, where one is configured. Each is tried once for a run and wallet. What differs even
 * then stays unproven, with the difference, and the run goes on.
 */
import { differenceOf, readBalances, walletsWithoutBalance } from '../src/store/balances.ts';
import { adoptBalances } from '../src/store/proofs.ts';
import { askBalancesAgain, beginReread, type RepairStep, readRepairs } from '../src/store/repairs.ts';
import type { Run } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { PORTION, performWork } from './perform.ts';
import { type Provider, windowStart } from './provider.ts';
import { performRepairs } from './repairs.ts';
import { narrowedStart, readsBlocks } from './reread.ts';

export interface Reconciled {
  /** False when the run was stopped meanwhile. */
  readonly going: boolean;
  /** Whether anything was asked for again, so that histories may have more transfers than before. */
  readonly changed: boolean;
}

/**
 * Proves what can be proven of the wallets that are expanded so far; what the issuer took from them must be known before. It
 * costs nothing for wallets that were reconciled before.
 */
export async function reconcile(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  all: readonly Provider[],
): Promise<Reconciled> {
  // A copy knows no balance.
  const providers = all.filter(({ source }) => source.authority === 'chain');
  for (const { asset } of providers) await adoptBalances(setup.pool, run.id, asset.id);
  for (let changed = false; ; changed = true) {
    if (!(await askBalances(setup, request, run, providers))) return { going: false, changed };
    if (!(await planRepairs(setup, run, providers))) return { going: true, changed };
    if (!(await performRepairs(setup, request, run, providers))) return { going: false, changed };
  }
}

async function askBalances(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  providers: readonly Provider[],
): Promise<boolean> {
  const { pool } = setup;
  const unread = async (provider: Provider) => walletsWithoutBalance(pool, run.id, provider.asset.id);
  return performWork(setup, request, run, {
    stage: () => ({ kind: 'balances' }),
    queue: async () => {
      for (const provider of providers) {
        const { most } = provider.source;
        const wallets = (await unread(provider)).slice(0, PORTION * most.balances);
        const job = { kind: 'balance', run: run.id, attempt: run.attempt, asset: provider.asset.id } as const;
        const groups = Array.from({ length: Math.ceil(wallets.length / most.balances) }, (_, n) =>
          wallets.slice(n * most.balances, (n + 1) * most.balances),
        );
        await provider.queue.add(groups.map((group) => ({ ...job, wallets: group })));
      }
    },
    covered: async () => null,
    left: async () => {
      let left = 0;
      for (const provider of providers) left += (await unread(provider)).length;
      return left;
    },
  });
}

/** Begins the next step for each wallet that differs. Returns false where there is none left to take. */
async function planRepairs({ pool }: CrawlSetup, run: Run, providers: readonly Provider[]): Promise<boolean> {
  const differing = (await readBalances(pool, run.id)).filter((each) => differenceOf(each) !== 0n);
  if (differing.length === 0) return false;
  let planned = 0;
  for (const provider of providers) {
    const { asset, second } = provider;
    const taken = await readRepairs(pool, run.id, asset.id);
    const again: number[] = [];
    for (const each of differing) {
      if (each.chain !== asset.chain) continue;
      const { walletId } = each;
      const step = nextStep(taken.get(walletId), each.balance !== null, second !== null);
      if (step === null) continue;
      planned += 1;
      if (step === 'balance') again.push(walletId);
      else await planReread(pool, run, { walletId, step }, step === 'second' && second !== null ? second : provider);
    }
    if (again.length > 0) await askBalancesAgain(pool, { runId: run.id, assetId: asset.id, walletIds: again });
  }
  return planned > 0;
}

function nextStep(
  taken: ReadonlySet<RepairStep> | undefined,
  isKnown: boolean,
  hasSecond: boolean,
): Exclude<RepairStep, 'counterparty'> | null {
  if (!taken?.has('balance')) return 'balance';
  // Without a balance nothing says that anything is missing.
  if (!isKnown) return null;
  if (!taken.has('history')) return 'history';
  return hasSecond && !taken.has('second') ? 'second' : null;
}

async function planReread(
  pool: CrawlSetup['pool'],
  run: Run,
  { walletId, step }: { walletId: number; step: RepairStep },
  provider: Provider,
): Promise<void> {
  const key = { assetId: provider.asset.id, providerId: provider.id };
  const start = windowStart(provider);
  const position = readsBlocks(provider, step) ? null : await narrowedStart(pool, provider, run.id, walletId);
  await beginReread(pool, { runId: run.id, walletId, step, key, position, start });
}
