/** `downstream schedule`: has a case crawled again by the workers, every so often or at times of the day. */
import type { Command } from 'commander';
import type { Engine } from '../../workers/run.ts';
import { keepSchedule, timerId } from '../../workers/schedule.ts';
import { UsageError } from '../errors.ts';
import { type Case, findCase } from '../store/cases.ts';
import type { Db } from '../store/db.ts';
import { readCrawlOutcomes, readHistory } from '../store/gains.ts';
import { readAssets } from '../store/reference.ts';
import { listSchedules, readSchedule, removeSchedule, setSchedule, type Timing } from '../store/schedules.ts';
import { type CliContext, withEngine, withStore } from './context.ts';
import { addPolicyOptions, POLICY_NAMES, type PolicyOptions, policyOf, stopsOf } from './crawl-command.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { jsonLine, table, time } from './output.ts';
import { cronTiming, everyTiming } from './schedule-options.ts';
import { crawlJson, dueText, historyText, lastText, scheduleJson, scheduleText, timingText } from './schedule-text.ts';

interface ScheduleOptions extends PolicyOptions {
  readonly every?: string;
  readonly cron?: string;
  readonly tz?: string;
  readonly off?: boolean;
  readonly json?: boolean;
}

/** As many crawls, and as many times without one, are shown. */
const SHOWN = 10;

export function addScheduleCommand(program: Command, context: CliContext, _done: Done): void {
  const command = program
    .command('schedule')
    .description(
      'have a case crawled again by the workers; without options: show its schedule, and what each crawl brought',
    )
    .argument('<case>', 'name or id')
    .option('--every <interval>', 'so often: 30m, 6h, 1d; the first time at once')
    .option('--cron <expression>', 'at these times: "0 */6 * * *" (minute, hour, day of month, month, day of week)')
    .option('--tz <zone>', 'time zone that --cron is meant in (default: UTC)')
    .option('--off', 'no more');
  addPolicyOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream schedule mekong --every 6h
  $ npx downstream schedule mekong --cron "0 7 * * 1-5" --tz Asia/Phnom_Penh --max-hops 3
  $ npx downstream schedule mekong
  $ npx downstream schedule mekong --off

The crawls are done by npx downstream worker, which has to run; what was missed meanwhile is made up for by one crawl. A time
that comes while the case is being crawled is skipped. Set again, a schedule takes the place of the one before, with the
options that are given now. A case with the name "list" is meant by its id.

JSON: {case, schedule: {case, every, cron, timeZone, policy, patience, setAt, dueAt} or null, crawls: [{number, at, scheduled, state,
  reason, new: {since, transfers, wallets} or null, amounts: [{rule, sources, exited, resting, beyond, more}]}],
  missed: [{at, outcome, reason}]}
amounts are of all sources, by rule; more has the same four amounts, less those of the crawl before, or is null; outcome is
skipped or failed`,
    )
    .action((nameOrId: string, options: ScheduleOptions) => {
      const timing = askedTiming(command, options, context.clock.now());
      if (timing === 'show') return withStore(context, ({ pool }) => show(context, pool, nameOrId, options));
      return withEngine(context, (engine) => change(context, engine, nameOrId, { ...options, timing }));
    });

  command
    .command('list')
    .description('the schedules of all cases')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream schedule list

JSON: {schedules: [{case, every, cron, timeZone, policy, patience, setAt, dueAt, last}]}, where last is the newest crawl as
  npx downstream schedule CASE --json has it, or null`,
    )
    .action(() => {
      // What stands behind the word is read as an option of the group.
      const options = command.opts<ScheduleOptions>();
      if (askedTiming(command, options, context.clock.now()) !== 'show') throw unclear();
      return withStore(context, ({ pool }) => list(context, pool, options));
    });
}

/** @throws UsageError for options that contradict each other, or an interval or times that cannot be */
function askedTiming(command: Command, options: ScheduleOptions, now: number): Timing | 'off' | 'show' {
  const { every, cron, tz, off } = options;
  const asked = [every, cron, off].filter((each) => each !== undefined).length;
  const ofCrawl = POLICY_NAMES.some((name) => command.getOptionValueSource(name) === 'cli');
  if (asked > 1 || (asked === 0 && (tz !== undefined || ofCrawl)) || (off && ofCrawl)) {
    throw unclear();
  }
  if (tz !== undefined && cron === undefined) {
    throw new UsageError('SCHEDULE_OPTIONS', '--tz says where the times of --cron are meant.', {
      todo: 'Leave it out: an interval and --off have no time zone.',
    });
  }
  if (every !== undefined) return everyTiming(every);
  if (cron !== undefined) return cronTiming(cron, tz ?? 'UTC', now);
  return off ? 'off' : 'show';
}

