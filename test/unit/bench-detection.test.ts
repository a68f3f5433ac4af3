/** A small part of `npm run bench:detection`, so that a change which makes detection worse is seen at once; and its arithmetic. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import type { Economy } from '../../src/simulate/types.ts';
import { LIMITS } from '../bench/detection/baselines.ts';
import { caseOf } from '../bench/detection/economies.ts';
import { readEconomyFolder } from '../bench/detection/folder.ts';
import { innocentCase } from '../bench/detection/innocent.ts';
import { areaUnderCurve, brierOf, decilesOf, f1Of, randOfLabels } from '../bench/detection/metrics.ts';
import { type CaseScore, METHODS, scoreCase } from '../bench/detection/score.ts';

describe('detection in a simulated economy', () => {
  let economy: Economy;
  let score: CaseScore;
  beforeAll(() => {
    economy = generateEconomy({ seed: 'suite-detect-1', size: 'small', difficulty: 'normal' });
    score = scoreCase(caseOf('normal', economy), LIMITS.normal);
  }, 180_000);

  it('finds the networks’ wallets, and tells networks apart', () => {
    expect(f1Of(score.methods.Downstream.membership)).toBeGreaterThanOrEqual(0.9);
    expect(score.methods.Downstream.rand).toBeGreaterThanOrEqual(0.9);
    expect(score.methods.Downstream.randOfMet).toBeGreaterThanOrEqual(0.9);
    expect(score.likelyClusters).toBeGreaterThan(0);
  });

  it('does so better than each simpler method', () => {
    const { Downstream: own, ...baselines } = score.methods;
    expect(Object.keys(baselines)).toEqual(METHODS.slice(1));
    for (const { membership, rand } of Object.values(baselines)) {
      expect(f1Of(membership)).toBeLessThan(f1Of(own.membership) ?? 0);
      expect(rand).toBeLessThan(own.rand ?? 0);
    }
  });

  it('calls no cluster likely where there is no scam', { timeout: 120_000 }, () => {
    const innocent = scoreCase(innocentCase('no scam', economy, 1), LIMITS.normal);
    expect(innocent.methods.Downstream.membership.sought).toBe(0);
    expect([innocent.clusters > 0, innocent.likelyClusters]).toEqual([true, 0]);
  });
});

describe('an economy of another generator', () => {
  it('is read without payments and exits, and with roles of its own', async () => {
    const economy = generateEconomy({ seed: 'suite-detect-2' });
    const wallets = economy.wallets.map((wallet) =>
      wallet.service === '' ? { ...wallet, role: 'somebody' as typeof wallet.role } : wallet,
    );
    const folder = await mkdtemp(join(tmpdir(), 'economy-'));
    try {
      await writeEconomy(folder, { ...economy, wallets });
      await rm(join(folder, 'payments.csv'));
      await rm(join(folder, 'exits.csv'));
      const read = await readEconomyFolder(folder);
      // Of those who name a transaction, or an amount and a time, each payment is found again.
      const told = new Set(economy.payments.map(({ transaction }) => transaction));
      const exact = economy.reports.filter(
        ({ role, transaction, amount }) => role === 'paid-to' && (transaction ?? amount) !== null,
      );
      const derived = read.payments.filter(({ transaction }) => transaction.length > 0);
      expect(derived).toHaveLength(exact.length);
      expect(derived.filter(({ transaction }) => !told.has(transaction))).toEqual([]);
      const methods = (of: Parameters<typeof caseOf>[1]) => scoreCase(caseOf('x', of), LIMITS.normal).methods;
      expect(methods(read)).toEqual(methods(economy));
      await rm(join(folder, 'parts.csv'));
      expect((await readEconomyFolder(folder)).parts).toEqual([]);
      await writeFile(join(folder, 'parts.csv'), `chain,address,part\ntron,${economy.wallets[0]?.address},juggler\n`);
      await expect(readEconomyFolder(folder)).rejects.toThrow(
        '"juggler" is no part; the parts are rapid-pass-through,',
      );
      await rm(join(folder, 'reports.csv'));
      await expect(readEconomyFolder(folder)).rejects.toThrow('has no reports.csv.');
      await writeFile(join(folder, 'reports.csv'), 'chain,ref,wallet,role,tx,amount\n');
      await expect(readEconomyFolder(folder)).rejects.toThrow('it lacks the column at');
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);
});

describe('the measures', () => {
  it('are those that can be worked out by hand', () => {
    expect(f1Of({ found: 4, right: 3, sought: 6 })).toBeCloseTo(0.6);
    // Of six pairs two are together in the one, and one of these in the other: (1 − 2/6) / (1.5 − 2/6).
    expect(randOfLabels(['a', 'a', 'b', 'b'], [1, 1, null, null])).toBeCloseTo((1 - 2 / 6) / (1.5 - 2 / 6));
    expect(randOfLabels(['a', 'a', 'b', 'b'], [2, 2, 1, 1])).toBe(1);
    const scored = [
      { score: 90, sought: true },
      { score: 50, sought: false },
      { score: 50, sought: true },
      { score: 10, sought: false },
    ];
    expect(areaUnderCurve(scored)).toBeCloseTo(3.5 / 4);
    expect(areaUnderCurve(scored.slice(0, 1))).toBeNull();
    const deciles = decilesOf(scored);
    expect([deciles[0], deciles[4], deciles[8]]).toEqual([
      { wallets: 1, sought: 0 },
      { wallets: 2, sought: 1 },
      { wallets: 1, sought: 1 },
    ]);
    expect(brierOf(deciles, (decile) => (decile === 8 ? 1 : 0.5))).toBeCloseTo(0.75 / 4);
  });
});
