/** What the victims report of what happened: never all of it, and not all of them the same. */
import type { ChainId } from '../chains/chain.ts';
import type { Victim } from './actors/victims.ts';
import { MINUTE } from './hours.ts';
import type { SimulatedPayment, SimulatedReport, SimulatedTransfer } from './types.ts';
import { paymentTransfers } from './views.ts';

type Style = 'transactions' | 'amounts' | 'wallets';

/** In turn, so that every style is there; odd in number, so that payers of both kinds use each. */
const STYLES: readonly Style[] = ['transactions', 'amounts', 'transactions', 'amounts', 'wallets'];

/** The reports of all victims who have paid, one line per payment or per wallet, and one for each wallet of their own. */
export function writeReports(
  victims: readonly Victim[],
  transfers: readonly SimulatedTransfer[],
  payments: readonly SimulatedPayment[],
): SimulatedReport[] {
  const paidBy = new Map<string, SimulatedTransfer[]>();
  for (const [transfer, { ref }] of paymentTransfers(transfers, payments)) {
    const paid = paidBy.get(ref);
    if (paid === undefined) paidBy.set(ref, [transfer]);
    else paid.push(transfer);
  }
  return victims.flatMap(({ ref, own }, index) => {
    const paid = paidBy.get(ref);
    if (paid === undefined) return [];
    const style = STYLES[index % STYLES.length] ?? 'transactions';
    const ownLines = own.map(({ chain, address }) => line(chain, ref, address, 'own', {}));
    return [...linesAbout(ref, paid, style), ...ownLines];
  });
}

function linesAbout(ref: string, paid: readonly SimulatedTransfer[], style: Style): SimulatedReport[] {
  switch (style) {
    case 'transactions':
      return paid.map(({ chain, to, transaction, value }) =>
        line(chain, ref, to, 'paid-to', { transaction, amount: value }),
      );
    case 'amounts':
      // A victim reads the time off the wallet's screen, which shows no seconds.
      return paid.map(({ chain, to, value, timestamp }) =>
        line(chain, ref, to, 'paid-to', { amount: value, at: timestamp - (timestamp % MINUTE) }),
      );
    case 'wallets': {
      const wallets = new Map(paid.map(({ chain, to }) => [to, chain]));
      return [...wallets].map(([to, chain]) => line(chain, ref, to, 'paid-to', {}));
    }
  }
}

function line(
  chain: ChainId,
  ref: string,
  wallet: SimulatedReport['wallet'],
  role: SimulatedReport['role'],
  facts: Partial<Pick<SimulatedReport, 'transaction' | 'amount' | 'at'>>,
): SimulatedReport {
  return { chain, ref, wallet, role, transaction: null, amount: null, at: null, ...facts };
}
