/** Freezes as a case shows them, what they cost, and that one which is only pending never leaves the case. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { addressBytes } from '../../src/chains/address.ts';
import type { Address } from '../../src/chains/chain.ts';
import { readConfig } from '../../src/config.ts';
import { Ledger, type LedgerOptions } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, TRON, USDT_CONTRACT } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedBurn, SimulatedFreeze, SimulatedTransfer } from '../../src/simulate/types.ts';
import { freezesOf } from '../../src/store/freezes.ts';
import { openStore } from '../../src/store/store.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const START = blockAt(Date.UTC(2026, 2, 1));
const HEAD = START + 1_000;
const [treasury, first, held, lifted, doomed, owner] = [
  ...['treasury', 'first', 'held', 'lifted', 'doomed', 'owner'].map(addressFor),
] as [Address, Address, Address, Address, Address, Address];

const place = (block: number, name: string) => ({
  ...({ chain: 'tron', asset: 'USDT', transaction: transactionFor(`${name} ${block}`), position: 0 } as const),
  ...{ block: START + block, timestamp: TRON.timeOf(START + block) },
});
const pay = (block: number, from: Address, to: Address, value: bigint): SimulatedTransfer => {
  return { ...place(block, 'pay'), from, to, value: value * 1_000_000n, signer: from };
};
const freeze = (block: number, kind: SimulatedFreeze['kind'], wallet: Address): SimulatedFreeze => {
  return { ...place(block, kind), kind, wallet };
};
const at = (block: number) => new Date(TRON.timeOf(START + block)).toISOString();
const addBlackList = (wallet: Address) => ({
  ...{ destination: USDT_CONTRACT, data: `0ecb93c0${addressBytes(wallet).padStart(64, '0')}` },
  ...{ block: START, executed: null },
});

const transfers = [
  pay(10, treasury, first, 100n),
  pay(20, first, held, 40n),
  pay(30, first, lifted, 30n),
  pay(40, first, doomed, 25n),
];
const burns: SimulatedBurn[] = [{ ...place(300, 'burn'), kind: 'destroyed', wallet: held, value: 15_000_000n }];
const freezes = [freeze(100, 'frozen', held), freeze(110, 'frozen', lifted), freeze(200, 'unfrozen', lifted)];
const submissions = [addBlackList(doomed), addBlackList(addressFor('a stranger'))];

interface Shown {
  readonly frozen: readonly { readonly address: string; readonly frozen: boolean; readonly since: string | null }[];
  readonly freezes: readonly { readonly chain: string; readonly known: boolean }[];
  readonly run: { readonly state: string; readonly faults: readonly { readonly code: string }[] };
}

describe.skipIf(inject('postgres') === null)('freezes', () => {
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;

  beforeEach(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent', TRON_API_RATE: '10000' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'x');
    await cli(env, 'report', 'add', 'x', '--wallet', first);
  });
  afterEach(async () => {
    await server.close();
    await database.drop();
  });

  async function serve(ledger: LedgerOptions = {}, options: TronGridOptions = {}): Promise<Ledger> {
    const served = new Ledger(transfers, { head: HEAD, burns, freezes, owner, submissions, ...ledger });
    server = await serveTronGrid(served, options);
    env.TRON_API_URL = server.url;
    return served;
  }
  const crawl = () =>
    cliJson<{ requestsFor: Record<string, number>; graphHash: string; state: string }>(env, 'crawl', 'x');
  const show = () => cliJson<Shown>(env, 'case', 'show', 'x');

  it('stand in the case, the trace and the exports; a pending one in the text of the case alone', async () => {
    const ledger = await serve();
    const { requestsFor } = await crawl();
    // Four wallets: each whether it is a contract, and frozen; then the owner, how much was submitted, and each of that.
    expect(requestsFor.standing).toBe(4 * 2 + 1 + 1 + submissions.length);
    const shown = await show();
    expect(shown.freezes).toEqual([{ chain: 'tron', asset: 'USDT', known: true }]);
    expect(shown.frozen).toEqual(
      [
        {
          ...{ chain: 'tron', address: held, asset: 'USDT', contract: false, frozen: true, since: at(100) },
          events: [
            { kind: 'frozen', transaction: freezes[0]?.transaction, at: at(100), amount: '0.000000' },
            { kind: 'destroyed', transaction: burns[0]?.transaction, at: at(300), amount: '15.000000' },
          ],
          asked: at(1_000),
        },
        {
          ...{ chain: 'tron', address: lifted, asset: 'USDT', contract: false, frozen: false, since: null },
          events: [
            { kind: 'frozen', transaction: freezes[1]?.transaction, at: at(110), amount: '0.000000' },
            { kind: 'unfrozen', transaction: freezes[2]?.transaction, at: at(200), amount: '0.000000' },
          ],
          asked: at(1_000),
        },
      ].sort((a, b) => (a.address < b.address ? -1 : 1)),
    );
    const text = (await cli(env, 'case', 'show', 'x')).out;
    expect(text).toMatch(
      new RegExp(`${held} +frozen since 2026-03-01 00:05:00 UTC\n +frozen 2026-03-01 00:05:00 UTC\n`),
    );
    expect(text).toContain('15.00 USDT destroyed 2026-03-01 00:15:00 UTC');
    expect(text).toMatch(new RegExp(`${lifted} +not frozen\n`));
    expect(text).toMatch(
      new RegExp(`not executed yet\n +${doomed} +submission 0, first seen .+\nKeep this to yourselves`),
    );
    expect(text).not.toContain(addressFor('a stranger'));

    const traced = await cliJson<{ resting: { address: string; frozen: unknown }[] }>(
      env,
      'trace',
      'x',
      '--rule',
      'fifo',
    );
    expect(traced.resting.map(({ address, frozen }) => [address, frozen])).toEqual(
      expect.arrayContaining([
        [held, { since: at(100) }],
        [lifted, null],
        [doomed, null],
      ]),
    );
    const since = new RegExp(`${held} .*frozen since 2026-03-01 00:05\n`);
    expect((await cli(env, 'trace', 'x')).out).toMatch(since);
    const chosen = ['--rule', 'fifo', '--by', 'A. Analyst', '--why', 'as pleaded'];
    expect((await cli(env, 'trace', 'x', ...chosen)).out).toMatch(since);
    expect((await cli(env, 'rank', 'x', '--method', 'traced')).out).toMatch(since);
    await withoutPending();

    // Nothing new: neither wallet nor submission is asked about again but the one that may still be executed.
    ledger.moveHead(HEAD + 100);
    expect((await crawl()).requestsFor).toMatchObject({ history: 4, balance: 4, standing: 2 + submissions.length });
  });

  /** Exports, and everything that programs read, name the wallet but not what waits for it. */
  async function withoutPending(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'downstream-freezes-'));
    const told: string[] = [];
    try {
      for (const format of ['csv', 'json', 'gexf', 'graphml']) {
        told.push((await cli(env, 'export', 'x', '--format', format, '--out', folder)).out);
      }
      const files = new Map<string, string>();
      for (const name of await readdir(folder)) files.set(name, await readFile(join(folder, name), 'utf8'));
      const row = files
        .get('nodes.csv')
        ?.split('\r\n')
        .find((line) => line.includes(held));
      expect(row).toMatch(new RegExp(`,yes,${at(100)}$`));
      expect(files.get('graph.json')).toContain(`"frozen":"yes","frozenSince":"${at(100)}"`);
      expect(files.get('graph.json')).toContain('"frozen":"no","frozenSince":null');
      for (const name of ['graph.gexf', 'graph.graphml']) expect(files.get(name)).toContain(at(100));
      told.push(...files.values());
    } finally {
      await rm(folder, { recursive: true });
    }
    const commands = [
      ['case', 'show', 'x'],
      ['case', 'list'],
      ['coverage', 'x'],
      ['crawl', 'x'],
      ['trace', 'x', '--rule', 'fifo'],
      ['rank', 'x'],
      ['report', 'list', 'x'],
      ['repair', 'x'],
      ['schedule', 'x'],
    ];
    for (const command of commands) told.push((await cli(env, ...command, '--json')).out);
    for (const command of commands.slice(2)) told.push((await cli(env, ...command)).out);
    expect(told.join('')).toContain(doomed);
    expect(told.filter((text) => /pending_|submission|multisig|firstSeen|0ecb93c0/i.test(text))).toEqual([]);
  }

  it('that only the contract tells count until its events do, and those of nobody are not known', async () => {
    const ledger = await serve({ freezes: [freeze(1_050, 'unfrozen', doomed)], frozen: new Set([doomed]) });
    await crawl();
    const told = new Map((await show()).frozen.map((each) => [each.address, each]));
    expect(told.get(doomed)).toMatchObject({ frozen: true, since: null });
    expect(told.get(held)).toMatchObject({ frozen: false });
    expect(told.size).toBe(2);
    ledger.moveHead(HEAD + 100);
    expect((await crawl()).requestsFor.standing).toBe(2 + submissions.length);
    const { pool, close } = await openStore(readConfig(env));
    try {
      expect(
        await freezesOf(
          pool,
          [doomed, addressFor('nobody')].map((address) => ({ chain: 'tron', address })),
        ),
      ).toEqual([
        expect.objectContaining({
          address: doomed,
          frozen: false,
          since: null,
          contract: false,
          events: [expect.anything()],
        }),
      ]);
    } finally {
      await close();
    }
  });

  it('that nobody can be asked about leave the crawl finished, with a word', async () => {
    await serve({}, { faultAt: ({ endpoint }) => (endpoint === 'nodeAccount' ? 'server-error' : null) });
    expect((await crawl()).state).toBe('finished');
    const { run, frozen } = await show();
    expect(run.faults.map(({ code }) => code).sort()).toEqual(['PROVIDER_DOWN', 'STANDING_UNKNOWN']);
    // The events tell all the same.
    expect(frozen.find(({ address }) => address === held)).toMatchObject({ frozen: true, since: at(100) });
    expect((await cli(env, 'case', 'show', 'x')).out).toContain('could not be asked whether wallets are frozen');
  }, 60_000);

  it('are read again from a database that was filled before they were', async () => {
    await serve();
    await crawl();
    const { pool, close } = await openStore(readConfig(env));
    try {
      await pool.query(`delete from issuer_events where kind in ('frozen', 'unfrozen')`);
      await pool.query('delete from issuer_coverage');
      await pool.query('update run_issuer_events set freezes = false');
    } finally {
      await close();
    }
    expect((await show()).freezes).toEqual([{ chain: 'tron', asset: 'USDT', known: false }]);
    expect((await cli(env, 'case', 'show', 'x')).out).toContain('is known only of those that it was asked about');
    await crawl();
    expect((await show()).frozen.map(({ address }) => address).sort()).toEqual([held, lifted].sort());
  });
});
