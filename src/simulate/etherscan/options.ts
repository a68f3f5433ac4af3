/** What a simulated Etherscan can be like. */

import type { Address } from '../../chains/chain.ts';
import type { EthereumChain } from '../ethereum/chain.ts';
import type { Node, NodeOptions } from '../ethereum-node/options.ts';
import type { SimulatedTransfer } from '../types.ts';

/** Of the node behind `module=proxy`. */
type ProxyOptions = Pick<
  NodeOptions,
  'genesis' | 'otherToken' | 'finality' | 'stateBlocks' | 'stateWords' | 'multicall' | 'prunedBefore'
>;

export interface ExplorerOptions extends ProxyOptions {
  /** Transfers that an account's history leaves out for good, without a word. */
  readonly hidden?: (transfer: SimulatedTransfer, account: Address) => boolean;
  /** Rows of a page at most: 1,000 unless told. */
  readonly maxOffset?: number;
  /** What becomes of a larger offset: it is silently made smaller unless told. */
  readonly offsetBeyond?: 'capped' | 'refused';
  /** Rows of a page at most, whatever the offset; nothing tells of it, and the next page begins where such a page ends. */
  readonly capRows?: number;
  /** A window that spans more blocks, or holds more of the account's rows, takes too long to answer. */
  readonly queryLimit?: { readonly blocks?: number; readonly rows?: number };
  /** The newest block that the index of transfers knows: the newest of all unless told. */
  readonly indexedTo?: number;
  /** How `module=proxy` refuses: as the node does, or as the rest of Etherscan. */
  readonly proxyErrors?: 'node' | 'status';
}

/** An Etherscan as its actions see it. */
export interface Explorer {
  readonly chain: EthereumChain;
  readonly node: Node;
  readonly options: ExplorerOptions;
}
