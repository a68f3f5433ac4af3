/** `downstream tags import`: tags from files of whichever kind. */
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../errors.ts';
import type { Pool } from '../store/db.ts';
import { readTouchedCases } from '../store/publisher-fetches.ts';
import { addTags } from '../store/tag-imports.ts';
import { parseCategory } from '../tags/formats/csv.ts';
import type { Tag, TagDefaults } from '../tags/tag.ts';
import { openTagFile, type TagFile } from '../tags/tag-file.ts';
import { type CliContext, withStore } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption, typed } from './options.ts';
import { counted, EXIT, harmless, jsonLine, reportError } from './output.ts';
import { type ReadRows, type TagsImported, tagsImportedJson, tagsImportedText } from './tags-import-text.ts';

/** Refused rows, and names of other chains and of categories, that are kept to be told. */
const KEPT = 1_000;
const ROWS_BETWEEN_WORDS = 5_000;
const LONGEST_NAME = 200;

interface ImportOptions {
  readonly publisher?: string;
  readonly source?: string;
  readonly category?: string;
  readonly label?: string;
  readonly by?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function byOption(): Option {
  return new Option('--by <name>', "who does so; without it the name of this machine's user");
}

/** Who adds or removes tags: kept with the change. */
export function whoAdds(by: string | undefined): string {
  return plainName(by ?? userInfo().username) || 'unknown';
}

export function addTagsImportCommand(group: Command, context: CliContext, done: Done): void {
  const { terminal } = context;
  group
    .command('import')
    .description('take tags from files; which kind they are, their content tells')
    .argument('<file...>', 'TagPack, list of sanctions, labels, CSV or a plain list of addresses, in UTF-8')
    .option('--publisher <name>', 'who says so; without it who the file says it is by, or else its name')
    .option('--source <url>', 'where the file is from, for tags that do not tell; without it its name')
    .option(
      '--category <category>',
      'what the wallets are, for rows that do not tell, or in a word that stands for none',
    )
    .option('--label <text>', 'label, for rows that have none')
    .addOption(byOption())
    .option('--dry-run', 'read the files and say what would be taken, and store nothing')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream tags import packs/*.yaml --dry-run
  $ npx downstream tags import sdn.xml
  $ npx downstream tags import addresses.txt --publisher OFAC --category sanctioned --label "OFAC sanctions list"

Kinds: GraphSense TagPacks (YAML), the OFAC list of sanctions (sdn.xml, sdn_advanced.xml, JSON), Etherscan's labels (JSON), wallets of
exchanges (CSV: exchange,chain,address), plain lists of addresses, and CSV with the columns address, label, category, and as far as
known chain, source, confidence (0 to 100), date, context. Tags of other chains are left out, good rows are taken even where others
are refused, and the same tag twice is one. A file is one import: all of it is stored, or nothing.

JSON: {dryRun, files: [{file, format, publisher, import, rows, added, known, repeated, otherChains: [{name, rows}], withoutAddress, refused,
  refusals: [{line, code, message}], counts: [{chain, category, tags}], others: [{word, rows}], cases: [{case, wallets}]}]};
  import is the number of the import, null where it changed nothing; a file that cannot be used is {file, error: {code, message}};
  others are the publisher's words for what is taken as "other"; exit code 1 when a row or a file was refused`,
    )
    .action((files: string[], options: ImportOptions) =>
      withStore(context, async ({ pool }) => {
        const results = [];
        for (const file of files) {
          const result = await importOne(context, pool, file, options);
          if ('error' in result) done(EXIT.failed);
          else if (result.rows.refused > 0) done(EXIT.failed);
          if (options.json) results.push(tagsImportedJson(result));
          else if ('error' in result) reportError(terminal, result.error);
          else terminal.out(tagsImportedText(result));
        }
        if (options.json) terminal.out(jsonLine({ dryRun: options.dryRun === true, files: results }));
      }),
    );
}

/** One file after the other: what is wrong with one does not keep the others out. */
async function importOne(
  context: CliContext,
  pool: Pool,
  path: string,
  options: ImportOptions,
): Promise<TagsImported | { file: string; error: UserError }> {
  const file = basename(path);
  const category = options.category;
  const defaults: TagDefaults = {
    label: options.label ?? null,
    category: category === undefined ? null : typed(() => parseCategory(category)),
    source: options.source ?? file,
  };
  try {
    const opened = await openTagFile(path, defaults);
    const publisher = plainName(options.publisher ?? opened.publisher ?? '') || file;
    const rows = new RowCounter(context, opened);
    const change = await addTags(pool, {
      ...{ publisher, source: defaults.source, tags: rows.tags(), addedBy: whoAdds(options.by) },
      ...{ now: new Date(context.clock.now()), dryRun: options.dryRun === true },
    });
    const touched = change.number === null ? [] : await readTouchedCases(pool, change.number);
    return {
      file,
      format: opened.format,
      publisher,
      dryRun: options.dryRun === true,
      change,
      touched,
      rows: rows.read,
    };
  } catch (error) {
    if (error instanceof UserError) return { file, error };
    throw error;
  }
}

/** A name without signs that cannot be seen: two publishers must not look alike. */
function plainName(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME);
}

/** Hands on the tags of a file, and counts what else is in it. */
class RowCounter {
  readonly read: ReadRows = {
    rows: 0,
    refused: 0,
    refusals: [],
    otherChains: new Map(),
    withoutAddress: 0,
    others: new Map(),
  };
  readonly #context: CliContext;
  readonly #file: TagFile;

  constructor(context: CliContext, file: TagFile) {
    this.#context = context;
    this.#file = file;
  }

  async *tags(): AsyncGenerator<Tag> {
    const { terminal } = this.#context;
    const { read } = this;
    for await (const row of this.#file.rows) {
      read.rows += 1;
      if ('tags' in row) {
        for (const tag of row.tags) {
          if (tag.category === 'other') note(read.others, tag.publisherCategory ?? '');
          yield tag;
        }
      } else if ('fault' in row) {
        read.refused += 1;
        const { line, fault } = row;
        if (read.refusals.length < KEPT) read.refusals.push({ line, code: fault.code, message: fault.message });
      } else if (row.leftOut.code === 'NO_ADDRESS') read.withoutAddress += 1;
      else note(read.otherChains, row.leftOut.text);
      if (terminal.interactive && read.rows % ROWS_BETWEEN_WORDS === 0)
        terminal.err(`\r${counted(read.rows, 'row')} read`);
    }
    if (terminal.interactive) terminal.err('\r\x1b[K');
  }
}

/** Words are strangers': a file may have as many as it likes. */
function note(counts: Map<string, number>, word: string): void {
  const known = counts.has(word) || counts.size < KEPT ? harmless(word) : 'further ones';
  counts.set(known, (counts.get(known) ?? 0) + 1);
}
