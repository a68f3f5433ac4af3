/** What the issuer did, as logs of the contract have it, and whose the contract is. */
import { Interface } from 'ethers/abi';
import { RetryableError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type { Address, Asset } from '../chain.ts';
import type { IssuerEventKind, IssuerRow } from '../issuer-events.ts';
import type { Place } from '../reply.ts';
import { invalid, type Logged } from './logs.ts';

/** keccak-256 of `DestroyedBlackFunds(address,uint256)`, `Redeem(uint256)`, `AddedBlackList(address)`, `RemovedBlackList(address)`. */
export const ISSUER_TOPICS: Readonly<Record<IssuerEventKind, string>> = {
  destroyed: '0x61e6e66b0d6339b2980aecc6ccc0039736791f0ccde9ed512e789a7fbdd698c6',
  redeemed: '0x702d5967f45f6513a38ffc42d6ba9bf230bd40e8f53b16363c7eb4fd2deb9a44',
  frozen: '0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc',
  unfrozen: '0xd7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c',
};

/** Contracts of Tether's family have one or the other, or both. */
const OWNER_ABI = new Interface([
  'function owner() view returns (address)',
  'function getOwner() view returns (address)',
]);
const OWNER_METHODS = ['owner', 'getOwner'] as const;

/** What each event tells: a wallet, which may stand in a topic, and an amount, which never does. */
const WORDS: Readonly<Record<IssuerEventKind, { readonly wallets: 0 | 1; readonly amounts: 0 | 1 }>> = {
  destroyed: { wallets: 1, amounts: 1 },
  redeemed: { wallets: 0, amounts: 1 },
  frozen: { wallets: 1, amounts: 0 },
  unfrozen: { wallets: 1, amounts: 0 },
};

export interface LoggedIssuerEvent extends Logged {
  readonly kind: IssuerEventKind;
  /** `null` for a redemption. */
  readonly wallet: Address | null;
  /** 0 where the event tells no amount. */
  readonly value: bigint;
}

/** What a log says, its place aside. */
export interface LogContent {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/**
 * The event that a log records. Tether's own contract has the frozen wallet in the data, derived ones have it in a topic.
 *
 * @param kinds those that were asked for
 * @throws RetryableError `REPLY_INVALID` for a log of another contract or event, or one that cannot be read
 */
export function readIssuerLog(
  { address, topics: [topic, ...parties], data }: LogContent,
  kinds: readonly IssuerEventKind[],
  asset: Asset,
  place: Place,
): Pick<LoggedIssuerEvent, 'kind' | 'wallet' | 'value'> {
  const kind = kinds.find((each) => ISSUER_TOPICS[each] === topic?.toLowerCase());
  if (kind === undefined || address.toLowerCase() !== asset.contract.toLowerCase()) {
    throw invalid(place, 'a log is of another token or event');
  }
  const words = [...parties, ...wordsOf(data)];
  const [first, second] = words;
  const { wallets, amounts } = WORDS[kind];
  const expected = wallets + amounts;
  if (words.length !== expected || first === undefined || !words.every(isWord) || parties.length > wallets) {
    throw invalid(place, 'what the issuer did cannot be read');
  }
  if (wallets === 0) return { kind, wallet: null, value: BigInt(first) };
  if (!/^0x0{24}/.test(first)) throw invalid(place, 'a frozen wallet has an address that is none');
  return { kind, wallet: addressFromWord(asset.chain, first), value: second === undefined ? 0n : BigInt(second) };
}

/** The words of a log's data; one that is no word where it is not made of words. */
function wordsOf(data: string): string[] {
  return (data.replace(/^0x/i, '').match(/.{1,64}/g) ?? []).map((digits) => `0x${digits}`);
}

function isWord(text: string): boolean {
  return /^0x[0-9a-f]{64}$/i.test(text);
}

/** The row of an event at its time, in milliseconds. */
export function issuerRow(event: LoggedIssuerEvent & { readonly timestamp: number }, asset: Asset): IssuerRow {
  const { kind, wallet, value, transaction, timestamp, block, index } = event;
  const { chain, symbol } = asset;
  return { chain, asset: symbol, kind, transaction, wallet, value, timestamp, block, position: index, index };
}

/**
 * Whose the contract is; `null` where it does not tell, or is nobody's.
 *
 * @param call answers a call to the contract, with `null` where the contract refuses it
 */
export async function readOwner(
  call: (data: string) => Promise<string | null>,
  asset: Asset,
  { host }: Place,
): Promise<Address | null> {
  for (const method of OWNER_METHODS) {
    const answer = await call(OWNER_ABI.encodeFunctionData(method));
    if (answer === null || answer === '0x') continue;
    if (!/^0x0{24}[0-9a-f]{40}$/i.test(answer)) {
      throw new RetryableError('REPLY_INVALID', `${host} answered the question for an owner with no address.`);
    }
    return BigInt(answer) === 0n ? null : addressFromWord(asset.chain, answer);
  }
  return null;
}
