/** `downstream tags update`: fetches publishers' lists, and puts their tags in the place of those that they had. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { RetryableError, UsageError, UserError } from '../errors.ts';
import type { Pool } from '../store/db.ts';
import { noteFetched, readFetched, readTouchedCases } from '../store/publisher-fetches.ts';
import { addTags, replacePublisher, type TagChange, type TagRequest } from '../store/tag-imports.ts';
import { type FetchedList, fetchPublisher, type Publisher, readPublishers } from '../tags/publishers.ts';
import type { Tag } from '../tags/tag.ts';
import { openTagFile } from '../tags/tag-file.ts';
import { type CliContext, stopSignal, withStore } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { EXIT, jsonLine } from './output.ts';
import { byOption, whoAdds } from './tags-import.ts';
import { type Refusals, type Updated, updatedJson, updatedText } from './tags-update-text.ts';

/** Refused rows that are kept to be told. */
const KEPT = 1_000;
/** Lists shrink now and then; below so many tags, or up to this share of them, that is no sign of a list that was cut. */
const FEW_TAGS = 20;
const MOST_LOST_PERCENT = 30;

interface UpdateOptions {
  readonly acceptLoss?: boolean;
  readonly by?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addTagsUpdateCommand(group: Command, context: CliContext, done: Done): void {
  const { terminal } = context;
  group
    .command('update')
    .description("fetch publishers' lists, and replace their tags by what the lists say now")
    .argument('[publisher...]', 'ofac, graphsense, or one of TAG_PUBLISHERS_FILE; without any, all')
    .option('--accept-loss', `replace the tags also where more than ${MOST_LOST_PERCENT} % of them would go`)
    .addOption(byOption())
    .option('--dry-run', 'fetch and read the lists, say what would change, and store nothing')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream tags update --dry-run
  $ npx downstream tags update ofac

It fetches the US Treasury's list of sanctions (ofac) and the GraphSense TagPacks (graphsense), over https from the public internet
alone. A publisher's tags are replaced in one transaction: all of it, or they stay as they were. What came and went stays in the
history. Crawls and traces that were made before are as they were: it names the cases with wallets that got or lost a tag.

JSON: {dryRun, publishers: [{name, publisher, url, state, lists, sha256, import, added, removed, unchanged, counts: [{chain, category,
  tags}], refused, refusals: [{list, line, code, message}], cases: [{case, wallets}]}]}; state is read, unchanged, where the lists are
  the very same as before and nothing else stands there, or failed, with error: {code, message}; exit code 1 when one failed`,
    )
    .action((names: string[], options: UpdateOptions) =>
      withStore(context, async ({ pool }) => {
        const publishers = chosen(await readPublishers(readConfig(context.env).tagPublishersFile), names);
        const stop = stopSignal();
        const results: Updated[] = [];
        try {
          for (const publisher of publishers) {
            const updated = await update(context, pool, publisher, options, stop.signal);
            if (updated.kind === 'failed' || (updated.kind === 'read' && updated.refusals.count > 0)) done(EXIT.failed);
            if (!options.json) terminal.out(updatedText(updated));
            results.push(updated);
          }
        } finally {
          stop.release();
        }
        if (options.json) {
          terminal.out(jsonLine({ dryRun: options.dryRun === true, publishers: results.map(updatedJson) }));
        }
      }),
    );
}

function chosen(publishers: readonly Publisher[], names: readonly string[]): readonly Publisher[] {
  const unknown = names.find((name) => !publishers.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new UsageError('PUBLISHER_UNKNOWN', `There is no publisher "${unknown}" to fetch from.`, {
      right: `There are ${publishers.map(({ name }) => name).join(', ')}.`,
      todo: 'Name one of these, or add it to the file of TAG_PUBLISHERS_FILE.',
    });
  }
  return names.length === 0 ? publishers : publishers.filter(({ name }) => names.includes(name));
}

/** One publisher after the other: what is wrong with one does not keep the others out. */
async function update(
  context: CliContext,
  pool: Pool,
  publisher: Publisher,
  options: UpdateOptions,
  signal: AbortSignal,
): Promise<Updated> {
  const folder = await mkdtemp(join(tmpdir(), 'downstream-lists-'));
  try {
    const known = await readFetched(pool, publisher);
    const fetched = await fetchPublisher(
      publisher,
      { folder, signal, ...(known === undefined ? {} : { known }) },
      context.fetching,
    );
    if (fetched.kind === 'unchanged') return { publisher, kind: 'unchanged' };
    const { lists, sha256 } = fetched;
    const now = new Date(context.clock.now());
    const reading = () => {
      const refusals: Refusals = { count: 0, first: [] };
      const tags = readLists(lists, publisher, refusals);
      const request = { publisher: publisher.publisher, source: publisher.url, addedBy: whoAdds(options.by), now };
      return { refusals, request: { ...request, tags } satisfies TagRequest };
    };
    const trial = reading();
    const replaced = await replacePublisher(pool, { ...trial.request, dryRun: true });
    // What cannot be read may say what stands already: then nothing is taken away.
    const kept = trial.refusals.count > 0 && options.acceptLoss !== true;
    const store = kept ? addTags : replacePublisher;
    const foreseen = kept ? await addTags(pool, { ...reading().request, dryRun: true }) : replaced;
    if (options.acceptLoss !== true && !kept) refuseLoss(publisher, foreseen);
    const read = { publisher, kind: 'read', kept, lists: lists.length, sha256, refusals: trial.refusals } as const;
    if (options.dryRun === true) return { ...read, dryRun: true, change: foreseen, touched: [] };
    const change = await store(pool, reading().request);
    // The same lists are read again as long as some of it cannot be.
    if (trial.refusals.count === 0) await noteFetched(pool, publisher, fetched, now);
    const touched = change.number === null ? [] : await readTouchedCases(pool, change.number);
    return { ...read, dryRun: false, change, touched };
  } catch (error) {
    if (error instanceof UserError || error instanceof RetryableError) return { publisher, kind: 'failed', error };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A list that was cut, or emptied by mistake, must not take most of the tags away. */
function refuseLoss({ name, publisher }: Publisher, { removed, unchanged }: TagChange): void {
  const stood = removed + unchanged;
  if (stood < FEW_TAGS || removed * 100 <= stood * MOST_LOST_PERCENT) return;
  throw new UserError('TAGS_LOST', `${removed} of the ${stood} tags of ${publisher} would go.`, {
    right: `A list loses few tags from one time to the next; more than ${MOST_LOST_PERCENT} % may mean that it is not whole.`,
    todo: `Look at what the publisher says; if it is right: npx downstream tags update ${name} --accept-loss`,
  });
}

/**
 * The tags of all lists. Good rows are taken where others are refused; in a packed folder, so are good lists.
 *
 * @param refusals is told what is refused
 */
async function* readLists(
  lists: readonly FetchedList[],
  { content, url }: Publisher,
  refusals: Refusals,
): AsyncGenerator<Tag> {
  const refuse = (list: string, line: number | null, { code, message }: UserError) => {
    refusals.count += 1;
    if (refusals.first.length < KEPT) refusals.first.push({ list, line, code, message });
  };
  for (const { path, name } of lists) {
    const source = content === 'tar.gz' ? name : url;
    try {
      const { rows } = await openTagFile(path, { label: null, category: null, source });
      for await (const row of rows) {
        if ('tags' in row) yield* row.tags;
        else if ('fault' in row) refuse(name, row.line, row.fault);
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const named = new UserError(error.code, error.message.replaceAll(path, name), { cause: error });
      if (content !== 'tar.gz') throw named;
      refuse(name, null, named);
    }
  }
}
