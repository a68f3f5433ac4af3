/** Findings as plain JSON: amounts as decimal strings, times in ISO 8601. It is what is printed, stored and hashed. */
import type { ChainId, Wallet } from '../../src/chains/chain.ts';
import { formatAmount } from '../../src/money.ts';
import type { ClusterCard, Exit, ExitKind, Passage } from '../cards/types.ts';
import type { Communities } from '../communities/types.ts';
import { walletOfFinding } from '../roles/finding.ts';
import type { RoleFinding, RoleName } from '../roles/types.ts';
import type { FeatureName, Suspect } from '../suspects/types.ts';
import type { SourceKind } from '../trace/types.ts';
import { walletKey } from '../wallet-key.ts';
import { type CaseView, walletOf } from './view.ts';

/** A transfer that a finding rests on. */
export interface TransferJson {
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: string;
  readonly from: string;
  readonly to: string;
  readonly value: string;
  readonly at: string;
}

export interface RoleJson {
  readonly role: RoleName;
  readonly chain: ChainId;
  readonly address: string;
  readonly strength: number;
  readonly reason: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly transfers: readonly TransferJson[];
  /** How many there are in all. */
  readonly transferCount: number;
  /** Transactions that paid fees. */
  readonly native: readonly string[];
}

export interface SuspectJson {
  readonly chain: ChainId;
  readonly address: string;
  /** From 0 to 100. */
  readonly score: number;
  readonly likely: boolean;
  readonly reported: boolean;
  readonly role: RoleName | null;
  /** Number of its cluster; `null` where it is in none. */
  readonly cluster: number | null;
  /** Followed money that came to it. */
  readonly traced: string;
  readonly hop: number | null;
  /** What adds up to the score. */
  readonly points: Readonly<Record<string, number>>;
  /** Those with most points first. */
  readonly reasons: readonly ReasonJson[];
}

interface ReasonJson {
  readonly feature: FeatureName;
  readonly points: number;
  readonly text: string;
  readonly transfers: readonly TransferJson[];
  /** How many there are in all. */
  readonly transferCount: number;
  /** Transactions that paid fees. */
  readonly native: readonly string[];
}

interface PassageJson {
  readonly chain: ChainId;
  readonly address: string;
  readonly amount: string;
  readonly transfers: readonly TransferJson[];
  readonly transferCount: number;
}

export interface ExitJson {
  readonly kind: ExitKind;
  /** Name of the service; `null` where nobody names one. */
  readonly service: string | null;
  readonly amount: string;
  readonly wallets: readonly PassageJson[];
}

export interface ClusterJson {
  /** From 1, largest first. */
  readonly id: number;
  readonly size: number;
  /** In how many of the repeats it held, in percent; `null` without repeats. */
  readonly stability: number | null;
  readonly likely: boolean;
  readonly money: {
    readonly came: string;
    readonly left: string;
    readonly rests: string;
    readonly by: Readonly<Record<SourceKind, string>>;
  };
  readonly transfers: number;
  /** What moved between its wallets. */
  readonly total: string;
  /** Numbers of the reports whose money came in, and of how many victims they are. */
  readonly reports: readonly number[];
  readonly victims: number;
  /** Numbers of all reports that name its wallets as paid, also of those whose payments nobody has confirmed. */
  readonly naming: readonly number[];
  readonly first: string;
  readonly last: string;
  /** Payouts by hour of the day, UTC. */
  readonly hours: readonly number[];
  readonly roles: readonly { readonly role: RoleName; readonly wallets: number }[];
  readonly entries: readonly PassageJson[];
  readonly exits: readonly ExitJson[];
  readonly resting: readonly {
    readonly chain: ChainId;
    readonly address: string;
    readonly amount: string;
    /** Whether its history was read: of others nobody knows whether the money is still there. */
    readonly read: boolean;
  }[];
  readonly wallets: readonly {
    readonly chain: ChainId;
    readonly address: string;
    readonly reported: boolean;
    /** Whether its history was read: of others nobody knows whether they are not a service's. */
    readonly read: boolean;
    /** In how many of the repeats it was with this cluster, in percent; `null` without repeats. */
    readonly membership: number | null;
    readonly roles: readonly RoleName[];
  }[];
}

export interface FindingsToTell {
  readonly view: CaseView;
  readonly communities: Communities;
  readonly cards: readonly ClusterCard[];
  readonly roles: readonly RoleFinding[];
  readonly suspects: readonly Suspect[];
  /** 1 for each cluster that is likely one network's. */
  readonly likely: Uint8Array;
  readonly decimals: number;
  /** Of each source: the reports that name it, and whose they are. */
  readonly named: readonly { readonly reports: readonly number[]; readonly victims: readonly string[] }[];
  /** The reports that name each wallet as paid, by `walletKey`. */
  readonly naming: ReadonlyMap<string, readonly number[]>;
}

/**
 * So many findings name their transfers, the best and the first: what a case of 100,000 wallets comes to has to fit into one value of
 * the store. Others say how many there are, and their sentence says of what.
 */
const WITH_TRANSFERS = 5_000;

