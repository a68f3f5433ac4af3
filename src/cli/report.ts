/** `downstream report add|import`; its other commands stand in files of their own. */
import type { Command } from 'commander';
import { parseReport, type RawReport, reportDigest } from '../cases/report.ts';
import { readReportFile } from '../cases/report-file.ts';
import { namedChain } from '../chains/address.ts';
import type { ChainId } from '../chains/chain.ts';
import { UsageError, UserError } from '../errors.ts';
import { addReports, findCase, type NewReport } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { readAssets, type StoredAsset } from '../store/reference.ts';
import { type CliContext, withStore } from './context.ts';
import type { Done } from './main.ts';
import { chainOption, jsonOption, typed } from './options.ts';
import { counted, EXIT, harmless, jsonLine } from './output.ts';
import { addListCommand } from './report-list.ts';
import { addMatchCommand } from './report-match.ts';

/** Reports that are stored in one transaction. */
const BATCH = 1_000;
/** Refused rows that are shown; the count says how many there are. */
const SHOWN_REFUSALS = 20;

export function addReportCommands(program: Command, context: CliContext, done: Done): void {
  const group = program.command('report').description('reports: what victims tell of their payments');
  addAddCommand(group, context);
  addImportCommand(group, context, done);
  addListCommand(group, context);
  addMatchCommand(group, context);
}

function addAddCommand(group: Command, context: CliContext): void {
  const { terminal, clock } = context;
  group
    .command('add')
    .description('add one report to a case')
    .argument('<case>', 'name or id')
    .addOption(chainOption())
    .requiredOption('--wallet <address>', 'the wallet that the report names')
    .option('--role <role>', "paid-to: the wallet was paid; own: it is the victim's own", 'paid-to')
    .option('--tx <hash>', 'transaction of the payment')
    .option('--amount <amount>', 'amount paid, such as 1250.50')
    .option('--currency <code>', 'currency of the amount, such as EUR; without it USDT')
    .option('--at <time>', 'time of the payment with its zone, such as 2026-01-03T10:00Z')
    .option('--from-wallet <address>', "the victim's wallet that paid")
    .option('--from-exchange <name>', 'the exchange from which the payment was withdrawn')
    .option('--withdrawal <id>', "the exchange's id of that withdrawal")
    .option('--ref <text>', 'reference, such as a file number')
    .option('--note <text>', 'anything else; it stays in the case')
    .option('--payment <kind>', 'what it was for: investment, ransom or recruitment; without it not told')
    .option(
      '--names <text>',
      'the compound, platform or operator that the victim names; several with commas, or repeated',
      (value: string, list: readonly string[] | undefined) => [...(list ?? []), value],
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream report add mekong --wallet TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx --amount 1250.50 --at 2026-01-03T10:00Z
  $ npx downstream report add mekong --wallet 0x28C6c06298d514Db089934071355E5743bf21d60 --tx 0x9b1c…
  $ npx downstream report add mekong --wallet TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx --ref "file 12/26"
  $ npx downstream report add mekong --wallet TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx --payment ransom --names "KK Park"

Who paid a ransom is a victim, and is never ranked. What a report names stays in the case, and may tie a cluster to a compound.

JSON: {case, report: {number, known}}; known is true when the same report was there before`,
    )
    .action((nameOrId: string, options: RawReport & { chain?: ChainId; json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const assets = await readAssets(pool);
        requireAmount(options);
        const report = typed(() => readReport(options, assets, clock.now()));
        const [added] = await addReports(pool, found.id, [report], new Date(clock.now()));
        if (options.json) terminal.out(jsonLine({ case: found.name, report: added }));
        else if (added?.known)
          terminal.out(`The case has this report already, as number ${added.number}; nothing was added.\n`);
        else terminal.out(`Report ${added?.number} is added to the case "${found.name}".\n`);
      }),
    );
}

/** Somebody who types a currency meant to type an amount. A file's column may hold one in every row. */
function requireAmount({ amount, currency }: RawReport): void {
  if (currency === undefined || amount !== undefined) return;
  throw new UsageError('CURRENCY_WITHOUT_AMOUNT', 'There is a currency but no amount.', {
    right: 'A currency says what an amount is in: --amount 1250.50 --currency EUR.',
    todo: 'Add --amount, or leave --currency out.',
  });
}

interface Refusal {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

function addImportCommand(group: Command, context: CliContext, done: Done): void {
  const { terminal } = context;
  group
    .command('import')
    .description('add reports from a CSV file; good rows are added even where others are refused')
    .argument('<case>', 'name or id')
    .argument('<file>', 'CSV in UTF-8 with a column wallet or address')
    .addOption(chainOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream report import mekong reports.csv

Columns: wallet (or address), and as far as known chain, role, tx, amount, currency, at, ref, from_wallet, from_exchange,
withdrawal, note, payment, names. Other columns are kept in the note. Commas, semicolons and tabs may separate them.

JSON: {case, added, known, refused, refusals: [{line, code, message}]}; exit code 1 when a row was refused`,
    )
    .action((nameOrId: string, file: string, options: { chain?: ChainId; json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const result = await importReports(context, pool, { caseId: found.id, file, chain: options.chain });
        if (options.json) terminal.out(jsonLine({ case: found.name, ...result }));
        else terminal.out(importText(found.name, result));
        if (result.refused > 0) done(EXIT.failed);
      }),
    );
}

