/** What is declared before a trace, and what is stored of one. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RULES } from '../../graphs/trace/types.ts';
import { createCase } from '../../src/store/cases.ts';
import { createPool, one, type Pool } from '../../src/store/db.ts';
import { declareRule, newestByRule, readDeclarations } from '../../src/store/declarations.ts';
import { migrate } from '../../src/store/migrate.ts';
import { beginRun } from '../../src/store/runs.ts';
import { readTrace, type StoredTrace, storeTrace } from '../../src/store/traces.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const NOW = new Date(0);
const LATER = new Date(1_000);

describe.skipIf(inject('postgres') === null)('the store', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let caseId: number;
  let runId: number;

  beforeAll(async () => {
    database = await freshDatabase();
    pool = createPool({ connectionString: database.url }, 'downstream', 4);
    await migrate(pool);
    caseId = (await createCase(pool, 'traced', NOW)).id;
    const policy = {
      maxHops: 1,
      maxWallets: null,
      maxTransfers: null,
      maxRequests: null,
      minShare: '0.1',
      stops: null,
      native: true,
    };
    const request = { caseId, policy, offline: false, seeds: Buffer.alloc(32), heads: new Map(), now: NOW };
    runId = (await beginRun(pool, request)).id;
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const declare = (rule: StoredTrace['rule'], why: string, now = NOW) =>
    declareRule(pool, caseId, { rule, statement: { by: 'A. Analyst', why } }, now);

  it('keeps every declaration, of each rule, and lets the newest count', async () => {
    for (const rule of RULES) await declare(rule, 'first');
    // The clock may go back; what was said last counts all the same.
    await declare('lifo', 'as the complaint pleads', LATER);
    const last = await declare('lifo', 'as the court asked', NOW);
    const declarations = await readDeclarations(pool, caseId);
    expect(declarations.map(({ rule, why }) => `${rule}: ${why}`)).toEqual([
      ...RULES.map((rule) => `${rule}: first`),
      'lifo: as the complaint pleads',
      'lifo: as the court asked',
    ]);
    const newest = newestByRule([...declarations].reverse());
    expect(newest.get('lifo')).toEqual(last);
    expect(newest.get('fifo')).toMatchObject({ declaredBy: 'A. Analyst', why: 'first', declaredAt: NOW });
    expect(newest.size).toBe(RULES.length);
    const other = await createCase(pool, 'other', NOW);
    expect(await readDeclarations(pool, other.id)).toEqual([]);
  });

  it('keeps a trace once, as it was computed', async () => {
    const trace: StoredTrace = {
      rule: 'fifo',
      declarationId: null,
      parameters: { stops: 'ab', sources: ['cd'], depth: 3 },
      graphHash: 'g',
      runHash: 'r',
      result: { arrivals: [{ amount: 2n ** 200n, hop: 1 }], note: '10' },
    };
    expect(await storeTrace(pool, runId, trace, NOW)).toBe(true);
    expect(await storeTrace(pool, runId, trace, LATER)).toBe(false);
    const key = {
      runId,
      graphHash: 'g',
      rule: 'fifo',
      parameters: { depth: 3, sources: ['cd'], stops: 'ab' },
    } as const;
    expect(await readTrace(pool, key)).toEqual({
      ...trace,
      result: { arrivals: [{ amount: (2n ** 200n).toString(), hop: 1 }], note: '10' },
    });
    for (const other of [{ graphHash: 'h' }, { rule: 'lifo' as const }, { parameters: {} }, { runId: runId + 1 }]) {
      expect(await readTrace(pool, { ...key, ...other })).toBeUndefined();
    }
  });

  it('keeps the same result under another declaration as a trace of its own, and finds the newest', async () => {
    const { id } = await declare('fifo', 'second thoughts');
    const trace = { rule: 'fifo', declarationId: id, parameters: {}, graphHash: 'g', runHash: 's', result: 1 } as const;
    expect(await storeTrace(pool, runId, { ...trace, declarationId: null }, NOW)).toBe(true);
    expect(await storeTrace(pool, runId, trace, NOW)).toBe(true);
    expect(await storeTrace(pool, runId, trace, LATER)).toBe(false);
    expect(await readTrace(pool, { runId, graphHash: 'g', rule: 'fifo', parameters: {} })).toEqual(trace);
    const { count } = await one<{ count: number }>(pool, 'select count(*) as count from traces');
    expect(count).toBe(3);
  });

  it('takes no rule that is none', async () => {
    await expect(
      pool.query(
        `insert into declarations (case_id, rule, declared_by, why, declared_at) values ($1, 'haircut', 'a', 'b', $2)`,
        [caseId, NOW],
      ),
    ).rejects.toThrow(/declarations_rule_check/);
  });
});
