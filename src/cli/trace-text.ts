/** A trace as people read it. */
import type { EndJson, ResultJson, TotalsJson } from '../../graphs/trace/json.ts';
import { isConserving, type SourceKind } from '../../graphs/trace/types.ts';
import type { TraceJson } from '../../workers/trace.ts';
import type { AtPossible, WithoutOpenings } from '../../workers/trace-alternatives.ts';
import type { LoadedTrace } from '../../workers/trace-load.ts';
import type { FrozenJson } from '../../workers/trace-marks.ts';
import type { Note } from '../../workers/trace-sources.ts';
import { stopsDigest } from '../cases/stops-file.ts';
import { displayAmount, parseAmount } from '../money.ts';
import { frozenWords } from './freeze-text.ts';
import { count, counted, duration, harmless, table, time } from './output.ts';
import { askText, behindWords, possibleText } from './trace-inferred-text.ts';
import { type UnprovenMarks, unprovenMarks } from './unproven.ts';

const SHOWN = 10;
/** Stands in every text that names wallets which money came to. */
export const VALUE_ALONE = 'What is traced to a wallet is value, and no finding about whoever owns it.\n\n';
/** Sources of an exit that are named in its line. */
const SHOWN_SOURCES = 4;

const RULE_NAMES = {
  fifo: 'first in, first out (FIFO)',
  lifo: 'last in, first out (LIFO)',
  'pro-rata': 'pro rata',
  libr: 'lowest intermediate balance (LIBR)',
  poison: 'poison: what can have been reached, without amounts',
  ttr: 'transaction tracing rank (TTR): a ranking, without amounts',
} as const;

export function traceText(loaded: LoadedTrace, result: TraceJson): string {
  const { rule, declared, exits, beyond, conservation, atPossible } = result;
  const money = amounts(loaded);
  const marks = unprovenMarks(loaded.unproven, loaded.request.case.name);
  const choice =
    declared === null
      ? ''
      : `Chosen by ${harmless(declared.by)} on ${declared.at.slice(0, 10)}: ${harmless(declared.why)}\n`;
  const stated = isConserving(rule);
  const wording = { money, stated, marks, atPossible };
  return [
    `The money ${subjectOf(loaded)}, by ${RULE_NAMES[rule]}.\n`,
    choice,
    VALUE_ALONE,
    stated ? sumsText(result, money) : table(reachOf(result)),
    sourcesText(result, money, marks),
    endsText('Exits', exits, wording),
    restingText(result, money, marks),
    endsText('Beyond coverage: where the crawl did not follow', beyond, wording),
    possibleText(atPossible, money),
    askText(result.ask),
    rule === 'ttr' ? ranksText(result, marks) : '',
    marks.legend(),
    rangeText(result.withoutOpenings, result, money),
    notesText(result.notes),
    '\n',
    table([
      stopsText(loaded),
      ['graphHash', result.graphHash],
      ['runHash', result.runHash],
      ...(conservation.difference === null ? [] : [['Sums', balanceText(conservation.difference)]]),
    ]),
  ].join('');
}

function balanceText(difference: string): string {
  return /^0(\.0+)?$/.test(difference)
    ? `balanced: what was followed is what exited, rests and lies beyond (difference ${difference})`
    : `NOT balanced: difference ${difference}`;
}

type Money = (amount: string | null) => string;

function amounts({ context }: LoadedTrace): Money {
  return (amount) => (amount === null ? '' : displayAmount(parseAmount(amount, context.decimals), context.decimals));
}

/** `of 3 sources in the case "mekong", up to 2026-03-31 23:53:54 UTC`. */
export function subjectOf({ request: { report, case: investigated }, plan, until }: LoadedTrace): string {
  const sources = counted(plan.asked.filter((asked) => asked === 1).length, 'source');
  const whose = report === null ? '' : `report ${report.number} of `;
  return `of ${sources} in ${whose}the case "${investigated.name}", up to ${time(until)}`;
}

