/** The next wave of a crawl: the wallets that most of the followed money reached; or, where none is left, why not. */
import { CONSERVING_RULES } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Address, ChainId, Wallet } from '../src/chains/chain.ts';
import { type Candidate, type Choice, chooseWave, pagesOf, type Used } from '../src/crawl/frontier.ts';
import { storeReachedWallets } from '../src/store/collisions.ts';
import type { Pool } from '../src/store/db.ts';
import { transaction } from '../src/store/db.ts';
import { storeFollowedMoney } from '../src/store/followed-money.ts';
import {
  addCaseWallets,
  countRows,
  type FrontierState,
  newestWave,
  readFrontier,
  type WaveDecision,
} from '../src/store/frontier.ts';
import { walletIds } from '../src/store/reference.ts';
import { type RunStop, readRunStops } from '../src/store/run-stops.ts';
import type { Run } from '../src/store/runs.ts';
import { readWalletDecisions, standing, type WalletDecision } from '../src/store/wallet-decisions.ts';
import type { CrawlSetup } from './crawl-setup.ts';
import { type FollowedMoney, followMoney, type ReachedWallet } from './frontier-money.ts';
import type { Provider } from './provider.ts';
import { noteTagStops } from './tag-stops.ts';

/**
 * Follows the money over what is read so far, and takes the wallets that are worth reading next.
 *
 * @returns false where there are none: then the run knows at which wallets it stopped and why, and how much of the money it did
 *   not follow
 */
export async function chooseNext({ pool }: CrawlSetup, run: Run, providers: readonly Provider[]): Promise<boolean> {
  await noteTagStops(pool, run);
  const money = await followMoney(pool, run);
  const place = await readPlace(pool, run, money, providers);
  const { maxHops, maxWallets, maxRequests, minShare } = run.policy;
  const policy = { maxHops, maxWallets, maxRequests, minShare };
  const choices = chooseWave(candidatesOf(place), money.sources, await usedBy(pool, run, place), policy);
  const wave = (await newestWave(pool, run.id)) + 1;
  const taken = choices.flatMap((choice) => (choice.take ? [takenAs(choice, wave, place)] : []));
  if (taken.length > 0) {
    await addCaseWallets(pool, run.id, taken);
    return true;
  }
  const stops = [
    ...choices.flatMap((choice) => (choice.take ? [] : [stoppedAs(choice, wave, place)])),
    ...(await endsAs(pool, run, wave, place)),
  ];
  const passed = await numbered(pool, money.passed(), providers);
  await transaction(pool, async (db) => {
    await addCaseWallets(db, run.id, stops);
    await storeReachedWallets(
      db,
      run.id,
      passed.map(({ walletId, wallet: { hop, amounts } }) => ({ walletId, hop, amounts })),
    );
    const stopped = new Set((await readFrontier(db, run.id)).filter(isNotRead).map(({ walletId }) => walletId));
    await storeFollowedMoney(db, run.id, {
      rules: CONSERVING_RULES.flatMap((rule) => {
        const total = money.totals.get(rule);
        if (total === undefined) return [];
        const { sources, exited, resting, beyond: notFollowed } = total;
        return [{ rule, sources, exited, resting, notFollowed }];
      }),
      stopped: place.reached.flatMap(({ walletId, wallet }) =>
        stopped.has(walletId) ? [...wallet.amounts].map(([rule, amount]) => ({ walletId, rule, amount })) : [],
      ),
    });
  });
  return false;
}

interface Numbered<T extends Wallet> {
  readonly walletId: number;
  readonly wallet: T;
}

/** What is known of the wallets that the money reached. */
interface Place {
  readonly reached: readonly Numbered<ReachedWallet>[];
  readonly frontier: ReadonlyMap<number, FrontierState>;
  readonly decisions: ReadonlyMap<number, WalletDecision>;
  /** Transfers on a page, by chain. */
  readonly perPage: ReadonlyMap<ChainId, { readonly assetId: number; readonly rows: number }>;
}

async function readPlace(
  pool: Pool,
  run: Run,
  { wallets }: FollowedMoney,
  providers: readonly Provider[],
): Promise<Place> {
  const reached = await numbered(pool, wallets, providers);
  const frontier = await readFrontier(pool, run.id);
  // What a person decides while the run goes on counts for the next one.
  const decided = (await readWalletDecisions(pool, run.caseId)).filter(({ decidedAt }) => decidedAt <= run.startedAt);
  return {
    reached,
    frontier: new Map(frontier.map((each) => [each.walletId, each])),
    decisions: standing(decided),
    perPage: new Map(
      providers.map(({ source, asset }) => [source.chain, { assetId: asset.id, rows: source.most.rows }]),
    ),
  };
}

/** The wallets of the providers' chains with their numbers. */
async function numbered<T extends Wallet>(
  pool: Pool,
  wallets: readonly T[],
  providers: readonly Provider[],
): Promise<Numbered<T>[]> {
  const found: Numbered<T>[] = [];
  for (const { source } of providers) {
    const own = wallets.filter(({ chain }) => chain === source.chain);
    const ids = await walletIds(
      pool,
      source.chain,
      own.map(({ address }) => address),
    );
    for (const wallet of own) found.push({ walletId: idOf(ids, wallet.address), wallet });
  }
  return found;
}

