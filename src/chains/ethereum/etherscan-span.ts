/** How many blocks Etherscan is asked for at a time: fewer where it finds more too much, and more again where it does not. */
import type { Remark } from '../chain.ts';
import type { Place } from '../reply.ts';
import { stuck, TooLarge } from './etherscan-replies.ts';

/** A window that is halved so often has come down from the whole chain to one block. */
const MOST_HALVINGS = 30;
/** More blocks than there will be for long. */
export const WHOLE_CHAIN = 100_000_000;

/**
 * Asks for a page of the blocks from `from` to before `until`, or of as many of them as will be answered.
 *
 * @param ask asks up to the block `last`, which is included
 */
export type Span = <Page extends { readonly remarks: readonly Remark[] }>(
  from: number,
  until: number,
  ask: (last: number) => Promise<Page>,
) => Promise<Page>;

/** Remembers how much was too much. */
export function createSpan(place: Place): Span {
  let span = Number.POSITIVE_INFINITY;
  return async (from, until, ask) => {
    for (let halvings = 0; ; halvings += 1) {
      const last = Math.min(until - 1, from + span - 1);
      try {
        const page = await ask(last);
        // One wallet's crowded years say nothing of the next wallet.
        span = span > WHOLE_CHAIN ? Number.POSITIVE_INFINITY : span * 2;
        if (halvings === 0) return page;
        const text = 'questions were too large for the provider and were asked again in smaller parts';
        return { ...page, remarks: [...page.remarks, { code: 'QUESTION_NARROWED', count: halvings, text }] };
      } catch (error) {
        if (!(error instanceof TooLarge)) throw error;
        const blocks = last - from + 1;
        if (blocks === 1 || halvings === MOST_HALVINGS) throw stuck(place, error.said, from);
        span = Math.ceil(blocks / 2);
      }
    }
  };
}
