/** What a wallet held, moved and with whom, as people read it. */
import type { AssetFacts, DirectionFacts, KnownCounterparty, Said } from '../../workers/wallet-facts.ts';
import { displayAmount } from '../money.ts';
import type { StoredAsset } from '../store/reference.ts';
import type { Direction } from '../store/wallet-transfers.ts';
import { count, counted, harmless, indented, table, time } from './output.ts';

/** Counterparties that are listed in each direction. */
export const COUNTERPARTIES_SHOWN = 10;

/** How many transfers an hour has beside the busiest one: none, then ever more. */
const SHADES = ' .:-=+*#';
const HOURS = '0     6     12    18';

export interface ActivityContext {
  /** Whether some crawl has read the wallet's own history. */
  readonly read: boolean;
  /** Of a victim's own wallet no hours are shown. */
  readonly victims: boolean;
  /** What the issuer destroyed there, in base units. */
  readonly destroyed: bigint;
}

/** All of one asset. */
export function assetText(facts: AssetFacts, context: ActivityContext): string {
  return [
    `\n${facts.asset.symbol}\n`,
    heldText(facts, context),
    activityText(facts, context),
    counterpartiesText('in', facts),
    counterpartiesText('out', facts),
  ].join('');
}

function heldText(
  { asset, balance, received, sent, fromFiles }: AssetFacts,
  { read, destroyed }: ActivityContext,
): string {
  const amount = (units: bigint) => displayAmount(units, asset.decimals);
  const held =
    balance === null
      ? ['Held', '–', 'the contract was not asked']
      : [
          ...['Held', amount(balance.value)],
          `by the contract, at block ${count(balance.block)} of ${time(balance.timestamp)}`,
        ];
  const rows = [
    ['Received', amount(received), 'as far as stored'],
    ['Sent', amount(sent), 'as far as stored'],
    ...(destroyed === 0n ? [] : [['Destroyed', amount(destroyed), 'by the issuer']]),
    held,
  ];
  return [
    table(rows, [1]),
    read ? '' : '  No crawl has read it to its end: it may have more transfers than these.\n',
    fromFiles === 0 ? '' : `  ${filesText(fromFiles)}\n`,
  ].join('');
}

function filesText(transfers: number): string {
  return transfers === 1
    ? '1 transfer stands in imported files alone; no provider lists it.'
    : `${count(transfers)} transfers stand in imported files alone; no provider lists them.`;
}

function activityText(facts: AssetFacts, { victims }: ActivityContext): string {
  const directions = (['in', 'out'] as const).map((direction) => ({ direction, ...facts[direction] }));
  const rows = directions.map(({ direction, transfers, first, last }) => [
    ...[direction, count(transfers), first === null ? '–' : time(first), last === null ? '–' : time(last)],
  ]);
  const moved = directions.some(({ transfers }) => transfers > 0);
  return [
    `\n  Activity\n`,
    indented(table([['', 'TRANSFERS', 'FIRST', 'LAST'], ...rows], [1])),
    leftOutText(facts),
    moved && !victims ? hoursText(directions) : '',
  ].join('');
}

function leftOutText({ poison, toItself }: AssetFacts): string {
  const parts = [
    poison === 0 ? '' : `${counted(poison, 'transfer')} of poison`,
    toItself === 0 ? '' : `${counted(toItself, 'transfer')} to itself`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `    Left out: ${parts.join(', ')}.\n`;
}

function hoursText(directions: readonly (DirectionFacts & { readonly direction: Direction })[]): string {
  return [
    `\n    UTC   ${HOURS}\n`,
    ...directions.map(({ direction, hours }) => {
      return `    ${direction.padEnd(4)} |${hoursPicture(hours)}|  # is ${count(Math.max(...hours))}\n`;
    }),
    '    A column for each hour of the day: blank without a transfer, then . : - = + * up to # for the busiest of the row.\n',
    '    It is a hint about working hours, and no more.\n',
  ].join('');
}

/** A sign for each hour, beside the busiest of them. */
export function hoursPicture(hours: readonly number[]): string {
  const most = Math.max(1, ...hours);
  return hours.map((transfers) => SHADES[Math.ceil((transfers * (SHADES.length - 1)) / most)]).join('');
}

const TITLES: Readonly<Record<Direction, string>> = { in: 'Paid by', out: 'Paid to' };

function counterpartiesText(direction: Direction, { asset, ...facts }: AssetFacts): string {
  const { counterparties, counterpartyCount } = facts[direction];
  if (counterparties.length === 0) return '';
  const shown = counterparties.slice(0, COUNTERPARTIES_SHOWN);
  const more = counterpartyCount - shown.length;
  return [
    `\n  ${TITLES[direction]} ${counted(counterpartyCount, 'wallet')}${more > 0 ? `, of which the ${shown.length} largest` : ''}\n`,
    indented(
      table(
        [[asset.symbol, 'TRANSFERS', 'LAST (UTC)', 'WALLET', ''], ...shown.map((each) => counterpartyRow(each, asset))],
        [0, 1],
      ),
    ),
    more > 0 ? `    … and ${count(more)} more; --json has more of them\n` : '',
  ].join('');
}

function counterpartyRow(each: KnownCounterparty, { decimals }: StoredAsset): string[] {
  const { value, transfers, last, address } = each;
  const day = new Date(last).toISOString().slice(0, 10);
  return [displayAmount(value, decimals), count(transfers), day, address, remarkText(each)];
}

/** What publishers say of a wallet; nothing where they say nothing. */
export function saidText({ tag, tags, contradicted }: Said): string {
  if (tag === null) return '';
  const against = contradicted ? ', contradictory' : '';
  const more = tags > 1 ? `; ${counted(tags - 1, 'more tag')}${against}` : '';
  return `${harmless(tag.label)} (${tag.category}, says ${harmless(tag.publisher)}${more})`;
}

/** What reports and publishers say of it. */
function remarkText({ paidTo, victims, ...said }: KnownCounterparty): string {
  const parts = [saidText(said), victims ? "a victim's own, by a report" : '', paidTo ? 'reported' : ''];
  return parts.filter((part) => part !== '').join('; ');
}
