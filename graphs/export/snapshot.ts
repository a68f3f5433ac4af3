/**
 * What is exported, and nothing else: the types have no place for report references, notes or victims' names.
 *
 * Nothing depends on when or where it is written.
 */
import type { Address, ChainId, TransactionHash, Wallet } from '../../src/chains/chain.ts';
import { formatAmount } from '../../src/money.ts';
import type { TransferGraph } from '../build.ts';
import { POISON_RULES, type PoisonRule } from '../poisoning.ts';
import type { WalletState } from '../rows.ts';

const COVERAGE = ['expanded', 'stopped', 'pending', 'failed'] as const satisfies readonly WalletState[];

export interface ExportHeader {
  /** Name of the case. */
  readonly case: string;
  readonly graphHash: string;
  readonly runHash: string | null;
  /** The finalised head of each chain up to which the case was crawled; times in milliseconds since 1970. */
  readonly heads: readonly { readonly chain: ChainId; readonly block: number; readonly timestamp: number }[];
  /** Decimals of each asset in the graph. */
  readonly decimals: Readonly<Record<string, number>>;
  /** What wrote the file: `downstream <version>`. */
  readonly generator: string;
  /** How far the crawl came, in wallets of the case. */
  readonly coverage: Readonly<Record<(typeof COVERAGE)[number], number>>;
  /** How many wallets of the case are proven to have no other transfers than are stored, and how many are not. */
  readonly proofs: Readonly<Record<Proof, number>>;
  /** What is stored of the case; the graph has fewer, since it leaves out transfers that move nothing. */
  readonly stored: { readonly wallets: number; readonly transfers: number };
  /** Transfers that the graph leaves out as poison, by their rule. */
  readonly poison: Readonly<Record<PoisonRule, number>>;
  /** Edges of less than 0.01 USDT in all that are left out of a picture. */
  readonly hidden: number;
}

/** A transfer that is poison, and by which rule. */
export interface PoisonTransfer {
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: TransactionHash;
  readonly from: Address;
  readonly to: Address;
  /** Base units. */
  readonly value: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly rule: PoisonRule;
}

export type Proof = 'proven' | 'unproven' | 'not-tried';

const PROOFS = ['proven', 'unproven', 'not-tried'] as const satisfies readonly Proof[];

/** How far a wallet of the case was seen. */
export interface SeenWallet extends Wallet {
  readonly state: WalletState;
  /** Why it is not read to the end; `null` where it is. */
  readonly reason: string | null;
  /** Ends of the stretch whose every transfer is stored, milliseconds since 1970; `null` where they are not known. */
  readonly from: number | null;
  readonly to: number | null;
  /** Transfers that its own history lists up to the head. */
  readonly rows: number;
  readonly proof: Proof;
  /** How many base units more it held than its transfers add up to; `null` where that is not known. */
  readonly difference: bigint | null;
  readonly hop: number;
  readonly asset: string;
  /** Who listed its history; `null` where nobody did. */
  readonly provider: string | null;
  /** Requests for pages of its history. */
  readonly requests: number;
}

/** Whether the issuer has frozen a wallet, as far as that is known. */
export interface FreezeStatus extends Wallet {
  readonly frozen: boolean;
  /** Milliseconds since 1970; `null` where it is not frozen, or nobody can tell since when. */
  readonly since: number | null;
}

/** Clusters as an analysis found them, with what is told of wallets beside. */
export interface ExportClusters {
  readonly seed: number;
  readonly repeats: number;
  /** By which victims' money was followed. */
  readonly rule: string;
  /** Wallets that belong to no cluster. */
  readonly unclustered: number;
  readonly clusters: readonly {
    readonly id: number;
    readonly size: number;
    /** Whether it is likely one network's. */
    readonly likely: boolean;
    readonly transfers: number;
    /** Base units by asset. */
    readonly total: Readonly<Record<string, bigint>>;
    readonly wallets: readonly Wallet[];
  }[];
  /** By the wallets' keys: the score of a wallet to examine, and what wallets do. */
  readonly scores: ReadonlyMap<string, number>;
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

export interface ExportSnapshot {
  readonly header: ExportHeader;
  readonly graph: TransferGraph;
  /** Of all wallets of the case, in the order in which they are listed. */
  readonly coverage: readonly SeenWallet[];
  /** In the order of time; pictures have no place for it. */
  readonly poison: readonly PoisonTransfer[];
  /** Of those wallets of which it is known; one that is about to be frozen stands nowhere. */
  readonly freezes: readonly FreezeStatus[];
  /** `null` where no clusters were looked for. */
  readonly clusters: ExportClusters | null;
}

/** The header as names and values, for formats that hold no structure; what is `null` is left out. */
export function headerFields({ header, clusters }: ExportSnapshot): [name: string, value: string][] {
  const { coverage, proofs, stored, poison, hidden } = header;
  const heads = header.heads.map(({ chain, block, timestamp }) => `${chain} ${block} ${iso(timestamp)}`);
  const decimals = Object.entries(header.decimals).map(([asset, digits]) => `${asset} ${digits}`);
  const fields: Readonly<Record<string, string | null>> = {
    case: header.case,
    generator: header.generator,
    graphHash: header.graphHash,
    runHash: header.runHash,
    heads: heads.join(', '),
    decimals: decimals.sort().join(', '),
    coverage: COVERAGE.map((state) => `${state} ${coverage[state]}`).join(', '),
    proofs: PROOFS.map((proof) => `${proof} ${proofs[proof]}`).join(', '),
    stored: `wallets ${stored.wallets}, transfers ${stored.transfers}`,
    poison: POISON_RULES.map((rule) => `${rule} ${poison[rule]}`).join(', '),
    hidden: hidden === 0 ? null : `edges of less than 0.01 USDT ${hidden}`,
    clusters: clusters && clustersField(clusters),
  };
  return Object.entries(fields).filter((field): field is [string, string] => field[1] !== null);
}

function clustersField({ clusters, unclustered, seed, repeats, rule }: ExportClusters): string {
  const likely = clusters.filter((cluster) => cluster.likely).length;
  const found = `${clusters.length} by Leiden, ${likely} of them likely, seed ${seed}, repeats ${repeats}, money by ${rule}`;
  return `${found}, ${unclustered} wallets in none`;
}

/**
 * Base units as a decimal in whole units of the asset.
 *
 * @throws Error when the header has no decimals for the asset
 */
export function assetAmount(header: ExportHeader, asset: string, units: bigint): string {
  const decimals = header.decimals[asset];
  if (decimals === undefined) throw new Error(`The export's header has no decimals for ${asset}.`);
  return formatAmount(units, decimals);
}

/** Milliseconds since 1970 as ISO 8601 in UTC. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
