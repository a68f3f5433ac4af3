/**
 * LIBR, lowest intermediate balance: untraced and unknown money leaves first, then the sources' in proportion. So what
 * rests of followed money is never more than the lowest balance since it came; later receipts do not replenish it.
 *
 * Roscoe v Winder (1915); used in England and the United States.
 */
import type { Ledgers, RuleOfLedgers } from './ledgers.ts';
import { createShares } from './shares.ts';

export const libr: RuleOfLedgers = (space) => {
  const { sources, untraced, unknown } = space.origins;
  const shares = createShares(space);
  const take: Ledgers['take'] = (account, amount, lots) => {
    const due = shares.takeOf(account, unknown, shares.takeOf(account, untraced, amount, lots), lots);
    return due === 0n ? 0n : shares.takeProportionally(account, due, sources, lots);
  };
  return {
    put: shares.add,
    take,
    takeNamed: take,
    each: shares.each,
  };
};
