/** `downstream case create|list|show` */
import type { Command } from 'commander';
import { POISON_RULES, type PoisonRule } from '../../graphs/poisoning.ts';
import { UserError } from '../errors.ts';
import { displayAmount, formatAmount } from '../money.ts';
import { differenceOf, proofOf } from '../store/balances.ts';
import { createCase, findCase, listCases } from '../store/cases.ts';
import type { CaseOverview } from './case-overview.ts';
import { collisionsNote, collisionsShortJson } from './collisions-text.ts';
import { type CliContext, withStore } from './context.ts';
import { crawlCommand, headText, issuerText, newSeedsText, OFFLINE_NOTE, unconfirmedText } from './crawl-command.ts';
import { faultsText } from './faults.ts';
import { followedText, moneyJson, notFollowedText } from './followed-text.ts';
import { freezeJson, freezesUnknownText, frozenText, readPendingText } from './freeze-text.ts';
import type { Done } from './main.ts';
import { asUsage, jsonOption } from './options.ts';
import { count, counted, harmless, jsonLine, table, time } from './output.ts';
import { crawlJson, dueText, historyText, scheduleJson, timingText } from './schedule-text.ts';
import { toldFacts } from './told-text.ts';
import { unprovenText } from './unproven.ts';

export function addCaseCommands(program: Command, context: CliContext, _done: Done): void {
  const { terminal, clock } = context;
  const group = program.command('case').description('cases: what belongs together in one investigation');

  group
    .command('create')
    .description('begin a case')
    .argument('<name>', 'a name for it, such as mekong-2026')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ npx downstream case create mekong-2026\n\nJSON: {case, id}')
    .action((name: string, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const created = await createCase(pool, name, new Date(clock.now())).catch((error: unknown) => {
          throw error instanceof UserError && error.code === 'CASE_NAME' ? asUsage(error) : error;
        });
        terminal.out(
          options.json
            ? jsonLine({ case: created.name, id: created.id })
            : `Case "${created.name}" is created, with the id ${created.id}.\nAdd reports with: npx downstream report add "${created.name}" --wallet ADDRESS\n`,
        );
      }),
    );

  group
    .command('list')
    .description('all cases')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ npx downstream case list\n\nJSON: {cases: [{case, id, createdAt, reports, runs}]}',
    )
    .action((options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const cases = await listCases(pool);
        if (options.json) {
          terminal.out(jsonLine({ cases: cases.map(({ name, ...rest }) => ({ case: name, ...rest })) }));
        } else if (cases.length === 0) {
          terminal.out('There is no case yet. Create one with: npx downstream case create NAME\n');
        } else {
          const rows = cases.map((each) => [
            String(each.id),
            each.name,
            counted(each.reports, 'report'),
            counted(each.runs, 'crawl'),
            time(each.createdAt),
          ]);
          terminal.out(table([['ID', 'NAME', 'REPORTS', 'CRAWLS', 'CREATED'], ...rows], [0]));
        }
      }),
    );

  group
    .command('show')
    .description('what a case holds, how far its crawl came, and what it did not see')
    .argument('<case>', 'name or id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream case show mekong-2026

JSON: {case, id, reports, told: {payments: {investment, ransom, recruitment}, names: [{name, reports}]}, payments, disclosures,
  rules: [{rule, by, why, at}], schedule, crawls, missed, run: {number, state, policy, offline, newSeeds, stop, heads, wallets, requests, faults, graphHash} or null, files, unconfirmed,
  stored: {transfers, wallets}, poison: {zero-value, look-alike, signed-by-another}, graph: {wallets, edges}, balances,
  proofs: {proven, unproven, notTried}, issuerEvents: [{chain, asset, known, reason}], frozen: [{chain, address, asset, contract,
  frozen, since, asked, events: [{kind, transaction, at, amount}]}], freezes: [{chain, asset, known}], followed: [{rule, sources,
  exited, resting, notFollowed}], notFollowed: [{kind, reason, wallets, amounts: {fifo, lifo, pro-rata, libr}}], collisions: [{case,
  wallets, victims, services, from: {own, other} or null}], failed, clusters}
state is running, interrupted, stopped or finished; newSeeds counts reported wallets that are not in this crawl; newTags
is true where tags have come or gone since it began;
balances are reported wallets', proofs count all that were read;
told counts reports by what their payments were for, and has whom they name, in their words;
unconfirmed counts transfers of imported files that the chain's histories do not have; burnt is what the issuer destroyed
at a wallet, or redeemed, which no transfer tells; known says whether a crawl could read that; frozen lists wallets that the
issuer has frozen or had, with what it did there: frozen, unfrozen, destroyed; collisions counts the wallets that the money of
each other case came to as well; schedule, crawls and missed are as npx downstream schedule CASE --json has them`,
    )
    .action((nameOrId: string, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const { readOverview } = await import('./case-overview.ts');
        const overview = await readOverview(pool, found);
        if (options.json) return terminal.out(jsonLine(toJson(overview)));
        const inside = overview.run === null ? '' : await readPendingText(pool, overview.run.id);
        terminal.out(toText(overview, inside, clock.now()));
      }),
    );
}

function toJson({ history, schedule, run, frozen, ...overview }: CaseOverview) {
  const { decimals } = overview.asset;
  return {
    ...overview,
    run: run === null ? null : withoutId(run),
    frozen: frozen.map(freezeJson),
    schedule: schedule === null ? null : scheduleJson(schedule),
    crawls: history.crawls.map((crawl) => crawlJson(crawl, decimals)),
    missed: history.missed,
    asset: overview.asset.symbol,
    payments: { ...overview.payments, total: formatAmount(overview.payments.total, decimals) },
    ...moneyJson(overview, decimals),
    collisions: collisionsShortJson(overview.collisions),
    balances: overview.balances.map((each) => {
      const { walletId: _, balance, received, sent, burnt, decimals: digits, ...wallet } = each;
      const difference = differenceOf(each);
      return {
        ...wallet,
        received: formatAmount(received, digits),
        sent: formatAmount(sent, digits),
        burnt: formatAmount(burnt, digits),
        balance: balance === null ? null : formatAmount(balance, digits),
        difference: difference === null ? null : formatAmount(difference, digits),
        proof: proofOf(each),
      };
    }),
  };
}

/** How the database numbers runs is nobody's business. */
function withoutId({ id: _, ...run }: NonNullable<CaseOverview['run']>) {
  return run;
}

/** @param inside what is told inside the case alone */
function toText(overview: CaseOverview, inside: string, now: number): string {
  const { run, stored, graph, poison, asset, reports, payments, proofs } = overview;
  const lines = [`Case "${overview.case}", id ${overview.id}, created ${time(overview.createdAt)}\n\n`];
  const facts = [
    [
      'Reports',
      `${count(reports.total)}: ${counted(reports.paidTo, 'wallet')} paid to, ${count(reports.own)} of victims' own`,
    ],
    [
      'Payments',
      `${count(payments.confirmed)} confirmed, ${displayAmount(payments.total, asset.decimals)} ${asset.symbol}`,
    ],
  ];
  facts.push(...toldFacts(overview.told));
  if (overview.disclosures > 0) facts.push(['Disclosed', counted(overview.disclosures, 'withdrawal')]);
  for (const { rule, by, why, at } of overview.rules) {
    facts.push(['Rule', `${rule}, chosen by ${harmless(by)} on ${time(at)}: ${harmless(why)}`]);
  }
  const { schedule } = overview;
  if (schedule !== null) facts.push(['Schedule', `${timingText(schedule)}; next: ${dueText(schedule, now)}`]);
  if (run === null) {
    return `${lines.join('')}${table(facts)}${filesText(overview)}\nNot crawled yet. Crawl it with: npx downstream crawl "${overview.case}"\n`;
  }
  facts.push(['Crawl', `number ${run.number}, ${stateText(overview.case, run)}`]);
  for (const head of run.heads) {
    facts.push(['Up to', headText(head)]);
  }
  const { expanded, stopped, pending, failed } = run.wallets;
  facts.push(
    [
      'Wallets',
      `${count(expanded)} expanded, ${count(stopped)} stopped at, ${count(pending)} pending, ${count(failed)} failed`,
    ],
    [
      'Proof',
      `${count(proofs.proven)} proven, ${count(proofs.unproven)} unproven, ${count(proofs.notTried)} not tried`,
    ],
    ['Stored', `${counted(stored.transfers, 'transfer')} between ${counted(stored.wallets, 'wallet')}`],
    [
      'Graph',
      `${counted(graph.wallets, 'wallet')}, ${counted(graph.edges, 'edge')} (poison and transfers to oneself are left out)`,
    ],
    ['Poison', poisonText(poison)],
    ...(run.newTags ? [['Tags', 'changed since: crawl again to use them']] : []),
    ['Requests', run.offline ? 'none: offline' : count(run.requests)],
    ['graphHash', run.graphHash ?? 'none: the crawl is not finished'],
  );
  if (overview.clusters !== null) {
    facts.push(
      [
        'Clusters',
        `${count(overview.clusters.count)}, of which ${count(overview.clusters.likely)} likely one network's`,
      ],
      ['runHash', overview.clusters.runHash],
    );
  }
  lines.push(table(facts));
  if (run.newSeeds > 0) lines.push('\n', newSeedsText(run.newSeeds));
  if (overview.balances.length > 0)
    lines.push('\nWallets that reports name, or that a source paid\n', balanceTable(overview, overview.balances));
  if (proofs.unproven > 0) lines.push('\n', unprovenText(proofs.unproven, overview.case));
  lines.push(frozenText(overview.frozen), inside);
  if (run.state === 'finished')
    lines.push(issuerText(overview.issuerEvents, run.offline), freezesUnknownText(overview.freezes, run.offline));
  lines.push(
    followedText(overview.followed, asset),
    notFollowedText(overview.notFollowed, asset, overview.followed.length > 0),
  );
  lines.push(collisionsNote(overview.case, overview.collisions));
  if (overview.failed.length > 0) {
    lines.push('\nFailed: run the crawl again to try them once more\n');
    lines.push(table(overview.failed.map(({ address, reason }) => [address, firstLine(reason ?? '')])));
  }
  lines.push(faultsText(run.faults), filesText(overview), crawlsText(overview));
  if (run.offline) lines.push(OFFLINE_NOTE);
  return lines.join('');
}

