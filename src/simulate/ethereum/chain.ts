/** A ledger as the chain of blocks, transactions and logs that a node of Ethereum has. */
import type { TransactionHash } from '../../chains/chain.ts';
import { ETHEREUM } from '../ethereum.ts';
import type { Ledger } from '../ledger.ts';
import { digest } from '../names.ts';
import type { SimulatedDeed, SimulatedTransfer } from '../types.ts';
import { APPROVAL_TOPIC, addressWord, DEED_TOPICS, lowerCase, TRANSFER_TOPIC, word } from './words.ts';

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
  /** Whether a frozen wallet stands in a topic, as in contracts derived from the real one. */
  readonly indexedDeeds?: boolean;
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
  /** The log that each transfer, and each deed of the issuer, left. */
  readonly of: ReadonlyMap<Happening, ChainLog>;
}

/** What leaves a log of the token. */
type Happening = SimulatedTransfer | SimulatedDeed;
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

  logOf(happening: Happening): ChainLog {
    const log = this.#blockAt(happening.block).of.get(happening);
    if (log === undefined) throw new RangeError('it did not happen on this chain');
    return log;
  }

  #blockAt(block: number): Block {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const { ledger } = this;
    const happened = [...ledger.between(block, block), ...ledger.deedsBetween(block, block)];
    const laid = layOut(
      happened.sort((a, b) => a.position - b.position),
      this.#options,
    );
    this.#blocks.set(block, laid);
    return laid;
  }
}

/** Transactions in the order of what happened first in them, each with all its logs together: that is how blocks are. */
function layOut(happened: readonly Happening[], { otherToken = false, indexedDeeds = false }: ChainOptions): Block {
  const transactions = new Map<TransactionHash, Happening[]>();
  for (const each of happened) {
    transactions.set(each.transaction, [...(transactions.get(each.transaction) ?? []), each]);
  }
  const logs: ChainLog[] = [];
  const of = new Map<Happening, ChainLog>();
  let transactionIndex = 0;
  for (const [transaction, inIt] of transactions) {
    const place = { block: inIt[0]?.block ?? 0, transaction, transactionIndex };
    const add = (content: Content): ChainLog => {
      const log = { ...place, logIndex: logs.length, ...content };
      logs.push(log);
      return log;
    };
    const first = inIt.find(isTransfer);
    if (first !== undefined) add(approvalFor(first));
    for (const each of inIt) {
      if (!isTransfer(each)) {
        of.set(each, add(deedOf(each, indexedDeeds)));
        continue;
      }
      if (otherToken) add(transferOf(OTHER_TOKEN, each));
      of.set(each, add(transferOf(TOKEN, each)));
    }
    transactionIndex += 1;
  }
  return { logs, of };
}

function isTransfer(happening: Happening): happening is SimulatedTransfer {
  return 'signer' in happening;
}

function deedOf(deed: SimulatedDeed, indexed: boolean): Content {
  const topic = DEED_TOPICS[deed.kind];
  const amount = 'value' in deed ? word(deed.value) : '0x';
  if (deed.kind === 'redeemed') return { address: TOKEN, topics: [topic], data: amount };
  if (indexed) return { address: TOKEN, topics: [topic, addressWord(deed.wallet)], data: amount };
  return { address: TOKEN, topics: [topic], data: addressWord(deed.wallet) + amount.slice(2) };
}

function transferOf(address: string, { from, to, value }: SimulatedTransfer): Content {
  return { address, topics: [TRANSFER_TOPIC, addressWord(from), addressWord(to)], data: word(value) };
}

function approvalFor({ signer, to, value }: SimulatedTransfer): Content {
  return { address: ROUTER, topics: [APPROVAL_TOPIC, addressWord(signer), addressWord(to)], data: word(value) };
}
