/** Freezes as people and programs read them. */

import type { FrozenJson } from '../../workers/trace-marks.ts';
import { displayAmount, formatAmount } from '../money.ts';
import type { Pool } from '../store/db.ts';
import { readPendingFreezes, readPendingKnowledge } from '../store/freeze-submissions.ts';
import type { FreezeEvent, FreezeKnowledge, WalletFreeze } from '../store/freezes.ts';
import { harmless, table, time } from './output.ts';

export function freezeJson({ decimals, since, asked, events, ...wallet }: WalletFreeze) {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    ...wallet,
    since: iso(since),
    asked: iso(asked),
    events: events.map(({ kind, transaction, value, timestamp }) => ({
      ...{ kind, transaction, at: iso(timestamp), amount: formatAmount(value, decimals) },
    })),
  };
}

/** The wallets of a case that are frozen or were, with all that the issuer did there; nothing where there are none. */
export function frozenText(frozen: readonly WalletFreeze[]): string {
  if (frozen.length === 0) return '';
  const rows = frozen.flatMap((wallet) => [
    [wallet.address, freezeStatus(wallet)],
    ...wallet.events.map((event) => ['', freezeEvent(event, wallet)]),
  ]);
  return `\nFrozen by the issuer, or once frozen\n${table(rows)}`;
}

/** What the issuer did there, and when. */
export function freezeEvent({ kind, value, timestamp }: FreezeEvent, { decimals, asset }: WalletFreeze): string {
  const done = kind === 'destroyed' ? `${displayAmount(value, decimals)} ${asset} destroyed` : kind;
  return `${done} ${time(timestamp)}`;
}

export function freezeStatus({ frozen, since }: WalletFreeze): string {
  if (frozen === null) return 'it cannot be told whether it is frozen now';
  if (!frozen) return 'not frozen';
  return since === null ? 'frozen; nobody can tell since when' : `frozen since ${time(since)}`;
}

/** What is said where a crawl does not know who is frozen. */
export function freezesUnknownText(freezes: readonly FreezeKnowledge[], offline: boolean): string {
  const unknown = offline ? [] : freezes.filter(({ known }) => !known);
  const lines = unknown.map(
    ({ chain, asset }) =>
      `Which wallets the issuer of ${asset} has frozen on ${chain} is known only of those that it was asked about.\n`,
  );
  return lines.join('');
}

/** What is said of money that lies at a frozen wallet. */
export function frozenWords(frozen: FrozenJson | null): string[] {
  if (frozen === null) return [];
  const { since } = frozen;
  return [
    since === null ? 'frozen, nobody can tell since when' : `frozen since ${since.slice(0, 16).replace('T', ' ')}`,
  ];
}

/**
 * Freezes that wait in the issuer's multisig for wallets of a case. This text is the only place where they are told: what
 * leaves the case, or is read by programs, must not carry them.
 */
export async function readPendingText(pool: Pool, runId: number): Promise<string> {
  const pending = await readPendingFreezes(pool, runId);
  const unknown = (await readPendingKnowledge(pool, runId)).filter(({ known, reason }) => !known && reason !== null);
  const rows = pending.map(({ address, number, firstSeen, lastSeen }) => [
    address,
    `submission ${number}, first seen ${time(firstSeen)}, not executed ${time(lastSeen)}`,
  ]);
  const warning =
    'Keep this to yourselves: whoever hears of it may warn the owner, and the money be gone before the freeze takes effect.\n';
  const list =
    rows.length === 0
      ? ''
      : `\nFreezes submitted to the issuer's multisig, and not executed yet\n${table(rows)}${warning}`;
  const lines = unknown.map(
    ({ chain, asset, reason }) =>
      `Whether the issuer of ${asset} is about to freeze on ${chain} cannot be told: ${harmless(reason?.split('\n', 1)[0] ?? '')}\n`,
  );
  return `${list}${lines.length === 0 ? '' : `\n${lines.join('')}`}`;
}
