/** What a simulated node can be like. */
import type { ChainOptions, EthereumChain } from '../ethereum/chain.ts';
import type { LogSearch } from '../ethereum/log-search.ts';
import type { DialectName, Limits } from './dialects.ts';
import type { Suggestion } from './limits.ts';

export interface NodeOptions extends ChainOptions {
  /** Hex; `0x1` unless told. */
  readonly chainId?: string;
  /** What `eth_syncing` answers instead of `false`. */
  readonly syncing?: Readonly<Record<string, string>>;
  /** Whether the tags `finalized` and `safe` are known: they are unless told, else they are refused as one or the other. */
  readonly finality?: true | 'unknown-block' | 'invalid-tag';
  /** Blocks below are gone. Asked for their logs, the node says so, or is silent and has none. */
  readonly prunedBefore?: number;
  readonly pruned?: 'refused' | 'silent';
  /** What becomes of a range of logs that ends beyond the newest block: it ends there unless told. */
  readonly beyondTip?: 'cut' | 'refused';
  /** Logs carry the time of their block, as those of newer nodes do: they do unless told. */
  readonly blockTimestamps?: boolean;
  /** How many blocks below the newest the state is kept: all unless told. */
  readonly stateBlocks?: number;
  /** In whose words older state is refused: the first is of nodes that keep a tree by hash, the second by path. */
  readonly stateWords?: 'trie-node' | 'historical-state';
  /** Whether Multicall3 is deployed: it is unless told. */
  readonly multicall?: boolean;
  /** Whose limits of `eth_getLogs` hold, and in whose words: geth's unless told. */
  readonly dialect?: DialectName;
  /** Other figures than the dialect's usual ones. */
  readonly limits?: Limits;
  /** What becomes of the range that some dialects suggest: it is the right one unless told. */
  readonly suggestion?: Suggestion;
}

/** A node as its methods see it. */
export interface Node {
  readonly chain: EthereumChain;
  readonly search: LogSearch;
  readonly options: NodeOptions;
}
