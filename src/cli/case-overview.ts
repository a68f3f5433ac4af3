/** What `case show` tells of a case, read from the store and computed nowhere else. */
import { buildGraphFromEdges } from '../../graphs/build.ts';
import type { PoisonRule } from '../../graphs/poisoning.ts';
import type { Rule } from '../../graphs/trace/types.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import { readGraphWallets } from '../../workers/analyse.ts';
import { type Collisions, readCollisions } from '../../workers/collisions.ts';
import type { Address, ChainId } from '../chains/chain.ts';
import { newestAnalysis } from '../store/analyses.ts';
import { differenceOf, readBalances, type StoredBalance } from '../store/balances.ts';
import { countStored, readEdges, type StoredCounts } from '../store/case-graph.ts';
import { type Case, readReports } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { readDeclarations } from '../store/declarations.ts';
import { readDisclosures } from '../store/disclosures.ts';
import { type RuleMoney, readFollowedMoney, readStopReasons, type StopReason } from '../store/followed-money.ts';
import { type FreezeKnowledge, readFreezeKnowledge, readFreezes, type WalletFreeze } from '../store/freezes.ts';
import { countCaseWallets, readCaseWallets, type WalletCounts } from '../store/frontier.ts';
import { type History, readHistory } from '../store/gains.ts';
import { countUnconfirmed, type ImportedFile, listFiles } from '../store/imports.ts';
import { type IssuerKnowledge, readIssuerKnowledge } from '../store/issuer-events.ts';
import { countPayments } from '../store/payments.ts';
import { countPoison } from '../store/poisoning.ts';
import { readAssets, type StoredAsset } from '../store/reference.ts';
import { type Fault, readFaults } from '../store/requests.ts';
import { type CrawlPolicy, countNewSeeds, isCaseLocked, lastRun, type PinnedHead, readHeads } from '../store/runs.ts';
import { readSchedule, type Schedule } from '../store/schedules.ts';
import { newestImport } from '../store/tags.ts';
import { resultOf } from './analysis.ts';
import { type Told, toldOf } from './told-text.ts';

/** As many crawls, and as many times of its schedule without one, are told. */
const CRAWLS = 5;

export interface CaseOverview {
  readonly case: string;
  readonly id: number;
  readonly createdAt: Date;
  readonly asset: StoredAsset;
  readonly reports: { readonly total: number; readonly paidTo: number; readonly own: number };
  /** What the reports tell of compounds. */
  readonly told: Told;
  readonly payments: { readonly confirmed: number; readonly total: bigint };
  /** Withdrawals that services disclosed. */
  readonly disclosures: number;
  /** Rules that were chosen for the case, all of them, the first first. */
  readonly rules: readonly { readonly rule: Rule; readonly by: string; readonly why: string; readonly at: Date }[];
  readonly schedule: Schedule | null;
  readonly history: History;
  readonly run: {
    readonly id: number;
    readonly number: number;
    /** `interrupted`: it was never ended, and no process is at it. */
    readonly state: 'running' | 'interrupted' | 'stopped' | 'finished';
    readonly policy: CrawlPolicy;
    readonly offline: boolean;
    /** Reported wallets, and confirmed payees, that it does not start from: they came later. */
    readonly newSeeds: number;
    /** Tags have come or gone since it began. */
    readonly newTags: boolean;
    readonly stop: { readonly code: string; readonly reason: string } | null;
    readonly heads: readonly (PinnedHead & { readonly chain: ChainId })[];
    readonly wallets: WalletCounts;
    readonly requests: number;
    readonly faults: readonly Fault[];
    readonly graphHash: string | null;
  } | null;
  /** Files that the case was given, and how many transfers in them the chain's histories do not have. */
  readonly files: readonly ImportedFile[];
  readonly unconfirmed: number;
  readonly stored: StoredCounts;
  /** Transfers that the graph leaves out as poison, by their rule. */
  readonly poison: Readonly<Record<PoisonRule, number>>;
  readonly graph: { readonly wallets: number; readonly edges: number };
  /** Of reported wallets. */
  readonly balances: readonly StoredBalance[];
  /** How many of the expanded wallets are proven, see `downstream coverage`. */
  readonly proofs: { readonly proven: number; readonly unproven: number; readonly notTried: number };
  /** For each chain of the run, whether it is known what the issuer destroyed and redeemed at its wallets. */
  readonly issuerEvents: readonly IssuerKnowledge[];
  /** Wallets of the case that the issuer has frozen, or had, by chain and address. */
  readonly frozen: readonly WalletFreeze[];
  /** For each chain of the run, whether its freezes are known. */
  readonly freezes: readonly FreezeKnowledge[];
  /** What became of the followed money by each rule, and at which wallets the run stopped. */
  readonly followed: readonly RuleMoney[];
  readonly notFollowed: readonly StopReason[];
  /** Where its money meets that of other cases. */
  readonly collisions: Collisions;
  readonly failed: readonly { readonly chain: ChainId; readonly address: Address; readonly reason: string | null }[];
  readonly clusters: { readonly count: number; readonly likely: number; readonly runHash: string } | null;
}

