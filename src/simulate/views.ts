/** Parts of an economy, for whoever serves or follows one chain. */
import type { ChainId } from '../chains/chain.ts';
import { NETWORKS } from './network.ts';
import type { Economy, SimulatedPayment, SimulatedTransfer } from './types.ts';

/** The transfers of USDT on one chain. */
export function usdtOn(transfers: readonly SimulatedTransfer[], chain: ChainId): SimulatedTransfer[] {
  const { symbol } = NETWORKS[chain].token;
  return transfers.filter((transfer) => transfer.chain === chain && transfer.asset === symbol);
}

/** The economy as if one chain's USDT were all there is. */
export function oneChain(economy: Economy, chain: ChainId): Economy {
  const { symbol } = NETWORKS[chain].token;
  return {
    transfers: usdtOn(economy.transfers, chain),
    delegations: [],
    reports: economy.reports.filter((report) => report.chain === chain),
    wallets: economy.wallets.filter((wallet) => wallet.chain === chain),
    payments: economy.payments.filter((payment) => payment.chain === chain),
    exits: economy.exits.filter((exit) => exit.chain === chain),
    parts: economy.parts.filter((part) => part.chain === chain),
    holdings: economy.holdings.filter((holding) => holding.chain === chain && holding.asset === symbol),
  };
}

/** The payments of the truth with their transfers, in the order in which they happened. */
export function paymentTransfers(
  transfers: readonly SimulatedTransfer[],
  payments: readonly SimulatedPayment[],
): ReadonlyMap<SimulatedTransfer, SimulatedPayment> {
  const byTransaction = new Map(payments.map((payment) => [payment.transaction, payment]));
  const found = new Map<SimulatedTransfer, SimulatedPayment>();
  for (const transfer of transfers) {
    const payment = byTransaction.get(transfer.transaction);
    if (payment?.chain === transfer.chain) found.set(transfer, payment);
  }
  return found;
}
