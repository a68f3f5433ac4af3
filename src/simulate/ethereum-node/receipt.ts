/** `eth_getTransactionReceipt`. */
import type { TransactionHash } from '../../chains/chain.ts';
import { bloomOf } from '../ethereum/bloom.ts';
import { lowerCase, quantity } from '../ethereum/words.ts';
import { isPruned } from './blocks.ts';
import { type LogRow, rowOf } from './logs.ts';
import type { Node } from './options.ts';

interface Receipt {
  readonly status: string;
  readonly logs: readonly LogRow[];
  readonly [name: string]: unknown;
}

/** With all the transaction's logs, those of other contracts too; `null` where it has not happened. */
export function receiptFor(node: Node, [hash]: readonly unknown[]): Receipt | null {
  const { chain, options } = node;
  const { ledger } = chain;
  const transaction = String(hash).toLowerCase().replace(/^0x/, '') as TransactionHash;
  const [first] = ledger.transaction(transaction, ledger.tip);
  if (first === undefined || isPruned(options, first.block)) return null;
  const logs = chain.logsIn(first.block).filter((log) => log.transaction === transaction);
  return {
    type: '0x2',
    status: '0x1',
    transactionHash: `0x${transaction}`,
    transactionIndex: quantity(logs[0]?.transactionIndex ?? 0),
    blockHash: chain.hashOf(first.block),
    blockNumber: quantity(first.block),
    from: lowerCase(first.signer),
    to: lowerCase(ledger.network.token.address),
    contractAddress: null,
    gasUsed: quantity(logs.length * 30_000),
    cumulativeGasUsed: quantity(((logs.at(-1)?.logIndex ?? 0) + 1) * 30_000),
    effectiveGasPrice: quantity(1_000_000_000),
    logsBloom: bloomOf(logs),
    logs: logs.map((log) => rowOf(node, log)),
  };
}
