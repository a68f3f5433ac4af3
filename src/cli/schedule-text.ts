/** How a schedule, and what crawls brought, are told. */
import { displayAmount, formatAmount } from '../money.ts';
import type { Amounts, CrawlOutcome, History } from '../store/gains.ts';
import type { Schedule } from '../store/schedules.ts';
import { policyText } from './crawl-command.ts';
import { count, counted, harmless, table, time } from './output.ts';
import { everyText } from './schedule-options.ts';

/** A time that came so long ago has found no worker. */
const OVERDUE_MS = 30_000;

/** The times of a schedule in words: `every 6h`, or `at "0 7 * * *" (Asia/Phnom_Penh)`. */
export function timingText({ everyMs, cron, timeZone }: Schedule): string {
  return everyMs === null ? `at "${cron}" (${timeZone})` : `every ${everyText(everyMs)}`;
}

/** When the next crawl comes, or that no worker has taken one that is due. */
export function dueText({ dueAt }: Schedule, now: number): string {
  if (dueAt === null) return 'as soon as a worker runs: npx downstream worker';
  if (dueAt.getTime() + OVERDUE_MS > now) return time(dueAt);
  return `due since ${time(dueAt)}; no worker has taken it: npx downstream worker`;
}

export function scheduleText(schedule: Schedule, now: number): string {
  return table([
    ['Crawled', timingText(schedule)],
    ['Options', policyText(schedule.policy).trim() || 'the same as where a crawl is given none'],
    ['Set', time(schedule.setAt)],
    ['Next', dueText(schedule, now)],
  ]);
}

/** The crawls of a case and the times without one, the newest first. */
export function historyText({ crawls, missed }: History, decimals: number): string {
  const rows = [
    ...crawls.map((crawl) => ({ at: crawl.at, cells: crawlCells(crawl) })),
    ...missed.map(({ at, outcome, reason }) => ({ at, cells: [outcome, '', '', '', oneLine(reason)] })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  if (rows.length === 0) return '\nNot crawled yet.\n';
  const titles = ['AT', 'WHAT', 'STATE', 'TRANSFERS', 'WALLETS', ''];
  const lines = rows.map(({ at, cells: [what = '', state = '', ...others] }) => [time(at), what, state, ...others]);
  return `\nCrawls, with what is new in each\n${table([titles, ...lines], [3, 4])}${amountsText(crawls, decimals)}`;
}

function crawlCells({ number, scheduled, state, reason, gains }: CrawlOutcome): string[] {
  return [
    `crawl ${number}${scheduled ? ', scheduled' : ''}`,
    state,
    ...(gains === null ? ['', ''] : [count(gains.transfers), count(gains.wallets)]),
    reason === null ? '' : oneLine(reason),
  ];
}

/** Where the money was at the end of the newest crawl that could follow any, and how much more than before. */
function amountsText(crawls: readonly CrawlOutcome[], decimals: number): string {
  const newest = crawls.find(({ amounts }) => amounts.length > 0);
  if (newest === undefined) return '';
  const money = (units: bigint) => displayAmount(units, decimals);
  const cells = (amount: bigint, more: bigint | undefined) =>
    more === undefined || more === 0n
      ? money(amount)
      : `${money(amount)} (${more > 0n ? '+' : '-'}${money(more > 0n ? more : -more)})`;
  const rows = newest.amounts.map(({ rule, sources, exited, resting, beyond, more }) => [
    rule,
    cells(sources, more?.sources),
    cells(exited, more?.exited),
    cells(resting, more?.resting),
    cells(beyond, more?.beyond),
  ]);
  const titles = ['RULE', 'FOLLOWED', 'AT ENDS', 'RESTING', 'BEYOND'];
  return `\nThe money of all sources after crawl ${newest.number} (in brackets: more than before)\n${table([titles, ...rows], [1, 2, 3, 4])}`;
}

function oneLine(text: string): string {
  return harmless(text.split('\n', 1)[0] ?? '');
}

export function scheduleJson({ case: name, everyMs, cron, timeZone, policy, patienceMs, setAt, dueAt }: Schedule) {
  return {
    case: name,
    every: everyMs === null ? null : everyText(everyMs),
    ...{ cron, timeZone, policy },
    patience: patienceMs / 1000,
    ...{ setAt, dueAt },
  };
}

export function crawlJson({ number, at, scheduled, state, reason, gains, amounts }: CrawlOutcome, decimals: number) {
  const money = ({ sources, exited, resting, beyond }: Amounts) => ({
    sources: formatAmount(sources, decimals),
    exited: formatAmount(exited, decimals),
    resting: formatAmount(resting, decimals),
    beyond: formatAmount(beyond, decimals),
  });
  return {
    ...{ number, at, scheduled, state, reason },
    new: gains,
    amounts: amounts.map(({ rule, more, ...each }) => ({
      ...{ rule, ...money(each) },
      more: more === null ? null : money(more),
    })),
  };
}

/** What the newest crawl brought, in one cell of a list. */
export function lastText([crawl]: readonly CrawlOutcome[]): string {
  if (crawl === undefined) return 'not crawled yet';
  const gains = crawl.gains === null ? '' : `: ${newText(crawl.gains)}`;
  return `${time(crawl.at)}, ${crawl.state}${gains}`;
}

function newText({ transfers, wallets }: { transfers: number; wallets: number }): string {
  return `${counted(transfers, 'new transfer')}, ${counted(wallets, 'new wallet')}`;
}
