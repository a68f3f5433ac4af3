/** Who belongs to a network, as the truth has it. */
import { walletOf } from '../../../graphs/findings/view.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { SimulatedWallet } from '../../../src/simulate/types.ts';
import type { SimulatedCase } from './economies.ts';

/** Whether a network runs the wallet: its accounts at services are the services', and its victims' wallets are theirs. */
export function isMember(wallet: SimulatedWallet | undefined): boolean {
  return wallet !== undefined && wallet.network !== '' && wallet.service === '' && !wallet.owner.startsWith('victim-');
}

/** The accounts of the case that belong to networks. */
export function membersOf({ view, truth }: SimulatedCase): ReadonlySet<number> {
  const members = new Set<number>();
  for (let account = 0; account < view.count; account += 1) {
    if (isMember(truth.get(walletKey(walletOf(view, account))))) members.add(account);
  }
  return members;
}
