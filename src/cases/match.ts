/** Which on-chain payments fit a report. Proposals only: a person confirms. */
import type { Transfer } from '../chains/chain.ts';

/** What a report tells about its payment. */
export interface Sought {
  readonly transaction: string | null;
  /** Base units of the token. */
  readonly amount: bigint | null;
  readonly paidAt: number | null;
  /** The payer, where the report names one. */
  readonly payer: string | null;
}

/** How far a payment may lie from what was reported. */
export interface MatchPolicy {
  /** Base units: fees that an exchange takes make the payment smaller, those on top of it larger than reported. */
  readonly fee: bigint;
  /** Milliseconds before or after the reported time. */
  readonly window: number;
}

export interface Proposal<T> {
  readonly transfer: T;
  /** On chain less reported, in base units; `null` where no amount was reported in the token. */
  readonly amountOff: bigint | null;
  /** On chain less reported, in milliseconds; `null` where no time was reported. */
  readonly timeOff: number | null;
}

/**
 * Payments that fit a report, best first: smallest difference of amount, then of time, then by transaction, payer and amount.
 *
 * A named transaction stands above amount and time: it is proposed however far they are off, and nothing else is. A report
 * that names neither transaction, amount nor time fits nothing.
 */
export function proposePayments<T extends Pick<Transfer, 'transaction' | 'from' | 'value' | 'timestamp'>>(
  sought: Sought,
  payments: readonly T[],
  policy: MatchPolicy,
): Proposal<T>[] {
  if (sought.transaction === null && sought.amount === null && sought.paidAt === null) return [];
  return payments
    .filter((payment) => payment.value > 0n && (sought.payer === null || payment.from === sought.payer))
    .map((transfer) => ({
      transfer,
      amountOff: sought.amount === null ? null : transfer.value - sought.amount,
      timeOff: sought.paidAt === null ? null : transfer.timestamp - sought.paidAt,
    }))
    .filter(({ transfer, amountOff, timeOff }) =>
      sought.transaction === null
        ? (amountOff === null || size(amountOff) <= policy.fee) &&
          (timeOff === null || Math.abs(timeOff) <= policy.window)
        : transfer.transaction === sought.transaction,
    )
    .sort(
      (a, b) =>
        compare(size(a.amountOff ?? 0n), size(b.amountOff ?? 0n)) ||
        compare(Math.abs(a.timeOff ?? 0), Math.abs(b.timeOff ?? 0)) ||
        compare(a.transfer.transaction, b.transfer.transaction) ||
        compare(a.transfer.from, b.transfer.from) ||
        compare(a.transfer.value, b.transfer.value),
    );
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function compare<T>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
