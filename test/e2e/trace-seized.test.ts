/** Real transfers through the program as it is run: by every rule, what was followed is what exited, rests and lies beyond. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TraceJson } from '../../workers/trace.ts';
import { cli } from '../fixtures/cli.ts';
import { downstream } from '../fixtures/program.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';
import { hasSharedData } from '../shared-data.ts';
import { SEEDS, seedSums, TRANSFERS } from './seized.ts';

const RULES = ['fifo', 'lifo', 'pro-rata', 'libr'] as const;
/** Seeds that are each reported with their largest receipt; the 40 have reports 1 to 40, which name a wallet alone. */
const CHOSEN = 3;
const FIRST = 41;

interface Receipt {
  readonly wallet: string;
  readonly transaction: string;
  readonly value: bigint;
}

/** The largest receipt of each seed from another wallet, as the file has it, of those that received most. */
function largestReceipts(): Receipt[] {
  const seeds = [...seedSums()].sort(([, a], [, b]) => Number(b.received - a.received)).slice(0, CHOSEN);
  const rows = readFileSync(TRANSFERS, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
  return seeds.map(([wallet]) =>
    rows
      .filter(([, , from, to]) => to === wallet && from !== wallet)
      .map(([transaction = '', , , , value = '']): Receipt => ({ wallet, transaction, value: BigInt(value) }))
      .reduce((most, each) => (each.value > most.value ? each : most)),
  );
}

describe.skipIf(!hasSharedData || inject('postgres') === null)('the seized wallets', () => {
  let database: FreshDatabase;
  let env: Record<string, string> = {};
  const receipts = hasSharedData ? largestReceipts() : [];

  beforeAll(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url };
    const done = async (...argv: string[]) => expect((await cli(env, ...argv)).code, argv.join(' ')).toBe(0);
    await done('migrate');
    await done('case', 'create', 'seized');
    await done('report', 'import', 'seized', SEEDS);
    for (const { wallet, transaction } of receipts) {
      await done('report', 'add', 'seized', '--wallet', wallet, '--tx', transaction);
    }
    await done('import', 'seized', TRANSFERS);
    await done('crawl', 'seized', '--offline', '--max-hops', '0');
    const confirm = receipts.flatMap(({ transaction }, place) => ['--confirm', `${FIRST + place}:${transaction}`]);
    await done('report', 'match', 'seized', ...confirm);
  }, 120_000);
  afterAll(() => database.drop());

  const traced = async <T>(...argv: string[]): Promise<T> =>
    JSON.parse(await downstream(['trace', 'seized', ...argv, '--json'], env)) as T;

  it.each(RULES)('lose nothing of one payment by %s', async (rule) => {
    const [receipt] = receipts;
    const result = await traced<TraceJson>('--rule', rule, '--report', `${FIRST}`);
    expect(result.sources).toMatchObject([
      {
        ...{ kind: 'payment', reports: [FIRST], transaction: receipt?.transaction, to: receipt?.wallet },
        value: usdt(receipt?.value),
      },
    ]);
    const { sources, exited, resting, beyond, difference } = result.conservation;
    expect(difference).toBe('0.000000');
    expect(units(sources)).toBe(units(exited) + units(resting) + units(beyond));
    expect(units(sources)).toBeGreaterThan(0n);
    // Nobody's list of services was given: all that leaves the 40 lies beyond.
    expect([result.exits, exited]).toEqual([[], '0.000000']);
    expect(result.beyond.length).toBeGreaterThan(0);
    const ended = result.beyond.reduce((sum, { amount }) => sum + units(amount), 0n);
    expect(ended).toBe(units(beyond));
  });

  it('lose nothing of the others by any rule, nor of all payments to all of them', async () => {
    const scopes = [...receipts.keys()].slice(1).map((place) => ['--report', `${FIRST + place}`]);
    for (const scope of [...scopes, []]) {
      const { rules } = await traced<{ rules: Record<string, { conservation: Record<string, string> }> }>(
        '--compare',
        ...scope,
      );
      expect(Object.keys(rules)).toEqual([...RULES]);
      for (const { conservation } of Object.values(rules)) expect(conservation.difference).toBe('0.000000');
    }
  });
});

/** Base units, without our own code. */
function units(amount: string | null): bigint {
  return BigInt((amount ?? '').replace('.', ''));
}

function usdt(value = 0n): string {
  const digits = `${value}`.padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
