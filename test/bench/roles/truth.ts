/** What role a simulated wallet has in truth: by what the simulation let it do, and not by what is to be seen of it. */
import type { RoleName } from '../../../graphs/roles/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { Wallet } from '../../../src/chains/chain.ts';
import type { Part, SimulatedWallet } from '../../../src/simulate/types.ts';
import type { SimulatedCase } from '../detection/economies.ts';

export interface Known {
  readonly wallet: SimulatedWallet;
  /** Empty where the economy does not tell. */
  readonly parts: ReadonlySet<Part>;
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
};

const NONE: ReadonlySet<Part> = new Set();

export function knownOf({ truth, parts }: SimulatedCase, wallet: Wallet): Known | null {
  const key = walletKey(wallet);
  const found = truth.get(key);
  return found === undefined ? null : { wallet: found, parts: parts.get(key) ?? NONE };
}
