/** How much of the sources a crawl followed, by each rule, and where it stopped. */
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import { displayAmount, formatAmount } from '../money.ts';
import type { RuleMoney, StopReason } from '../store/followed-money.ts';
import { count, harmless, table } from './output.ts';

interface Counted {
  readonly symbol: string;
  readonly decimals: number;
}

const LEGEND = `  Sources: payments into wallets that reports name, and what services disclosed, each once: one that carries money of an earlier one on
  adds only the rest, which differs by rule. At ends: at listed and tagged services, with victims again, or taken by the issuer. Share: what was not followed of the sources.
`;

/** What became of the sources; nothing where nothing is followed yet. */
export function followedText(rules: readonly RuleMoney[], { symbol, decimals }: Counted): string {
  if (rules.length === 0) return '';
  if (rules.every(({ sources }) => sources === 0n)) {
    return '\nNo money to follow: no payment into a reported wallet is known. Services and hops were not looked at.\n';
  }
  const amount = (units: bigint) => displayAmount(units, decimals);
  const rows = rules.map(({ rule, sources, exited, resting, notFollowed }) => [
    ...[rule, amount(sources), amount(exited), amount(resting), amount(notFollowed)],
    `${share(notFollowed, sources)} %`,
  ]);
  const titles = ['RULE', 'SOURCES', 'AT ENDS', 'RESTING', 'NOT FOLLOWED', 'SHARE'];
  return `\nFollowed money, in ${symbol}\n${table([titles, ...rows], [1, 2, 3, 4, 5])}${LEGEND}`;
}

/** Why wallets were not read that the money reached, with what each rule brought to them. */
export function notFollowedText(reasons: readonly StopReason[], { decimals }: Counted, isKnown: boolean): string {
  if (reasons.length === 0) return '';
  const rows = reasons.map(({ reason, wallets, amounts }) => [
    harmless(reason),
    count(wallets),
    ...CONSERVING_RULES.map((rule) => (isKnown ? displayAmount(amounts[rule], decimals) : '–')),
  ]);
  const titles = ['REASON', 'WALLETS', ...CONSERVING_RULES.map((rule) => rule.toUpperCase())];
  return `\nStopped at\n${table([titles, ...rows], [1, 2, 3, 4, 5])}`;
}

/** The same for programs: amounts as decimal strings. */
export function moneyJson(
  { followed, notFollowed }: { followed: readonly RuleMoney[]; notFollowed: readonly StopReason[] },
  decimals: number,
) {
  return {
    followed: followed.map(({ rule, sources, exited, resting, notFollowed: beyond }) => ({
      rule,
      sources: formatAmount(sources, decimals),
      exited: formatAmount(exited, decimals),
      resting: formatAmount(resting, decimals),
      notFollowed: formatAmount(beyond, decimals),
    })),
    notFollowed: notFollowed.map(({ amounts, ...rest }) => ({
      ...rest,
      amounts: Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, formatAmount(amounts[rule], decimals)])),
    })),
  };
}

/** Percent with one decimal, rounded down: what is not all never looks like it. */
function share(part: bigint, whole: bigint): string {
  if (whole === 0n) return '0.0';
  const tenths = (part * 1_000n) / whole;
  return `${tenths / 10n}.${tenths % 10n}`;
}
