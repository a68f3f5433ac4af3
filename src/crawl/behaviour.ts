/**
 * Whether a wallet behaves as a service does, judged by its newest transfers alone. Pure.
 *
 * It is a guess that spares requests, and is told as one: "possible service". Nobody is named by it. docs/services.md says
 * how the figures were chosen and how often they are right.
 */
import type { Address, HistoryRow } from '../chains/chain.ts';
import { NEWEST } from '../chains/rows.ts';

/** A wallet with fewer transfers is read to its end for the price of a probe, whatever it is. */
export const PROBED_FROM = NEWEST;

/**
 * A service that takes in and pays out: it is paid by many, pays many, and is busy. Wallets that a scam pools money in miss
 * one of the three: they are paid by many and pay few, or are far less busy.
 */
export const EXCHANGING = { counterparties: 80, payers: 40, payees: 40, perDay: 12 } as const;

/** A wallet from which a service pays out: hardly anybody pays so many different wallets in a few hours. */
export const PAYING_OUT = { payees: 100, perDay: 1_000 } as const;

const DAY_MS = 86_400_000;
/** Transfers of one block all happened within this. */
const SHORTEST_SPAN_MS = 1_000;

/** What was counted in a wallet's newest transfers. */
export interface Behaviour {
  /** Transfers that count: of at least one unit of the token, and not to oneself. */
  readonly rows: number;
  /** Wallets at the other end, and how many of them paid and were paid. */
  readonly counterparties: number;
  readonly payers: number;
  readonly payees: number;
  /** Transfers a day over the time from the oldest to the newest of them. */
  readonly perDay: number;
  /** Time of the newest, milliseconds since 1970; `null` where none counts. */
  readonly newest: number | null;
}

/**
 * Counts what a wallet's newest transfers show. Dust and transfers of nothing do not count: strangers send them to
 * whomever they like, or name others as their senders.
 *
 * @param unit one token, in base units
 */
export function observe(wallet: Address, newest: readonly HistoryRow[], unit: bigint): Behaviour {
  const rows = newest.filter(({ from, to, value }) => value >= unit && from !== to);
  const payers = new Set(rows.filter(({ to }) => to === wallet).map(({ from }) => from));
  const payees = new Set(rows.filter(({ from }) => from === wallet).map(({ to }) => to));
  const times = rows.map(({ timestamp }) => timestamp);
  const [oldest, last] = [times[0] ?? 0, times.at(-1) ?? null];
  const span = Math.max(SHORTEST_SPAN_MS, (last ?? 0) - oldest);
  return {
    rows: rows.length,
    counterparties: new Set([...payers, ...payees]).size,
    payers: payers.size,
    payees: payees.size,
    perDay: Math.round((rows.length * DAY_MS) / span),
    newest: last,
  };
}

/** True for the behaviour of a service. */
export function isService({ counterparties, payers, payees, perDay }: Behaviour): boolean {
  const exchanges =
    counterparties >= EXCHANGING.counterparties &&
    payers >= EXCHANGING.payers &&
    payees >= EXCHANGING.payees &&
    perDay >= EXCHANGING.perDay;
  return exchanges || (payees >= PAYING_OUT.payees && perDay >= PAYING_OUT.perDay);
}

/** Why such a wallet is not followed, as it is shown and stored. */
export function behaviourReason({ rows, counterparties, perDay }: Behaviour): string {
  const rate = perDay.toLocaleString('en-US');
  return `possible service by its behaviour: ${counterparties} counterparties in its newest ${rows} transfers, ${rate} a day`;
}
