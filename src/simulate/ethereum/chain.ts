/** A ledger as the chain of blocks, transactions and logs that a node of Ethereum has. */
import type { TransactionHash } from '../../chains/chain.ts';
import { ETHEREUM } from '../ethereum.ts';
import type { Ledger } from '../ledger.ts';
import { digest } from '../names.ts';
import type { SimulatedTransfer } from '../types.ts';
import { APPROVAL_TOPIC, addressWord, lowerCase, TRANSFER_TOPIC, word } from './words.ts';

/** The token that is simulated, as logs name it. */
export const TOKEN = lowerCase(ETHEREUM.token.address);
/** Anybody may issue a token and call it USDT. */
export const OTHER_TOKEN = lowerCase(ETHEREUM.addressFor('another token'));
/** A contract that takes part in every transaction: most real ones pass through some router or wallet. */
const ROUTER = lowerCase(ETHEREUM.addressFor('a router'));

export interface ChainOptions {
  /** Hash of the first block: other than a test's usual one, it is another chain. */
  readonly genesis?: string;
  /** Every transfer is accompanied by one of a token that only calls itself USDT, with the same parties and value. */
  readonly otherToken?: boolean;
}

export interface ChainLog {
  readonly block: number;
  readonly transaction: TransactionHash;
  readonly transactionIndex: number;
  /** Counts all logs of the block. */
  readonly logIndex: number;
  /** Of the contract, in lower case. */
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

interface Block {
  readonly logs: readonly ChainLog[];
  /** The log that each transfer left. */
  readonly ofTransfer: ReadonlyMap<SimulatedTransfer, ChainLog>;
}

type Content = Pick<ChainLog, 'address' | 'topics' | 'data'>;

export class EthereumChain {
  readonly ledger: Ledger;
  readonly #options: ChainOptions;
  /** Laid out when they are first asked for. */
  readonly #blocks = new Map<number, Block>();

  constructor(ledger: Ledger, options: ChainOptions = {}) {
    this.ledger = ledger;
    this.#options = options;
  }

  /** The hash of a block; `0x` and 64 digits. */
  hashOf(block: number): string {
    const { genesis } = this.#options;
    return block === 0 && genesis !== undefined ? genesis : `0x${digest(`ethereum block ${block}`)}`;
  }

  /** All logs of a block in their order. */
  logsIn(block: number): readonly ChainLog[] {
    return this.#blockAt(block).logs;
  }

  logOf(transfer: SimulatedTransfer): ChainLog {
    const log = this.#blockAt(transfer.block).ofTransfer.get(transfer);
    if (log === undefined) throw new RangeError('the transfer is not on this chain');
    return log;
  }

  #blockAt(block: number): Block {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const laid = layOut(this.ledger.between(block, block), this.#options.otherToken ?? false);
    this.#blocks.set(block, laid);
    return laid;
  }
}

/** Transactions in the order of their first transfers, each with all its logs together: that is how blocks are. */
function layOut(transfers: readonly SimulatedTransfer[], otherToken: boolean): Block {
  const transactions = new Map<TransactionHash, SimulatedTransfer[]>();
  for (const transfer of transfers) {
    transactions.set(transfer.transaction, [...(transactions.get(transfer.transaction) ?? []), transfer]);
  }
  const logs: ChainLog[] = [];
  const ofTransfer = new Map<SimulatedTransfer, ChainLog>();
  let transactionIndex = 0;
  for (const [transaction, moved] of transactions) {
    const [first] = moved;
    const place = { block: first?.block ?? 0, transaction, transactionIndex };
    const add = (content: Content): ChainLog => {
      const log = { ...place, logIndex: logs.length, ...content };
      logs.push(log);
      return log;
    };
    if (first !== undefined) add(approvalFor(first));
    for (const transfer of moved) {
      if (otherToken) add(transferOf(OTHER_TOKEN, transfer));
      ofTransfer.set(transfer, add(transferOf(TOKEN, transfer)));
    }
    transactionIndex += 1;
  }
  return { logs, ofTransfer };
}

function transferOf(address: string, { from, to, value }: SimulatedTransfer): Content {
  return { address, topics: [TRANSFER_TOPIC, addressWord(from), addressWord(to)], data: word(value) };
}

function approvalFor({ signer, to, value }: SimulatedTransfer): Content {
  return { address: ROUTER, topics: [APPROVAL_TOPIC, addressWord(signer), addressWord(to)], data: word(value) };
}
