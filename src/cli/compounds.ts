/** `downstream compounds import|list|show|remove`: the registry of compounds, as far as public acts name them. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { sharedNames } from '../../graphs/compounds/names.ts';
import { builtInIds, namesOfEntries, readRegistry } from '../../workers/compounds.ts';
import { readCompoundFile } from '../compounds/registry.ts';
import {
  importCompounds,
  newestCompoundChange,
  readCompoundHistory,
  removeCompound,
  unknownCompound,
} from '../store/compounds.ts';
import {
  compoundJson,
  compoundLineJson,
  compoundsText,
  compoundText,
  historyJson,
  importedText,
} from './compounds-text.ts';
import { type CliContext, withStore } from './context.ts';
import { jsonOption } from './options.ts';
import { harmless, jsonLine } from './output.ts';
import { byOption, whoAdds } from './tags-import.ts';

interface ChangeOptions {
  readonly by?: string;
  readonly why?: string;
  readonly json?: boolean;
}

export function addCompoundsCommands(program: Command, context: CliContext): void {
  const group = program
    .command('compounds')
    .description('compounds and marketplaces, as far as sanctions, charges, judgments and UN reports name them');
  addImport(group, context);
  addList(group, context);
  addShow(group, context);
  addRemove(group, context);
}

/** Who changes the registry, when and why. */
function requestOf({ clock }: CliContext, { by, why }: ChangeOptions) {
  return { builtIn: builtInIds(), by: whoAdds(by), why: why?.trim() || null, now: new Date(clock.now()) };
}

function addImport(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('import')
    .description('extend the registry by the entries of a file; it is taken as a whole, or refused with all its faults')
    .argument('<file>', 'YAML in UTF-8 with a list "compounds", "marketplaces" or both')
    .addOption(byOption())
    .option('--why <text>', 'why, such as where the file is from')
    .option('--dry-run', 'check the file and say what would come of it, and store nothing')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream compounds import ours.yaml --dry-run
  $ npx downstream compounds import ours.yaml --by "A. Analyst" --why "charges of May"

An entry needs id, name, kind, at least one instrument (who names it officially) and at least one source with https; docs/compounds.md
has all fields. One of the same id that a file brought before is replaced; those that come with the program are not.

JSON: {dryRun, file, sha256, change, added: [id], replaced: [id], unchanged: [id], shared: [{name, compounds: [id]}]}; change is the
  number of the import, null where it changed nothing; shared are names that an entry of the file has in common with another, which
  tie to neither; exit code 1 where the file is refused`,
    )
    .action((path: string, options: ChangeOptions & { dryRun?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const file = basename(path);
        const dryRun = options.dryRun === true;
        const { entries, sha256 } = await readCompoundFile(path, harmless(file));
        const request = { ...requestOf(context, options), file, sha256, entries, dryRun };
        const { number, ...change } = await importCompounds(pool, request);
        const given = new Set(entries.map(({ id }) => id));
        const others = (await readRegistry(pool, await newestCompoundChange(pool))).map(({ entry }) => entry);
        const all = [...entries, ...others.filter(({ id }) => !given.has(id))];
        const shared = sharedNames(namesOfEntries(all)).filter((each) => each.compounds.some((id) => given.has(id)));
        terminal.out(
          options.json
            ? jsonLine({ dryRun, file, sha256, change: number, ...change, shared })
            : importedText({ file, dryRun, change: { number, ...change }, shared }),
        );
      }),
    );
}

function addList(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('list')
    .description('all entries, with where each is from')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream compounds list

JSON: {newestChange, compounds: [{id, name, kind, country, place, coordinates, coordinatesOf, import: {number, file, sha256, by, why, at}}]};
  import is null for what comes with the program; what is not known is null`,
    )
    .action((options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const newestChange = await newestCompoundChange(pool);
        const registry = await readRegistry(pool, newestChange);
        terminal.out(
          options.json
            ? jsonLine({ newestChange, compounds: registry.map(compoundLineJson) })
            : compoundsText(registry),
        );
      }),
    );
}

function addShow(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('show')
    .description('all that the registry says of one, with its sources')
    .argument('<id>', 'as "compounds list" tells it')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream compounds show kk-park

JSON: {id, name, aliases, kind, country, place, coordinates, coordinatesOf, platforms, operators: [{name, type, instrument, grounds}],
  status: {text, asOf}, instruments: [{type, issuer, date, reference}], sources: [{title, publisher, date, url, quality}], note,
  import: {number, file, sha256, by, why, at}, earlier: [{number, file, sha256, by, why, at, gone: {number, by, why, at}}]};
  import is null for what comes with the program; earlier are entries of files under this id that were replaced or taken out`,
    )
    .action((id: string, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const registry = await readRegistry(pool, await newestCompoundChange(pool));
        const found = registry.find(({ entry }) => entry.id === id);
        if (found === undefined) throw unknownCompound(id);
        const earlier = (await readCompoundHistory(pool, id)).filter(({ gone }) => gone !== null);
        terminal.out(
          options.json
            ? jsonLine({ ...compoundJson(found), earlier: earlier.map(historyJson) })
            : compoundText(found, earlier),
        );
      }),
    );
}

function addRemove(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('remove')
    .description('take out an entry that a file brought; it stays in the history')
    .argument('<id>', 'as "compounds list" tells it')
    .addOption(byOption())
    .option('--why <text>', 'why')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream compounds remove river-park --why "the charges were dropped"

JSON: {id, change}; change is the number of the removal`,
    )
    .action((id: string, options: ChangeOptions) =>
      withStore(context, async ({ pool }) => {
        const change = await removeCompound(pool, id, requestOf(context, options));
        terminal.out(
          options.json
            ? jsonLine({ id, change })
            : `"${id}" is taken out, as change ${change}. It stays in the history.\n`,
        );
      }),
    );
}
