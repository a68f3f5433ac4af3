/**
 * TTR, transaction tracing rank: which wallets matter most to the money of some sources. It ranks, and never states amounts.
 *
 * Wu, Liu, Lin, Zheng, "TRacer: Scalable Graph-Based Transaction Tracing for Account-Based Blockchain Trading Systems",
 * IEEE TIFS 2023. Here it is deterministic to the last unit, and of one asset: swaps are not followed. Known limits: what
 * the push backwards reaches are also victims, which are no suspects; and what remains unpushed depends on the order.
 */
import { type Incidence, incidenceOf } from './ttr-incidence.ts';
import { LargestFirst } from './ttr-queue.ts';

/** All residual at the start, and rank and residual together at the end: ranks are parts of it. */
export const TTR_SCALE = 10n ** 18n;

export interface TtrGraph {
  readonly accounts: number;
  /** Payer and payee of each transfer, in the order in which the money moved: the index is the time. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** By it a push is divided. Transfers of zero and to oneself count for nothing. */
  readonly value: ArrayLike<bigint>;
  /** 1 where residual is absorbed: stops, and wallets beyond coverage. */
  readonly absorbs: Uint8Array;
}

export interface TtrSeed {
  /** The payee of the transfer. */
  readonly account: number;
  /** Index of the transfer that is the source. */
  readonly transfer: number;
  /** What the source counts for beside the others: its amount. */
  readonly weight: bigint;
}

/** Each a part of `TTR_SCALE`. */
export interface TtrParameters {
  /** What of a pushed residual becomes rank; above zero. */
  readonly alpha: bigint;
  /** What of the rest is pushed forward; the remainder goes backward. */
  readonly beta: bigint;
  /** Residual up to this much is not pushed; above zero. */
  readonly epsilon: bigint;
}

/** α and β are the paper's. ε is chosen by measurement: docs/tracing.md, "How good it is". */
export const TTR_DEFAULTS: TtrParameters = {
  alpha: (15n * TTR_SCALE) / 100n,
  beta: (80n * TTR_SCALE) / 100n,
  epsilon: TTR_SCALE / 100_000n,
};

export interface TtrRanks {
  /** Per account; zero where nothing was ever pushed. */
  readonly rank: BigInt64Array;
  /** What was left unpushed, per account. With the ranks it is exactly `TTR_SCALE`, or zero without any weight. */
  readonly residual: BigInt64Array;
  /** The accounts pushed, in that order: with it, each rank can be recomputed by hand. */
  readonly pushed: readonly number[];
}

/**
 * Residual stands in an account as chips, each with the time of the transfer that brought it; a source's is its payment's.
 * The account with the most, above ε, is pushed: α of each chip becomes rank, β of the rest goes by value to strictly
 * later payouts, what then remains to the payers of strictly earlier receipts. A part for which there is no such transfer
 * stays: it becomes rank too. So does all that an absorbing account is pushed with. Of equals that one is pushed first
 * which took part in an earlier transfer (the payer before the payee), so numbering accounts otherwise changes no rank.
 *
 * Each push turns α of more than ε into rank: after 1/(α·ε) pushes at most it ends.
 *
 * @throws RangeError for parameters out of range, or a seed that is no payment to its account
 */
export function rankTtr(graph: TtrGraph, seeds: readonly TtrSeed[], parameters: TtrParameters): TtrRanks {
  requireInRange(parameters);
  const incidence = incidenceOf(graph);
  const state: State = {
    graph,
    incidence,
    chips: new BigInt64Array(2 * graph.from.length),
    rank: new BigInt64Array(graph.accounts),
    residual: new BigInt64Array(graph.accounts),
    queue: new LargestFirst(graph.accounts, incidence.appearance, parameters.epsilon),
  };
  for (const { transfer, mass } of massesOf(graph, seeds)) give(state, 2 * transfer + 1, mass);
  const pushed: number[] = [];
  for (let account = state.queue.pop(); account >= 0; account = state.queue.pop()) {
    pushed.push(account);
    push(state, account, parameters);
  }
  return { rank: state.rank, residual: state.residual, pushed };
}

interface State {
  readonly graph: TtrGraph;
  readonly incidence: Incidence;
  /** Residual by where it stands: 2·transfer with the transfer's payer, 2·transfer + 1 with its payee. */
  readonly chips: BigInt64Array;
  readonly rank: BigInt64Array;
  /** The sum of an account's chips. */
  readonly residual: BigInt64Array;
  readonly queue: LargestFirst;
}

