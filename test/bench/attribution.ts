/**
 * `npm run bench:attribution`: how often inferences are right in simulated economies whose lists of services are withheld. It
 * prints what docs/attribution.md shows. `--calibrate` takes the economies by which the defaults were chosen.
 */
import { ATTRIBUTION_POLICY } from '../../graphs/attribution/policy.ts';
import type { DifficultyName } from '../../src/simulate/difficulty.ts';
import type { SizeName } from '../../src/simulate/sizes.ts';
import { LEAST_COUNTERPARTIES, type Scores, scoresOf, sum, sumTies } from './attribution/scores.ts';
import { openEconomy } from './attribution/views.ts';
import { percent, printLine, printTable, seconds } from './tracing/tables.ts';

type Plan = readonly [size: SizeName, difficulty: DifficultyName, seeds: readonly string[]];

const seeds = (name: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, each) => `${name}-${first + each}`);

/** The defaults were chosen by these, and after a first round over `attribute-1` to `attribute-21` those of funders again. */
const CALIBRATING: readonly Plan[] = [
  ['small', 'easy', seeds('calibrate', 3, 4)],
  ['small', 'normal', ['calibrate-1', 'calibrate-2', 'calibrate-5', 'calibrate-6']],
  ['small', 'hard', ['calibrate-1', 'calibrate-2', 'calibrate-4']],
  ['medium', 'hard', seeds('calibrate', 1, 1)],
];
const REPORTING: readonly Plan[] = [
  ['small', 'easy', seeds('attribute', 31, 37)],
  ['small', 'normal', seeds('attribute', 38, 44)],
  ['small', 'hard', seeds('attribute', 45, 50)],
  ['medium', 'normal', seeds('attribute', 51, 51)],
];

const VIEWS = { whole: 'The whole economy', cases: 'Cases, of the reports on one network each' } as const;
type ViewName = keyof typeof VIEWS;

interface Group {
  readonly name: string;
  readonly scores: Readonly<Record<ViewName, readonly Scores[]>>;
}

const plans = process.argv.includes('--calibrate') ? CALIBRATING : REPORTING;
const groups: Group[] = [];
for (const [size, difficulty, names] of plans) {
  const scores: Record<ViewName, Scores[]> = { whole: [], cases: [] };
  for (const seed of names) {
    const economy = openEconomy(seed, difficulty, size);
    for (const name of Object.keys(VIEWS) as ViewName[]) {
      const began = Date.now();
      scores[name].push(...economy[name].map((view) => scoresOf(economy, view, ATTRIBUTION_POLICY)));
      const count = economy[name].reduce((all, { input }) => all + input.table.rows, 0);
      process.stderr.write(
        `${size} ${difficulty} ${seed} ${name}: ${count} transfers in ${seconds(Date.now() - began)}\n`,
      );
    }
  }
  groups.push({ name: `${size}, ${difficulty} (${names.length})`, scores });
}
const all = (view: ViewName) => groups.flatMap(({ scores }) => scores[view]);
const rows = [...groups, { name: 'all', scores: { whole: all('whole'), cases: all('cases') } }];

for (const view of Object.keys(VIEWS) as ViewName[]) {
  const found = (title: string, of: 'deposits' | 'services') =>
    printTable(
      `${VIEWS[view]}: ${title}`,
      ['size, difficulty (economies)', 'sought', 'met', 'recall', 'found', 'right', 'precision'],
      rows.map(({ name, scores }) => {
        const { sought, met, found, right } = sum(scores[view].map((each) => each[of]));
        return [name, `${sought}`, `${met}`, share(met, sought), `${found}`, `${right}`, share(right, found)];
      }),
    );
  found('deposit addresses that were swept at least once (targets: recall 95 %, precision 98 %)', 'deposits');
  found(
    `services with at least ${LEAST_COUNTERPARTIES} counterparties, no deposit addresses (targets: recall 90 %, precision 98 %)`,
    'services',
  );
  for (const [of, title] of [
    ['funders', 'ties by a common funder (target: precision 95 %)'],
    ['sweptTogether', 'ties of wallets swept together'],
  ] as const) {
    printTable(
      `${VIEWS[view]}: ${title}`,
      ['size, difficulty (economies)', 'pairs', 'right', 'precision', 'ties', 'pure', 'precision'],
      rows.map(({ name, scores }) => {
        const { pairs, right, ties, pure } = sumTies(scores[view].map((each) => each[of]));
        return [name, `${pairs}`, `${right}`, share(right, pairs), `${ties}`, `${pure}`, share(pure, ties)];
      }),
    );
  }
  const scores = all(view);
  const { found: alike, right } = sum(scores.map((each) => each.lookAlikes));
  printLine(
    `\nLook-alikes: ${right} of ${alike} are right. Services named: ${scores.reduce((count, { named }) => count + named, 0)} (target: none).`,
  );
  for (const of of ['deposits', 'services'] as const) {
    printLine(`Wrong, ${of}: ${JSON.stringify(sum(scores.map((each) => each[of])).wrong)}`);
  }
  for (const of of ['funders', 'sweptTogether'] as const) {
    printLine(`Wrong pairs, ${of}: ${JSON.stringify(sumTies(scores.map((each) => each[of])).wrong)}`);
  }
}

function share(part: number, of: number): string {
  return percent(of === 0 ? null : part / of);
}
