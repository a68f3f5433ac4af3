/** Whose a contract is, by its own word at the newest solidified block. */
import type { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type { Address, Asset } from '../chain.ts';
import type { Place } from '../reply.ts';
import type { contractCallSchema } from './trongrid-replies.ts';

/** Contracts of Tether's family have one or the other, or both. */
const METHODS = ['owner()', 'getOwner()'] as const;

type Answer = z.infer<typeof contractCallSchema>;

/** @returns `null` where the contract has no such method, or is nobody's */
export async function readOwner(
  call: (method: { readonly function_selector: string; readonly parameter: string }) => Promise<Answer>,
  { chain }: Asset,
  { host }: Place,
): Promise<Address | null> {
  for (const method of METHODS) {
    const answer = await call({ function_selector: method, parameter: '' });
    const { result, constant_result: [word = ''] = [] } = answer;
    // A refused call has been run too; what could not be run at all may be tried again.
    if (result.result !== true) {
      throw new RetryableError('REPLY_ERROR', `${host} could not ask the contract for its owner.`);
    }
    if (word === '' || result.message !== undefined || answer.transaction?.ret?.[0]?.ret === 'FAILED') continue;
    // Some contracts write the 41 of Tron into the word.
    if (!/^0{22}(?:00|41)[0-9a-f]{40}$/i.test(word)) {
      throw new RetryableError('REPLY_INVALID', `${host} answered the question for an owner with no address.`);
    }
    return /^0{24}0{40}$/.test(word) ? null : addressFromWord(chain, word);
  }
  return null;
}