/** The sources' parts of the whole by weight, in the order of their transfers; what rounding leaves goes to the later. */
function massesOf(graph: TtrGraph, seeds: readonly TtrSeed[]): { transfer: number; mass: bigint }[] {
  const total = seeds.reduce((sum, { weight }) => sum + weight, 0n);
  const masses: { transfer: number; mass: bigint }[] = [];
  let before = 0n;
  let given = 0n;
  for (const { account, transfer, weight } of [...seeds].sort((a, b) => a.transfer - b.transfer)) {
    const value = graph.value[transfer] ?? 0n;
    if (weight < 0n || value === 0n || graph.to[transfer] !== account || graph.from[transfer] === account)
      throw new RangeError(`Transfer ${transfer} with weight ${weight} is no source of account ${account}.`);
    if (weight === 0n) continue;
    before += weight;
    const mass = (TTR_SCALE * before) / total - given;
    given += mass;
    masses.push({ transfer, mass });
  }
  return masses;
}

function push(state: State, account: number, parameters: TtrParameters): void {
  const { graph, rank, residual } = state;
  const mass = residual[account] ?? 0n;
  residual[account] = 0n;
  const moved = graph.absorbs[account] === 1 ? 0n : pushBoth(state, account, parameters);
  rank[account] = (rank[account] ?? 0n) + mass - moved;
}

/** Pushes in both directions, and tells how much has left the account. */
function pushBoth(state: State, account: number, { alpha, beta }: TtrParameters): bigint {
  const { chips, incidence } = state;
  const { start, entries } = incidence;
  const first = start[account] ?? 0;
  const end = start[account + 1] ?? 0;
  let moved = 0n;

  // All chips with a later payout have the same payouts behind that one, so one pool serves them all: each payout takes of
  // it as much as it is of the payouts from there on, and the last takes the rest.
  let pool = 0n;
  for (let index = first; index < end; index += 1) {
    const entry = entries[index] ?? 0;
    if ((entry & 1) === 0 && pool > 0n) {
      const share = (pool * (incidence.share[entry] ?? 0n)) >> incidence.shareBits;
      give(state, entry + 1, share);
      pool -= share;
      moved += share;
    }
    const chip = chips[entry] ?? 0n;
    if (chip > 0n) pool += forwardOf(chip, alpha, beta);
  }

  pool = 0n;
  for (let index = end - 1; index >= first; index -= 1) {
    const entry = entries[index] ?? 0;
    if ((entry & 1) === 1 && pool > 0n) {
      const share = (pool * (incidence.share[entry] ?? 0n)) >> incidence.shareBits;
      give(state, entry - 1, share);
      pool -= share;
      moved += share;
    }
    const chip = chips[entry] ?? 0n;
    if (chip > 0n) {
      pool += chip - keptOf(chip, alpha) - forwardOf(chip, alpha, beta);
      chips[entry] = 0n;
    }
  }
  return moved;
}

/** Rounded up, so that every push makes some residual rank. */
function keptOf(chip: bigint, alpha: bigint): bigint {
  return (chip * alpha + TTR_SCALE - 1n) / TTR_SCALE;
}

function forwardOf(chip: bigint, alpha: bigint, beta: bigint): bigint {
  return ((chip - keptOf(chip, alpha)) * beta) / TTR_SCALE;
}

function give({ graph, chips, residual, queue }: State, entry: number, mass: bigint): void {
  if (mass === 0n) return;
  const account = ((entry & 1) === 0 ? graph.from : graph.to)[entry >> 1] ?? 0;
  chips[entry] = (chips[entry] ?? 0n) + mass;
  const sum = (residual[account] ?? 0n) + mass;
  residual[account] = sum;
  queue.raise(account, sum);
}

function requireInRange({ alpha, beta, epsilon }: TtrParameters): void {
  const sound = alpha > 0n && alpha <= TTR_SCALE && beta >= 0n && beta <= TTR_SCALE && epsilon > 0n;
  if (!sound) throw new RangeError(`TTR has no meaning for α ${alpha}, β ${beta} and ε ${epsilon} of ${TTR_SCALE}.`);
}
