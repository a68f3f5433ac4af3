/** Calls of contracts, by a node: as of the run's head, or as of now where the node has dropped that state. */
import { RetryableError } from '../../errors.ts';
import type { Address, Call, Head } from '../chain.ts';
import type { Place } from '../reply.ts';
import { bytes, isStateGone } from './balances.ts';
import { hex } from './logs.ts';
import { aggregateCall, MULTICALL3, readAggregate } from './multicall.ts';
import { type Rpc, RpcRefusal, refused } from './rpc.ts';

interface Node {
  readonly rpc: Rpc;
  readonly place: Place;
}

/** Answers a call to a contract with bytes; `null` where the contract refuses it. */
export type ContractCall = (to: Address, data: string) => Promise<string | null>;

export function contractCalls(node: Node, head: Head, call: Call): ContractCall {
  return async (to, data) => {
    try {
      return await atHead(head, (tag) => node.rpc('eth_call', [{ to, data }, tag], bytes, call));
    } catch (error) {
      if (error instanceof RpcRefusal && (error.code === 3 || /revert|invalid opcode/i.test(error.said))) return null;
      throw error instanceof RpcRefusal ? refused(node.place, error) : error;
    }
  };
}

/** Calls of one contract together, in their order, where the node's chain has the means; in turn where it has not. */
export function callsTogether(node: Node, head: Head, call: Call) {
  const one = contractCalls(node, head, call);
  const code = codeReader(node, head, call);
  return async (to: Address, calls: readonly string[]): Promise<readonly (string | null)[]> => {
    if (calls.length > 1 && (await code(MULTICALL3)) !== '0x') {
      const results = readAggregate((await one(MULTICALL3, aggregateCall(to, calls))) ?? '');
      if (results?.length === calls.length) return results;
      throw new RetryableError(
        'REPLY_INVALID',
        `${node.place.host} answered many calls with what is no answer to them.`,
      );
    }
    const answers: (string | null)[] = [];
    for (const data of calls) answers.push(await one(to, data));
    return answers;
  };
}

/** Answers with the code at an address: `0x` where there is none. */
export function codeReader(node: Node, head: Head, call: Call): (address: Address) => Promise<string> {
  return async (address) => {
    try {
      return await atHead(head, (tag) => node.rpc('eth_getCode', [address, tag], bytes, call));
    } catch (error) {
      throw error instanceof RpcRefusal ? refused(node.place, error) : error;
    }
  };
}

async function atHead<T>(head: Head, ask: (tag: string) => Promise<T>): Promise<T> {
  try {
    return await ask(hex(head.block));
  } catch (error) {
    if (error instanceof RpcRefusal && isStateGone(error.said)) return ask('latest');
    throw error;
  }
}
