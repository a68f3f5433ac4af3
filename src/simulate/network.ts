/** What a simulated network has of the real one it stands for. */
import type { Address, ChainId, Head } from '../chains/chain.ts';
import { ETHEREUM } from './ethereum.ts';
import { TRON } from './tron.ts';

export interface Network {
  readonly chain: ChainId;
  /** The token that is simulated, as the network's providers describe it. */
  readonly token: {
    readonly symbol: string;
    readonly address: Address;
    readonly decimals: number;
    readonly name: string;
  };
  /** The coin in which fees are paid, and how many decimals it has. */
  readonly coin: { readonly symbol: string; readonly decimals: number };
  /** Blocks from the newest one back to the newest that is final. */
  readonly confirmations: number;
  /** Number of the block that holds the moment. */
  blockAt(timestamp: number): number;
  /** Time of a block, milliseconds since 1970. */
  timeOf(block: number): number;
  /** An address that nobody owns, the same for the same name. */
  addressFor(name: string): Address;
  /** An address that looks like another at a glance, the same for the same name. */
  lookAlike(target: Address, name: string): Address;
}

export const NETWORKS: Readonly<Record<ChainId, Network>> = { ethereum: ETHEREUM, tron: TRON };

export function headAt(network: Network, block: number): Head {
  return { block, timestamp: network.timeOf(block) };
}
