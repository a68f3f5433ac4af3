/** `downstream tags categories`: the table of categories, and at which of them the traces of a case stop. */
import { type Command, Option } from 'commander';
import { parseStatement } from '../cases/statement.ts';
import { UsageError } from '../errors.ts';
import { findCase } from '../store/cases.ts';
import { decideCategory, readCategoryDecisions, type StoredCategoryDecision } from '../store/category-decisions.ts';
import { CATEGORIES, CATEGORY_NAMES, type Category, stoppingCategories } from '../tags/categories.ts';
import { parseCategory } from '../tags/formats/csv.ts';
import { type CliContext, withStore } from './context.ts';
import { jsonOption, typed } from './options.ts';
import { harmless, jsonLine, table, time } from './output.ts';

interface CategoriesOptions {
  readonly stop?: string;
  readonly follow?: string;
  readonly by?: string;
  readonly why?: string;
  readonly json?: boolean;
}

export function addCategoriesCommand(group: Command, context: CliContext): void {
  const { terminal, clock } = context;
  group
    .command('categories')
    .description('what the categories mean, and at which a trace stops; a case may decide otherwise')
    .argument('[case]', 'name or id')
    .option('--stop <category>', 'the traces of the case stop at such wallets from now on')
    .addOption(new Option('--follow <category>', 'they go on through such wallets').conflicts('stop'))
    .option('--by <name>', 'who decides so')
    .option('--why <text>', 'why; both are kept with the decision')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream tags categories
  $ npx downstream tags categories mekong --follow otc-broker --by "A. Analyst" --why "the desk has disclosed its payouts"

All decisions are kept; the newest of a category counts.

JSON: {case, categories: [{category, meaning, term, stops, byDefault}], decisions: [{category, stops, by, why, at}]};
  term is GraphSense's concept; case is null where none is named`,
    )
    .action((nameOrId: string | undefined, options: CategoriesOptions) => {
      const decision = typed(() => readDecision(nameOrId, options));
      if (nameOrId === undefined) {
        terminal.out(options.json ? jsonLine(categoriesJson(null, [])) : categoriesText([]));
        return undefined;
      }
      return withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        if (decision !== null) await decideCategory(pool, found.id, decision, new Date(clock.now()));
        const decisions = await readCategoryDecisions(pool, found.id);
        terminal.out(options.json ? jsonLine(categoriesJson(found.name, decisions)) : categoriesText(decisions));
      });
    });
}

function readDecision(nameOrId: string | undefined, { stop, follow, by, why }: CategoriesOptions) {
  const text = stop ?? follow;
  if (text === undefined) return null;
  if (nameOrId === undefined || by === undefined || why === undefined) {
    throw new UsageError('DECISION_INCOMPLETE', 'A decision takes the case, --by and --why.', {
      right: 'It is recorded with it who decides and why, so that others can judge it later.',
      todo: 'Add what is missing.',
    });
  }
  const statement = parseStatement({ by, why }, { by: '--by', why: '--why' });
  return { category: parseCategory(text), stops: stop !== undefined, statement };
}

function categoriesJson(name: string | null, decisions: readonly StoredCategoryDecision[]) {
  const stopping = new Set<Category>(stoppingCategories(decisions));
  return {
    case: name,
    categories: CATEGORY_NAMES.map((category) => {
      const { meaning, term, stops: byDefault } = CATEGORIES[category];
      return { category, meaning, term, stops: stopping.has(category), byDefault };
    }),
    decisions,
  };
}

function categoriesText(decisions: readonly StoredCategoryDecision[]): string {
  const stopping = new Set<Category>(stoppingCategories(decisions));
  const rows = CATEGORY_NAMES.map((category) => {
    const { meaning, term, stops } = CATEGORIES[category];
    const mark = stopping.has(category) ? 'stops' : 'goes on';
    return [category, mark + (stopping.has(category) === stops ? '' : ' *'), term ?? '', meaning];
  });
  const decided = decisions.map(({ category, stops, by, why, at }) => [
    ...[category, stops ? 'stop' : 'follow', time(at), `${harmless(by)}: ${harmless(why)}`],
  ]);
  return [
    table([['CATEGORY', 'A TRACE', 'GRAPHSENSE', 'MEANING'], ...rows]),
    decided.length === 0 ? '' : `Decided for this case (* otherwise than by default)\n${table(decided)}`,
  ].join('');
}
