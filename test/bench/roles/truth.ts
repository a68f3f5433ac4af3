/** What role a simulated wallet has in truth: by what the simulation let it do, and not by what is to be seen of it. */
import { walletOf } from '../../../graphs/findings/view.ts';
import type { RoleName } from '../../../graphs/roles/types.ts';
import { WORKING_HOURS } from '../../../graphs/roles/working-hours.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { Wallet } from '../../../src/chains/chain.ts';
import { PROCESSOR } from '../../../src/simulate/actors/processor.ts';
import { isService } from '../../../src/simulate/truth.ts';
import type { Part, SimulatedWallet } from '../../../src/simulate/types.ts';
import type { SimulatedCase } from '../detection/economies.ts';

export interface Known {
  readonly wallet: SimulatedWallet;
  /** Empty where the economy does not tell. */
  readonly parts: ReadonlySet<Part>;
  /** Whether it paid followed money to a service's wallet, or to an account there, that is no victim's. What an escrow holds is passed on. */
  readonly paidServices: boolean;
  readonly payouts: number;
  /** In how many hours of the calendar, and on how many days, by UTC, it paid. */
  readonly hours: number;
  readonly days: number;
}

/** Roles without an entry are not scored. */
export const TRUTH: Partial<Record<RoleName, (known: Known) => boolean>> = {
  // Ransoms are paid to a compound's own wallets: these collect from victims too.
  collection: ({ wallet }) => wallet.role === 'collection' || wallet.role === 'compound',
  pooling: ({ wallet }) => wallet.role === 'pooling',
  'rapid-pass-through': ({ parts }) => parts.has('rapid-pass-through'),
  fragmentation: ({ parts }) => parts.has('fragmentation'),
  funnel: ({ parts }) => parts.has('funnel'),
  consolidation: ({ parts }) => parts.has('consolidation'),
  // Another generator may tell it by parts alone, as its folder is said to.
  'peel-chain': ({ wallet, parts }) => wallet.role === 'peel' || parts.has('peel-chain'),
  inducement: ({ parts }) => parts.has('inducement'),
  // An address that was never swept has forwarded nothing.
  'processor-sweep': ({ wallet: { role, service }, payouts }) =>
    service === PROCESSOR && (role === 'hot' || role === 'deposit') && payouts > 0,
  'cash-out': ({ wallet, paidServices }) => isOfNetwork(wallet) && paidServices,
  'gas-funder': ({ wallet }) => wallet.role === 'funder',
  // Whoever pays by hand in shifts: networks' pools and compounds, and brokers' desks.
  'working-hours': ({ parts }) => parts.has('working-hours'),
};

/** Of wallets with a role those in which it can be seen; all, where nothing is said. Who pays seldom has hours that nobody can see. */
export const SEEN: Partial<Record<RoleName, (known: Known) => boolean>> = {
  'working-hours': ({ hours, days }) => hours >= WORKING_HOURS.leastActive && days >= WORKING_HOURS.leastDays,
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NONE: ReadonlySet<Part> = new Set();

export function knownOf({ truth, parts, view }: SimulatedCase, wallet: Wallet): Known | null {
  const key = walletKey(wallet);
  const found = truth.get(key);
  if (found === undefined) return null;
  const payouts = view.table.accounts.ofWallet(wallet).flatMap((account) => [...view.payouts(account)]);
  const paidServices = payouts.some((row) => {
    const payee = truth.get(walletKey(walletOf(view, view.table.to[row] ?? -1)));
    return (view.traced[row] ?? 0n) > 0n && payee !== undefined && isService(payee) && payee.role !== 'escrow';
  });
  const periods = (length: number) =>
    new Set(payouts.map((row) => Math.floor((view.table.timestamp[row] ?? 0) / length))).size;
  const when = { payouts: payouts.length, hours: periods(HOUR), days: periods(DAY) };
  return { wallet: found, parts: parts.get(key) ?? NONE, paidServices, ...when };
}

function isOfNetwork({ network, service }: SimulatedWallet): boolean {
  return network !== '' && service === '';
}
