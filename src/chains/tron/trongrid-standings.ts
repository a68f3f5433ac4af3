/** What Tron says of wallets themselves, and what waits in the multisig of a token's issuer, at the newest solidified block. */
import type { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { addressBytes } from '../address.ts';
import type { Address, Asset } from '../chain.ts';
import type { Place } from '../reply.ts';
import type { Standing, StandingsRequest } from '../standing.ts';
import type { accountSchema, contractCallSchema } from './trongrid-replies.ts';

/** A call of a contract by signature and argument in hex. */
export type ConstantCall = (
  contract: Address,
  method: { readonly function_selector: string; readonly parameter: string },
) => Promise<z.infer<typeof contractCallSchema>>;

export interface StandingAsker {
  readonly place: Place;
  readonly call: ConstantCall;
  readonly account: (address: Address) => Promise<z.infer<typeof accountSchema>>;
}

export async function readStandings(
  { place, call, account }: StandingAsker,
  { wallets, asset, told }: StandingsRequest,
): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const wallet of wallets) {
    const frozen = await readFrozen(call, asset, wallet, place);
    // An address that was never activated has no account, and a contract has one from its creation on.
    const contract = told.has(wallet) ? null : (await account(wallet)).type === 'Contract';
    standings.push({ contract, frozen });
  }
  return standings;
}

/** `null` where the token knows no freezes. */
async function readFrozen(
  call: ConstantCall,
  { contract }: Asset,
  wallet: Address,
  place: Place,
): Promise<boolean | null> {
  const parameter = addressBytes(wallet).padStart(64, '0');
  const answer = await callWords(call, contract, { function_selector: 'isBlackListed(address)', parameter }, place);
  if (answer === null) return null;
  if (/^0{63}[01]$/.test(answer)) return answer.endsWith('1');
  throw new RetryableError('REPLY_INVALID', `${place.host} answered neither yes nor no to whether a wallet is frozen.`);
}

/**
 * What a contract answers; `null` where it refuses, or is none.
 *
 * @throws RetryableError `REPLY_ERROR` where it could not be asked
 */
export async function callWords(
  call: ConstantCall,
  contract: Address,
  method: { readonly function_selector: string; readonly parameter: string },
  { host }: Place,
): Promise<string | null> {
  const { result, constant_result: [words = ''] = [], transaction } = await call(contract, method);
  if (result.result !== true) {
    // Who is asked is no contract, which does not pass.
    if (result.code === 'CONTRACT_VALIDATE_ERROR') return null;
    throw new RetryableError('REPLY_ERROR', `${host} could not ask a contract.`);
  }
  const refused = result.message !== undefined || transaction?.ret?.[0]?.ret === 'FAILED';
  return refused || words === '' ? null : words;
}