function unclear(): UsageError {
  return new UsageError('SCHEDULE_OPTIONS', 'It is not clear what is to be done.', {
    right:
      'For a case, one of --every, --cron and --off is given, or none of them to show its schedule; options of the crawl go with --every or --cron.',
    todo: 'See: npx downstream schedule --help',
  });
}

async function change(
  { terminal, clock }: CliContext,
  { store: { pool }, timers }: Engine,
  nameOrId: string,
  options: ScheduleOptions & { readonly timing: Timing | 'off' },
): Promise<void> {
  const found = await findCase(pool, nameOrId);
  const { timing } = options;
  if (timing === 'off') {
    const was = await removeSchedule(pool, found.id);
    await timers.remove(timerId(found.id));
    const text = was
      ? `The case "${found.name}" is not crawled by a schedule any more. A crawl that is running goes on.\n`
      : `The case "${found.name}" has no schedule; nothing was changed.\n`;
    terminal.out(options.json ? jsonLine(await toJson(pool, found)) : text);
    return;
  }
  const now = new Date(clock.now());
  const stops = await stopsOf(options);
  await setSchedule(pool, found.id, {
    ...{ timing, policy: policyOf(options, stops), stops, patienceMs: options.patience, now },
  });
  const set = await readSchedule(pool, found.id);
  if (set !== undefined) await keepSchedule({ pool, timers }, set);
  if (options.json) {
    terminal.out(jsonLine(await toJson(pool, found)));
    return;
  }
  const kept = await readSchedule(pool, found.id);
  const text = kept === undefined ? '' : `\n${scheduleText(kept, clock.now())}`;
  terminal.out(
    `The case "${found.name}" is crawled by a schedule.\n${text}\nThe workers do it; start one, or several, with: npx downstream worker\n`,
  );
}

async function show(
  { terminal, clock }: CliContext,
  pool: Db,
  nameOrId: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const found = await findCase(pool, nameOrId);
  if (options.json) {
    terminal.out(jsonLine(await toJson(pool, found)));
    return;
  }
  const schedule = await readSchedule(pool, found.id);
  const text =
    schedule === undefined
      ? `The case "${found.name}" has no schedule. Set one with: npx downstream schedule "${found.name}" --every 6h\n`
      : `Schedule of the case "${found.name}"\n\n${scheduleText(schedule, clock.now())}`;
  terminal.out(text + historyText(await readHistory(pool, found.id, SHOWN), await readDecimals(pool)));
}

async function toJson(pool: Db, found: Case) {
  const schedule = await readSchedule(pool, found.id);
  const decimals = await readDecimals(pool);
  const { crawls, missed } = await readHistory(pool, found.id, SHOWN);
  return {
    case: found.name,
    schedule: schedule === undefined ? null : scheduleJson(schedule),
    crawls: crawls.map((crawl) => crawlJson(crawl, decimals)),
    missed,
  };
}

/** USDT is counted alike on both chains. */
async function readDecimals(pool: Db): Promise<number> {
  return (await readAssets(pool))[0]?.decimals ?? 0;
}

async function list({ terminal, clock }: CliContext, pool: Db, options: { readonly json?: boolean }): Promise<void> {
  const decimals = await readDecimals(pool);
  const schedules = await Promise.all(
    (await listSchedules(pool)).map(async (schedule) => ({
      schedule,
      crawls: await readCrawlOutcomes(pool, schedule.caseId, 1),
    })),
  );
  if (options.json) {
    const lines = schedules.map(({ schedule, crawls: [last] }) => ({
      ...scheduleJson(schedule),
      last: last === undefined ? null : crawlJson(last, decimals),
    }));
    terminal.out(jsonLine({ schedules: lines }));
  } else if (schedules.length === 0) {
    terminal.out('No case has a schedule. Set one with: npx downstream schedule CASE --every 6h\n');
  } else {
    const rows = schedules.map(({ schedule, crawls }) => [
      schedule.case,
      timingText(schedule),
      time(schedule.setAt),
      dueText(schedule, clock.now()),
      lastText(crawls),
    ]);
    terminal.out(table([['CASE', 'CRAWLED', 'SINCE', 'NEXT', 'LAST'], ...rows]));
  }
}