function idOf(ids: ReadonlyMap<Address, number>, address: Address): number {
  const id = ids.get(address);
  if (id === undefined) throw new Error(`The wallet ${address} has no number`);
  return id;
}

function perPageOf({ perPage }: Place, chain: ChainId): number {
  return perPage.get(chain)?.rows ?? 1;
}

/** Wallets that may be read on: new ones, and those that were begun and had more pages than were planned. */
function candidatesOf(place: Place): Candidate[] {
  return place.reached.flatMap(({ walletId, wallet }) => {
    const state = place.frontier.get(walletId);
    const begun = state?.allowedRows ?? null;
    if (wallet.end !== 'beyond' || (state !== undefined && !(state.kind === 'max-requests' && begun !== null)))
      return [];
    const { chain, address, hop, amounts } = wallet;
    const [rule, amount] = mostOf(amounts);
    const decision = place.decisions.get(walletId)?.decision;
    return [
      {
        ...{ walletId, chain, address, hop, amount, rule },
        decision: decision === 'expand' || decision === 'stop' ? decision : null,
        planned: begun === null ? 0 : begun / perPageOf(place, chain),
      },
    ];
  });
}

/** The first of the rules that brought most. */
function mostOf(amounts: ReachedWallet['amounts']): [rule: string, amount: bigint] {
  let most: [string, bigint] = ['', 0n];
  for (const rule of CONSERVING_RULES) {
    const amount = amounts.get(rule) ?? 0n;
    if (amount > most[1]) most = [rule, amount];
  }
  return most;
}

/** Pages are counted as they are planned, by what a history has: how often faults had one read again does not matter. */
async function usedBy(pool: Pool, run: Run, { frontier, perPage }: Place): Promise<Used> {
  const states = [...frontier.values()];
  const read = states.filter(({ state, allowedRows, kind }) => {
    return (
      state === 'expanded' || state === 'failed' || kind === 'max-transfers' || kind === 'behaviour' || allowedRows
    );
  });
  if (run.policy.maxRequests === null) return { wallets: read.length, pages: 0 };
  let pages = 0;
  for (const { assetId, rows } of perPage.values()) {
    for (const count of await countRows(pool, run.id, assetId)) pages += pagesOf(count, rows);
  }
  const [least = 1] = [...perPage.values()].map(({ rows }) => rows);
  for (const { state, allowedRows } of read) {
    if (state !== 'expanded') pages += Math.max(1, Math.ceil((allowedRows ?? 0) / least));
  }
  return { wallets: read.length, pages };
}

function takenAs({ candidate, pages }: Choice & { take: true }, wave: number, place: Place): WaveDecision {
  const { walletId, chain, hop, amount, rule, decision } = candidate;
  return {
    ...{ walletId, hop, wave, amount, rule, role: null, state: 'pending', kind: null, reason: null },
    allowedRows: pages === null ? null : pages * perPageOf(place, chain),
    byPerson: decision === 'expand',
  };
}

function stoppedAs(choice: Choice & { take: false }, wave: number, { decisions }: Place): WaveDecision {
  const { walletId, hop, amount, rule } = choice.candidate;
  const why = choice.kind === 'person' ? decisions.get(walletId)?.why : undefined;
  return {
    ...{ walletId, hop, wave, amount, rule, role: null, state: 'stopped', kind: choice.kind },
    reason: why === undefined ? choice.reason : `${choice.reason}: ${why}`,
    ...{ allowedRows: null, byPerson: false },
  };
}

/** Wallets at which the money ends: listed services, and where a reported payment came from. */
async function endsAs(pool: Pool, run: Run, wave: number, { reached }: Place): Promise<WaveDecision[]> {
  const stops = new Map((await readRunStops(pool, run.id)).map((stop) => [walletKey(stop), stop]));
  return reached.flatMap(({ walletId, wallet }): WaveDecision[] => {
    if (wallet.end === 'beyond') return [];
    const [rule, amount] = mostOf(wallet.amounts);
    const listed = stops.get(walletKey(wallet));
    const tagged = wallet.end === 'service';
    const reason = tagged
      ? serviceReason(listed)
      : 'a reported payment came from it: money that comes here counts as returned';
    return [
      {
        ...{ walletId, hop: wallet.hop, wave, role: null, state: 'stopped', amount, rule, reason },
        ...{ kind: tagged ? 'tagged' : 'returned', allowedRows: null, byPerson: false },
      },
    ];
  });
}

function serviceReason(stop: RunStop | undefined): string {
  const service = `${stop?.name ?? 'no name given'} (${stop?.category ?? 'service'})`;
  const publisher = stop?.taggedBy ?? null;
  return publisher === null ? `a listed service: ${service}` : `a tagged service: ${service}, as ${publisher} says`;
}

function isNotRead({ state }: FrontierState): boolean {
  return state === 'stopped' || state === 'failed';
}