interface ImportResult {
  readonly added: number;
  readonly known: number;
  readonly refused: number;
  /** The first refusals; a file may have a million. */
  readonly refusals: readonly Refusal[];
}

async function importReports(
  { clock, terminal }: CliContext,
  pool: Pool,
  request: { caseId: number; file: string; chain: ChainId | undefined },
): Promise<ImportResult> {
  const assets = await readAssets(pool);
  const result = { added: 0, known: 0, refused: 0, refusals: [] as Refusal[] };
  let batch: NewReport[] = [];
  const store = async () => {
    const added = await addReports(pool, request.caseId, batch, new Date(clock.now()));
    for (const { known } of added) result[known ? 'known' : 'added'] += 1;
    batch = [];
    if (terminal.interactive) terminal.err(`\r${counted(result.added + result.known, 'report')} read`);
  };
  for await (const row of readReportFile(request.file)) {
    const parsed =
      'fault' in row
        ? row.fault
        : attempt(() => readReport({ ...row.report, chain: row.report.chain || request.chain }, assets, clock.now()));
    if (parsed instanceof UserError) {
      result.refused += 1;
      if (result.refusals.length < SHOWN_REFUSALS) {
        result.refusals.push({ line: row.line, code: parsed.code, message: parsed.message });
      }
      continue;
    }
    batch.push(parsed);
    if (batch.length === BATCH) await store();
  }
  await store();
  if (terminal.interactive) terminal.err('\r\x1b[K');
  return result;
}

function attempt(read: () => NewReport): NewReport | UserError {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function importText(name: string, { added, known, refused, refusals }: ImportResult): string {
  const lines = [`${counted(added, 'report')} added to the case "${name}".\n`];
  if (known > 0)
    lines.push(
      `${counted(known, 'row')} ${known === 1 ? 'was in the case already; it is' : 'were in the case already; they are'} not added twice.\n`,
    );
  if (refused === 0) return lines.join('');
  lines.push(`${counted(refused, 'row')} refused:\n`);
  lines.push(...refusals.map(({ line, message }) => `  line ${line}: ${harmless(message)}\n`));
  if (refused > refusals.length) lines.push(`  … and ${counted(refused - refusals.length, 'more row')}\n`);
  lines.push('Correct these rows and import the file again: what is in the case already is not added twice.\n');
  return lines.join('');
}

function readReport(raw: RawReport, assets: readonly StoredAsset[], now: number): NewReport {
  const chain = namedChain(raw.chain, raw.wallet);
  const asset = assets.find((each) => each.chain === chain);
  if (asset === undefined) throw new Error(`The database knows no asset of ${chain}`);
  const report = parseReport(raw, asset, now);
  return { report, digest: reportDigest(report) };
}
