/** What Ethereum says of wallets themselves, and what waits in the multisig of a token's issuer: calls of contracts. */
import { Interface } from 'ethers/abi';
import { id } from 'ethers/hash';
import { RetryableError } from '../../errors.ts';
import type { Address } from '../chain.ts';
import { readSubmissions } from '../multisig.ts';
import type { Place } from '../reply.ts';
import type { FreezeSubmissions, Standing, StandingsRequest, SubmissionsRequest } from '../standing.ts';
import { readOwner } from './issuer-logs.ts';
import type { ContractCall } from './node-calls.ts';

const TOKEN = new Interface(['function isBlackListed(address) view returns (bool)']);
/** An account that lends itself a contract's code (EIP-7702) has this in front of its address, and is still no contract. */
const DELEGATED = /^0xef0100[0-9a-f]{40}$/i;

/** How wallets are asked about. */
export interface StandingAsker {
  readonly place: Place;
  /** The code at an address; `0x` where there is none. */
  readonly code: (address: Address) => Promise<string>;
  /** Calls of one contract, in their order. */
  readonly together: (to: Address, calls: readonly string[]) => Promise<readonly (string | null)[]>;
}

export async function readStandings(
  { place, together, code }: StandingAsker,
  { wallets, asset, told }: StandingsRequest,
): Promise<Standing[]> {
  const calls = wallets.map((wallet) => TOKEN.encodeFunctionData('isBlackListed', [wallet]));
  const answers = await together(asset.contract, calls);
  const standings: Standing[] = [];
  for (const [number, wallet] of wallets.entries()) {
    const contract = told.has(wallet) ? null : isContract(await code(wallet));
    standings.push({ contract, frozen: readFrozen(answers[number] ?? null, place) });
  }
  return standings;
}

function isContract(code: string): boolean {
  return code !== '0x' && !DELEGATED.test(code);
}

/** `null` where the token knows no freezes. */
function readFrozen(answer: string | null, { host }: Place): boolean | null {
  if (answer === null || answer === '0x') return null;
  if (/^0x0{63}[01]$/.test(answer)) return answer.endsWith('1');
  throw new RetryableError('REPLY_INVALID', `${host} answered neither yes nor no to whether a wallet is frozen.`);
}

export function readPendingFreezes(
  { place, call }: { readonly place: Place; readonly call: ContractCall },
  request: SubmissionsRequest,
): Promise<FreezeSubmissions> {
  const { asset } = request;
  return readSubmissions(
    {
      place,
      owner: () => readOwner((data) => call(asset.contract, data), asset, place),
      call: async (contract, method, argument) => {
        const answer = await call(contract, `${id(method).slice(0, 10)}${argument}`);
        return answer === null || answer === '0x' ? null : answer.slice(2);
      },
    },
    request,
  );
}
