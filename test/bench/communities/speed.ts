/** How long a large case takes: transfers that are made up, most of them between wallets of one group. */
import { joinTied } from '../../../graphs/communities/join.ts';
import { leiden } from '../../../graphs/communities/leiden.ts';
import type { CommunityPolicy } from '../../../graphs/communities/policy.ts';
import { createRandom } from '../../../graphs/communities/random.ts';
import { tracedGraph } from '../../../graphs/communities/traced-graph.ts';
import { graphOf } from '../../../graphs/communities/weighted-graph.ts';
import { type CaseView, viewCase } from '../../../graphs/findings/view.ts';
import { makePlan } from '../../../graphs/trace/plan.ts';
import { createTable } from '../../../graphs/trace/table.ts';
import type { PlacedTransfer } from '../../../graphs/trace/types.ts';
import type { Address, TransactionHash, Wallet } from '../../../src/chains/chain.ts';

const GROUP = 100;
const SOURCES = 2_000;
/** How often a wallet pays one of another group. */
const ELSEWHERE = 0.1;
const USDT = 1_000_000;

/** A case of so many transfers between so many wallets, of which the first pay the rest with victims' money. */
export function largeCase(wallets: number, transfers: number): CaseView {
  const random = createRandom(1);
  const below = (count: number) => Math.floor(random() * count);
  const addresses = Array.from({ length: wallets }, (_, each) => `T${each.toString(36).padStart(8, '0')}` as Address);
  const table = createTable(transfers);
  const sources: PlacedTransfer[] = [];
  for (let row = 0; row < transfers; row += 1) {
    const from = below(wallets);
    const near = from - (from % GROUP) + below(GROUP);
    const to = random() < ELSEWHERE ? below(wallets) : Math.min(near, wallets - 1);
    const transfer: PlacedTransfer = {
      ...{ chain: 'tron', asset: 'USDT', transaction: row.toString(16).padStart(64, '0') as TransactionHash },
      ...{
        from: addresses[from] as Address,
        to: addresses[to] as Address,
        value: BigInt(1 + below(1_000)) * BigInt(USDT),
      },
      ...{ occurrence: 0, timestamp: row * 1_000, position: null },
    };
    table.addTransfer(transfer);
    if (row % Math.floor(transfers / SOURCES / 4) === 0 && row < transfers / 4 && from !== to) sources.push(transfer);
  }
  const all = addresses.map((address): Wallet => ({ chain: 'tron', address }));
  const plan = makePlan(table.build(), {
    ...{ covered: all, stops: [], openings: [], unverified: [] },
    sources: sources.map((transfer) => ({ ...transfer, kind: 'payment' as const })),
  });
  const view = viewCase({
    ...{ plan, rule: 'pro-rata', victims: [], services: [], possible: [], accounts: [], ties: [], native: [] },
    ...{ complete: all, reported: [] },
  });
  // As if all of it were traced: the most that a case of this size can be.
  return {
    ...view,
    traced: view.table.value,
    byReported: view.table.value,
    hop: view.hop.map((hop) => Math.max(0, hop)),
  };
}

export interface Times {
  /** Milliseconds for building the graph, and for Leiden's method with joining. */
  readonly build: number;
  readonly search: number;
  /** Milliseconds of the processor for both: where others use it too, that says more. */
  readonly processor: number;
  readonly pairs: number;
}

export function timeOf(view: CaseView, policy: CommunityPolicy): Times {
  const before = process.cpuUsage();
  const began = performance.now();
  const { accounts, pairs } = tracedGraph(view, policy);
  const graph = graphOf(accounts.length, pairs);
  const built = performance.now();
  joinTied(graph, leiden(graph, { ...policy, seed: 1 }), policy.joinShare);
  const processor = process.cpuUsage(before).user / 1_000;
  return { build: built - began, search: performance.now() - built, processor, pairs: pairs.count };
}
