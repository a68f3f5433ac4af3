/** `downstream tags show|list|remove`: what publishers say of wallets. Importing and categories stand in files of their own. */
import type { Command } from 'commander';
import { namedChain, parseAddress } from '../chains/address.ts';
import type { ChainId } from '../chains/chain.ts';
import { UsageError, UserError } from '../errors.ts';
import type { Pool } from '../store/db.ts';
import { readTouchedCases } from '../store/publisher-fetches.ts';
import { removePublisher, type TagChange, undoImport } from '../store/tag-imports.ts';
import { findImport, listPublishers, newestImport, tagsOf } from '../store/tags.ts';
import { type CliContext, withStore } from './context.ts';
import type { Done } from './main.ts';
import { chainOption, jsonOption, typed, wholeNumber } from './options.ts';
import { counted, harmless, jsonLine } from './output.ts';
import { addCategoriesCommand } from './tags-categories.ts';
import { addTagsImportCommand, byOption, whoAdds } from './tags-import.ts';
import { publishersText, tagsJson, tagsText } from './tags-text.ts';
import { addTagsUpdateCommand } from './tags-update.ts';
import { touchedText } from './tags-update-text.ts';

export function addTagsCommands(program: Command, context: CliContext, done: Done): void {
  const group = program
    .command('tags')
    .description('tags: what publishers say of wallets, with who says it and since when');
  addTagsImportCommand(group, context, done);
  addTagsUpdateCommand(group, context, done);
  addShow(group, context);
  addList(group, context);
  addRemove(group, context);
  addCategoriesCommand(group, context);
}

function addShow(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('show')
    .description('all that is said, and was said, of a wallet')
    .argument('<address>', 'the wallet')
    .addOption(chainOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream tags show 0x28C6c06298d514Db089934071355E5743bf21d60

Tags that contradict each other are all kept, and named. What is gone is shown as gone.

JSON: {chain, address, contradicting: [category], tags: [{label, category, publisherCategory, publisher, source, sourceDate, confidence,
  confidenceTerm, context, import, addedBy, addedAt, removed}]};
  removed is null or {import, by, at}; confidence is 0 to 100, and confidenceTerm the publisher's own word for it`,
    )
    .action((address: string, options: { chain?: ChainId; json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const wallet = typed(() => {
          const chain = namedChain(options.chain, address);
          return { chain, address: parseAddress(chain, address) };
        });
        const tags = await tagsOf(pool, wallet);
        terminal.out(options.json ? jsonLine(tagsJson(wallet, tags)) : tagsText(wallet, tags));
      }),
    );
}

function addList(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('list')
    .description('the publishers of tags, with how many they have and their newest import')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream tags list

JSON: {newestImport, publishers: [{publisher, tags, wallets, categories: [{category, tags}], newest: {number, kind, publisher, source,
  by, at, added, removed, unchanged}}]}; kind is import, replace or remove`,
    )
    .action((options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const publishers = await listPublishers(pool);
        terminal.out(
          options.json ? jsonLine({ newestImport: await newestImport(pool), publishers }) : publishersText(publishers),
        );
      }),
    );
}

interface RemoveOptions {
  readonly publisher?: string;
  readonly import?: number;
  readonly by?: string;
  readonly json?: boolean;
}

function addRemove(group: Command, context: CliContext): void {
  const { terminal, clock } = context;
  group
    .command('remove')
    .description('take out all tags of a publisher, or undo a wrong import; the history stays')
    .option('--publisher <name>', 'all that this publisher says')
    .option('--import <number>', 'what this import brought; what it removed comes back', wholeNumber(1))
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream tags remove --import 7
  $ npx downstream tags remove --publisher "Old list"

Runs that read the tags before still read them as they were.

JSON: {publisher, import, removed, restored, cases: [{case, wallets}]}; import is the number of this change, null where it changed nothing`,
    )
    .action((options: RemoveOptions) =>
      withStore(context, async ({ pool }) => {
        const request = { by: whoAdds(options.by), now: new Date(clock.now()) };
        const { publisher, change } = await remove(pool, options, request);
        const { number, removed, added } = change;
        const cases = number === null ? [] : await readTouchedCases(pool, number);
        if (options.json) terminal.out(jsonLine({ publisher, import: number, removed, restored: added, cases }));
        else if (number === null) terminal.out('Nothing of it stood any more; nothing is changed.\n');
        else {
          const restored = added === 0 ? '' : `, and ${counted(added, 'tag')} of it ${added === 1 ? 'is' : 'are'} back`;
          terminal.out(
            `${counted(removed, 'tag')} of ${harmless(publisher)} ${removed === 1 ? 'is' : 'are'} taken out${restored}, as import ${number}. They stay in the history.\n${touchedText(cases)}`,
          );
        }
      }),
    );
}

async function remove(
  pool: Pool,
  options: RemoveOptions,
  request: { by: string; now: Date },
): Promise<{ publisher: string; change: TagChange }> {
  const { publisher, import: number } = options;
  if ((publisher === undefined) === (number === undefined)) {
    throw new UsageError('REMOVE_WHAT', 'It takes either --publisher or --import.', {
      todo: 'See both with: npx downstream tags list',
    });
  }
  if (number !== undefined) {
    const found = await findImport(pool, number);
    if (found === undefined) {
      throw new UserError('IMPORT_UNKNOWN', `There is no import ${number}.`, {
        todo: 'See the newest of each publisher with: npx downstream tags list',
      });
    }
    return { publisher: found.publisher, change: await undoImport(pool, found, request) };
  }
  const known = (await listPublishers(pool)).find((each) => each.publisher === publisher);
  if (known === undefined) {
    throw new UserError('PUBLISHER_UNKNOWN', `There are no tags of a publisher named "${publisher}".`, {
      todo: 'See them with: npx downstream tags list',
    });
  }
  return { publisher: known.publisher, change: await removePublisher(pool, known.publisher, request) };
}