/** The services at which it ends, as far as a list, tags or what wallets do say which they are. */
export function stopsText({ request: { stops }, inferred: { deposits } }: LoadedTrace): string[] {
  const told =
    stops.length === 0
      ? 'none: no list (--stops) or tag names a service here, so it goes on through exchanges and other services'
      : `${counted(stops.length, 'wallet')} of services, list ${stopsDigest(stops).slice(0, 12)}`;
  const beside =
    deposits.length === 0
      ? ''
      : `; beside them ${count(deposits.length)} deposit ${deposits.length === 1 ? 'address' : 'addresses'}, inferred`;
  return ['Stops', `${told}${beside}`];
}

const KIND_HEADS: Readonly<Record<SourceKind, string>> = {
  payment: 'CONFIRMED',
  disclosed: 'DISCLOSED',
  unverified: 'UNVERIFIED',
};

const TOTALS: readonly (readonly [label: string, of: Exclude<keyof TotalsJson, 'kind' | 'count'>, words: string])[] = [
  ['Followed', 'sources', ''],
  ['Exited', 'service', 'at wallets of services'],
  ['Returned', 'returned', "to victims' own wallets; look at what for before it is netted"],
  ['Destroyed', 'destroyed', 'by the issuer, at frozen wallets'],
  ['Redeemed', 'redeemed', 'with the issuer'],
  ['Resting', 'resting', 'in wallets that were read to the end'],
  ['Beyond', 'beyond', 'at wallets that the crawl did not follow'],
];

/** A column for each kind of source: they are not to be added up. */
function sumsText({ totals, conservation }: ResultJson, money: Money): string {
  const always = new Set(['sources', 'service', 'resting', 'beyond']);
  const rows = TOTALS.filter(([, of]) => always.has(of) || totals.some((kind) => /[1-9]/.test(kind[of]))).map(
    ([label, of, words]) => [label, ...totals.map((kind) => money(kind[of])), words],
  );
  const head = ['', ...totals.map(({ kind }) => KIND_HEADS[kind]), ''];
  const counts = ['Sources', ...totals.map((kind) => count(kind.count)), ''];
  const unverified = totals.some(({ kind }) => kind === 'unverified')
    ? '  Unverified is what came to wallets that a report names alone: no loss until it is confirmed.\n'
    : '';
  const unknown = /[1-9]/.test(conservation.unknown ?? '')
    ? `  ${money(conservation.unknown)} of unknown origin were in wallets on the way: there at first, or paid without ever having come in.\n`
    : '';
  const columns = totals.map((_, column) => column + 1);
  return `${table([head, counts, ...rows], columns)}${unverified}${unknown}`;
}

/** What S1, S2 and so on stand for. */
function sourcesText({ sources }: ResultJson, money: Money, marks: UnprovenMarks): string {
  const rows = sources
    .slice(0, SHOWN)
    .map(({ id, kind, reports, disclosure, at, value, amount, chain, to }) => [
      id,
      disclosure === null ? `${kind}, report ${reports.join(', ')}` : `disclosure ${disclosure}`,
      at.slice(0, 16).replace('T', ' '),
      money(amount ?? value),
      marks.named({ chain, address: to }),
    ]);
  const head = ['', 'WHAT', 'AT (UTC)', 'AMOUNT', 'PAID TO'];
  return `\nSources\n${table([head, ...rows], [3])}${moreText(sources.length - rows.length)}`;
}

function reachOf({ sources, exits, beyond, wallets }: ResultJson): string[][] {
  return [
    ['Sources', count(sources.length)],
    ['Wallets', count(wallets.length)],
    ['Exits', `${counted(exits.length, 'wallet')} of services, of victims, or where money was destroyed`],
    ['Beyond', `${counted(beyond.length, 'wallet')} that the crawl did not follow`],
  ];
}

interface Wording {
  readonly money: Money;
  /** Whether the rule states amounts. */
  readonly stated: boolean;
  readonly marks: UnprovenMarks;
  readonly atPossible: AtPossible | null;
}

/** Of places beyond the crawl it is told whether they are frozen. */
type End = EndJson & { readonly frozen?: FrozenJson | null };

