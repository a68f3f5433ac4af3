/**
 * LIFO, last in, first out: the newest arrival leaves first, what was there before last. Within one transfer the lots leave
 * in the order in which they came.
 *
 * Pleaded in forfeiture complaints of the United States.
 */
import type { RuleOfLedgers } from './ledgers.ts';
import { createLotLedgers } from './lot-ledgers.ts';

export const lifo: RuleOfLedgers = (space) => createLotLedgers(space, 'before');
