/** What is seen of a simulated economy, and the truth beside it: the whole of it, or what a crawl reads of the reports on one network. */

import type { AttributionInput } from '../../../graphs/attribution/types.ts';
import { tableOf } from '../../../graphs/trace/table.ts';
import type { PlacedTransfer } from '../../../graphs/trace/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { Wallet } from '../../../src/chains/chain.ts';
import type { NativeReceipt } from '../../../src/chains/off-history.ts';
import { newestOf } from '../../../src/chains/rows.ts';
import { isService as behavesAsService, observe, PROBED_FROM } from '../../../src/crawl/behaviour.ts';
import { DUST } from '../../../src/money.ts';
import type { DifficultyName } from '../../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../../src/simulate/economy.ts';
import type { SizeName } from '../../../src/simulate/sizes.ts';
import type { SimulatedTransfer, SimulatedWallet } from '../../../src/simulate/types.ts';
import { paymentTransfers } from '../../../src/simulate/views.ts';
import { numbered } from '../tracing/followed.ts';

const TOKEN = 1_000_000n;
/** What of the sources a wallet must have been paid for a crawl to read it, as one part of so many, and by how few transfers. */
export interface CrawlLimits {
  readonly leastOf: number;
  readonly hops: number;
}

/** What a crawl follows unless told otherwise. */
const USUAL: CrawlLimits = { leastOf: 1_000, hops: 6 };

export interface View {
  readonly input: AttributionInput;
  /** The wallets whose whole history is seen, and those that the crawl stopped at, by key. */
  readonly complete: ReadonlySet<string>;
  readonly stopped: ReadonlySet<string>;
}

export interface OpenEconomy {
  readonly wallets: ReadonlyMap<string, SimulatedWallet>;
  /** Wallets at the other end of its transfers of 1 USDT or more, and its payouts, by key. */
  readonly counterparties: ReadonlyMap<string, number>;
  readonly payouts: ReadonlyMap<string, number>;
  readonly whole: readonly View[];
  /** One for each network: what a crawl of all reports on it reads. */
  readonly cases: readonly View[];
}

export function openEconomy(seed: string, difficulty: DifficultyName, size: SizeName): OpenEconomy {
  const { transfers, wallets, payments } = generateEconomy({ seed, difficulty, size });
  const simulated = transfers.filter(({ asset }) => asset === 'USDT');
  const coins = transfers.filter(({ asset }) => asset !== 'USDT');
  const usdt = numbered(simulated);
  const paid = paymentTransfers(simulated, payments);
  const victims = wallets.filter(({ owner }) => owner.startsWith('victim-'));
  const histories = historiesOf(simulated);
  const cases = [...new Set(payments.map(({ network }) => network))].sort().map((network) => {
    const isPaid = (transfer: SimulatedTransfer | undefined) =>
      transfer !== undefined && paid.get(transfer)?.network === network;
    const sources = new Set(usdt.filter((_, index) => isPaid(simulated[index])));
    return viewOf(usdt, coins, { ...crawlOf(usdt, histories, sources, victims), victims });
  });
  return {
    ...{ wallets: new Map(wallets.map((wallet) => [walletKey(wallet), wallet])), cases },
    whole: [viewOf(usdt, coins, { complete: wallets, possible: [], victims: [] })],
    ...countDealings(histories),
  };
}

export function viewOf(
  usdt: readonly PlacedTransfer[],
  coins: readonly SimulatedTransfer[],
  {
    complete,
    possible,
    victims,
  }: { complete: readonly Wallet[]; possible: readonly Wallet[]; victims: readonly Wallet[] },
): View {
  const seen = new Set(complete.map(walletKey));
  const touches = ({ chain, from, to }: PlacedTransfer) =>
    seen.has(walletKey({ chain, address: from })) || seen.has(walletKey({ chain, address: to }));
  const rows = usdt.filter(touches);
  const dust = rows.filter(({ value }) => value < DUST).map(({ position, ...row }) => ({ ...row, block: null }));
  const native = coins.filter(({ chain, to }) => seen.has(walletKey({ chain, address: to }))).map(asReceipt);
  return {
    input: { table: tableOf(rows, []), dust, complete, named: [], possible, native, victims },
    complete: seen,
    stopped: new Set(possible.map(walletKey)),
  };
}

/** On Tron the first TRX that reaches an account makes it: the providers tell of it as a transfer of coins all the same. */
function asReceipt({ chain, transaction, from, to, value, timestamp, block }: SimulatedTransfer): NativeReceipt {
  return { chain, kind: 'coin', transaction, from, to, value, timestamp, block };
}

