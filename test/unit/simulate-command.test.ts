/** `downstream simulate` as a person uses it. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTransfers } from '../../src/simulate/folder.ts';
import { cli, cliJson } from '../fixtures/cli.ts';

describe('downstream simulate', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-simulate-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function digestOf(name: string): Promise<string> {
    const hash = createHash('sha256');
    for (const file of (await readdir(join(folder, name))).sort()) {
      hash.update(file).update(await readFile(join(folder, name, file)));
    }
    return hash.digest('hex');
  }

  const simulate = (out: string, ...options: string[]) =>
    cli({}, 'simulate', '--size', 'demo', '--out', join(folder, out), ...options);

  test('writes the same bytes for the same seed, and others for another seed or difficulty', async () => {
    for (const [out, ...options] of [
      ['a', '--seed', '7'],
      ['b', '--seed', '7'],
      ['c', '--seed', '8'],
      ['d', '--seed', '7', '--difficulty', 'hard'],
    ] as const) {
      expect(await simulate(out, ...options)).toMatchObject({ code: 0, err: '' });
    }
    const digests = await Promise.all(['a', 'b', 'c', 'd'].map(digestOf));
    expect(digests[0]).toBe(digests[1]);
    expect(new Set(digests).size).toBe(3);
  });

  test('says what was made, that its money balances, and where it is', async () => {
    const { code, out } = await simulate('made');
    expect(code).toBe(0);
    expect(out).toMatch(/^A simulated economy, seed "downstream", size demo, difficulty normal:\n/);
    for (const line of [
      /ethereum +USDT +\d,\d{3}\n/,
      /ethereum +ETH +\d{3}\n/,
      /tron +USDT +\d,\d{3}\n/,
      /tron +TRX +\d,\d{3}\n/,
    ]) {
      expect(out).toMatch(line);
    }
    expect(out).toMatch(/\d{3} wallets, from 2026-03-01 00:00:\d\d UTC to 2026-03-31 /);
    expect(out).toContain('2 scam networks, 0 of them on both chains; 12 victims made');
    expect(out).toContain('The money balances on both chains');
    expect(out).toContain(`It is in ${join(folder, 'made')}/`);
  });

  test('says the same to a program', async () => {
    interface Made {
      readonly transfers: readonly { readonly chain: string; readonly asset: string; readonly count: number }[];
      readonly money: readonly { readonly balances: boolean; readonly issued: string }[];
      readonly victims: number;
    }
    const out = join(folder, 'json');
    const made = await cliJson<Made>({}, 'simulate', '--size', 'demo', '--seed', 'x', '--out', out);
    expect(made).toMatchObject({ folder: out, seed: 'x', size: 'demo', difficulty: 'normal', victims: 12 });
    const transfers = await readTransfers(out);
    for (const { chain, asset, count } of made.transfers) {
      expect(transfers.filter((transfer) => transfer.chain === chain && transfer.asset === asset)).toHaveLength(count);
    }
    expect(made.money).toHaveLength(4);
    expect(made.money.every(({ balances, issued }) => balances && /^\d+$/.test(issued))).toBe(true);
  });

  test('refuses an unknown size or difficulty as wrong usage', async () => {
    const size = await cli({}, 'simulate', '--size', 'huge');
    expect(size).toMatchObject({
      code: 2,
      err: expect.stringContaining('Allowed choices are demo, small, medium, large.'),
    });
    const difficulty = await cli({}, 'simulate', '--difficulty', 'impossible');
    expect(difficulty).toMatchObject({
      code: 2,
      err: expect.stringContaining('Allowed choices are easy, normal, hard.'),
    });
  });

  test('says where it cannot write', async () => {
    const { code, err } = await cli({}, 'simulate', '--size', 'demo', '--out', '/dev/null/here');
    expect(code).toBe(1);
    expect(err).toMatchInlineSnapshot(`
      "Error: /dev/null/here cannot be written to: ENOTDIR: not a directory, stat '/dev/null/here'.
      A folder of which only some files were written is no economy.
      Choose another --out.
      "
    `);
  });
});
