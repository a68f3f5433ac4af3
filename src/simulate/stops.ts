/**
 * The wallets of an economy's services as a list of stops, in the form in which a trace takes one. It has every wallet at
 * which the truth stops, deposit addresses among them: no public list knows so many.
 */

import { FEE_SERVICES } from './actors/gas.ts';
import { PROCESSOR } from './actors/processor.ts';
import { isService } from './truth.ts';
import type { SimulatedWallet } from './types.ts';

/** `address,chain,category,name,source`: one row per wallet, in the order of the wallets. */
export const STOP_COLUMNS = ['address', 'chain', 'category', 'name', 'source'] as const;

export function* stopRows(wallets: readonly SimulatedWallet[]): Generator<string[]> {
  for (const wallet of wallets) {
    if (!isService(wallet)) continue;
    yield [wallet.address, wallet.chain, categoryOf(wallet), wallet.service, 'simulated economy'];
  }
}

/** What kind of service it is, in the words of a list of stops. */
function categoryOf({ role, service }: SimulatedWallet): string {
  if (service === PROCESSOR) return 'payment-processor';
  if (FEE_SERVICES.includes(service)) return 'energy-rental';
  switch (role) {
    case 'bridge':
      return 'instant-swapper';
    case 'escrow':
      return 'guarantee-marketplace';
    case 'otc':
      return 'otc-broker';
    case 'deposit':
      return 'deposit-address';
    case 'hot':
    case 'cold':
    case 'gas':
      return 'exchange';
    default:
      throw new Error(`A wallet of ${service} has the role ${role}, which no category of stops has`);
  }
}
