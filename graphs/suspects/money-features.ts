/** What a wallet does with the network's money: how much of its own that is, how soon it leaves, and whereto. */
import { larger } from '../../src/money.ts';
import { type Context, DECIMALS, type Feature, percentOf, say, sumOf, told } from './context.ts';

const MINUTE_MS = 60_000;

/**
 * Of all that a wallet received, so much was paid by known wallets, or had come by way of reported ones, in percent. Networks'
 * wallets have little else, and whoever sells something to a network has. Of a reported wallet, what reports account for.
 */
export const share: Feature = {
  figure(context, account) {
    const { complete } = context.view;
    const all = context.came[account] ?? 0n;
    return complete[account] !== 1 || all === 0n ? null : percentOf(networkPart(context, account), all);
  },
  tell(context, account, figure) {
    const { receipts, reported } = context.view;
    const all = context.came[account] ?? 0n;
    const rows = [...receipts(account)].filter((row) => partOf(context, account, row) > 0n);
    const how =
      reported[account] === 1
        ? 'are accounted for by reports, or by what is followed from them'
        : 'came from reported wallets, by way of them, or from wallets that are likely of the same network';
    return told(`${figure} % of the ${say(context, account, all)} that it received ${how}.`, rows);
  },
};

/** So many whole units of the network's money, or of dealings with reported wallets in both directions: the larger of both. */
export const amount: Feature = {
  figure: (context, account) => Number(amountOf(context, account) / 10n ** BigInt(DECIMALS)),
  tell(context, account) {
    const came = networkPart(context, account);
    const rows = dealings(context, account);
    const dealt = sumOf(context, rows);
    return came >= dealt
      ? told(
          `${say(context, account, came)} came to it from reported or likely wallets, or by way of reported ones.`,
          [...context.view.receipts(account)].filter((row) => partOf(context, account, row) > 0n),
        )
      : told(`${say(context, account, dealt)} went between it and reported wallets.`, rows);
  },
};

/** Minutes from a receipt of the network's money to the next payout: half of them are at most so long. */
export const dwell: Feature = {
  figure(context, account) {
    if (context.view.complete[account] !== 1) return null;
    const waits = waitsOf(context, account).map(({ wait }) => wait);
    waits.sort((a, b) => a - b);
    const median = waits[Math.floor((waits.length - 1) / 2)];
    return median === undefined ? null : Math.floor(median / MINUTE_MS);
  },
  tell(context, account, figure) {
    const rows = waitsOf(context, account).flatMap(({ receipt, payout }) => [receipt, payout]);
    return told(
      `Of its receipts of such money that a payout followed, half were followed within ${sayMinutes(figure)}.`,
      [...new Set(rows)],
    );
  },
};

/** Of all that it received, so much was paid on, in percent. */
export const passed: Feature = {
  figure(context, account) {
    const all = context.came[account] ?? 0n;
    return context.view.complete[account] !== 1 || all === 0n ? null : percentOf(context.left[account] ?? 0n, all);
  },
  tell: (context, account, figure) =>
    told(`It paid on ${figure} % of all that it received.`, [...context.view.payouts(account)]),
};

/** Of all that it paid, so much went to known wallets, in percent. */
export const onward: Feature = {
  figure(context, account) {
    const all = context.left[account] ?? 0n;
    return context.view.complete[account] !== 1 || all === 0n
      ? null
      : percentOf(sumOf(context, onwardRows(context, account)), all);
  },
  tell: (context, account, figure) =>
    told(
      `${figure} % of what it paid went to reported wallets, or to wallets that are likely of the same network.`,
      onwardRows(context, account),
    ),
};

function amountOf(context: Context, account: number): bigint {
  return larger(networkPart(context, account), sumOf(context, dealings(context, account)));
}

function networkPart(context: Context, account: number): bigint {
  let part = 0n;
  for (const row of context.view.receipts(account)) part += partOf(context, account, row);
  return part;
}

/** What of a receipt is the network's money. */
function partOf({ view, known }: Context, account: number, row: number): bigint {
  const { from, value } = view.table;
  if (known[from[row] ?? 0] === 1) return value[row] ?? 0n;
  return (view.reported[account] === 1 ? view.traced[row] : view.byReported[row]) ?? 0n;
}

function dealings({ view, reported }: Context, account: number): number[] {
  const { from, to } = view.table;
  return [
    ...[...view.receipts(account)].filter((row) => reported[from[row] ?? 0] === 1),
    ...[...view.payouts(account)].filter((row) => reported[to[row] ?? 0] === 1),
  ];
}

function onwardRows({ view, known }: Context, account: number): number[] {
  return [...view.payouts(account)].filter((row) => known[view.table.to[row] ?? 0] === 1);
}

/** Receipts of the network's money with the next payout of each; those that none followed are left out. */
function waitsOf(context: Context, account: number): { receipt: number; payout: number; wait: number }[] {
  const { view } = context;
  const { timestamp } = view.table;
  const payouts = view.payouts(account);
  let next = 0;
  const waits: { receipt: number; payout: number; wait: number }[] = [];
  for (const receipt of view.receipts(account)) {
    if (partOf(context, account, receipt) === 0n) continue;
    const came = timestamp[receipt] ?? 0;
    while (next < payouts.length && (timestamp[payouts[next] ?? 0] ?? 0) < came) next += 1;
    const payout = payouts[next];
    if (payout === undefined) break;
    waits.push({ receipt, payout, wait: (timestamp[payout] ?? 0) - came });
  }
  return waits;
}

function sayMinutes(minutes: number): string {
  if (minutes === 0) return 'a minute';
  return minutes < 120 ? `${minutes + 1} minutes` : `${Math.floor(minutes / 60) + 1} hours`;
}
