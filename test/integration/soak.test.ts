/** A fixed part of the matrix of `npm run soak`, and every plan that has found something before. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FINDINGS } from '../fixtures/soak-findings.ts';
import { type Backend, isPossible, openBackend, type Pair } from '../soak/backends.ts';
import { createRunner } from '../soak/matrix.ts';
import { planOf } from '../soak/plans.ts';

/** Of each set of providers and of each flavour. */
const PLANS = [3, 4, 6, 8, 10, 11, 12, 15, 20, 25, 26];
const LANES = 4;
/** Both pairs with a server are among them where there is one, and else the embedded ones. */
const pairs = (['server/redis', 'server/postgres', 'embedded/redis', 'embedded/postgres'] as const).filter((pair) =>
  isPossible(pair, { postgres: inject('postgres'), redis: inject('redis') }),
);

describe('crawls under plans of faults', () => {
  const backends: Backend[] = [];
  const runPlan = createRunner('test');

  beforeAll(async () => {
    const servers = { postgres: inject('postgres'), redis: inject('redis') };
    const lanes: Pair[] = Array.from({ length: LANES }, (_, lane) => pairs[lane % Math.min(2, pairs.length)] as Pair);
    backends.push(...(await Promise.all(lanes.map((pair) => openBackend(pair, servers)))));
  });
  afterAll(async () => {
    for (const backend of backends) await backend.close();
  });

  it('end as without faults, or name what they could not prove', async () => {
    const left = [...new Set([...PLANS, ...FINDINGS.map(({ plan }) => plan)])];
    const wrong: string[] = [];
    const lane = async (backend: Backend, workers: number) => {
      for (let plan = left.shift(); plan !== undefined; plan = left.shift()) {
        const { verdict, silent } = await runPlan(backend, plan, workers);
        if (verdict === 'silent') wrong.push(`plan ${plan} on ${backend.pair} by ${workers}: ${silent.join(' ')}`);
      }
    };
    await Promise.all(backends.map((backend, place) => lane(backend, place < 2 ? 1 : 4)));
    expect(wrong).toEqual([]);
  }, 300_000);

  it('are of every set of providers, and the same whenever they are made', () => {
    expect(new Set(PLANS.map((plan) => planOf(plan).providers)).size).toBe(4);
    expect(PLANS.map(planOf)).toEqual(PLANS.map(planOf));
  });
});
