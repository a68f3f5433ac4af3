/** All that the store knows of one wallet, over all cases, put together. */
import { walletKey } from '../graphs/wallet-key.ts';
import type { Wallet } from '../src/chains/chain.ts';
import type { NativeReceipt } from '../src/chains/off-history.ts';
import { newestBalances, type ToldBalance } from '../src/store/balances.ts';
import type { Pool } from '../src/store/db.ts';
import { freezesOf, type WalletFreeze } from '../src/store/freezes.ts';
import { countFunded, type NativeCoverage, readNativeCoverage, readNativeReceipts } from '../src/store/native.ts';
import { knownWallet, readAssets, type StoredAsset } from '../src/store/reference.ts';
import { newestImport, readTags, type StoredTag, type TagHistory, tagsOf } from '../src/store/tags.ts';
import {
  markingRuns,
  readReported,
  readWalletCases,
  readWalletRuns,
  runsFundedBy,
  type WalletCase,
  type WalletRun,
} from '../src/store/wallet-cases.ts';
import { readWalletCoverage, type WalletCoverage } from '../src/store/wallet-coverage.ts';
import { decisionsOf, type WalletDecision } from '../src/store/wallet-decisions.ts';
import {
  type Counterparty,
  type Direction,
  readCounterpartiesOf,
  sumTransfers,
  type TransferSum,
} from '../src/store/wallet-transfers.ts';
import { contradicting } from '../src/tags/categories.ts';
import { type CaseInference, type InferenceProgress, type InferringRun, inferOf } from './wallet-inferences.ts';

/** What a crawl did with the wallet, with what it saw of it in each asset. */
export interface CrawledWallet extends WalletRun {
  readonly coverage: readonly WalletCoverage[];
}

export interface CaseOfWallet extends WalletCase {
  /** Oldest first. */
  readonly decisions: readonly Pick<WalletDecision, 'decision' | 'why' | 'decidedAt'>[];
  /** As `readWalletRuns` has them. */
  readonly crawls: readonly CrawledWallet[];
}

/** Who a wallet is said to be, in short. */
export interface Said {
  /** The tag of most confidence, of equal ones the first by category, publisher and label; `null` where there is none. */
  readonly tag: StoredTag | null;
  /** How many tags there are of it, and whether they contradict each other. */
  readonly tags: number;
  readonly contradicted: boolean;
}

/** A wallet at the other end of transfers. */
export interface KnownCounterparty extends Counterparty, Said {
  /** By a report of some case a victim paid to it; or it is a victim's own. */
  readonly paidTo: boolean;
  readonly victims: boolean;
}

/** Transfers in one direction, poison and transfers to itself left out. */
export interface DirectionFacts {
  readonly transfers: number;
  /** Milliseconds since 1970; `null` where there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** How many there are in each hour of the day, UTC. */
  readonly hours: readonly number[];
  /** Largest by amount first. */
  readonly counterparties: readonly KnownCounterparty[];
  readonly counterpartyCount: number;
}

/** What is stored of a wallet in one asset. */
export interface AssetFacts {
  readonly asset: StoredAsset;
  readonly balance: ToldBalance | null;
  /** Base units, of all transfers, poison among them, so that they can be set beside the balance. */
  readonly received: bigint;
  readonly sent: bigint;
  readonly poison: number;
  readonly toItself: number;
  /** Transfers that only files list. */
  readonly fromFiles: number;
  readonly in: DirectionFacts;
  readonly out: DirectionFacts;
}

export interface NativeFacts {
  /** `null` where nobody has asked who paid its fees. */
  readonly coverage: NativeCoverage | null;
  /** Its first receipts, oldest first, with who they came from. */
  readonly receipts: readonly (NativeReceipt & Said)[];
  /** How many wallets have something of it among their first receipts. */
  readonly funded: number;
}

