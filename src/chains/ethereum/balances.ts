/** Balances by the contract's own word as of a block: many in one call where Multicall3 is deployed, else one by one. */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import type { BalanceRequest } from '../chain.ts';
import { type Place, wordsOf } from '../reply.ts';
import { balanceCall, readBalance } from './erc20.ts';
import { hex } from './logs.ts';
import { aggregateCall, MULTICALL3, readAggregate } from './multicall.ts';
import { type Rpc, RpcRefusal } from './rpc.ts';

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
    const answer = await node.rpc(
      'eth_call',
      [{ to: MULTICALL3, data: aggregateCall(request.asset.contract, wallets.map(balanceCall)) }, hex(head.block)],
      bytes,
      request,
    );
    const results = readAggregate(answer);
    if (results?.length !== wallets.length) throw noNumber(node.place);
    return results.map((result) => {
      const balance = result === null ? null : readBalance(result);
      if (balance === null) throw noNumber(node.place);
      return balance;
    });
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

function noNumber({ host }: Place): RetryableError {
  return new RetryableError('REPLY_INVALID', `${host} answered the question for a balance with no number.`);
}