/**
 * Reads whom a part of the victims' money reached, wave by wave, but for possible services; each wallet to its end. The
 * money is shared out in proportion, and that of all victims followed as one: a crawl, which keeps them apart, reads about the same.
 */
export function crawlOf(
  usdt: readonly PlacedTransfer[],
  histories: ReadonlyMap<string, readonly SimulatedTransfer[]>,
  sources: ReadonlySet<PlacedTransfer>,
  victims: readonly Wallet[],
  { leastOf, hops }: CrawlLimits = USUAL,
): { complete: Wallet[]; possible: Wallet[] } {
  const steps = usdt.map(
    (transfer): Step => ({
      transfer,
      from: walletKey({ chain: transfer.chain, address: transfer.from }),
      to: walletKey({ chain: transfer.chain, address: transfer.to }),
      isSource: sources.has(transfer),
    }),
  );
  const returned = new Set(victims.map(walletKey));
  const reported = [...sources].map(({ chain, to }): Wallet => ({ chain, address: to }));
  const expanded = new Map(reported.map((wallet) => [walletKey(wallet), wallet]));
  const services = new Map<string, Wallet>();
  const least = [...sources].reduce((sum, { value }) => sum + Number(value), 0) / leastOf;
  for (let before = -1; before < expanded.size; ) {
    before = expanded.size;
    for (const [key, { wallet, amount, hop }] of reachedFrom(steps, expanded)) {
      if (amount < least || hop > hops || services.has(key) || returned.has(key)) continue;
      const rows = histories.get(key) ?? [];
      const stop = rows.length >= PROBED_FROM && behavesAsService(observe(wallet.address, newestOf([...rows]), TOKEN));
      (stop ? services : expanded).set(key, wallet);
    }
  }
  return { complete: [...expanded.values()], possible: [...services.values()] };
}

interface Step {
  readonly transfer: PlacedTransfer;
  readonly from: string;
  readonly to: string;
  readonly isSource: boolean;
}

/** What of the sources came to wallets that are not read, and by how few transfers. A crawl's choice, where fractions do no harm. */
function reachedFrom(steps: readonly Step[], expanded: ReadonlyMap<string, Wallet>) {
  const held = new Map<string, { balance: number; followed: number; hop: number }>();
  const reached = new Map<string, { readonly wallet: Wallet; amount: number; hop: number }>();
  for (const { transfer, from, to, isSource } of steps) {
    const { chain, value } = transfer;
    const payer = held.get(from);
    let [followed, hop] = [0, Number.POSITIVE_INFINITY];
    if (payer !== undefined && payer.balance > 0) {
      const part = Math.min(1, Number(value) / payer.balance);
      [followed, hop] = [payer.followed * part, payer.hop + 1];
      payer.balance -= payer.balance * part;
      payer.followed -= followed;
    }
    if (isSource) [followed, hop] = [Number(value), 0];
    if (expanded.has(to)) {
      const payee = held.get(to) ?? { balance: 0, followed: 0, hop: Number.POSITIVE_INFINITY };
      held.set(to, payee);
      payee.balance += Number(value);
      payee.followed += followed;
      if (followed > 0) payee.hop = Math.min(payee.hop, hop);
    } else if (followed > 0) {
      const wallet = { chain, address: transfer.to };
      const entry = reached.get(to) ?? { wallet, amount: 0, hop };
      reached.set(to, entry);
      entry.amount += followed;
      entry.hop = Math.min(entry.hop, hop);
    }
  }
  return reached;
}

export function historiesOf(transfers: readonly SimulatedTransfer[]): Map<string, SimulatedTransfer[]> {
  const histories = new Map<string, SimulatedTransfer[]>();
  for (const transfer of transfers) {
    for (const address of new Set([transfer.from, transfer.to])) {
      const key = walletKey({ chain: transfer.chain, address });
      const rows = histories.get(key);
      if (rows === undefined) histories.set(key, [transfer]);
      else rows.push(transfer);
    }
  }
  return histories;
}

function countDealings(histories: ReadonlyMap<string, readonly SimulatedTransfer[]>) {
  const counterparties = new Map<string, number>();
  const payouts = new Map<string, number>();
  for (const [key, rows] of histories) {
    const address = key.slice(key.indexOf(':') + 1);
    const dealings = rows.filter(({ value }) => value >= TOKEN);
    counterparties.set(key, new Set(dealings.map(({ from, to }) => (from === address ? to : from))).size);
    payouts.set(key, dealings.filter(({ from }) => from === address).length);
  }
  return { counterparties, payouts };
}