const POISON_WORDS: Readonly<Record<PoisonRule, string>> = {
  'zero-value': 'of zero',
  'look-alike': 'dust from a look-alike of a counterparty',
  'signed-by-another': 'dust that another than its sender signed',
};

/** How many transfers are poison, and why. */
function poisonText(poison: CaseOverview['poison']): string {
  const parts = POISON_RULES.filter((rule) => poison[rule] > 0).map(
    (rule) => `${count(poison[rule])} ${POISON_WORDS[rule]}`,
  );
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** What the crawls brought, once there is more than the one that all this is about. */
function crawlsText({ history, schedule, asset }: CaseOverview): string {
  return history.crawls.length > 1 || schedule !== null ? historyText(history, asset.decimals) : '';
}

/** The imported files, and what they list beyond the chain's own histories. */
function filesText({ files, unconfirmed }: CaseOverview): string {
  if (files.length === 0) return '';
  const rows = files.map(({ name, taken, leftOut, refused, importedAt }) => [
    harmless(name),
    counted(taken, 'row'),
    `${count(leftOut)} left out, ${count(refused)} refused`,
    time(importedAt),
  ]);
  return `\nImported files\n${table(rows)}${unconfirmedText(unconfirmed)}`;
}

function stateText(name: string, { state, stop, policy, offline }: NonNullable<CaseOverview['run']>): string {
  if (state === 'interrupted') return `interrupted; go on with: ${crawlCommand(name, policy, offline)}`;
  return stop === null ? state : `${state}: ${firstLine(stop.reason)}`;
}

/** Reasons may go on with what would be right and what to do; the table has one line for each. */
function firstLine(text: string): string {
  return harmless(text.split('\n', 1)[0] ?? '');
}

function balanceTable({ asset }: CaseOverview, balances: CaseOverview['balances']): string {
  const amount = (units: bigint) => displayAmount(units, asset.decimals);
  const burns = balances.some(({ burnt }) => burnt > 0n);
  const rows = balances.map((each) => {
    const { address, received, sent, burnt, balance } = each;
    const difference = differenceOf(each);
    return [
      ...[address, amount(received), amount(sent), ...(burns ? [amount(burnt)] : [])],
      balance === null ? 'unknown' : amount(balance),
      difference === 0n ? 'agrees' : difference === null ? 'unproven' : `unproven: differs by ${amount(difference)}`,
    ];
  });
  const titles = ['WALLET', 'RECEIVED', 'SENT', ...(burns ? ['BURNT'] : []), 'HOLDS', 'ITS TRANSFERS'];
  const note = burns
    ? 'BURNT: destroyed by the issuer at a frozen wallet, or redeemed. No transfer tells of it.\n'
    : '';
  return `${table([titles, ...rows], burns ? [1, 2, 3, 4] : [1, 2, 3])}${note}`;
}
