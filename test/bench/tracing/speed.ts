/** How long TTR takes on a large graph, in which few wallets have most transfers. */
import { createRandom } from '../../../graphs/communities/random.ts';
import { rankTtr, TTR_DEFAULTS, type TtrGraph } from '../../../graphs/trace/ttr.ts';

const TRANSFERS = 1_000_000;
const WALLETS = 200_000;
const SOURCES = 100;
/** The greater, the more of all transfers go through the same wallets: with 3 the largest pays 17,000 times. */
const SKEW = 3;

export interface Speed {
  readonly transfers: number;
  readonly wallets: number;
  readonly ms: number;
  readonly pushes: number;
}

export function timeTtr(epsilon: bigint): Speed {
  const random = createRandom(7);
  const pick = (): number => Math.floor(WALLETS * random() ** SKEW);
  const graph: TtrGraph = {
    accounts: WALLETS,
    from: Int32Array.from({ length: TRANSFERS }, pick),
    to: Int32Array.from({ length: TRANSFERS }, pick),
    value: Array.from({ length: TRANSFERS }, () => BigInt(Math.floor(10 ** (4 + 7 * random())))),
    absorbs: new Uint8Array(WALLETS),
  };
  const seeds = Array.from({ length: SOURCES }, () => Math.floor((random() * TRANSFERS) / 2))
    .filter((transfer) => graph.from[transfer] !== graph.to[transfer])
    .map((transfer) => ({ account: graph.to[transfer] ?? 0, transfer, weight: graph.value[transfer] ?? 0n }));
  const began = performance.now();
  const { pushed } = rankTtr(graph, seeds, { ...TTR_DEFAULTS, epsilon });
  return { transfers: TRANSFERS, wallets: WALLETS, ms: performance.now() - began, pushes: pushed.length };
}
