/** Finds logs by contract, topics and blocks, through the histories of the wallets where topics name some. */
import type { Address } from '../../chains/chain.ts';
import type { Ledger } from '../ledger.ts';
import { between } from '../search.ts';
import type { SimulatedTransfer } from '../types.ts';
import { type ChainLog, type EthereumChain, TOKEN } from './chain.ts';
import { addressWord, TRANSFER_TOPIC } from './words.ts';

export interface LogQuery {
  /** First and last block, both included. */
  readonly from: number;
  readonly to: number;
  /** Contracts in lower case; `null` for any. */
  readonly addresses: readonly string[] | null;
  /** For each place the topics that may stand there, in lower case; `null` for any, which still must be one. */
  readonly topics: readonly (readonly string[] | null)[];
}

/** What a query finds: the block of each log in order, and the logs themselves, which cost more to make. */
export interface Found {
  readonly blocks: readonly number[];
  logs(): ChainLog[];
}

export class LogSearch {
  readonly #chain: EthereumChain;
  readonly #wallets: ReadonlyMap<string, Address>;

  constructor(chain: EthereumChain) {
    this.#chain = chain;
    this.#wallets = new Map(chain.ledger.wallets.map((wallet) => [addressWord(wallet), wallet]));
  }

  find(query: LogQuery): Found {
    const onlyToken = query.addresses?.every((address) => address === TOKEN) === true && query.addresses.length > 0;
    if (!onlyToken) return this.#anyLogs(query);
    const [transfers, deeds] = [this.#transfers(query), this.#deeds(query)];
    if (deeds.blocks.length === 0) return transfers;
    return {
      blocks: [...transfers.blocks, ...deeds.blocks].sort((a, b) => a - b),
      logs: () => [...transfers.logs(), ...deeds.logs()].sort(inOrder),
    };
  }

  #deeds(query: LogQuery): Found {
    const deeds = this.#chain.ledger.deedsBetween(query.from, query.to);
    const logs = deeds.map((deed) => this.#chain.logOf(deed)).filter((log) => matches(log, query));
    return { blocks: logs.map(({ block }) => block), logs: () => logs };
  }

  #transfers({ from, to, topics: [kinds = null, payers = null, payees = null, ...more] }: LogQuery): Found {
    const { ledger } = this.#chain;
    // A log of a transfer has three topics, and more are never met.
    const possible = more.length === 0 && (kinds === null || kinds.includes(TRANSFER_TOPIC));
    const paying = payers === null ? null : this.#walletsIn(payers);
    const paid = payees === null ? null : this.#walletsIn(payees);
    const transfers = possible ? candidates(ledger, from, to, paying, paid) : [];
    const found = transfers
      .filter((transfer) => (paying?.has(transfer.from) ?? true) && (paid?.has(transfer.to) ?? true))
      .sort((a, b) => a.block - b.block);
    return {
      blocks: found.map(({ block }) => block),
      logs: () => found.map((transfer) => this.#chain.logOf(transfer)).sort(inOrder),
    };
  }

  #anyLogs(query: LogQuery): Found {
    const { ledger } = this.#chain;
    const happened = [...ledger.between(query.from, query.to), ...ledger.deedsBetween(query.from, query.to)];
    const blocks = [...new Set(happened.map(({ block }) => block))].sort((a, b) => a - b);
    const logs = blocks.flatMap((block) => this.#chain.logsIn(block).filter((log) => matches(log, query)));
    return { blocks: logs.map(({ block }) => block), logs: () => logs };
  }

  #walletsIn(words: readonly string[]): ReadonlySet<Address> {
    return new Set(words.flatMap((each) => this.#wallets.get(each) ?? []));
  }
}

/** Whether a log answers the query, its blocks aside. */
function matches({ address, topics: own }: ChainLog, { addresses, topics }: LogQuery): boolean {
  if (addresses !== null && addresses.length > 0 && !addresses.includes(address)) return false;
  if (topics.length > own.length) return false;
  return topics.every((allowed, place) => allowed === null || allowed.includes(own[place] ?? ''));
}

/** The payers' or the payees' histories where either are named, which is less than all. */
function candidates(
  ledger: Ledger,
  from: number,
  to: number,
  paying: ReadonlySet<Address> | null,
  paid: ReadonlySet<Address> | null,
): SimulatedTransfer[] {
  const named = paying ?? paid;
  if (named === null) return [...ledger.between(from, to)];
  const party = paying === null ? 'to' : 'from';
  return [...named].flatMap((wallet) =>
    between(ledger.of(wallet), from, to).filter((transfer) => transfer[party] === wallet),
  );
}

function inOrder(a: ChainLog, b: ChainLog): number {
  return a.block - b.block || a.logIndex - b.logIndex;
}