export async function readOverview(pool: Pool, found: Case): Promise<CaseOverview> {
  const assets = await readAssets(pool);
  const [asset] = assets;
  if (asset === undefined) throw new Error('The database knows no asset');
  const reports = await readReports(pool, found.id);
  const wallets = (role: string) =>
    new Set(reports.filter((each) => each.role === role).map((each) => each.wallet)).size;
  const { payments, total } = await countPayments(
    pool,
    found.id,
    assets.filter(({ symbol }) => symbol === asset.symbol).map(({ id }) => id),
  );
  const base = {
    case: found.name,
    id: found.id,
    createdAt: found.createdAt,
    asset,
    reports: { total: reports.length, paidTo: wallets('paid-to'), own: wallets('own') },
    told: toldOf(reports),
    payments: { confirmed: payments, total },
    files: await listFiles(pool, found.id),
    schedule: (await readSchedule(pool, found.id)) ?? null,
    history: await readHistory(pool, found.id, CRAWLS),
    disclosures: (await readDisclosures(pool, found.id)).length,
    rules: (await readDeclarations(pool, found.id)).map(({ rule, declaredBy, why, declaredAt }) => ({
      ...{ rule, by: declaredBy, why, at: declaredAt },
    })),
  };
  const run = await lastRun(pool, found.id);
  if (run === undefined) {
    return {
      ...base,
      run: null,
      unconfirmed: 0,
      stored: { transfers: 0, wallets: 0 },
      poison: { 'zero-value': 0, 'look-alike': 0, 'signed-by-another': 0 },
      graph: { wallets: 0, edges: 0 },
      balances: [],
      proofs: { proven: 0, unproven: 0, notTried: 0 },
      issuerEvents: [],
      frozen: [],
      freezes: [],
      followed: [],
      notFollowed: [],
      collisions: { collisions: [], notCompared: [] },
      failed: [],
      clusters: null,
    };
  }
  const graph = buildGraphFromEdges({
    wallets: await readGraphWallets(pool, run.id),
    edges: await readEdges(pool, run.id),
  });
  const balances = await readBalances(pool, run.id);
  const asked = run.offline ? [] : balances;
  const counts = await countCaseWallets(pool, run.id);
  const proven = asked.filter((each) => differenceOf(each) === 0n).length;
  const seeds = new Set(
    (await readCaseWallets(pool, run.id)).flatMap((each) => (each.hop === 0 ? [walletKey(each)] : [])),
  );
  const analysis = run.graphHash === null ? undefined : await newestAnalysis(pool, run.id, run.graphHash);
  return {
    ...base,
    run: {
      id: run.id,
      number: run.number,
      state: run.state === 'running' && !(await isCaseLocked(pool, found.id)) ? 'interrupted' : run.state,
      policy: run.policy,
      offline: run.offline,
      newSeeds: await countNewSeeds(pool, run),
      newTags: (await newestImport(pool)) > run.tagsAsOf,
      stop: run.stopCode === null ? null : { code: run.stopCode, reason: run.stopReason ?? '' },
      heads: [...(await readHeads(pool, run.id))].map(([chain, head]) => ({ chain, ...head })),
      wallets: counts,
      requests: run.requests,
      faults: await readFaults(pool, run.id),
      graphHash: run.graphHash,
    },
    unconfirmed: await countUnconfirmed(pool, run.id),
    stored: await countStored(pool, run.id),
    poison: await countPoison(pool, run.id),
    graph: { wallets: graph.order, edges: graph.size },
    balances: balances.filter((each) => seeds.has(walletKey(each))),
    proofs: {
      ...{ proven, unproven: asked.length - proven },
      notTried: Math.max(0, counts.expanded - asked.length),
    },
    issuerEvents: await readIssuerKnowledge(pool, run.id),
    frozen: (await readFreezes(pool, run.id)).filter(
      (each) => graph.hasNode(walletKey(each)) && (each.frozen === true || each.events.length > 0),
    ),
    freezes: await readFreezeKnowledge(pool, run.id),
    followed: await readFollowedMoney(pool, run.id),
    notFollowed: await readStopReasons(pool, run.id),
    collisions: await readCollisions(pool, found.id),
    failed: await readCaseWallets(pool, run.id, ['failed']),
    clusters:
      analysis === undefined
        ? null
        : {
            count: analysis.clusters.length,
            likely: resultOf(analysis).clusters.filter(({ likely }) => likely).length,
            runHash: analysis.runHash,
          },
  };
}
