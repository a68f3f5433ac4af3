/** `downstream repair`: puts back into the queue what a case waits for, from the database. */
import type { Command } from 'commander';
import { type Repair, repairCase } from '../../workers/repair.ts';
import { findCase } from '../store/cases.ts';
import { type CliContext, withEngine } from './context.ts';
import { crawlCommand } from './crawl-command.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { counted, jsonLine } from './output.ts';

/** What is counted at each stage of a crawl; one that is not named counts wallets. */
const COUNTED: Readonly<Record<string, string>> = { issuer: 'contract', positions: 'block' };

export function addRepairCommand(program: Command, context: CliContext, _done: Done): void {
  program
    .command('repair')
    .description('queue again what a running crawl of a case waits for, after the queue was emptied, and its schedule')
    .argument('<case>', 'name or id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream repair mekong

Nothing is lost with the queue: what is left to do stands in the database. A crawl notices by itself when its queue brings nothing
for 15 seconds; this is sooner. It does no harm where nothing was lost.

JSON: {case, schedule: "none"|"in-place"|"put-back", crawl: {number, state} or null, queued: {stage, left} or null, next}
state is running, interrupted, stopped or finished; next is the command that goes on with a crawl that nobody is at, or null`,
    )
    .action((nameOrId: string, options: { json?: boolean }) =>
      withEngine(context, async ({ store: { pool }, timers }) => {
        const found = await findCase(pool, nameOrId);
        const repair = await repairCase({ pool, timers }, found);
        context.terminal.out(options.json ? jsonLine(toJson(found.name, repair)) : toText(found.name, repair));
      }),
    );
}

function toJson(name: string, repair: Repair) {
  const { schedule, run, queued } = repair;
  return {
    case: name,
    schedule,
    crawl: run === null ? null : { number: run.number, state: stateOf(repair) },
    queued,
    next: nextOf(name, repair),
  };
}

function stateOf({ run, crawled }: Repair): string | undefined {
  return run?.state === 'running' && !crawled ? 'interrupted' : run?.state;
}

function nextOf(name: string, { run, crawled }: Repair): string | null {
  return run === null || run.state === 'finished' || crawled ? null : crawlCommand(name, run.policy, run.offline);
}

const SCHEDULE: Readonly<Record<Repair['schedule'], string>> = {
  none: '',
  'in-place': 'Its schedule is in the queue.\n',
  'put-back': 'Its schedule was not in the queue, and is again.\n',
};

function toText(name: string, repair: Repair): string {
  return crawlText(name, repair) + SCHEDULE[repair.schedule];
}

function crawlText(name: string, repair: Repair): string {
  const { run, crawled, queued } = repair;
  if (queued !== null) {
    const left = counted(queued.left, COUNTED[queued.stage] ?? 'wallet');
    return `Crawl ${run?.number} of the case "${name}" has queued again what it waits for (${queued.stage}): ${left} left.\n`;
  }
  if (crawled) {
    return run?.state === 'running'
      ? `Crawl ${run.number} of the case "${name}" has been asked to queue again what it waits for, and will when it next looks.\n`
      : `The case "${name}" is being crawled by a process that waits for nothing of the queue.\n`;
  }
  if (run === null) return `The case "${name}" was never crawled: nothing is waited for.\n`;
  const next = nextOf(name, repair);
  return next === null
    ? `Crawl ${run.number} of the case "${name}" is finished: nothing is waited for.\n`
    : `No process is crawling the case "${name}", and its crawl ${run.number} is not finished. Go on with it: ${next}\n`;
}
