/**
 * Freezes that wait in the issuer's multisig. Tether's contracts are owned by a MultiSigWallet of ConsenSys (later Gnosis):
 * an owner submits a call, others confirm it, and it is executed with enough confirmations. AMLBot (2025) measured 44 minutes
 * between the two in one case, in which money left.
 *
 * Submissions are told by number from the contract's state. Its `Submission` events are not asked for: they would have to be
 * looked for in a stretch of blocks whose length nobody knows, and say no more than the number.
 */
import { RetryableError } from '../errors.ts';
import { addressFromWord } from './address.ts';
import type { Address, Asset } from './chain.ts';
import type { Place } from './reply.ts';
import type { FreezeSubmissions, Submission, SubmissionsRequest } from './standing.ts';

/** So many of the newest submissions are looked at. */
const MOST_SUBMISSIONS = 50;
/** The first four bytes of `addBlackList(address)` with its argument behind it. */
const FREEZE = /^0ecb93c0[0-9a-f]{64}$/;
const UNTOLD = "the contract's owner is no multisig that tells what was submitted to it";

/** How a chain is asked. */
export interface MultisigAsker {
  readonly place: Place;
  /** Whose the token's contract is; `null` where it does not tell. */
  readonly owner: () => Promise<Address | null>;
  /** A call to a contract, by signature and argument in hex: words in hex, `null` where there are none. */
  readonly call: (contract: Address, method: string, argument: string) => Promise<string | null>;
}

/** @throws RetryableError `REPLY_INVALID` for an answer that is none */
export async function readSubmissions(
  { place, owner, call }: MultisigAsker,
  { asset, settled }: SubmissionsRequest,
): Promise<FreezeSubmissions> {
  const multisig = await owner();
  const counted = multisig === null ? null : await call(multisig, 'transactionCount()', '');
  if (multisig === null || counted === null) return { multisig: null, submissions: [], untold: UNTOLD };
  const count = numberIn(counted, place);
  const known = settled?.multisig === multisig ? settled.numbers : new Set<number>();
  const submissions: Submission[] = [];
  for (let number = Math.max(0, count - MOST_SUBMISSIONS); number < count; number += 1) {
    if (known.has(number)) continue;
    const told = await call(multisig, 'transactions(uint256)', number.toString(16).padStart(64, '0'));
    // A contract that counts transactions and shows none is of another kind.
    if (told === null) return { multisig: null, submissions: [], untold: UNTOLD };
    submissions.push({ number, ...readSubmission(told, asset, place) });
  }
  return { multisig, submissions, untold: null };
}

/** `transactions(uint256)` answers with destination, value, data and whether it was executed. */
function readSubmission(told: string, asset: Asset, place: Place): Omit<Submission, 'number'> {
  const [destination = '', , offset = '', executed = ''] = wordsIn(told);
  if (!/^0{22}(?:00|41)[0-9a-f]{40}$/i.test(destination) || !/^0{63}[01]$/.test(executed)) throw invalid(place);
  const from = 2 * numberIn(offset, place);
  const length = 2 * numberIn(told.slice(from, from + 64), place);
  const data = told.slice(from + 64, from + 64 + length).toLowerCase();
  if (data.length !== length) throw invalid(place);
  const isFreeze = FREEZE.test(data) && addressFromWord(asset.chain, destination) === asset.contract;
  return { wallet: isFreeze ? addressFromWord(asset.chain, data.slice(8)) : null, executed: executed.endsWith('1') };
}

function wordsIn(told: string): string[] {
  return told.match(/[0-9a-f]{64}/gi) ?? [];
}

/** A number that counts something there is. */
function numberIn(word: string, place: Place): number {
  if (!/^0{54}[0-9a-f]{10}$/i.test(word)) throw invalid(place);
  return Number.parseInt(word, 16);
}

function invalid({ host }: Place): RetryableError {
  return new RetryableError('REPLY_INVALID', `${host} answered the question for the issuer's submissions with none.`);
}
