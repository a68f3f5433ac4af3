/**
 * `npm run bench:detection`: how often clusters, roles and scores are right in simulated economies, beside simpler methods. It
 * prints what docs/detection.md shows: error rates in simulation, and nothing else.
 *
 *   --economy DIR   on an economy in the simulation's format instead, whoever made it
 *   --seeds N       so many small economies for each difficulty, instead of four
 *   --no-medium     without the medium economy
 *   --calibrate     on the economies by which the defaults were chosen; prints the best limits of the baselines
 *   --json          the figures, for programs
 */
import { parseArgs } from 'node:util';
import { UserError } from '../../src/errors.ts';
import { DIFFICULTIES, type DifficultyName } from '../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import type { SizeName } from '../../src/simulate/sizes.ts';
import { hasSharedData } from '../shared-data.ts';
import { bestLimits, LIMITS, type Trial, trialOf } from './detection/baselines.ts';
import { caseOf } from './detection/economies.ts';
import { readEconomyFolder } from './detection/folder.ts';
import { innocentCase } from './detection/innocent.ts';
import { printGroups } from './detection/print.ts';
import { type CaseScore, scoreCase } from './detection/score.ts';
import { benchSeized, printSeized } from './detection/seized.ts';
import { printLine, seconds } from './tracing/tables.ts';

export interface Group {
  readonly name: string;
  readonly scores: readonly CaseScore[];
  /** Economies without a scam. */
  readonly innocent: readonly CaseScore[];
}

const { values } = parseArgs({
  options: {
    economy: { type: 'string' },
    seeds: { type: 'string', default: '4' },
    'no-medium': { type: 'boolean', default: false },
    calibrate: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

try {
  if (values.economy !== undefined) await benchFolder(values.economy);
  else await benchSimulated();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.text}\n`);
  process.exitCode = 1;
}

async function benchFolder(folder: string): Promise<void> {
  const economy = await readEconomyFolder(folder);
  const score = scoreCase(caseOf(folder, economy), LIMITS.normal);
  // Its words for roles may be others: a role that no wallet of the folder has is not measured.
  const roles = new Map([...score.roles].filter(([, { sought }]) => sought > 0));
  const innocent = scoreCase(innocentCase(`${folder}, no scam`, economy, 1), LIMITS.normal);
  report([{ name: folder, scores: [{ ...score, roles }], innocent: [innocent] }]);
}

async function benchSimulated(): Promise<void> {
  const prefix = values.calibrate ? 'calibrate' : 'detect';
  const plans: { size: SizeName; difficulty: DifficultyName; seeds: string[] }[] = DIFFICULTIES.map((difficulty) => ({
    ...{ size: 'small' as const, difficulty },
    seeds: Array.from({ length: Number(values.seeds) }, (_, each) => `${prefix}-${difficulty}-${each + 1}`),
  }));
  if (!values['no-medium']) plans.push({ size: 'medium', difficulty: 'normal', seeds: [`${prefix}-medium-1`] });
  const groups: Group[] = [];
  for (const { size, difficulty, seeds } of plans) {
    const [scores, innocent, trials]: [CaseScore[], CaseScore[], Trial[]] = [[], [], []];
    for (const [index, seed] of seeds.entries()) {
      const began = Date.now();
      const economy = generateEconomy({ seed, size, difficulty });
      const simulated = caseOf(seed, economy);
      scores.push(scoreCase(simulated, LIMITS[difficulty]));
      innocent.push(scoreCase(innocentCase(`${seed}, no scam`, economy, index + 1), LIMITS[difficulty]));
      if (values.calibrate) trials.push(trialOf(simulated));
      process.stderr.write(`${size} ${difficulty} ${seed}: ${seconds(Date.now() - began)}\n`);
    }
    groups.push({ name: `${size}, ${difficulty} (${seeds.length})`, scores, innocent });
    if (values.calibrate) {
      const { amount, rank } = bestLimits(trials);
      printLine(`${size}, ${difficulty}: best limits are an amount of ${amount} and a rank of ${rank.toFixed(3)}`);
    }
  }
  report(groups);
  if (hasSharedData && !values.json) printSeized(await benchSeized());
}

function report(groups: readonly Group[]): void {
  if (values.json)
    printLine(JSON.stringify({ groups }, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value), 2));
  else printGroups(groups);
}
