/** `downstream report match`: proposes the payments that fit a report; a person confirms. */
import type { Command } from 'commander';
import { type Proposal, proposePayments } from '../cases/match.ts';
import { UsageError, UserError } from '../errors.ts';
import { displayAmount, formatAmount, parseAmount } from '../money.ts';
import { type Case, findCase, readReports, readSeeds, type StoredReport } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { readDisclosures, refuseDisclosed } from '../store/disclosures.ts';
import { confirmPayment, readPartiesOf, readTransfersOf, type StoredTransfer } from '../store/payments.ts';
import { readAssets, type StoredAsset } from '../store/reference.ts';
import { lastRun } from '../store/runs.ts';
import { type CliContext, withStore } from './context.ts';
import { hours, jsonOption, typed } from './options.ts';
import { counted, harmless, jsonLine, moneyTold, table, time } from './output.ts';

const HOUR_MS = 3_600_000;
/** Proposals of one report that are shown. */
const SHOWN = 5;

interface MatchOptions {
  readonly fee: string;
  readonly window: string;
  readonly confirm: readonly string[];
  readonly json?: boolean;
}

export function addMatchCommand(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('match')
    .description('propose the on-chain payments that fit each report, and confirm them')
    .argument('<case>', 'name or id; it must have been crawled')
    .option('--fee <amount>', 'most that a payment may differ from the reported amount', '5')
    .option('--window <hours>', 'most that it may differ from the reported time', '24')
    .option(
      '--confirm <report:transaction>',
      'confirm that a report speaks of a transaction (its first 8 digits or more); may be repeated',
      (value: string, list: readonly string[]) => [...list, value],
      [],
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream report match mekong --fee 10 --window 48
  $ npx downstream report match mekong --confirm 3:0130dfde

A payment belongs to one origin, however many reports name it. After a confirmation, crawl again: the payee is a seed.

JSON: {case, reports: [{number, reference, proposals: [{transaction, from, to, amount, at, amountOff, secondsOff}], confirmed}]}
  and with --confirm: {case, confirmed: [{report, transaction, amount, shared}]}`,
    )
    .action((nameOrId: string, options: MatchOptions) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const assets = await readAssets(pool);
        if (options.confirm.length > 0) {
          const before = await payeesKnown(pool, found);
          const confirmed = await confirmAll(context, pool, { found, assets, options });
          const newSeeds = (await payeesKnown(pool, found)) > before;
          terminal.out(options.json ? confirmedJson(found, confirmed) : confirmedText(confirmed, newSeeds));
          return;
        }
        await requireCrawled(pool, found);
        const window = typed(() => hours(options.window));
        const matches: Match[] = [];
        for (const report of await readReports(pool, found.id)) {
          const asset = assetOf(assets, report);
          const policy = { fee: typed(() => parseAmount(options.fee, asset.decimals)), window };
          const payments = await paymentsOf(pool, found, report, asset);
          const sought = {
            transaction: report.transaction,
            amount: report.amount,
            paidAt: report.paidAt,
            payer: report.payer,
          };
          const proposals = proposePayments(sought, payments, policy);
          const parties =
            report.transaction === null ? [] : await readPartiesOf(pool, found.id, report.transaction, asset.id);
          matches.push({ report, asset, proposals, parties });
        }
        terminal.out(options.json ? toJson(found, matches) : toText(found, matches));
      }),
    );
}

interface Match {
  readonly report: StoredReport;
  /** What the report's payments are in. */
  readonly asset: StoredAsset;
  readonly proposals: readonly Proposal<StoredTransfer>[];
  /** Who paid whom in the transaction that the report names; empty where it is not stored or none is named. */
  readonly parties: Awaited<ReturnType<typeof readPartiesOf>>;
}

/** What is crawled on the report's chain. */
function assetOf(assets: readonly StoredAsset[], { chain }: StoredReport): StoredAsset {
  const asset = assets.find((each) => each.chain === chain);
  if (asset === undefined) throw new Error(`The database knows no asset of ${chain}`);
  return asset;
}

/** How many seeds of suspicion the case has. */
async function payeesKnown(pool: Pool, found: Case): Promise<number> {
  return (await readSeeds(pool, found.id)).filter(({ role }) => role === 'paid-to').length;
}

/** Payments into the wallet that was paid, or out of the victim's own. */
function paymentsOf(pool: Pool, found: Case, report: StoredReport, asset: StoredAsset): Promise<StoredTransfer[]> {
  return readTransfersOf(pool, found.id, report.walletId, asset.id, report.role === 'own' ? 'out' : 'in');
}

async function requireCrawled(pool: Pool, found: Case): Promise<void> {
  if ((await lastRun(pool, found.id)) !== undefined) return;
  throw new UserError('NOT_CRAWLED', `The case "${found.name}" was not crawled yet, so no payment is known.`, {
    todo: `Run: npx downstream crawl "${found.name}" --max-hops 0`,
  });
}

interface Confirmed {
  readonly report: number;
  readonly transaction: string;
  readonly asset: StoredAsset;
  /** Base units. */
  readonly value: bigint;
  readonly shared: boolean;
}

async function confirmAll(
  { clock }: CliContext,
  pool: Pool,
  request: { found: Case; assets: readonly StoredAsset[]; options: MatchOptions },
): Promise<Confirmed[]> {
  const { found, assets, options } = request;
  const reports = await readReports(pool, found.id);
  // Those that wait may be the very payments: they are looked up first.
  await readDisclosures(pool, found.id);
  const chosen: { report: StoredReport; asset: StoredAsset; transfer: StoredTransfer }[] = [];
  // All are found before the first is stored: a mistyped one stores nothing.
  for (const text of options.confirm) chosen.push(await findConfirmed(pool, { text, found, reports, assets }));
  const confirmed: Confirmed[] = [];
  for (const { report, asset, transfer } of chosen) {
    const now = new Date(clock.now());
    const { shared } = await confirmPayment(pool, { caseId: found.id, reportId: report.id, transfer, now });
    confirmed.push({
      report: report.number,
      transaction: transfer.transaction,
      asset,
      value: transfer.value,
      shared,
    });
  }
  return confirmed;
}

async function findConfirmed(
  pool: Pool,
  request: { text: string; found: Case; reports: readonly StoredReport[]; assets: readonly StoredAsset[] },
): Promise<{ report: StoredReport; asset: StoredAsset; transfer: StoredTransfer }> {
  const { text, found, reports, assets } = request;
  const parts = /^(\d{1,9}):([0-9a-f]{8,64})$/.exec(text.toLowerCase());
  const report = reports.find(({ number }) => number === Number(parts?.[1]));
  if (parts?.[2] === undefined || report === undefined) {
    throw new UsageError('CONFIRM_INVALID', `"${text}" names no report and transaction of this case.`, {
      right: 'It is the number of a report, a colon, and at least 8 digits of the transaction: 3:0130dfde.',
      todo: 'Copy it from what "report match" prints.',
    });
  }
  const prefix = parts[2];
  const asset = assetOf(assets, report);
  const payments = await paymentsOf(pool, found, report, asset);
  const fitting = payments.filter(({ transaction }) => transaction.startsWith(prefix));
  const [transfer] = fitting;
  if (transfer === undefined) {
    throw new UserError(
      'PAYMENT_UNKNOWN',
      `No stored payment of report ${report.number} has a transaction ${prefix}….`,
      {
        right: `It is a transfer ${report.role === 'own' ? 'out of' : 'into'} ${report.wallet}.`,
        todo: 'Crawl the case first, or check the digits.',
      },
    );
  }
  if (new Set(fitting.map((each) => each.transaction)).size > 1) {
    throw new UserError(
      'PAYMENT_AMBIGUOUS',
      `${fitting.length} payments have a transaction that begins with ${prefix}.`,
      {
        todo: 'Give more of its digits.',
      },
    );
  }
  if (fitting.length > 1) {
    throw new UserError(
      'PAYMENT_AMBIGUOUS',
      `Transaction ${prefix}… pays ${fitting.length} times for report ${report.number}.`,
      {
        right: 'A confirmation names one transfer.',
        todo: 'Report each of these payments with its amount; those that differ in nothing cannot be told apart yet.',
      },
    );
  }
  await refuseDisclosed(pool, found.id, transfer);
  return { report, asset, transfer };
}

function confirmedJson(found: Case, confirmed: readonly Confirmed[]): string {
  return jsonLine({
    case: found.name,
    confirmed: confirmed.map(({ value, asset, ...rest }) => ({ ...rest, amount: formatAmount(value, asset.decimals) })),
  });
}

/** @param newSeeds whether a payee was no seed before */
function confirmedText(confirmed: readonly Confirmed[], newSeeds: boolean): string {
  const lines = confirmed.map(
    ({ report, transaction, asset, value, shared }) =>
      `Report ${report} speaks of ${transaction}, ${displayAmount(value, asset.decimals)} ${asset.symbol}.${shared ? ' Another report names it too: it counts once.' : ''}\n`,
  );
  return `${lines.join('')}${newSeeds ? 'Crawl the case again: the payees are seeds from now on.\n' : ''}`;
}

function toJson(found: Case, matches: readonly Match[]): string {
  return jsonLine({
    case: found.name,
    reports: matches.map(({ report, asset, proposals }) => ({
      number: report.number,
      reference: report.reference,
      confirmed: report.payments,
      proposals: proposals.map(({ transfer, amountOff, timeOff }) => ({
        transaction: transfer.transaction,
        from: transfer.from,
        to: transfer.to,
        amount: formatAmount(transfer.value, asset.decimals),
        at: new Date(transfer.timestamp).toISOString(),
        amountOff: amountOff === null ? null : formatAmount(amountOff, asset.decimals),
        secondsOff: timeOff === null ? null : timeOff / 1000,
      })),
    })),
  });
}

function toText(found: Case, matches: readonly Match[]): string {
  return matches.map((match) => `${heading(match.report)}\n${body(found, match)}`).join('\n');
}

function heading(report: StoredReport): string {
  const reference = report.reference === null ? '' : ` (${harmless(report.reference)})`;
  const role = report.role === 'own' ? "victim's own wallet" : 'paid to';
  return `Report ${report.number}${reference}: ${role} ${report.wallet}`;
}

function body(found: Case, match: Match): string {
  const { report, asset, proposals } = match;
  if (report.payments > 0) return `  ${counted(report.payments, 'payment')} confirmed.\n`;
  const [best] = proposals;
  if (best === undefined) return `  ${reasonForNone(match)}\n`;
  const rows = proposals
    .slice(0, SHOWN)
    .map(({ transfer, amountOff, timeOff }) => [
      transfer.transaction.slice(0, 12),
      time(transfer.timestamp),
      `${displayAmount(transfer.value, asset.decimals)} ${asset.symbol}`,
      amountOff === null
        ? ''
        : `${amountOff >= 0n ? '+' : ''}${displayAmount(amountOff, asset.decimals)} ${asset.symbol}`,
      timeOff === null ? '' : `${(timeOff / HOUR_MS).toFixed(1)} h off`,
    ]);
  const more = proposals.length > SHOWN ? `  … and ${proposals.length - SHOWN} more\n` : '';
  const confirm = `npx downstream report match "${found.name}" --confirm ${report.number}:${best.transfer.transaction.slice(0, 12)}`;
  return `${table(rows, [2, 3])}${more}  If the first is right: ${confirm}\n`;
}

function reasonForNone({ report, parties }: Match): string {
  if (report.transaction !== null) {
    const named = `The transaction ${report.transaction.slice(0, 12)}…`;
    const [party] = parties;
    if (party === undefined) {
      return `${named} is not stored. Check its digits and the wallet; if it is newer than the crawl, crawl again.`;
    }
    const own = report.role === 'own';
    const others = parties.length === 1 ? '' : ` and ${parties.length - 1} more`;
    if (parties.some(({ from, to }) => (own ? from : to) === report.wallet)) {
      return `${named} was paid by ${party.from}${others}, not by ${report.payer}.`;
    }
    return own
      ? `${named} was paid by another wallet, ${party.from}${others}.`
      : `${named} pays another wallet, ${party.to}${others}.`;
  }
  if (report.amount !== null || report.paidAt !== null) {
    return 'No stored payment fits. A wider --fee or --window may find it.';
  }
  return report.fiat === null
    ? 'It names no transaction, amount or time to match by.'
    : `An amount of ${moneyTold(report.fiat)} alone fits nothing: add the time or the transaction.`;
}
