/** The rules side by side, as text and as JSON. */
import type { ComparedPlace } from '../../graphs/trace/compare.ts';
import type { Conservation } from '../../graphs/trace/result.ts';
import { CONSERVING_RULES, type ConservingRule } from '../../graphs/trace/types.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import type { ComparedCase } from '../../workers/trace-compare.ts';
import type { LoadedTrace } from '../../workers/trace-load.ts';
import { displayAmount, formatAmount } from '../money.ts';
import { count, harmless, table } from './output.ts';
import { notesText, subjectOf } from './trace-text.ts';

const SHOWN = 15;

const SUMS: readonly (readonly [name: string, of: (sums: Conservation) => bigint])[] = [
  ['Followed', ({ sources }) => sources],
  ['Exited', ({ exited }) => exited],
  ['Resting', ({ resting }) => resting],
  ['Beyond coverage', ({ beyond }) => beyond],
  ['Difference', ({ difference }) => difference],
];

/** @param unchosen whether it is shown because nobody has chosen a rule */
export function compareText(loaded: LoadedTrace, compared: ComparedCase, unchosen: boolean): string {
  const { context, request, notes } = loaded;
  const { places, conservation, reach } = compared;
  const money = (amount: bigint) => displayAmount(amount, context.decimals);
  const disagreed = places.filter(({ spread }) => spread > 0n);
  const head = ['', ...CONSERVING_RULES.map((rule) => rule.toUpperCase())];
  const sums = SUMS.map(([name, of]) => [name, ...CONSERVING_RULES.map((rule) => money(of(conservation[rule])))]);
  const rows = places
    .slice(0, SHOWN)
    .map((place) => [
      place.end,
      ...CONSERVING_RULES.map((rule) => money(place.amounts[rule])),
      place.spread === 0n ? '' : money(place.spread),
      `${place.address}${nameOf(loaded, place)}`,
    ]);
  const rest = places.length - rows.length;
  const poisoned = reach.exits.length + reach.beyond.length;
  return [
    `The money ${subjectOf(loaded)}, by each rule.\n\n`,
    table([head, ...sums], [1, 2, 3, 4]),
    '\nWhere it went\n',
    table([['END', ...head.slice(1), 'DISAGREE BY', 'WALLET'], ...rows], [1, 2, 3, 4, 5]),
    rest > 0 ? `  … and ${count(rest)} more; --json lists all\n` : '',
    `\nThe rules disagree on ${count(disagreed.length)} of ${count(places.length)} wallets. Poison, which knows no balances, reaches ${count(poisoned)} ends.\n`,
    notesText(notes),
    unchosen
      ? `\nNobody has chosen a rule for this case yet. To choose one, for the record:\n  npx downstream trace "${request.case.name}" --rule fifo --by "YOUR NAME" --why "YOUR REASON"\n`
      : '',
  ].join('');
}

function nameOf({ context }: LoadedTrace, { end, chain, address }: ComparedPlace): string {
  const stop = end === 'service' ? context.stops.get(walletKey({ chain, address })) : undefined;
  return stop === undefined ? '' : `  ${harmless(stop.name ?? stop.category)}`;
}

export function compareJson(loaded: LoadedTrace, { places, conservation, reach }: ComparedCase) {
  const { context, request, notes } = loaded;
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
    graphHash: request.run.graphHash,
    rules: Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, sumsOf(rule)])),
    places: places.map(({ end, chain, asset, address, amounts, spread }) => {
      const stop = end === 'service' ? context.stops.get(walletKey({ chain, address })) : undefined;
      return {
        ...{ end, chain, asset, address, category: stop?.category ?? null, name: stop?.name ?? null },
        amounts: Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, money(amounts[rule])])),
        spread: money(spread),
      };
    }),
    reached: { exits: reach.exits.length, beyond: reach.beyond.length },
    notes,
  };
}
