/** Balances by the contract's own word as of a block: many in one call where Multicall3 is deployed, else one by one. */
import { Interface } from 'ethers/abi';
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import type { BalanceRequest } from '../chain.ts';
import { type Place, wordsOf } from '../reply.ts';
import { balanceCall, readBalance } from './erc20.ts';
import { hex } from './logs.ts';
import { type Rpc, RpcRefusal } from './rpc.ts';

/** At the same address on every chain (github.com/mds1/multicall3). */
const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11';
const MULTICALL = new Interface([
  'function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[] returnData)',
]);

/** A full node keeps the states of some hundred blocks; this is how nodes say that one is gone. */
const STATE_GONE =
  /missing trie node|state .*(?:is )?not available|historical state|state (?:is )?(?:already )?(?:pruned|unavailable)|pruned|distance to target block exceeds|no state (?:found|available)|archive/i;

/** What a call answers. */
export const bytes = z.string().regex(/^0x(?:[0-9a-f]{2})*$/i);

interface Node {
  readonly rpc: Rpc;
  readonly place: Place;
}

/** Whether a node says that it no longer has the state of a block. */
export function isStateGone(said: string): boolean {
  return STATE_GONE.test(said);
}

/** In the order asked; `null` for all where the node no longer has the state of the head. */
export async function readBalances(node: Node, request: BalanceRequest): Promise<(bigint | null)[]> {
  try {
    const { wallets, head } = request;
    if (wallets.length === 1 || !(await hasMulticall(node, request))) return await oneByOne(node, request);
    const calls = wallets.map((wallet) => [request.asset.contract, true, balanceCall(wallet)]);
    const data = MULTICALL.encodeFunctionData('aggregate3', [calls]);
    const answer = await node.rpc('eth_call', [{ to: MULTICALL3, data }, hex(head.block)], bytes, request);
    return readAggregate(answer, wallets.length, node.place);
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    if (isStateGone(error.said)) return request.wallets.map(() => null);
    throw new RetryableError(
      'REPLY_ERROR',
      `${node.place.host} could not read balances${wordsOf(error.said, node.place)}.`,
    );
  }
}

async function hasMulticall({ rpc }: Node, { head, ...call }: BalanceRequest): Promise<boolean> {
  return (await rpc('eth_getCode', [MULTICALL3, hex(head.block)], bytes, call)) !== '0x';
}

async function oneByOne({ rpc, place }: Node, request: BalanceRequest): Promise<bigint[]> {
  const { wallets, asset, head } = request;
  const balances: bigint[] = [];
  for (const wallet of wallets) {
    const call = { to: asset.contract, data: balanceCall(wallet) };
    const balance = readBalance(await rpc('eth_call', [call, hex(head.block)], bytes, request));
    if (balance === null) throw noNumber(place);
    balances.push(balance);
  }
  return balances;
}

function readAggregate(answer: string, count: number, place: Place): bigint[] {
  let results: readonly { success: boolean; returnData: string }[];
  try {
    [results] = MULTICALL.decodeFunctionResult('aggregate3', answer) as unknown as [typeof results];
  } catch {
    throw noNumber(place);
  }
  const balances = results.map(({ success, returnData }) => (success ? readBalance(returnData) : null));
  if (balances.length !== count) throw noNumber(place);
  return balances.map((balance) => {
    if (balance === null) throw noNumber(place);
    return balance;
  });
}

function noNumber({ host }: Place): RetryableError {
  return new RetryableError('REPLY_INVALID', `${host} answered the question for a balance with no number.`);
}
