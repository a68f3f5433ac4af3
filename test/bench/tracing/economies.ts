/**
 * Simulated networks: each planted network is a case. Its victims' payments are the sources; the targets are its wallets,
 * accounts at services among them, that this money can have reached. Services' and victims' wallets are stops.
 */
import { followInput } from '../../../graphs/trace/follow.ts';
import type { NamedSource, PlacedTransfer, TraceInput } from '../../../graphs/trace/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { DifficultyName } from '../../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../../src/simulate/economy.ts';
import type { SizeName } from '../../../src/simulate/sizes.ts';
import type { Economy, SimulatedPayment, SimulatedWallet } from '../../../src/simulate/types.ts';
import { paymentTransfers } from '../../../src/simulate/views.ts';
import { makeCase } from './cases.ts';
import { type FollowedCase, numbered, rowsOf } from './followed.ts';
import { hopsInTime } from './rules.ts';

const ASSET = 'USDT';

/** An economy, made ready for tracing. */
export interface OpenedEconomy {
  readonly name: string;
  readonly economy: Economy;
  /** In the simulation's order. */
  readonly transfers: readonly PlacedTransfer[];
  readonly payments: ReadonlyMap<PlacedTransfer, SimulatedPayment>;
}

export interface ExitsCompared {
  /** Exits of the truth: of one victim, at one wallet of a service. */
  readonly truth: number;
  /** Of these, those that FIFO has to the base unit. */
  readonly equal: number;
  /** Exits that FIFO has besides. */
  readonly surplus: number;
  /** Part of the truth's money that FIFO brings to the same exits. */
  readonly money: number;
}

export function openEconomy(seed: string, difficulty: DifficultyName, size: SizeName): OpenedEconomy {
  const economy = generateEconomy({ seed, size, difficulty });
  const simulated = economy.transfers.filter(({ asset }) => asset === ASSET);
  const transfers = numbered(simulated);
  const paid = paymentTransfers(simulated, economy.payments);
  const payments = new Map<PlacedTransfer, SimulatedPayment>();
  simulated.forEach((transfer, index) => {
    const [placed, payment] = [transfers[index], paid.get(transfer)];
    if (placed !== undefined && payment !== undefined) payments.set(placed, payment);
  });
  return { name: `${difficulty} ${seed}`, economy, transfers, payments };
}

/** One case for each network whose victims' money reached further wallets of its own. */
export function networksOf(opened: OpenedEconomy): FollowedCase[] {
  return networkNames(opened)
    .map((network) => caseOf(opened, network))
    .filter(({ ranked }) => ranked.targets.size > 0);
}

function caseOf({ name, economy, transfers, payments }: OpenedEconomy, network: string): FollowedCase {
  const isSource = (transfer: PlacedTransfer): boolean => payments.get(transfer)?.network === network;
  const stops = new Set(economy.wallets.filter(isStop).map(walletKey));
  const own = economy.wallets.filter((wallet) => wallet.network === network && !isVictim(wallet));
  const ranked = makeCase(`${name} ${network}`, rowsOf(transfers, isSource), {
    absorbs: (wallet) => stops.has(wallet),
    // Nobody looks for victims.
    given: economy.wallets.filter(isVictim).map(walletKey),
    targets: own.map(walletKey),
  });
  const hop = hopsInTime(ranked.graph, ranked.seeds);
  const targets = new Set([...ranked.targets].filter((wallet) => (hop[wallet] ?? -1) >= 0));
  const sources = transfers.filter(isSource).map(asPayment);
  return { ranked: { ...ranked, targets, absent: 0 }, input: inputOf(economy, transfers, sources) };
}

/** The exits of all victims by FIFO, beside those that the simulation kept account of. */
export function compareExits({ economy, transfers, payments }: OpenedEconomy): ExitsCompared {
  const refs = new Map([...payments].map(([{ chain, transaction }, { ref }]) => [`${chain} ${transaction}`, ref]));
  const flow = followInput(inputOf(economy, transfers, [...payments.keys()].map(asPayment)), 'fifo');
  const found = new Map<string, bigint>();
  for (const { end, transfer, source, amount } of flow.arrivals) {
    const paid = flow.sources[source]?.transfer;
    if (end !== 'service' || paid === undefined || amount === 0n) continue;
    const key = [refs.get(`${paid.chain} ${paid.transaction}`), transfer.chain, transfer.to].join(' ');
    found.set(key, (found.get(key) ?? 0n) + amount);
  }
  let [equal, both, all] = [0, 0n, 0n];
  for (const { ref, chain, address, value } of economy.exits) {
    const key = [ref, chain, address].join(' ');
    const amount = found.get(key) ?? 0n;
    found.delete(key);
    if (amount === value) equal += 1;
    both += amount < value ? amount : value;
    all += value;
  }
  const money = Number((both * 1_000_000n) / all) / 1_000_000;
  return { truth: economy.exits.length, equal, surplus: found.size, money };
}

/** All payments of a network's victims as sources, with every wallet's whole history. */
export function inputOfEconomy({ economy, transfers, payments }: OpenedEconomy, network: string): TraceInput {
  const own = [...payments]
    .filter(([, payment]) => payment.network === network)
    .map(([transfer]) => asPayment(transfer));
  return inputOf(economy, transfers, own);
}

export function networkNames({ economy }: OpenedEconomy): string[] {
  return [...new Set(economy.payments.map(({ network }) => network))].sort();
}

function inputOf(
  { wallets }: Economy,
  transfers: readonly PlacedTransfer[],
  sources: readonly NamedSource[],
): TraceInput {
  const stops = wallets
    .filter(isStop)
    .map((wallet) => ({ ...wallet, kind: isVictim(wallet) ? ('returned' as const) : ('service' as const) }));
  // Each wallet's whole history is known, from its beginning.
  return { transfers, burns: [], covered: wallets, stops, openings: [], sources, unverified: [] };
}

function asPayment(transfer: PlacedTransfer): NamedSource {
  return { ...transfer, kind: 'payment' };
}

function isStop(wallet: SimulatedWallet): boolean {
  return wallet.service !== '' || isVictim(wallet);
}

function isVictim({ owner }: SimulatedWallet): boolean {
  return owner.startsWith('victim-');
}
