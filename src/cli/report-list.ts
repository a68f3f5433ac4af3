/** `downstream report list`: what a case was told. */
import type { Command } from 'commander';
import { displayAmount, formatAmount } from '../money.ts';
import { findCase, readReports, type StoredReport } from '../store/cases.ts';
import { readAssets, type StoredAsset } from '../store/reference.ts';
import { type CliContext, withStore } from './context.ts';
import { jsonOption } from './options.ts';
import { count, harmless, jsonLine, moneyTold, table, time } from './output.ts';

export function addListCommand(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('list')
    .description('all reports of a case')
    .argument('<case>', 'name or id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream report list mekong

JSON: {case, reports: [{number, reference, role, chain, wallet, payer, amount, fiat, at, transaction, confirmed, payment, names}]};
  fields that were not told are null, and names empty`,
    )
    .action((nameOrId: string, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const [asset] = await readAssets(pool);
        if (asset === undefined) throw new Error('The database knows no asset');
        const reports = await readReports(pool, found.id);
        if (options.json) {
          terminal.out(jsonLine({ case: found.name, reports: reports.map((report) => toJson(report, asset)) }));
        } else if (reports.length === 0) {
          terminal.out(
            `The case "${found.name}" has no report yet. Add one with: npx downstream report add "${found.name}" --wallet ADDRESS\n`,
          );
        } else {
          const header = ['NO', 'REFERENCE', 'ROLE', 'WALLET', 'AMOUNT', 'PAID AT', 'TRANSACTION', 'CONFIRMED'];
          // Most cases have neither: then the table stays as narrow as it was.
          const more = reports.some(({ payment, names }) => payment !== null || names.length > 0);
          const rows = reports.map((report) => [...toRow(report, asset), ...(more ? toldCells(report) : [])]);
          terminal.out(table([[...header, ...(more ? ['PAYMENT', 'NAMES'] : [])], ...rows], [0, 4, 7]));
        }
      }),
    );
}

function toRow(report: StoredReport, asset: StoredAsset): string[] {
  const { number, reference, role, wallet, amount, fiat, paidAt, transaction, payments } = report;
  return [
    count(number),
    harmless(reference ?? ''),
    role,
    wallet,
    amount === null
      ? fiat === null
        ? ''
        : moneyTold(fiat)
      : `${displayAmount(amount, asset.decimals)} ${asset.symbol}`,
    paidAt === null ? '' : time(paidAt),
    transaction?.slice(0, 12) ?? '',
    count(payments),
  ];
}

function toldCells({ payment, names }: StoredReport): string[] {
  return [payment ?? '', names.map(harmless).join('; ')];
}

function toJson(report: StoredReport, asset: StoredAsset) {
  const { number, reference, role, chain, wallet, payer, amount, fiat, paidAt, transaction, payments, payment, names } =
    report;
  return {
    number,
    reference,
    role,
    chain,
    wallet,
    payer,
    amount: amount === null ? null : formatAmount(amount, asset.decimals),
    fiat,
    at: paidAt === null ? null : new Date(paidAt).toISOString(),
    transaction,
    confirmed: payments,
    payment,
    names,
  };
}
