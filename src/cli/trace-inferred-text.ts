/**
 * What a trace's text says of what wallets do: whom to ask about those that were paid, and possible services on the way, of
 * which nobody is named.
 */

import type { AtPossible } from '../../workers/trace-alternatives.ts';
import type { AskJson } from '../../workers/trace-inferred.ts';
import { count, harmless, table } from './output.ts';

const SHOWN = 10;

const KINDS = { service: 'possible service', 'deposit-address': 'possible deposit address' } as const;

type Money = (amount: string) => string;

interface Place {
  readonly end?: string;
  readonly chain: string;
  readonly address: string;
}

/** What of an end came from behind a possible service, as words for its line; empty where nothing did. */
export function behindWords(
  atPossible: AtPossible | null,
  { end = 'resting', chain, address }: Place,
  money: Money,
): string[] {
  const isHere = (place: Place) => place.chain === chain && place.address === address;
  const own = atPossible?.wallets.find(isHere);
  const found = atPossible?.behind.find((place) => place.end === end && isHere(place));
  return [
    ...(own === undefined ? [] : [`${KINDS[own.kind]} itself`]),
    ...(found === undefined ? [] : [`${money(found.amount)} of it from behind a possible service`]),
  ];
}

export function possibleText(atPossible: AtPossible | null, money: Money): string {
  if (atPossible === null) return '';
  const { wallets, amount } = atPossible;
  const rows = wallets
    .slice(0, SHOWN)
    .map(({ kind, address, amount: own, reason }) => [money(own), address, KINDS[kind], harmless(reason)]);
  const more = wallets.length - rows.length;
  return [
    '\nPossible services on the way, by what they do: they name nobody, and the trace goes on at them\n',
    table([['AMOUNT', 'WALLET', 'WHAT', 'WHY'], ...rows], [0]),
    more > 0 ? `  … and ${count(more)} more; --json lists all\n` : '',
    `  If it ended at them, ${money(amount)} would end there. Lines above say what came from behind one.\n`,
  ].join('');
}

/** Services that can be asked about wallets that money came to. */
export function askText(ask: readonly AskJson[]): string {
  if (ask.length === 0) return '';
  const rows = ask
    .slice(0, SHOWN)
    .map(({ address, service, source, others, reason }) => [
      address,
      `${harmless(service)}${others.length === 0 ? '' : ` (but others say ${harmless(others.join(', '))})`}`,
      harmless(source),
      harmless(reason),
    ]);
  const more = ask.length - rows.length;
  return [
    '\nWhom to ask: money came to these wallets, and they do what a deposit address of the service does\n',
    table([['WALLET', 'SERVICE', 'WHO SAYS SO', 'WHY'], ...rows]),
    more > 0 ? `  … and ${count(more)} more; --json lists all\n` : '',
  ].join('');
}
