/** The node's answer to each call. */
import { quantity } from '../ethereum/words.ts';
import { blockByNumber, blockNumber } from './blocks.ts';
import { callContract, codeAt } from './contracts.ts';
import { type Fault, isLogFault } from './faults.ts';
import { logsFor } from './logs.ts';
import type { Node } from './options.ts';
import { receiptFor } from './receipt.ts';
import { isMethod, type Method } from './request.ts';
import { errorOf, type RpcCall, type RpcErrorBody, RpcRefusal, resultOf } from './rpc.ts';
import { spoil } from './spoil.ts';

const MAINNET = '0x1';
/** Blocks by which one of several nodes may be behind the others. */
const BEHIND = 10;
const CLIENT = 'Geth/v1.16.4-stable/linux-amd64/go1.25.1';

export interface Answered {
  /** Of HTTP, where the call is alone. */
  readonly status: number;
  readonly body: object;
}

/** Answers a call, with a fault of its reply where there is one; `seed` decides what a fault leaves to chance. */
export function answerCall(node: Node, call: RpcCall, fault: Fault | null, seed: string): Answered {
  const { id } = call;
  try {
    const result = resultFor(node, call, fault, seed);
    switch (fault?.kind) {
      case 'other-id':
        return { status: 200, body: resultOf(typeof id === 'number' ? id + 1 : `${id}1`, result) };
      case 'null-result':
        return { status: 200, body: resultOf(id, null) };
      case 'empty-result':
        return { status: 200, body: resultOf(id, '0x') };
      case 'no-result':
        return { status: 200, body: { jsonrpc: '2.0', id } };
      default:
        return { status: 200, body: resultOf(id, result) };
    }
  } catch (error) {
    if (error instanceof RpcRefusal) return refused(id, error.body, error.status);
    throw error;
  }
}

function resultFor(node: Node, { method, params }: RpcCall, fault: Fault | null, seed: string): unknown {
  if (method === '') throw new RpcRefusal({ code: -32600, message: 'invalid request' });
  if (!isMethod(method)) {
    throw new RpcRefusal({ code: -32601, message: `the method ${method} does not exist/is not available` });
  }
  if (method === 'eth_getBlockByNumber' && fault?.kind === 'older-head') return olderBlock(node, params);
  if (method === 'eth_blockNumber' && fault?.kind === 'older-head') {
    return quantity(Math.max(0, node.chain.ledger.tip.block - BEHIND));
  }
  if (method !== 'eth_getLogs') return RESULTS[method](node, params);
  const rows = logsFor(node, params);
  return fault !== null && isLogFault(fault.kind) ? spoil(rows, fault.kind, seed) : rows;
}

const RESULTS: Readonly<Record<Exclude<Method, 'eth_getLogs'>, (node: Node, params: readonly unknown[]) => unknown>> = {
  eth_chainId: ({ options }) => options.chainId ?? MAINNET,
  net_version: ({ options }) => String(Number(options.chainId ?? MAINNET)),
  web3_clientVersion: () => CLIENT,
  eth_syncing: ({ options }) => options.syncing ?? false,
  eth_blockNumber: ({ chain }) => quantity(chain.ledger.tip.block),
  eth_getBlockByNumber: blockByNumber,
  eth_getTransactionReceipt: receiptFor,
  eth_call: callContract,
  eth_getCode: codeAt,
};

/** What a node answers that has not seen the newest blocks; one that is asked for by number is right all the same. */
function olderBlock(node: Node, [tag, ...more]: readonly unknown[]): object | null {
  const isTag = typeof tag === 'string' && !tag.startsWith('0x');
  return blockByNumber(node, [isTag ? quantity(Math.max(0, blockNumber(node, tag) - BEHIND)) : tag, ...more]);
}

function refused(id: unknown, error: RpcErrorBody, status = 200): Answered {
  return { status, body: errorOf(id, error) };
}
