/** `downstream import`: transfers from a CSV file that an explorer, or somebody else, has exported. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { chainOfAddress, parseAddress } from '../chains/address.ts';
import type { Address, HistoryRow } from '../chains/chain.ts';
import { type FileRow, readTransferFile, type TransferFile } from '../chains/files/transfer-file.ts';
import { messageOf, UserError } from '../errors.ts';
import { type Case, findCase, readSeeds } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import {
  beginFile,
  countListed,
  findFile,
  finishFile,
  forgetFile,
  type ListedChains,
  storeFileRows,
} from '../store/imports.ts';
import { readAssets } from '../store/reference.ts';
import { type CliContext, withStore } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption, typed } from './options.ts';
import { count, counted, EXIT, harmless, jsonLine, time } from './output.ts';

/** Rows that are stored in one statement. */
const BATCH = 5_000;
/** Refused rows, and rows of each reason that were left out, that are shown; `--json` has all. */
const SHOWN = 20;
const SHOWN_LINES = 5;

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
    .argument('<file>', 'CSV in UTF-8 or UTF-16; which kind it is, its header tells')
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

JSON: {case, file, format, dryRun, known, taken, new, leftOut: [{reason, rows, lines}], refused: [{line, code, message}],
  equal, chains: [{chain, transfers, wallets}]}; exit code 1 when a row was refused; with --forget: {case, file, forgotten}`,
    )
    .action((nameOrId: string, file: string, options: ImportOptions) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        if (options.forget === true) return forget(context, pool, { found, file, json: options.json === true });
        const result = await importFile(context, pool, { found, file, options });
        if (options.json) terminal.out(jsonLine(toJson(found, result)));
        else terminal.out(await toText(pool, found, result));
        if (result.refused.length > 0) done(EXIT.failed);
      }),
    );
}

interface Refusal {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

interface Result {
  readonly name: string;
  readonly format: string;
  readonly title: string;
  readonly dryRun: boolean;
  /** When the case was given the same file before; nothing is added then. */
  readonly known: Date | null;
  readonly taken: number;
  /** Transfers that nothing had listed before. */
  readonly fresh: number;
  /** Rows that are equal in all to another of their transaction. */
  readonly equal: number;
  /** Lines of rows that were left out, by reason. */
  readonly leftOut: ReadonlyMap<string, readonly number[]>;
  readonly refused: readonly Refusal[];
  readonly chains: ListedChains;
  /** The wallets that stand in every row: whose history the file may be. */
  readonly common: readonly Address[];
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
): Promise<Result> {
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
    const none = { taken: known.taken, fresh: 0, equal: 0, leftOut: new Map(), refused: [], common: [] };
    return { ...base, ...none, known: known.importedAt, chains };
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
  const leftOut = [...read.leftOut.values()].reduce((sum, lines) => sum + lines.length, 0);
  await finishFile(pool, fileId, { taken: read.taken, leftOut, refused: read.refused.length });
  return { ...base, ...read, known: null, chains: await countListed(pool, fileId) };
}

type Read = Pick<Result, 'taken' | 'fresh' | 'equal' | 'leftOut' | 'refused' | 'common'>;

/** Reads the file to its end; `store` is handed its good rows, and tells how many of them are new. */
async function readAll(
  { terminal }: CliContext,
  { rows }: TransferFile,
  store: (rows: readonly HistoryRow[]) => Promise<number>,
): Promise<Read> {
  const leftOut = new Map<string, number[]>();
  const refused: Refusal[] = [];
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
    if ('fault' in each) refused.push({ line: each.line, code: each.fault.code, message: each.fault.message });
    else if ('leftOut' in each) noteLeftOut(leftOut, each);
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
  return { taken, fresh, equal: equals.count, leftOut, refused, common: [...new Set(common ?? [])] };
}

function noteLeftOut(leftOut: Map<string, number[]>, { line, leftOut: reason }: FileRow & { leftOut: object }): void {
  const { text } = reason as { readonly text: string };
  const lines = leftOut.get(text);
  if (lines === undefined) leftOut.set(text, [line]);
  else lines.push(line);
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

function toJson(found: Case, result: Result) {
  const { name, format, dryRun, known, taken, fresh, leftOut, refused, equal, chains } = result;
  return {
    case: found.name,
    file: name,
    format,
    dryRun,
    known: known !== null,
    taken,
    new: fresh,
    leftOut: [...leftOut].map(([reason, lines]) => ({ reason, rows: lines.length, lines })),
    refused,
    equal,
    chains,
  };
}

async function toText(pool: Pool, found: Case, result: Result): Promise<string> {
  const { name, title, dryRun, known, taken, fresh, chains } = result;
  if (known !== null) {
    return `${harmless(name)} was imported into the case "${found.name}" on ${time(known)}; nothing was added.\n`;
  }
  const lines = [`${harmless(name)}: ${title}.\n`];
  if (dryRun) lines.push(`${counted(taken, 'transfer')} would be taken.\n`);
  else {
    lines.push(`${counted(taken, 'transfer')} taken into the case "${found.name}", ${count(fresh)} of them new.\n`);
    for (const { chain, transfers, wallets } of chains) {
      lines.push(`  ${chain}: ${counted(transfers, 'transfer')} between ${counted(wallets, 'wallet')}\n`);
    }
  }
  lines.push(...oddRows(result));
  if (!dryRun && taken > 0) lines.push(...(await nextSteps(pool, found, result)));
  return lines.join('');
}

/** What is to be said of single rows. */
function oddRows({ equal, leftOut, refused }: Result): string[] {
  const lines: string[] = [];
  if (equal > 0) {
    lines.push(
      `${counted(equal, 'row')} ${equal === 1 ? 'is' : 'are'} equal to another of the same transaction; each counts as a transfer, and a crawl settles them by the receipt.\n`,
    );
  }
  for (const [reason, rows] of leftOut) {
    const shown = rows.slice(0, SHOWN_LINES).join(', ');
    const more = rows.length > SHOWN_LINES ? ', …' : '';
    lines.push(`${counted(rows.length, 'row')} left out, line ${shown}${more}: ${harmless(reason)}.\n`);
  }
  if (refused.length === 0) return lines;
  lines.push(`${counted(refused.length, 'row')} refused:\n`);
  lines.push(...refused.slice(0, SHOWN).map(({ line, message }) => `  line ${line}: ${harmless(message)}\n`));
  if (refused.length > SHOWN) lines.push(`  … and ${counted(refused.length - SHOWN, 'more row')}; --json lists all\n`);
  lines.push(
    'A transfer may be missing for each of them. Correct the file and import it again: nothing is stored twice.\n',
  );
  return lines;
}

async function nextSteps(pool: Pool, found: Case, { common }: Result): Promise<string[]> {
  const seeds = new Set((await readSeeds(pool, found.id)).map(({ address }) => `${address}`));
  const lines = ['\n'];
  const [only, ...others] = common;
  if (only !== undefined && others.length === 0 && !seeds.has(only)) {
    lines.push(`All rows are of ${only}, which no report of the case names. If it is to be one:\n`);
    lines.push(`  npx downstream report add "${found.name}" --wallet ${only}\n`);
  }
  lines.push(
    `Crawl on the files alone with: npx downstream crawl "${found.name}" --offline\n`,
    `Or read the same wallets from the chain: npx downstream crawl "${found.name}"\n`,
  );
  return lines;
}