export interface WalletFacts {
  readonly wallet: Wallet;
  /** False where no tag, case, crawl, event or transfer has it. */
  readonly known: boolean;
  /** Some case's reports call it a victim's own: then nothing is inferred of it. */
  readonly victims: boolean;
  readonly tags: readonly TagHistory[];
  readonly cases: readonly CaseOfWallet[];
  /** By asset; those are left out in which nothing is stored. */
  readonly assets: readonly AssetFacts[];
  readonly freezes: readonly WalletFreeze[];
  /** `null` for a victim's own wallet: who pays their fees is nobody's business. */
  readonly native: NativeFacts | null;
  /** By case; `null` where it was not asked for, or nothing is to be inferred. */
  readonly inferences: readonly CaseInference[] | null;
}

export interface FactsRequest {
  /** The most counterparties in each direction. */
  readonly most: number;
  /** Whether to infer, which takes all transfers of each crawl that has the wallet. */
  readonly infer: boolean;
  readonly onProgress: (progress: InferenceProgress) => void;
}

/** What waits in the issuer's multisig is not among it: that never leaves a case. */
export async function readWalletFacts(pool: Pool, wallet: Wallet, request: FactsRequest): Promise<WalletFacts> {
  const tags = await tagsOf(pool, wallet);
  const id = await knownWallet(pool, wallet);
  if (id === undefined) {
    const none = { victims: false, cases: [], assets: [], freezes: [], native: null };
    return { wallet, known: tags.length > 0, tags, ...none, inferences: request.infer ? [] : null };
  }
  const cases = await readCasesOf(pool, id);
  const victims = cases.some(isVictims);
  const assets = await readAssetFacts(pool, wallet, id, request.most);
  const freezes = await freezesOf(pool, [wallet]);
  const native = await readNative(pool, id);
  const hasNative = native.coverage !== null || native.funded > 0;
  return {
    ...{ wallet, victims, tags, cases, assets, freezes },
    known: [tags, cases, assets, freezes].some(({ length }) => length > 0) || hasNative,
    native: victims ? null : native,
    inferences:
      victims || !request.infer
        ? null
        : await inferOf(pool, wallet, await inferringRuns(pool, id, cases), request.onProgress),
  };
}

/** A wallet that one report was paid to and another of the same case calls its own is a payee, as `readSeeds` has it. */
function isVictims({ own, paidTo, paymentsTo }: WalletCase): boolean {
  return own.length > 0 && paidTo.length === 0 && paymentsTo === 0;
}

async function readCasesOf(pool: Pool, walletId: number): Promise<CaseOfWallet[]> {
  const cases = await readWalletCases(pool, walletId);
  const decisions = await decisionsOf(pool, walletId);
  const crawls: CrawledWallet[] = [];
  for (const run of await readWalletRuns(pool, walletId)) {
    crawls.push({ ...run, coverage: await readWalletCoverage(pool, run.id, walletId) });
  }
  return cases.map((each) => ({
    ...each,
    decisions: decisions.filter(({ caseId }) => caseId === each.id),
    crawls: crawls.filter(({ caseId }) => caseId === each.id),
  }));
}

async function readAssetFacts(pool: Pool, wallet: Wallet, walletId: number, most: number): Promise<AssetFacts[]> {
  const marking = await markingRuns(pool);
  const sums = await sumTransfers(pool, walletId, marking);
  const balances = await newestBalances(pool, walletId);
  const found: Readonly<Record<Direction, readonly KnownCounterparty[]>> = {
    in: await named(pool, await readCounterpartiesOf(pool, walletId, 'in', { marking, most })),
    out: await named(pool, await readCounterpartiesOf(pool, walletId, 'out', { marking, most })),
  };
  const assets = (await readAssets(pool)).filter(({ chain }) => chain === wallet.chain);
  return assets.flatMap((asset): AssetFacts[] => {
    const own = sums.filter(({ assetId }) => assetId === asset.id);
    const balance = balances.find(({ assetId }) => assetId === asset.id) ?? null;
    if (own.length === 0 && balance === null) return [];
    const at = (direction: Direction) => own.filter((sum) => sum.direction === direction);
    const facts = (direction: Direction) =>
      directionFacts(
        at(direction).filter(({ poison }) => !poison),
        found[direction].filter(({ assetId }) => assetId === asset.id),
      );
    return [
      {
        ...{ asset, balance },
        received: amountOf(at('in')),
        sent: amountOf(at('out')),
        poison: countOf(own.filter(({ poison, direction }) => poison && direction !== 'self')),
        toItself: countOf(own.filter(({ direction }) => direction === 'self')),
        fromFiles: own.reduce((all, { fromFiles }) => all + fromFiles, 0),
        ...{ in: facts('in'), out: facts('out') },
      },
    ];
  });
}

