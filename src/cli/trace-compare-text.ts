/** The rules side by side, as text and as JSON. */
import { type ComparedPlace, mostOf } from '../../graphs/trace/compare.ts';
import type { Conservation } from '../../graphs/trace/result.ts';
import { CONSERVING_RULES, type ConservingRule, type Rule } from '../../graphs/trace/types.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import { scopeJson } from '../../workers/trace.ts';
import type { ComparedCase } from '../../workers/trace-compare.ts';
import type { LoadedTrace } from '../../workers/trace-load.ts';
import { frozenJson } from '../../workers/trace-marks.ts';
import { unprovenJson } from '../../workers/unproven.ts';
import { displayAmount, formatAmount, largerFirst } from '../money.ts';
import { frozenWords } from './freeze-text.ts';
import { count, harmless, table } from './output.ts';
import { askText } from './trace-inferred-text.ts';
import { notesText, stopsText, subjectOf, VALUE_ALONE } from './trace-text.ts';
import { unprovenMarks } from './unproven.ts';

const SHOWN = 15;

const SUMS: readonly (readonly [name: string, of: (sums: Conservation) => bigint])[] = [
  ['Followed', ({ sources }) => sources],
  ['Exited, returned', ({ exited }) => exited],
  ['Resting', ({ resting }) => resting],
  ['Beyond coverage', ({ beyond }) => beyond],
  ['Difference', ({ difference }) => difference],
];

/** @param unchosen set where it is shown because nobody has chosen a rule, or this one */
export function compareText(
  loaded: LoadedTrace,
  compared: ComparedCase,
  unchosen: { readonly rule: Rule | undefined } | null,
): string {
  const { context, request } = loaded;
  const { places, conservation, reach, notes } = compared;
  const money = (amount: bigint) => displayAmount(amount, context.decimals);
  const marks = unprovenMarks(loaded.unproven, request.case.name);
  const disagreed = places.filter(({ spread }) => spread > 0n);
  const head = ['', ...CONSERVING_RULES.map((rule) => rule.toUpperCase())];
  const sums = SUMS.map(([name, of]) => [name, ...CONSERVING_RULES.map((rule) => money(of(conservation[rule])))]);
  const most = [...places].sort((a, b) => largerFirst(mostOf(a.amounts), mostOf(b.amounts)));
  const rows = most
    .slice(0, SHOWN)
    .map((place) => [
      place.end,
      ...CONSERVING_RULES.map((rule) => money(place.amounts[rule])),
      place.spread === 0n ? '' : money(place.spread),
      [`${marks.named(place)}${nameOf(loaded, place)}`, ...frozenWords(frozenAt(loaded, place))].join('  '),
    ]);
  const rest = places.length - rows.length;
  const poisoned = reach.exits.length + reach.beyond.length;
  return [
    `The money ${subjectOf(loaded)}, by each rule.\n`,
    VALUE_ALONE,
    table([head, ...sums], [1, 2, 3, 4]),
    '\nWhere it went\n',
    table([['END', ...head.slice(1), 'DISAGREE BY', 'WALLET'], ...rows], [1, 2, 3, 4, 5]),
    rest > 0 ? `  … and ${count(rest)} more; --json lists all\n` : '',
    `\nThe rules disagree on ${count(disagreed.length)} of ${count(places.length)} wallets. Poison, which knows no balances, reaches ${count(poisoned)} ends.\n`,
    new Set(CONSERVING_RULES.map((rule) => conservation[rule].sources)).size > 1
      ? 'What is followed differs: a source counts less what its payment carries of others, by each rule.\n'
      : '',
    askText(compared.ask),
    marks.legend(),
    notesText(notes),
    `\n${table([stopsText(loaded)])}`,
    unchosen === null
      ? ''
      : `\n${unchosenText(unchosen.rule)} To choose ${unchosen.rule === undefined ? 'one' : 'it'}, for the record:\n  npx downstream trace "${request.case.name}" --rule ${unchosen.rule ?? 'fifo'} --by "YOUR NAME" --why "YOUR REASON"\n`,
  ].join('');
}

/** @param rule the one that was asked for; a case may have chosen another */
export function unchosenText(rule: Rule | undefined): string {
  return `Nobody has chosen ${rule ?? 'a rule'} for this case yet.`;
}

/** Whether money that lies there lies at a frozen wallet. */
function frozenAt({ frozen }: LoadedTrace, { end, chain, address }: Pick<ComparedPlace, 'end' | 'chain' | 'address'>) {
  return end === 'resting' || end === 'beyond' ? frozenJson(frozen, { chain, address }) : null;
}

function nameOf({ context }: LoadedTrace, { end, chain, address }: ComparedPlace): string {
  const stop = end === 'service' ? context.stops.get(walletKey({ chain, address })) : undefined;
  return stop === undefined
    ? ''
    : `  ${harmless(stop.name ?? stop.category)}${stop.inferred === null ? '' : ' (deposit-address, inferred)'}`;
}

export function compareJson(loaded: LoadedTrace, { places, conservation, reach, ask, notes }: ComparedCase) {
  const { context, request, unproven } = loaded;
  const money = (amount: bigint) => formatAmount(amount, context.decimals);
  const sumsOf = (rule: ConservingRule) => {
    const { sources, exited, resting, beyond, unknown, difference } = conservation[rule];
    return {
      conservation: {
        ...{ sources: money(sources), exited: money(exited), resting: money(resting), beyond: money(beyond) },
        ...{ unknown: money(unknown), difference: money(difference) },
      },
    };
  };
  return {
    case: request.case.name,
    ...scopeJson(request),
    graphHash: request.run.graphHash,
    rules: Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, sumsOf(rule)])),
    places: places.map(({ end, chain, asset, address, amounts, spread }) => {
      const stop = end === 'service' ? context.stops.get(walletKey({ chain, address })) : undefined;
      return {
        ...{ end, chain, asset, address, category: stop?.category ?? null, name: stop?.name ?? null },
        inferred: stop?.inferred ?? null,
        amounts: Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, money(amounts[rule])])),
        spread: money(spread),
        unproven: unprovenJson(unproven, { chain, address }),
        frozen: frozenAt(loaded, { end, chain, address }),
      };
    }),
    reached: { exits: reach.exits.length, beyond: reach.beyond.length },
    ask,
    notes,
  };
}
