/** Whose a contract is, by its own word at the newest solidified block. */
import { RetryableError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type { Address, Asset } from '../chain.ts';
import type { Place } from '../reply.ts';
import { type ConstantCall, callWords } from './trongrid-standings.ts';

/** Contracts of Tether's family have one or the other, or both. */
const METHODS = ['owner()', 'getOwner()'] as const;

/** @returns `null` where the contract has no such method, or is nobody's */
export async function readOwner(call: ConstantCall, { chain, contract }: Asset, place: Place): Promise<Address | null> {
  for (const method of METHODS) {
    const word = await callWords(call, contract, { function_selector: method, parameter: '' }, place);
    if (word === null) continue;
    // Some contracts write the 41 of Tron into the word.
    if (!/^0{22}(?:00|41)[0-9a-f]{40}$/i.test(word)) {
      throw new RetryableError('REPLY_INVALID', `${place.host} answered the question for an owner with no address.`);
    }
    return /^0{24}0{40}$/.test(word) ? null : addressFromWord(chain, word);
  }
  return null;
}
