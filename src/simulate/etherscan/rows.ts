/** Rows as Etherscan has them: everything is text, and no row tells its log's index. */
import { lowerCase } from '../ethereum/words.ts';
import { digest } from '../names.ts';
import type { TokenTransfer } from './history.ts';
import type { Explorer } from './options.ts';

export interface Row {
  blockNumber: string;
  /** Seconds since 1970. */
  timeStamp: string;
  hash: string;
  nonce: string;
  blockHash: string;
  from: string;
  contractAddress: string;
  to: string;
  value?: string;
  tokenName: string;
  tokenSymbol: string;
  tokenDecimal: string;
  transactionIndex: string;
  gas: string;
  gasPrice: string;
  gasUsed: string;
  cumulativeGasUsed: string;
  input: string;
  methodId: string;
  functionName: string;
  confirmations: string;
}

export function rowOf({ chain }: Explorer, { transfer, contract }: TokenTransfer): Row {
  const { ledger } = chain;
  const { token } = ledger.network;
  const { block, timestamp, transaction, from, to, value } = transfer;
  const { transactionIndex } = chain.logOf(transfer);
  return {
    blockNumber: String(block),
    timeStamp: String(timestamp / 1_000),
    hash: `0x${transaction}`,
    nonce: String(Number.parseInt(digest(`nonce ${transaction}`).slice(0, 3), 16)),
    blockHash: chain.hashOf(block),
    from: lowerCase(from),
    contractAddress: contract,
    to: lowerCase(to),
    value: String(value),
    tokenName: token.name,
    tokenSymbol: token.symbol,
    tokenDecimal: String(token.decimals),
    transactionIndex: String(transactionIndex),
    gas: '100000',
    gasPrice: '1000000000',
    gasUsed: '63197',
    cumulativeGasUsed: String((transactionIndex + 1) * 63_197),
    input: 'deprecated',
    methodId: '0xa9059cbb',
    functionName: 'transfer(address _to, uint256 _value)',
    confirmations: String(ledger.tip.block - block),
  };
}
