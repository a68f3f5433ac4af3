/**
 * Services by what they do: wallets that deal with many strangers out of a stock, all of it counted over the whole history.
 *
 * GraphSense takes a wallet with more than 500 incoming transfers for a service; of 40 seized wallets that would be two, both
 * of which deal with hundreds. What tells a service there and in simulated economies is how little a payout takes of what
 * the wallet holds: a service keeps a stock that serves anybody at any time, others pay out what came in.
 */
import { DUST } from '../../src/money.ts';
import { forwardsTo } from './forwarding.ts';
import { distinct, evidenceOf, type Histories } from './histories.ts';
import type { AttributionPolicy } from './policy.ts';
import type { PossibleService } from './types.ts';

/** Dealings of less than 1 USDT do not count, as in `src/crawl/behaviour.ts`. */
const COUNTED = 100n * DUST;
const THOUSAND = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a wallet's whole history shows. */
interface Dealings {
  readonly transfers: number;
  readonly payers: number;
  readonly payees: number;
  readonly counterparties: number;
  /** Transfers a day from the first to the last. */
  readonly perDay: number;
  /** Hours of the day, in UTC, in which it dealt. */
  readonly hours: number;
  /** Of its payers, those that paid once, in percent. */
  readonly paidOnce: number;
  /** What the median payout takes of what is held, in thousandths. */
  readonly taken: number;
  /** Payers whose history is whole and that forward nearly all to it, and their part of those with a whole history, in percent. */
  readonly forwarders: number;
  readonly forwarding: number;
}

/** Finds the services among wallets whose history is whole and that no tag names. By account. */
export function findServices(histories: Histories, policy: AttributionPolicy): Map<number, PossibleService> {
  const found = new Map<number, PossibleService>();
  if (!policy.services.on) return found;
  const { table, complete, names, received, paid } = histories;
  const { stocked, busy, swept } = policy.services;
  const [leastIn, leastOut] = [
    Math.min(stocked.payers, busy.payers, swept.payers),
    Math.min(stocked.payees, busy.payees, swept.payees),
  ];
  for (const account of histories.sorted) {
    if (complete[account] !== 1 || names.has(account)) continue;
    const [receipts, payouts] = [received(account).filter(isCounted), paid(account).filter(isCounted)];
    if (receipts.length < leastIn || payouts.length < leastOut) continue;
    const payers = distinct(table.from, receipts);
    const payees = distinct(table.to, payouts);
    if (payers < leastIn || payees < leastOut) continue;
    const dealings = dealingsOf(histories, account, { receipts, payouts, payers, payees }, policy);
    const certainty = excess(dealings, policy);
    if (certainty < 1) continue;
    const { perDay, counterparties, taken } = dealings;
    found.set(account, {
      ...histories.wallet(account),
      kind: 'service',
      confidence: Math.floor((100 * certainty) / (certainty + 1)),
      reason:
        `Deals with ${counterparties} wallets, ${payers} payers and ${payees} payees, in ${perDay} transfers a day; ` +
        `half of its payouts take ${taken / 10} % or less of what it holds.`,
      evidence: evidenceOf(histories, [...receipts, ...payouts], { ...dealings }),
    });
  }
  return found;

  function isCounted(row: number): boolean {
    return (table.value[row] ?? 0n) >= COUNTED;
  }
}

/** How far a wallet is beyond what makes a service, in the figure that is least so, by the rule that it fulfils best: 1 is one. */
function excess(dealings: Dealings, { services: { stocked, busy, swept } }: AttributionPolicy): number {
  const { payers, payees, counterparties, perDay, taken, forwarders, forwarding } = dealings;
  const below = (most: number) => most / Math.max(taken, 1);
  return Math.max(
    Math.min(payers / stocked.payers, payees / stocked.payees, below(stocked.mostTaken)),
    Math.min(counterparties / busy.counterparties, payers / busy.payers, payees / busy.payees, perDay / busy.perDay),
    Math.min(
      payers / swept.payers,
      payees / swept.payees,
      forwarders / swept.leastForwarders,
      forwarding / swept.leastForwarding,
      below(swept.mostTaken),
    ),
  );
}

function dealingsOf(
  histories: Histories,
  account: number,
  counted: {
    readonly receipts: Int32Array;
    readonly payouts: Int32Array;
    readonly payers: number;
    readonly payees: number;
  },
  { depositAddresses: { leastShare } }: AttributionPolicy,
): Dealings {
  const { table, complete, received, paid } = histories;
  const { receipts, payouts, payers, payees } = counted;
  const times = new Map<number, number>();
  for (const row of receipts) times.set(table.from[row] ?? -1, (times.get(table.from[row] ?? -1) ?? 0) + 1);
  const all = new Set([...times.keys(), ...[...payouts].map((row) => table.to[row] ?? -1)]);
  const moments = [...receipts, ...payouts].map((row) => table.timestamp[row] ?? 0);
  const [first, last] = moments.reduce(([low, high], at) => [Math.min(low, at), Math.max(high, at)], [Infinity, 0]);
  const part = (count: number, whole: number) => Math.floor((100 * count) / Math.max(1, whole));
  const forwards = (payer: number) => forwardsTo(histories, payer, leastShare, (payee) => payee === account);
  const forwarders = [...times.keys()].filter(forwards).length;
  return {
    transfers: moments.length,
    ...{ payers, payees, counterparties: all.size },
    perDay: Math.round((moments.length * DAY_MS) / Math.max(DAY_MS, last - first)),
    hours: new Set(moments.map((at) => Math.floor(at / HOUR_MS) % 24)).size,
    paidOnce: part([...times.values()].filter((count) => count === 1).length, payers),
    taken: medianTaken(table, received(account), paid(account)),
    forwarders,
    forwarding: part(forwarders, [...times.keys()].filter((payer) => complete[payer] === 1).length),
  };
}

/** The median of what payouts take of the balance before them, in thousandths; all where it does not suffice. */
function medianTaken({ value }: Histories['table'], receipts: Int32Array, payouts: Int32Array): number {
  let [balance, next] = [0n, 0];
  const taken = new Uint16Array(payouts.length);
  payouts.forEach((payout, place) => {
    for (let row = receipts[next]; row !== undefined && row < payout; row = receipts[next]) {
      balance += value[row] ?? 0n;
      next += 1;
    }
    const amount = value[payout] ?? 0n;
    taken[place] = amount >= balance ? THOUSAND : Number((amount * BigInt(THOUSAND)) / balance);
    balance = amount >= balance ? 0n : balance - amount;
  });
  taken.sort();
  return taken[taken.length >> 1] ?? THOUSAND;
}