function directionFacts(sums: readonly TransferSum[], counterparties: readonly KnownCounterparty[]): DirectionFacts {
  const hours = Array.from({ length: 24 }, (_, hour) => countOf(sums.filter((sum) => sum.hour === hour)));
  return {
    transfers: countOf(sums),
    first: sums.length === 0 ? null : Math.min(...sums.map(({ first }) => first)),
    last: sums.length === 0 ? null : Math.max(...sums.map(({ last }) => last)),
    ...{ hours, counterparties },
    counterpartyCount: counterparties[0]?.of ?? 0,
  };
}

function countOf(sums: readonly TransferSum[]): number {
  return sums.reduce((all, { transfers }) => all + transfers, 0);
}

function amountOf(sums: readonly TransferSum[]): bigint {
  return sums.reduce((all, { value }) => all + value, 0n);
}

/** With what publishers and reports say of them. */
async function named(pool: Pool, counterparties: readonly Counterparty[]): Promise<KnownCounterparty[]> {
  const said = await saidOf(pool, counterparties);
  const ids = [...new Set(counterparties.map(({ walletId }) => walletId))];
  const reported = new Map((await readReported(pool, ids)).map((each) => [each.walletId, each]));
  return counterparties.map((each) => {
    const { paidTo = false, victims = false } = reported.get(each.walletId) ?? {};
    return { ...each, ...said(each), paidTo, victims };
  });
}

/** What the newest tags say of wallets. */
async function saidOf(pool: Pool, wallets: readonly Wallet[]): Promise<(wallet: Wallet) => Said> {
  const tags = new Map<string, StoredTag[]>();
  for (const tag of await readTags(pool, wallets, await newestImport(pool))) {
    tags.set(walletKey(tag), [...(tags.get(walletKey(tag)) ?? []), tag]);
  }
  return (wallet) => {
    const own = tags.get(walletKey(wallet)) ?? [];
    const most = Math.max(...own.map(({ confidence }) => confidence.level));
    return {
      tag: own.find(({ confidence }) => confidence.level === most) ?? null,
      tags: own.length,
      contradicted: contradicting(own.map(({ category }) => category)).length > 0,
    };
  };
}

async function readNative(pool: Pool, walletId: number): Promise<NativeFacts> {
  const coverage = (await readNativeCoverage(pool, walletId)) ?? null;
  const receipts = coverage === null ? [] : await readNativeReceipts(pool, [walletId]);
  const said = await saidOf(
    pool,
    receipts.map(({ chain, from }) => ({ chain, address: from })),
  );
  return {
    coverage,
    receipts: receipts.map((each) => ({ ...each, ...said({ chain: each.chain, address: each.from }) })),
    funded: await countFunded(pool, walletId),
  };
}

/** The newest finished crawls that met it, or that read a wallet whose first fees it paid. */
async function inferringRuns(pool: Pool, walletId: number, cases: readonly CaseOfWallet[]): Promise<InferringRun[]> {
  const met = cases.flatMap(({ name, finished, reached, crawls }): InferringRun[] => {
    if (finished === null) return [];
    return reached !== null || crawls.some(({ id }) => id === finished.id) ? [{ ...finished, case: name }] : [];
  });
  const known = new Set(met.map(({ id }) => id));
  return [...met, ...(await runsFundedBy(pool, walletId)).filter(({ id }) => !known.has(id))];
}
