/**
 * Who paid for recruitment, and for nothing else that was confirmed. They are no victims by that, but having paid says
 * nothing against them either: it is other money that may make such a wallet one to look at.
 */
import { reachPlan } from '../graphs/trace/follow.ts';
import type { Plan } from '../graphs/trace/plan.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { PaymentKind } from '../src/cases/report.ts';
import type { Wallet } from '../src/chains/chain.ts';

interface ConfirmedPayment extends Pick<Wallet, 'chain'> {
  readonly from: Wallet['address'];
  /** Numbers of the reports that name it. */
  readonly reports: readonly number[];
}

/** The payers of payments that all their reports tell to be for recruitment, less those who paid for anything else. */
export function recruitersOf(
  payments: readonly ConfirmedPayment[],
  reports: readonly { readonly number: number; readonly payment: PaymentKind | null }[],
): Wallet[] {
  const recruiting = new Set(reports.flatMap(({ number, payment }) => (payment === 'recruitment' ? [number] : [])));
  const isRecruiting = (payment: ConfirmedPayment) =>
    payment.reports.length > 0 && payment.reports.every((number) => recruiting.has(number));
  const payer = ({ chain, from }: ConfirmedPayment): Wallet => ({ chain, address: from });
  const others = new Set(payments.filter((payment) => !isRecruiting(payment)).map((each) => walletKey(payer(each))));
  const found = payments.filter(isRecruiting).map(payer);
  return [...new Map(found.map((wallet) => [walletKey(wallet), wallet])).values()].filter(
    (wallet) => !others.has(walletKey(wallet)),
  );
}

/** Those of the wallets that no money can have reached but what they paid themselves. */
export function reachedByOwnAlone(plan: Plan, wallets: readonly Wallet[]): Wallet[] {
  if (wallets.length === 0) return [];
  const { sources, table } = plan;
  const payers = sources.map(({ row }) => {
    const { chain, from } = table.transfer(row);
    return walletKey({ chain, address: from });
  });
  const reached = new Set(
    reachPlan(plan).wallets.flatMap((wallet) => {
      const key = walletKey(wallet);
      return wallet.sources.some((number) => payers[number] !== key) ? [key] : [];
    }),
  );
  return wallets.filter((wallet) => !reached.has(walletKey(wallet)));
}
