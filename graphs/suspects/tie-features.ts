/** Whom a wallet deals with, and what ties it to reported wallets. */
import { STANDING } from '../findings/view.ts';
import { type Context, countOf, type Feature, told } from './context.ts';
import type { NumberedTie } from './indexes.ts';

export const reported: Feature = {
  figure: (context, account) => context.reported[account] ?? 0,
  tell({ view }, account) {
    const rows = [...view.receipts(account)].filter((row) => (view.plan.sourceOf[row] ?? -1) >= 0);
    return told('Reports name it as paid.', rows);
  },
};

/** So many reported wallets paid it. */
export const paidBy: Feature = {
  figure: (context, account) => distinct(payers(context, account), context.view.table.from),
  tell: (context, account, figure) => told(`${countOf(figure, 'reported wallet')} paid it.`, payers(context, account)),
};

/** It paid so many reported wallets. Victims who did not report do so too: it counts for little. */
export const pays: Feature = {
  figure: (context, account) => distinct(paid(context, account), context.view.table.to),
  tell: (context, account, figure) => told(`It paid ${countOf(figure, 'reported wallet')}.`, paid(context, account)),
};

/** So many wallets dealt with it and with a reported wallet that is not itself, and are no services, nor busy as these are. */
export const shared: Feature = {
  figure: (context, account) => new Set(sharedRows(context, account).map(({ partner }) => partner)).size,
  tell(context, account, figure) {
    const rows = sharedRows(context, account).map(({ row }) => row);
    const some = figure === 1 ? '1 counterparty' : `${figure} counterparties`;
    return told(`It shares ${some} with reported wallets, which behave like no service.`, rows);
  },
};

/** One wallet funds it and so many known wallets, or all were emptied together. */
export const tied: Feature = {
  figure: ({ ties, known }, account) =>
    Math.max(0, ...(ties.get(account) ?? []).map((tie) => knownIn(tie, known, account))),
  tell({ view, ties, known }, account, figure) {
    const tie = (ties.get(account) ?? []).find((each) => knownIn(each, known, account) === figure);
    if (tie === undefined) return told('', []);
    const others = `${countOf(figure, 'wallet')} that reports name, or that ${figure === 1 ? 'is' : 'are'} likely of the same network`;
    return tie.kind === 'funder'
      ? told(`One wallet pays the fees of it and of ${others}.`, [], tie.native)
      : told(
          `It was emptied together with ${others}.`,
          [...view.payouts(account)].filter((row) => tie.by.includes(view.table.to[row] ?? 0)),
        );
  },
};

function distinct(rows: readonly number[], side: Int32Array): number {
  return new Set(rows.map((row) => side[row])).size;
}

function payers({ view, reported: named }: Context, account: number): number[] {
  return [...view.receipts(account)].filter((row) => named[view.table.from[row] ?? 0] === 1);
}

function paid({ view, reported: named }: Context, account: number): number[] {
  return [...view.payouts(account)].filter((row) => named[view.table.to[row] ?? 0] === 1);
}

function sharedRows(context: Context, account: number): { row: number; partner: number }[] {
  const { view, policy, links, reported: named } = context;
  const { from, to } = view.table;
  const ownTie = named[account] === 1 ? 1 : 0;
  const isShared = (partner: number) =>
    view.standing[partner] === STANDING.wallet &&
    view.complete[partner] === 1 &&
    named[partner] !== 1 &&
    (links.partners[partner] ?? 0) <= policy.mostPartners &&
    (links.named[partner] ?? 0) > ownTie;
  return [
    ...[...view.receipts(account)].map((row) => ({ row, partner: from[row] ?? 0 })),
    ...[...view.payouts(account)].map((row) => ({ row, partner: to[row] ?? 0 })),
  ].filter(({ partner }) => isShared(partner));
}

function knownIn({ accounts }: NumberedTie, known: Uint8Array, account: number): number {
  return accounts.filter((other) => other !== account && known[other] === 1).length;
}
