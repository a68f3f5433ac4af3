/**
 * `npm run bench:roles`: how often roles are right in simulated economies, all reports of one in one case, and no list of services
 * given. It prints what docs/roles.md shows. `--calibrate` takes the economies by which the defaults were chosen, and also prints what
 * other thresholds would have found in them.
 */
import { ROLE_POLICY } from '../../graphs/roles/policy.ts';
import { findRoles } from '../../graphs/roles/roles.ts';
import { ROLES } from '../../graphs/roles/types.ts';
import type { DifficultyName } from '../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import type { SizeName } from '../../src/simulate/sizes.ts';
import { type Score, sum } from './attribution/scores.ts';
import { caseOf, type SimulatedCase } from './detection/economies.ts';
import { printAround } from './roles/around.ts';
import { type RoleScores, scoreRoles } from './roles/scores.ts';
import { changed, SWEEPS } from './roles/sweep.ts';
import { percent, printLine, printTable, seconds } from './tracing/tables.ts';

type Plan = readonly [size: SizeName, difficulty: DifficultyName, seeds: readonly string[]];

/**
 * The defaults were chosen by these; consolidation again by the medium one, after a first round over `roles-1` to `roles-9`, and working
 * hours by `CALIBRATING_HOURS`, after rounds over `roles-11` to `roles-29`.
 */
const CALIBRATING: readonly Plan[] = [
  ['small', 'normal', ['calibrate-1', 'calibrate-2', 'calibrate-3', 'calibrate-4', 'calibrate-5', 'calibrate-6']],
  ['medium', 'normal', ['calibrate-10']],
  ['small', 'easy', ['calibrate-7']],
  ['small', 'hard', ['calibrate-8', 'calibrate-9']],
];
/** Few wallets pay often enough to have hours: it takes many economies. */
const CALIBRATING_HOURS = Array.from({ length: 30 }, (_, each) => `calibrate-${11 + each}`);
const REPORTING: readonly Plan[] = [
  ['small', 'normal', Array.from({ length: 10 }, (_, each) => `roles-${31 + each}`)],
  ['medium', 'normal', ['roles-41']],
  ['small', 'easy', ['roles-42']],
  ['small', 'hard', ['roles-43']],
];

const NONE: Score = { sought: 0, found: 0, right: 0, met: 0, wrong: {} };

const isCalibrating = process.argv.includes('--calibrate');
/** Those of normal difficulty by which thresholds are chosen. */
const kept: SimulatedCase[] = [];
const plans = isCalibrating ? CALIBRATING : REPORTING;
for (const [size, difficulty, names] of plans) {
  const scores: RoleScores[] = [];
  const cases: SimulatedCase[] = [];
  for (const seed of names) {
    const made = caseOf(seed, generateEconomy({ seed, difficulty, size }));
    if (isCalibrating && difficulty === 'normal') kept.push(made);
    if (isCalibrating) cases.push(made);
    const began = Date.now();
    scores.push(scoreRoles(made, findRoles(made.view, ROLE_POLICY)));
    const took = seconds(Date.now() - began);
    process.stderr.write(`${size} ${difficulty} ${seed}: ${made.view.table.rows} transfers in ${took}\n`);
  }
  const scored = ROLES.filter((role) => scores.some((each) => each.has(role)));
  const all = scored.map((role) => ({ role, score: sum(scores.map((each) => each.get(role) ?? NONE)) }));
  printTable(
    `${size}, ${difficulty}: ${names.join(', ')} (targets at normal difficulty: recall 80 %, precision 90 %)`,
    ['role', 'sought', 'met', 'recall', 'found', 'right', 'precision'],
    all.map(({ role, score: { sought, met, found, right } }) => [
      ...[role, `${sought}`, `${met}`, share(met, sought)],
      ...[`${found}`, `${right}`, share(right, found)],
    ]),
  );
  printLine();
  for (const { role, score } of all) printLine(`Wrong, ${role}: ${JSON.stringify(score.wrong)}`);
  if (isCalibrating) printSweeps(`${size}, ${difficulty}: other thresholds`, cases);
}

/** Recall and precision of each value, with all other thresholds as they are. */
function printSweeps(title: string, cases: readonly SimulatedCase[]): void {
  const rows = SWEEPS.flatMap(({ role, part, values }) =>
    Object.entries(values).map(([name, tried]) => {
      const cells = tried.map((value) => {
        const policy = changed(ROLE_POLICY, part, name, value);
        const { sought, met, found, right } = sum(
          cases.map((each) => scoreRoles(each, findRoles(each.view, policy)).get(role) ?? NONE),
        );
        return `${value}: ${share(met, sought)} ${share(right, found)}`;
      });
      return [role, name, cells.join(', ')];
    }),
  );
  printTable(title, ['role', 'threshold', 'value: recall and precision'], rows);
}
if (isCalibrating) printAround(kept, CALIBRATING_HOURS.map(smallCase));

function smallCase(seed: string): SimulatedCase {
  return caseOf(seed, generateEconomy({ seed, difficulty: 'normal', size: 'small' }));
}

function share(part: number, of: number): string {
  return percent(of === 0 ? null : part / of);
}
