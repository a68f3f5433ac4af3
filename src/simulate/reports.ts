/** What the victims report of what happened: never all of it, and not all of them the same. */
import { paymentTransfers, type Victim } from './actors/victims.ts';
import type { SimulatedPayment, SimulatedReport, SimulatedTransfer } from './types.ts';
import { MINUTE } from './world.ts';

type Style = 'transactions' | 'amounts' | 'wallets';

/** In turn, so that every style is there; odd in number, so that payers of both kinds use each. */
const STYLES: readonly Style[] = ['transactions', 'amounts', 'transactions', 'amounts', 'wallets'];

/** The reports of all victims who have paid, one line per payment or per wallet, and one for the wallet of their own. */
export function writeReports(
  victims: readonly Victim[],
  transfers: readonly SimulatedTransfer[],
  payments: readonly SimulatedPayment[],
): SimulatedReport[] {
  const sources = [...paymentTransfers(transfers, payments)];
  return victims.flatMap(({ ref, own }, index) => {
    const paid = sources.filter(([, payment]) => payment.ref === ref).map(([transfer]) => transfer);
    if (paid.length === 0) return [];
    const style = STYLES[index % STYLES.length] ?? 'transactions';
    return [...linesAbout(ref, paid, style), line(ref, own, 'own', {})];
  });
}

function linesAbout(ref: string, paid: readonly SimulatedTransfer[], style: Style): SimulatedReport[] {
  switch (style) {
    case 'transactions':
      return paid.map(({ to, transaction, value }) => line(ref, to, 'paid-to', { transaction, amount: value }));
    case 'amounts':
      // A victim reads the time off the wallet's screen, which shows no seconds.
      return paid.map(({ to, value, timestamp }) =>
        line(ref, to, 'paid-to', { amount: value, at: timestamp - (timestamp % MINUTE) }),
      );
    case 'wallets':
      return [...new Set(paid.map(({ to }) => to))].map((to) => line(ref, to, 'paid-to', {}));
  }
}

function line(
  ref: string,
  wallet: SimulatedReport['wallet'],
  role: SimulatedReport['role'],
  facts: Partial<Pick<SimulatedReport, 'transaction' | 'amount' | 'at'>>,
): SimulatedReport {
  return { ref, wallet, role, transaction: null, amount: null, at: null, ...facts };
}
