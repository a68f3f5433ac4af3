/**
 * Pro rata: each payout takes of all that a ledger holds in proportion, untraced and unknown money included.
 *
 * Rateable sharing among innocent contributors, as in Barlow Clowes v Vaughan (1992). It is no *haircut* of the tracing
 * literature, which ignores time and balances.
 */
import type { RuleOfLedgers } from './ledgers.ts';
import { createShares } from './shares.ts';

export const proRata: RuleOfLedgers = (space) => {
  const { sources, untraced, unknown } = space.origins;
  const shares = createShares(space);
  return {
    put: shares.add,
    take: (account, amount, lots) => shares.takeProportionally(account, amount, unknown + 1, lots),
    takeNamed(account, amount, lots) {
      const due = shares.takeOf(account, unknown, shares.takeOf(account, untraced, amount, lots), lots);
      return due === 0n ? 0n : shares.takeProportionally(account, due, sources, lots);
    },
    each: shares.each,
  };
};