function endsText(title: string, ends: readonly End[], { money, stated, marks, atPossible }: Wording): string {
  if (ends.length === 0) return '';
  const rows = ends.slice(0, SHOWN).map((place) => {
    const hops = place.sources.map((share) => share.hops ?? 0);
    const seconds = place.sources.map((share) => share.seconds);
    return [
      ...(stated ? [money(place.amount), `${least(hops)}`] : []),
      duration(least(seconds) * 1000),
      firstOf(place).slice(0, 16).replace('T', ' '),
      marks.named(place),
      [whatOf(place), ...behindWords(atPossible, place, money)].join('; '),
      sourcesOf(place.sources.map(({ source }) => source)),
    ];
  });
  const more = ends.length - rows.length;
  const head = [...(stated ? ['AMOUNT', 'HOPS'] : []), 'AFTER', 'FIRST (UTC)', 'WALLET', 'WHAT', 'OF'];
  return `\n${title}\n${table([head, ...rows], stated ? [0, 1] : [])}${moreText(more)}`;
}

function firstOf({ sources }: EndJson): string {
  return sources.reduce((least, { first }) => (least === '' || first < least ? first : least), '');
}

function whatOf({ end, name, category, inferred, reason, frozen }: End): string {
  const others =
    inferred === null || inferred.others.length === 0 ? '' : `, but others say ${inferred.others.join(', ')}`;
  const what = inferred === null ? `${category}` : `${category}, inferred${others}`;
  if (end === 'service') return harmless(name === null ? what : `${name} (${what})`);
  return end === 'beyond' ? [reason ?? '', ...frozenWords(frozen ?? null)].join('; ') : end;
}

function sourcesOf(ids: readonly string[]): string {
  const more = ids.length - SHOWN_SOURCES;
  return `${ids.slice(0, SHOWN_SOURCES).join(' ')}${more > 0 ? ` +${more}` : ''}`;
}

function restingText({ resting, wallets, atPossible }: TraceJson, money: Money, marks: UnprovenMarks): string {
  if (resting.length === 0) return '';
  const reached = new Map(wallets.map((wallet) => [wallet.address, wallet]));
  const rows = resting.slice(0, SHOWN).map((place) => {
    const wallet = reached.get(place.address);
    const flags = [
      ...frozenWords(place.frozen),
      ...behindWords(atPossible, place, money),
      ...(wallet?.incomplete ? ['paid more than it is known to have held'] : []),
      ...(wallet?.orderUnknown ? ['order of some transfers not known'] : []),
    ];
    const hops = least(place.sources.map((share) => share.hops));
    return [
      money(place.amount),
      `${hops}`,
      marks.named(place),
      sourcesOf(place.sources.map(({ source }) => source)),
      flags.join('; '),
    ];
  });
  const head = ['AMOUNT', 'HOPS', 'WALLET', 'OF', ''];
  return `\nResting: still in wallets that were read to the end\n${table([head, ...rows], [0, 1])}${moreText(resting.length - rows.length)}`;
}

function ranksText({ wallets }: ResultJson, marks: UnprovenMarks): string {
  const rows = wallets.slice(0, SHOWN).map((wallet) => [wallet.rank ?? '', `${wallet.hop ?? ''}`, marks.named(wallet)]);
  return `\nWallets by relevance\n${table([['RANK', 'HOPS', 'WALLET'], ...rows], [1])}${moreText(wallets.length - rows.length)}`;
}

function rangeText(without: WithoutOpenings | null, { conservation }: ResultJson, money: Money): string {
  if (without === null) return '';
  const range = (a: string | null, b: string) => (a === b ? money(b) : `${money(b)} to ${money(a)}`);
  return `\nWithout and with the opening balances of ${counted(without.openings.length, 'wallet')} that ${without.openings.length === 1 ? 'does' : 'do'} not add up\n${table(
    [
      ['Exited', range(conservation.exited, without.exited)],
      ['Resting', range(conservation.resting, without.resting)],
      ['Beyond', range(conservation.beyond, without.beyond)],
    ],
  )}`;
}

/** Of as many as there may be: too many for the arguments of a call. */
function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}

function moreText(more: number): string {
  return more > 0 ? `  … and ${count(more)} more; --json lists all\n` : '';
}

export function notesText(notes: readonly Note[]): string {
  if (notes.length === 0) return '';
  return `\nTo be known\n${notes.map(({ text }) => `  - ${harmless(text)}\n`).join('')}`;
}