export function clustersJson(told: FindingsToTell): ClusterJson[] {
  const { view, communities, cards, roles, likely, named, naming } = told;
  const rolesOf = new Map<number, RoleName[]>();
  for (const { account, role } of roles) rolesOf.set(account, [...(rolesOf.get(account) ?? []), role]);
  const money = moneyOf(told);
  const held = (share: number | undefined) => (communities.repeats === 0 ? null : Math.round(share ?? 0));
  return cards.map((card): ClusterJson => {
    const { cluster, accounts, sources, hours, roles: counts, first, last, inside } = card;
    const reports = new Set(sources.flatMap((source) => named[source]?.reports ?? []));
    const victims = new Set(sources.flatMap((source) => named[source]?.victims ?? []));
    const names = new Set(accounts.flatMap((account) => naming.get(walletKey(walletOf(view, account))) ?? []));
    return {
      ...{ id: cluster + 1, size: accounts.length, stability: held(communities.stability[cluster]) },
      likely: likely[cluster] === 1,
      money: {
        ...{ came: money(card.money.came), left: money(card.money.left), rests: money(card.money.rests) },
        by: mapped(card.money.by, money),
      },
      ...{ transfers: inside.transfers, total: money(inside.total) },
      ...{ reports: inOrder(reports), victims: victims.size, naming: inOrder(names) },
      ...{ first: iso(first), last: iso(last), hours, roles: counts },
      entries: card.entries.map((entry) => passageJson(told, entry)),
      exits: exitsJson(told, card.exits),
      resting: card.resting.map(({ account, amount }) => ({
        ...{ ...walletOf(view, account), amount: money(amount), read: view.complete[account] === 1 },
      })),
      wallets: accounts.map((account) => ({
        ...{ ...walletOf(view, account), reported: view.reported[account] === 1 },
        read: view.complete[account] === 1,
        ...{ membership: held(communities.membership[account]), roles: rolesOf.get(account) ?? [] },
      })),
    };
  });
}

/** Wallets of one service together, whatever they are; others by what they are. Most first. */
function exitsJson(told: FindingsToTell, exits: readonly Exit[]): ExitJson[] {
  const groups = new Map<string, Exit[]>();
  for (const exit of exits) {
    // Money in a customer's account at a named service is at that service.
    const key = exit.service === null ? exit.kind : `service ${exit.service}`;
    groups.set(key, [...(groups.get(key) ?? []), exit]);
  }
  const sum = (group: readonly Exit[]) => group.reduce((all, { amount }) => all + amount, 0n);
  return [...groups.values()]
    .map((group) => ({ group, amount: sum(group) }))
    .sort((a, b) => (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1))
    .map(({ group, amount }) => ({
      kind: group[0]?.kind ?? 'wallet',
      service: group[0]?.service ?? null,
      amount: moneyOf(told)(amount),
      wallets: group.map((exit) => passageJson(told, exit)),
    }));
}

export function suspectsJson(told: FindingsToTell): SuspectJson[] {
  const { view, communities, suspects } = told;
  return suspects.map(
    ({ account, score, likely, reported, role, traced, hop, points, reasons }, place): SuspectJson => {
      const cluster = communities.cluster[account] ?? -1;
      return {
        ...{ ...walletOf(view, account), score, likely, reported, role, cluster: cluster < 0 ? null : cluster + 1 },
        ...{ traced: moneyOf(told)(traced), hop: hop < 0 ? null : hop, points },
        reasons: reasons.map(({ feature, points: worth, text, rows, rowCount, native }) => ({
          ...{ feature, points: worth, text },
          ...{ transfers: place < WITH_TRANSFERS ? transfersJson(told, rows) : [], transferCount: rowCount, native },
        })),
      };
    },
  );
}

export function rolesJson(told: FindingsToTell): RoleJson[] {
  return told.roles.map((finding, place) => {
    const { role, strength, reason, figures, rows, rowCount, native } = finding;
    return {
      ...{ role, ...walletOfFinding(told.view, finding), strength, reason, figures },
      ...{ transfers: place < WITH_TRANSFERS ? transfersJson(told, rows) : [], transferCount: rowCount, native },
    };
  });
}

function passageJson(told: FindingsToTell, { account, amount, rows, rowCount }: Passage): PassageJson {
  const wallet: Wallet = walletOf(told.view, account);
  return { ...wallet, amount: moneyOf(told)(amount), transfers: transfersJson(told, rows), transferCount: rowCount };
}

function transfersJson(told: FindingsToTell, rows: readonly number[]): TransferJson[] {
  return rows.map((row) => {
    const { chain, asset, transaction, from, to, value, timestamp } = told.view.table.transfer(row);
    return { chain, asset, transaction, from, to, value: moneyOf(told)(value), at: iso(timestamp) };
  });
}

function moneyOf({ decimals }: Pick<FindingsToTell, 'decimals'>): (amount: bigint) => string {
  return (amount) => formatAmount(amount, decimals);
}

function mapped<Key extends string>(
  amounts: Readonly<Record<Key, bigint>>,
  money: (amount: bigint) => string,
): Record<Key, string> {
  return Object.fromEntries(Object.entries<bigint>(amounts).map(([key, amount]) => [key, money(amount)])) as Record<
    Key,
    string
  >;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function inOrder(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
