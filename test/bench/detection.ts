/**
 * `npm run bench:detection`: how often clusters, roles and scores are right in simulated economies, beside simpler methods. It
 * prints what docs/detection.md shows: error rates in simulation, and nothing else. `--help` prints its options.
 */
import { UsageError, UserError } from '../../src/errors.ts';
import { DIFFICULTIES, type DifficultyName } from '../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import type { SizeName } from '../../src/simulate/sizes.ts';
import { hasSharedData } from '../shared-data.ts';
import { bestLimits, LIMITS, type Trial, trialOf } from './detection/baselines.ts';
import { caseOf } from './detection/economies.ts';
import { innocentCase } from './detection/innocent.ts';
import { measureFolder } from './detection/measure-folder.ts';
import { type Options, readOptions, USAGE } from './detection/options.ts';
import { printFolder, printGroups } from './detection/print.ts';
import { type CaseScore, type Group, scoreCase } from './detection/score.ts';
import { benchSeized, printSeized } from './detection/seized.ts';
import { printLine, seconds } from './tracing/tables.ts';

/** How often other ordinary wallets are reported in each economy without its scam. */
const INNOCENT_DRAWS = 5;

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else if (options.economy !== null) await benchFolder(options.economy, options);
  else await benchSimulated(options);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.text}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function benchFolder(folder: string, { json }: Options): Promise<void> {
  const measured = await measureFolder(folder);
  const { group, ...rest } = measured;
  if (json) printJson({ groups: [group], ...rest });
  else printFolder(measured);
}

async function benchSimulated({ seeds: count, medium, calibrate, json }: Options): Promise<void> {
  const prefix = calibrate ? 'calibrate' : 'detect';
  const plans: { size: SizeName; difficulty: DifficultyName; seeds: string[] }[] = DIFFICULTIES.map((difficulty) => ({
    ...{ size: 'small' as const, difficulty },
    seeds: Array.from({ length: count }, (_, each) => `${prefix}-${difficulty}-${each + 1}`),
  }));
  if (medium) plans.push({ size: 'medium', difficulty: 'normal', seeds: [`${prefix}-medium-1`] });
  const groups: Group[] = [];
  for (const { size, difficulty, seeds } of plans) {
    const [scores, innocent, trials]: [CaseScore[], CaseScore[], Trial[]] = [[], [], []];
    for (const [index, seed] of seeds.entries()) {
      const began = Date.now();
      const economy = generateEconomy({ seed, size, difficulty });
      const simulated = caseOf(seed, economy);
      scores.push(scoreCase(simulated, LIMITS[difficulty]));
      for (let draw = 0; draw < INNOCENT_DRAWS; draw += 1) {
        const innocents = innocentCase(`${seed}, no scam`, economy, INNOCENT_DRAWS * index + draw + 1);
        innocent.push(scoreCase(innocents, LIMITS[difficulty]));
      }
      if (calibrate) trials.push(trialOf(simulated));
      process.stderr.write(`${size} ${difficulty} ${seed}: ${seconds(Date.now() - began)}\n`);
    }
    groups.push({ name: `${size}, ${difficulty} (${seeds.length})`, scores, innocent });
    if (calibrate) {
      const { amount, rank } = bestLimits(trials);
      printLine(`${size}, ${difficulty}: best limits are an amount of ${amount} and a rank of ${rank.toFixed(3)}`);
    }
  }
  if (json) return printJson({ groups });
  printGroups(groups);
  if (hasSharedData) printSeized(await benchSeized());
}

function printJson(figures: object): void {
  printLine(JSON.stringify(figures, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value), 2));
}
