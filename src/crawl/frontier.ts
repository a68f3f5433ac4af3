/**
 * What to crawl next and when to stop: the wallets that most of the sources' money reached. Pure: the same chain data and the
 * same policy choose the same wallets.
 */
import type { Address, ChainId } from '../chains/chain.ts';

export interface FrontierPolicy {
  /** How many transfers the money is followed from where it was paid. */
  readonly maxHops: number;
  /** The most wallets whose history is read; `null` for no limit. */
  readonly maxWallets: number | null;
  /** The most pages that are planned; `null` for no limit. */
  readonly maxRequests: number | null;
  /** What share of the sources has to reach a wallet, in percent, as a decimal: `0.1`. */
  readonly minShare: string;
}

/** A wallet that followed money reached and whose history is not read, or not to its end. */
export interface Candidate {
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  /** Fewest transfers by which the money can have come. */
  readonly hop: number;
  /** The most that any rule brought, in base units, and which rule did. */
  readonly amount: bigint;
  readonly rule: string;
  /** What a person decided. */
  readonly decision: 'expand' | 'stop' | null;
  /** Pages that were planned for it, where it was begun and had more; 0 for others. */
  readonly planned: number;
}

/** Why a wallet is not expanded that the money reached. */
export const STOP_KINDS = [
  'tagged',
  'behaviour',
  'returned',
  'below-share',
  'max-hops',
  'max-wallets',
  'max-requests',
  'max-transfers',
  'person',
] as const;
export type StopKind = (typeof STOP_KINDS)[number];

export type Choice =
  | {
      readonly candidate: Candidate;
      readonly take: true;
      /** Pages that it may be read up to, all that were planned for it before among them; `null` for no limit. */
      readonly pages: number | null;
    }
  | { readonly candidate: Candidate; readonly take: false; readonly kind: StopKind; readonly reason: string };

/** What earlier waves have used up. */
export interface Used {
  /** Wallets whose history is read, begun ones among them. */
  readonly wallets: number;
  /** Pages that were planned. */
  readonly pages: number;
}

/** Where reading is limited, a wave has the wallets that at least so much less money reached than the first. */
const TIER = 4n;

/**
 * Decides on the candidates: which are read next, and why the others are not. Most money first, then by chain and address.
 *
 * A wallet that was begun goes on with as many pages as it had, so that one long history does not use up what is planned
 * before others had their turn. Where wallets or pages are limited, those that far less money reached than the first wait for a
 * later wave: what is read now may lead to wallets with a better claim.
 *
 * @param sources what is followed in all, in base units
 */
export function chooseWave(
  candidates: readonly Candidate[],
  sources: bigint,
  used: Used,
  policy: FrontierPolicy,
): Choice[] {
  const least = leastAmount(sources, policy.minShare);
  let places = (policy.maxWallets ?? Number.POSITIVE_INFINITY) - used.wallets;
  let pages = (policy.maxRequests ?? Number.POSITIVE_INFINITY) - used.pages;
  const choices = [...candidates].sort(mostMoneyFirst).map((candidate): Choice => {
    const begun = candidate.planned > 0;
    const stop = (kind: StopKind, reason: string): Choice => ({ candidate, take: false, kind, reason });
    if (candidate.decision === 'stop') return stop('person', 'a person decided to stop here');
    if (candidate.decision !== 'expand') {
      if (candidate.hop > policy.maxHops) return stop('max-hops', `beyond --max-hops ${policy.maxHops}`);
      if (candidate.amount < least) return stop('below-share', `less than --min-share ${policy.minShare} % reached it`);
    }
    if (!begun && places < 1) return stop('max-wallets', `over --max-wallets ${policy.maxWallets}`);
    if (pages < 1) return stop('max-requests', `over --max-requests ${policy.maxRequests}`);
    const planned = Math.min(pages, Math.max(1, candidate.planned));
    pages -= planned;
    if (!begun) places -= 1;
    return { candidate, take: true, pages: policy.maxRequests === null ? null : candidate.planned + planned };
  });
  if (policy.maxWallets === null && policy.maxRequests === null) return choices;
  const first = choices.find(({ take }) => take)?.candidate.amount ?? 0n;
  return choices.filter(
    ({ take, candidate }) => !take || candidate.decision !== null || candidate.amount * TIER >= first,
  );
}

const PERCENT_DIGITS = 6;

/** The least amount that is a share of the sources worth reading for; never below one base unit. */
export function leastAmount(sources: bigint, minShare: string): bigint {
  const [whole = '0', fraction = ''] = minShare.split('.');
  const parts = BigInt(whole + fraction.padEnd(PERCENT_DIGITS, '0').slice(0, PERCENT_DIGITS));
  const all = 100n * 10n ** BigInt(PERCENT_DIGITS);
  const share = (sources * parts + all - 1n) / all;
  return share > 1n ? share : 1n;
}

/** How many pages a history of so many transfers takes that is read to its end: the last one is not full. */
export function pagesOf(rows: number, perPage: number): number {
  return Math.floor(rows / perPage) + 1;
}

function mostMoneyFirst(a: Candidate, b: Candidate): number {
  if (a.amount !== b.amount) return a.amount > b.amount ? -1 : 1;
  if (a.chain !== b.chain) return a.chain < b.chain ? -1 : 1;
  return a.address < b.address ? -1 : Number(a.address > b.address);
}
