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
  /** On how many days, by UTC, it paid. */
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
  'peel-chain': ({ wallet }) => wallet.role === 'peel',
  inducement: ({ parts }) => parts.has('inducement'),
  // An address that was never swept has forwarded nothing.
  'processor-sweep': ({ wallet: { role, service }, payouts }) =>
    service === PROCESSOR && (role === 'hot' || role === 'deposit') && payouts > 0,
  'cash-out': ({ wallet, paidServices }) => isOfNetwork(wallet) && paidServices,
  'gas-funder': ({ wallet }) => wallet.role === 'funder',
  // Brokers keep the same hours, and are wrong here all the same. Who pays seldom has hours that nobody can see.
  'working-hours': ({ wallet, payouts, days }) =>
    isOfNetwork(wallet) && payouts >= WORKING_HOURS.leastPayouts && days >= WORKING_HOURS.leastDays,
};

const DAY = 24 * 3_600_000;
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
  const days = new Set(payouts.map((row) => Math.floor((view.table.timestamp[row] ?? 0) / DAY))).size;
  return { wallet: found, parts: parts.get(key) ?? NONE, paidServices, payouts: payouts.length, days };
}

function isOfNetwork({ network, service }: SimulatedWallet): boolean {
  return network !== '' && service === '';
}
