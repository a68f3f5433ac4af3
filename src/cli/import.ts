/** `downstream import`: transfers from a CSV file that an explorer, or somebody else, has exported. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { chainOfAddress, parseAddress } from '../chains/address.ts';
import type { Address, HistoryRow } from '../chains/chain.ts';
import { readTransferFile, type TransferFile } from '../chains/files/transfer-file.ts';
import { messageOf, UserError } from '../errors.ts';
import { type Case, findCase } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import { beginFile, countListed, findFile, finishFile, forgetFile, storeFileRows } from '../store/imports.ts';
import { readAssets } from '../store/reference.ts';
import { type CliContext, withStore } from './context.ts';
import { type ImportResult, importJson, importText, type Refusal } from './import-text.ts';
import type { Done } from './main.ts';
import { jsonOption, typed } from './options.ts';
import { counted, EXIT, harmless, jsonLine } from './output.ts';

/** Refused rows, reasons and lines that are kept to be told: more nobody reads. */
const KEPT = 1_000;
/** Rows that are stored in one statement. */
const BATCH = 5_000;
interface ImportOptions {
  readonly dryRun?: boolean;
  readonly token?: string;
  readonly forget?: boolean;
  readonly json?: boolean;
}

export function addImportCommand(program: Command, context: CliContext, done: Done): void {
  const { terminal } = context;
  program
    .command('import')
    .description("take transfers from a CSV file into a case: Etherscan's or TronScan's export, or plain columns")
    .argument('<case>', 'name or id')
    .argument('<file>', 'CSV in UTF-8; which kind it is, its header tells')
    .option('--dry-run', 'read the file and say what would be taken, and store nothing')
    .option('--token <contract>', 'contract of the token, for files that do not name one')
    .option('--forget', 'take the file out of the case again, as if it had never been imported')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream import mekong export-0x28c6….csv --dry-run
  $ npx downstream import mekong export-0x28c6….csv
  $ npx downstream crawl mekong --offline

Kinds: Etherscan's export of ERC-20 transfers, TronScan's export of token transfers, the columns
transaction_id,block_timestamp_ms,from,to,value (USDT on Tron, base units), and the transfers.csv of an economy's folder.
A token is known by its contract, never by its symbol. Good rows are taken even where others are refused.

What a file lists counts in a crawl with --offline. Any other crawl reads the chain, and shows what files list beyond it.

JSON: {case, file, format, dryRun, known, taken, new, leftOut: [{reason, rows, lines}], refused, refusals: [{line, code, message}],
  equal, chains: [{chain, transfers, wallets}]}; exit code 1 when a row was refused; with --forget: {case, file, forgotten}`,
    )
    .action((nameOrId: string, file: string, options: ImportOptions) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        if (options.forget === true) return forget(context, pool, { found, file, json: options.json === true });
        const result = await importFile(context, pool, { found, file, options });
        if (options.json) terminal.out(jsonLine(importJson(found, result)));
        else terminal.out(await importText(pool, found, result));
        if (result.refused > 0) done(EXIT.failed);
      }),
    );
}

/** A wrong file can be taken back; a payment that was confirmed on its word stays confirmed. */
async function forget(
  { terminal }: CliContext,
  pool: Pool,
  { found, file, json }: { found: Case; file: string; json: boolean },
): Promise<void> {
  const name = basename(file);
  if (!(await forgetFile(pool, found.id, await hashFile(file)))) {
    throw new UserError('FILE_UNKNOWN', `The case "${found.name}" has no file with the bytes of ${name}.`, {
      right: 'A file is known by its bytes: it must be the one that was imported.',
      todo: `See the files of the case with: npx downstream case show "${found.name}"`,
    });
  }
  if (json) terminal.out(jsonLine({ case: found.name, file: name, forgotten: true }));
  else terminal.out(`${harmless(name)} is taken out of the case "${found.name}". Crawl again where it counted.\n`);
}

async function importFile(
  context: CliContext,
  pool: Pool,
  request: { found: Case; file: string; options: ImportOptions },
): Promise<ImportResult> {
  const { clock } = context;
  const { found, file, options } = request;
  const assets = await readAssets(pool);
  const { token } = options;
  const assumeContract = token === undefined ? undefined : typed(() => parseAddress(chainOfAddress(token), token));
  const opened = await readTransferFile(file, { assets, now: clock.now(), assumeContract });
  const sha256 = await hashFile(file);
  const name = basename(file);
  const base = { name, format: opened.format, title: opened.title, dryRun: options.dryRun === true };
  const known = await findFile(pool, found.id, sha256);
  if (known !== undefined) {
    const chains = await countListed(pool, known.id);
    const none = { taken: known.taken, fresh: 0, equal: 0, leftOut: new Map(), refused: 0, refusals: [], common: [] };
    return { ...base, ...none, known, chains };
  }
  if (base.dryRun) {
    const read = await readAll(context, opened, async () => 0);
    return { ...base, ...read, known: null, chains: [] };
  }
  const now = new Date(clock.now());
  const { fileId, providerId } = await beginFile(pool, { caseId: found.id, name, sha256, format: opened.format, now });
  const read = await readAll(context, opened, async (rows) => {
    let fresh = 0;
    for (const asset of assets) {
      const own = rows.filter(({ chain }) => chain === asset.chain);
      if (own.length > 0) fresh += await storeFileRows(pool, { fileId, providerId, asset, rows: own });
    }
    return fresh;
  });
  const leftOut = [...read.leftOut.values()].reduce((sum, { rows }) => sum + rows, 0);
  await finishFile(pool, fileId, { taken: read.taken, leftOut, refused: read.refused });
  return { ...base, ...read, known: null, chains: await countListed(pool, fileId) };
}

type Read = Pick<ImportResult, 'taken' | 'fresh' | 'equal' | 'leftOut' | 'refused' | 'refusals' | 'common'>;

/** Reads the file to its end; `store` is handed its good rows, and tells how many of them are new. */
async function readAll(
  { terminal }: CliContext,
  { rows }: TransferFile,
  store: (rows: readonly HistoryRow[]) => Promise<number>,
): Promise<Read> {
  const leftOut: LeftOutRows = new Map();
  const refusals: Refusal[] = [];
  let refused = 0;
  const equals = new EqualRows();
  let common: readonly Address[] | null = null;
  let [taken, fresh] = [0, 0];
  let batch: HistoryRow[] = [];
  const flush = async () => {
    fresh += await store(batch);
    batch = [];
    if (terminal.interactive) terminal.err(`\r${counted(taken, 'row')} taken`);
  };
  for await (const each of rows) {
    if ('fault' in each) {
      refused += 1;
      const { line, fault } = each;
      if (refusals.length < KEPT) refusals.push({ line, code: fault.code, message: fault.message });
    } else if ('leftOut' in each) noteLeftOut(leftOut, each.line, each.leftOut.text);
    else {
      const { row } = each;
      taken += 1;
      equals.add(row);
      common = (common ?? [row.from, row.to]).filter((wallet) => wallet === row.from || wallet === row.to);
      batch.push(row);
      if (batch.length === BATCH) await flush();
    }
  }
  await flush();
  if (terminal.interactive) terminal.err('\r\x1b[K');
  return { taken, fresh, equal: equals.count, leftOut, refused, refusals, common: [...new Set(common ?? [])] };
}

type LeftOutRows = Map<string, { rows: number; lines: number[] }>;

/** Names of strangers' tokens stand in the reasons: a file may have as many as it likes. */
function noteLeftOut(leftOut: LeftOutRows, line: number, text: string): void {
  const reason = leftOut.has(text) || leftOut.size < KEPT ? text : 'they are of further tokens';
  const noted = leftOut.get(reason) ?? { rows: 0, lines: [] };
  leftOut.set(reason, noted);
  noted.rows += 1;
  if (noted.lines.length < KEPT) noted.lines.push(line);
}

/** Counts rows that are equal to one of the same transaction before, as long as its rows stand together. */
class EqualRows {
  count = 0;
  #transaction = '';
  readonly #seen = new Set<string>();

  add({ transaction, from, to, value }: HistoryRow): void {
    if (transaction !== this.#transaction) this.#seen.clear();
    this.#transaction = transaction;
    const key = `${from} ${to} ${value}`;
    if (this.#seen.has(key)) this.count += 1;
    this.#seen.add(key);
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new UserError('FILE_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, { todo: 'Check the path.' });
  }
  return hash.digest('hex');
}
