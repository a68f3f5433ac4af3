/** How often inferences are right, counted against what a simulated economy knows of its wallets. */
import { attribute } from '../../../graphs/attribution/attribute.ts';
import type { AttributionPolicy } from '../../../graphs/attribution/policy.ts';
import type { Tie } from '../../../graphs/attribution/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { SimulatedWallet } from '../../../src/simulate/types.ts';
import type { OpenEconomy, View } from './views.ts';

/** A service that deals with fewer has no behaviour to be known by. */
export const LEAST_COUNTERPARTIES = 20;

export interface Score {
  /** How many there are to find, how many were found, and how many of these are right. */
  readonly sought: number;
  readonly found: number;
  readonly right: number;
  /** Of those sought, how many were found. */
  readonly met: number;
  /** What the wrong ones are: how many of each role. */
  readonly wrong: Readonly<Record<string, number>>;
}

export interface TieScore {
  /** Pairs of wallets that are tied, each once, and those that have one owner or belong to one network. */
  readonly pairs: number;
  readonly right: number;
  /** Ties, and those all of whose pairs are right. */
  readonly ties: number;
  readonly pure: number;
  readonly wrong: Readonly<Record<string, number>>;
}

export interface Scores {
  readonly deposits: Score;
  readonly services: Score;
  readonly funders: TieScore;
  readonly sweptTogether: TieScore;
  readonly lookAlikes: Score;
  /** Wallets for which a service was named, of which there are to be none. */
  readonly named: number;
}

export function scoresOf(economy: OpenEconomy, view: View, policy: AttributionPolicy): Scores {
  const { wallets, ties } = attribute(view.input, policy);
  const ofKind = (kind: string) => wallets.filter((each) => each.kind === kind).map(walletKey);
  const isSeen = (wallet: SimulatedWallet) => view.complete.has(walletKey(wallet));
  const all = [...economy.wallets.values()];
  const services = [...new Set([...ofKind('service'), ...view.stopped])];
  return {
    deposits: score(
      economy,
      ofKind('deposit-address'),
      all.filter((wallet) => isSeen(wallet) && isSwept(economy, wallet)),
      isDeposit,
    ),
    services: score(
      economy,
      services,
      all.filter((wallet) => (isSeen(wallet) || view.stopped.has(walletKey(wallet))) && isBusy(economy, wallet)),
      (wallet) => wallet.service !== '' && !isDeposit(wallet),
    ),
    funders: scoreTies(economy, ties, 'funder'),
    sweptTogether: scoreTies(economy, ties, 'swept-together'),
    lookAlikes: score(economy, ofKind('look-alike'), [], ({ role }) => role === 'look-alike'),
    named: wallets.filter((each) => each.kind === 'deposit-address' && each.named !== null).length,
  };
}

function isDeposit({ role }: SimulatedWallet): boolean {
  return role === 'deposit';
}

/** One that was never swept has forwarded nothing. */
function isSwept({ payouts }: OpenEconomy, wallet: SimulatedWallet): boolean {
  return isDeposit(wallet) && (payouts.get(walletKey(wallet)) ?? 0) > 0;
}

function isBusy({ counterparties }: OpenEconomy, wallet: SimulatedWallet): boolean {
  return (
    wallet.service !== '' && !isDeposit(wallet) && (counterparties.get(walletKey(wallet)) ?? 0) >= LEAST_COUNTERPARTIES
  );
}

function score(
  { wallets }: OpenEconomy,
  found: readonly string[],
  sought: readonly SimulatedWallet[],
  isRight: (wallet: SimulatedWallet) => boolean,
): Score {
  const keys = new Set(found);
  const wrong: Record<string, number> = {};
  let right = 0;
  for (const key of keys) {
    const wallet = wallets.get(key);
    if (wallet !== undefined && isRight(wallet)) right += 1;
    else wrong[wallet?.role ?? '?'] = (wrong[wallet?.role ?? '?'] ?? 0) + 1;
  }
  const met = sought.filter((wallet) => keys.has(walletKey(wallet))).length;
  return { sought: sought.length, found: keys.size, right, met, wrong };
}

function scoreTies({ wallets }: OpenEconomy, ties: readonly Tie[], kind: Tie['kind']): TieScore {
  const pairs = new Set<string>();
  const wrong: Record<string, number> = {};
  const own = ties.filter((tie) => tie.kind === kind);
  let [right, pure] = [0, 0];
  for (const tie of own) {
    let faults = 0;
    for (const [one, other] of pairsOf(tie.wallets.flatMap((wallet) => wallets.get(walletKey(wallet)) ?? []))) {
      const isRight = one.owner === other.owner || (one.network !== '' && one.network === other.network);
      if (!isRight) faults += 1;
      const pair = [walletKey(one), walletKey(other)].join(' ');
      if (pairs.has(pair)) continue;
      pairs.add(pair);
      const roles = [one.role, other.role].sort().join('+');
      if (isRight) right += 1;
      else wrong[roles] = (wrong[roles] ?? 0) + 1;
    }
    if (faults === 0) pure += 1;
  }
  return { pairs: pairs.size, right, ties: own.length, pure, wrong };
}

function pairsOf(wallets: readonly SimulatedWallet[]): [SimulatedWallet, SimulatedWallet][] {
  return wallets.flatMap((one, place) =>
    wallets.slice(place + 1).map((other): [SimulatedWallet, SimulatedWallet] => [one, other]),
  );
}

/** Several economies' scores as one. */
export function sum(scores: readonly Score[]): Score {
  const add = (part: 'sought' | 'found' | 'right' | 'met') => total(scores.map((score) => score[part]));
  return { sought: add('sought'), found: add('found'), right: add('right'), met: add('met'), wrong: wrongOf(scores) };
}

export function sumTies(scores: readonly TieScore[]): TieScore {
  const add = (part: 'pairs' | 'right' | 'ties' | 'pure') => total(scores.map((score) => score[part]));
  return { pairs: add('pairs'), right: add('right'), ties: add('ties'), pure: add('pure'), wrong: wrongOf(scores) };
}

function wrongOf(scores: readonly { readonly wrong: Readonly<Record<string, number>> }[]): Record<string, number> {
  const wrong: Record<string, number> = {};
  for (const score of scores) {
    for (const [what, count] of Object.entries(score.wrong)) wrong[what] = (wrong[what] ?? 0) + count;
  }
  return wrong;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
