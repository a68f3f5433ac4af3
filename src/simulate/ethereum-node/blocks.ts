/** Blocks, by number and tag, as geth answers for them. */
import { bloomOf } from '../ethereum/bloom.ts';
import { quantity } from '../ethereum/words.ts';
import { digest } from '../names.ts';
import type { Node } from './options.ts';
import { invalidParams, RpcRefusal } from './rpc.ts';

/** A safe block is at least one epoch old; a final one two. */
const SAFE_BLOCKS = 32;

/** The number that a parameter names: a tag or a quantity, which may lie beyond the newest block. */
export function blockNumber(node: Node, value: unknown): number {
  const { head, tip } = node.chain.ledger;
  switch (value) {
    case 'latest':
    case 'pending':
      return tip.block;
    case 'safe':
      mindFinality(node, value);
      return Math.max(head.block, tip.block - SAFE_BLOCKS);
    case 'finalized':
      mindFinality(node, value);
      return head.block;
    case 'earliest':
      return 0;
    default:
      return quantityIn(value);
  }
}

/** `eth_getBlockByNumber`, without the transactions; `null` for a block that the node does not have. */
export function blockByNumber(node: Node, [tag]: readonly unknown[]): object | null {
  const number = blockNumber(node, tag);
  const { chain, options } = node;
  if (number > chain.ledger.tip.block || isPruned(options, number)) return null;
  const logs = chain.logsIn(number);
  return {
    number: quantity(number),
    hash: chain.hashOf(number),
    parentHash: number === 0 ? `0x${'0'.repeat(64)}` : chain.hashOf(number - 1),
    nonce: '0x0000000000000000',
    logsBloom: bloomOf(logs),
    stateRoot: stateRoot(number),
    miner: `0x${digest('a proposer').slice(0, 40)}`,
    difficulty: '0x0',
    extraData: '0x',
    gasLimit: quantity(30_000_000),
    gasUsed: quantity(logs.length * 30_000),
    timestamp: quantity(Math.max(0, chain.ledger.network.timeOf(number) / 1_000)),
    transactions: [],
    uncles: [],
  };
}

/** Whether a node that has dropped its history has dropped this block's; the first block is never dropped. */
export function isPruned({ prunedBefore = 0 }: Node['options'], block: number): boolean {
  return block !== 0 && block < prunedBefore;
}

export function stateRoot(block: number): string {
  return `0x${digest(`ethereum state ${block}`)}`;
}

function mindFinality({ options: { finality = true } }: Node, tag: string): void {
  if (finality === 'unknown-block') throw new RpcRefusal({ code: -39001, message: 'Unknown block' });
  if (finality === 'invalid-tag') throw invalidParams(`invalid block tag: ${tag}`);
}

function quantityIn(value: unknown): number {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]+$/.test(value)) {
    throw invalidParams('invalid argument 0: hex string without 0x prefix');
  }
  if (/^0x0[0-9a-fA-F]/.test(value)) throw invalidParams('invalid argument 0: hex number with leading zero digits');
  return Number(value);
}
