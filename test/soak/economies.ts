/** Small economies that one crawl goes through in a second or two: a few hundred transfers, some tens of wallets. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChainId } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { NETWORKS } from '../../src/simulate/network.ts';
import { oneChain } from '../../src/simulate/views.ts';

export const ECONOMIES = 4;
const SMALL = { users: 30, merchants: 2, victims: 8, networks: 3, exchanges: 2, days: 8 };
const LARGER = { users: 60, merchants: 3, victims: 10, networks: 3, exchanges: 2, days: 14 };
/** Blocks above the last transfer that are final: more than Etherscan's readers stay below the newest. */
const QUIET = { tron: 40, ethereum: 140 };

/** One chain of an economy, up to a transfer of a reported wallet. */
export interface Slice {
  readonly chain: ChainId;
  readonly ledger: Ledger;
  /** The victims' reports, as `report import` takes them. */
  readonly reports: string;
}

const made = new Map<string, Promise<Slice>>();

/** The slice of a number, made once in a process. */
export function sliceOf(number: number, chain: ChainId): Promise<Slice> {
  const key = `${number}/${chain}`;
  const known = made.get(key) ?? makeSlice(number, chain);
  made.set(key, known);
  return known;
}

async function makeSlice(number: number, chain: ChainId): Promise<Slice> {
  const size = number % 2 === 0 ? SMALL : LARGER;
  const economy = oneChain(generateEconomy({ seed: `soak ${number}`, size }), chain);
  const folder = await mkdtemp(join(tmpdir(), 'downstream-soak-'));
  await writeEconomy(folder, economy);
  // The newest transfer is one that a crawl has to find, so that a server which is behind leaves something out.
  const reported = new Set(economy.reports.filter(({ role }) => role === 'paid-to').map(({ wallet }) => wallet));
  const last = economy.transfers.findLastIndex(({ from, to }) => reported.has(from) || reported.has(to));
  const transfers = economy.transfers.slice(0, last + 1);
  const network = NETWORKS[chain];
  const ledger = new Ledger(transfers, { network, head: (transfers.at(-1)?.block ?? 0) + QUIET[chain] });
  return { chain, ledger, reports: join(folder, 'reports.csv') };
}
