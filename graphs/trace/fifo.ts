/**
 * FIFO, first in, first out: lots leave in the order in which they arrived, what was there before first.
 *
 * Devaynes v Noble (Clayton's case, 1816). Arrival ranks innocent contributors to one account, which is why courts depart
 * from it (Barlow Clowes v Vaughan, 1992).
 */
import type { RuleOfLedgers } from './ledgers.ts';
import { createLotLedgers } from './lot-ledgers.ts';

export const fifo: RuleOfLedgers = (space) => createLotLedgers(space, 'behind');
