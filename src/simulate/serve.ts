/** An economy served on this machine as its chains' providers serve the real ones. */
import { ETHEREUM } from './ethereum.ts';
import { serveEthereumNode } from './ethereum-node.ts';
import { serveEtherscan } from './etherscan.ts';
import { Ledger } from './ledger.ts';
import { TRON } from './tron.ts';
import { serveTronGrid } from './trongrid.ts';
import type { SimulatedBurn, SimulatedDelegation, SimulatedTransfer } from './types.ts';

/** Ethereum's newest block is so far from its last transfer that all of them are final, also for who counts blocks. */
const QUIET_BLOCKS = 200;
/** Requests that a server remembers: it may run for long. */
const REMEMBERED = 1_000;

/** What free access to each provider allows. */
const REAL_LIMITS = {
  trongrid: { ratePerSecond: 15, suspendSeconds: 5 },
  etherscan: { ratePerSecond: 3 },
  node: { dialect: 'infura', ratePerSecond: 25 },
} as const;

export interface ServedEconomy {
  /** The settings that lead the program to the servers, the rate of requests left out. */
  readonly settings: Readonly<Record<'TRON_API_URL' | 'ETHEREUM_RPC_URL' | 'ETHERSCAN_API_URL', string>>;
  /** Stops all servers at once. */
  close(): Promise<void>;
}

/**
 * Serves Tron as TronGrid, and Ethereum as Etherscan and as a node.
 *
 * @param options `limits`: as free access to the real ones has them, or none; `burns`: what the issuers take out of the world;
 *   `delegations`: who lends energy
 * @throws UserError `PORT_TAKEN`
 */
export async function serveEconomy(
  transfers: readonly SimulatedTransfer[],
  options: {
    limits: 'real' | 'none';
    burns?: readonly SimulatedBurn[];
    delegations?: readonly SimulatedDelegation[];
  },
): Promise<ServedEconomy> {
  const limits = options.limits === 'real' ? REAL_LIMITS : { trongrid: {}, etherscan: {}, node: {} };
  const { burns = [], delegations = [] } = options;
  const tron = new Ledger(transfers, { network: TRON, burns, delegations });
  const whole = new Ledger(transfers, { network: ETHEREUM, burns });
  const last = Math.max(whole.transfers.at(-1)?.block ?? 0, whole.burns.at(-1)?.block ?? 0);
  const ethereum = new Ledger(transfers, { network: ETHEREUM, burns, head: last + QUIET_BLOCKS });
  const servers = [
    await serveTronGrid(tron, { ...limits.trongrid, logLast: REMEMBERED }),
    await serveEthereumNode(ethereum, { ...limits.node, logLast: REMEMBERED }),
    await serveEtherscan(ethereum, { ...limits.etherscan, logLast: REMEMBERED }),
  ] as const;
  const [trongrid, node, etherscan] = servers;
  return {
    settings: {
      TRON_API_URL: trongrid.url,
      ETHEREUM_RPC_URL: node.url,
      ETHERSCAN_API_URL: `${etherscan.url}/v2/api`,
    },
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}
