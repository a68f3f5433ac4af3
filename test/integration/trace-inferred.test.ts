/** What inference does to a trace: it ends at named deposit addresses, goes on at possible services, and tells both. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Ledger } from '../../src/simulate/ledger.ts';
import { addressFor } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import type { TraceJson } from '../../workers/trace.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { payments } from '../fixtures/payments.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const STRANGERS = Array.from({ length: 12 }, (_, number) => `stranger ${number}`);
const PAYEES = Array.from({ length: 10 }, (_, number) => `payee ${number}`);

/**
 * `deposit` forwards all to `hot`, which a tag names. `desk` behaves as a service: it keeps a stock, takes in from many and pays
 * many.
 */
const pay = payments();
const TRANSFERS = [
  pay('victim', 'seed', 1_000),
  pay('seed', 'deposit', 600),
  pay('seed', 'desk', 400),
  pay('deposit', 'hot', 600),
  ...STRANGERS.map((stranger) => pay(stranger, 'desk', 5_000)),
  ...PAYEES.map((payee) => pay('desk', payee, 40)),
  // One unit of bait at a wallet in which the money then stays.
  pay('a1', 'bait', 1),
  pay('bait', 'hot', 1),
  pay('victim', 'bait seed', 1_000),
  pay('bait seed', 'bait', 1_000),
  // Withdrawals that went back make up nine tenths of what it received; the money went another way.
  pay('hot', 'cycle', 20_000),
  pay('cycle', 'hot', 20_000),
  pay('victim', 'cycle seed', 1_000),
  pay('cycle seed', 'cycle', 1_000),
  pay('cycle', 'mule', 1_000),
  // A tenth goes to somebody else.
  pay('victim', 'split seed', 1_000),
  pay('split seed', 'split', 1_000),
  pay('split', 'hot', 900),
  pay('split', 'other mule', 100),
  // Two cases' wallets on one way.
  pay('victim', 'first', 1_000),
  pay('first', 'second', 1_000),
  pay('second', 'hot', 1_000),
];

describe.skipIf(inject('postgres') === null)('a trace by what wallets do', () => {
  let folder: string;
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;

  const fifo = (name: string, ...options: string[]) =>
    cliJson<TraceJson>(env, 'trace', name, '--rule', 'fifo', '--by', 'ann', '--why', 'to see', ...options);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-inferred-'));
    database = await freshDatabase();
    server = await serveTronGrid(new Ledger(TRANSFERS));
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    const tags = join(folder, 'tags.csv');
    await writeFile(tags, `address,label,category\n${addressFor('hot')},Meridian Exchange,hot-wallet\n`);
    await cli(env, 'tags', 'import', tags, '--publisher', 'A list', '--by', 'ann');
    for (const wallet of ['seed', 'deposit', 'bait seed', 'cycle seed', 'split seed', 'first']) {
      await cli(env, 'case', 'create', wallet);
      await cli(env, 'report', 'add', wallet, '--wallet', addressFor(wallet));
      await cliJson(env, 'crawl', wallet);
    }
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('ends at the deposit address of a service that a tag names, and says why', async () => {
    const { exits } = await fifo('seed');
    expect(exits.map(({ address, category, name, amount }) => [address, category, name, amount])).toEqual([
      [addressFor('deposit'), 'deposit-address', 'Meridian Exchange', '600.000000'],
    ]);
    expect(exits[0]?.inferred).toMatchObject({
      source: 'A list',
      sinks: [{ chain: 'tron', address: addressFor('hot') }],
      reason: expect.stringContaining('100 %'),
    });
  });

  it('goes on at a possible service, marks what came from behind it, and names nobody', async () => {
    const { resting, atPossible, conservation } = await fifo('seed');
    expect(conservation).toMatchObject({ exited: '600.000000', resting: '400.000000', difference: '0.000000' });
    expect(resting.map(({ address, amount }) => [address, amount])).toEqual(
      PAYEES.map(addressFor)
        .sort()
        .map((address) => [address, '40.000000']),
    );
    expect(atPossible?.amount).toBe('400.000000');
    expect(atPossible?.wallets.map(({ kind, address, amount }) => [kind, address, amount])).toEqual([
      ['service', addressFor('desk'), '400.000000'],
    ]);
    expect(atPossible?.behind.map(({ end, amount }) => [end, amount])).toEqual(
      PAYEES.map(() => ['resting', '40.000000']),
    );
  });

  it('says the same in words', async () => {
    const { out } = await cli(env, 'trace', 'seed', '--rule', 'fifo', '--by', 'ann', '--why', 'to see');
    expect(out).toContain('Meridian Exchange (deposit-address, inferred)');
    expect(out).toContain('40.00 of it from behind a possible service');
    expect(out).toMatch(/400\.00 +T\w{33} +possible service +Deals with 23 wallets/);
    expect(out).toContain('If it ended at them, 400.00 would end there.');
    expect(out).toContain('beside them 1 deposit address, inferred');
    const compared = await cli(env, 'trace', 'seed', '--compare');
    expect(compared.out).toContain('Meridian Exchange (deposit-address, inferred)');
    expect(compared.out).toContain('1 wallet on the way is a possible service');
  });

  it('does neither when it is told not to, and says so by another hash', async () => {
    const [asked, plain] = [await fifo('seed'), await fifo('seed', '--no-inference')];
    expect(plain.exits.map(({ address, inferred }) => [address, inferred])).toEqual([[addressFor('hot'), null]]);
    expect(plain.atPossible).toBeNull();
    expect(plain.runHash).not.toBe(asked.runHash);
    expect((await fifo('seed')).runHash).toBe(asked.runHash);
  });

  it('never ends at a reported wallet, and says whom to ask about it', async () => {
    const { exits, ask } = await fifo('deposit');
    expect(exits.map(({ address }) => address)).toEqual([addressFor('hot')]);
    expect(ask.map(({ address, service, source }) => [address, service, source])).toEqual([
      [addressFor('deposit'), 'Meridian Exchange', 'A list'],
    ]);
    const { out } = await cli(env, 'trace', 'deposit', '--compare');
    expect(out).toMatch(new RegExp(`Whom to ask: .*\\n.*\\n +${addressFor('deposit')} +Meridian Exchange +A list `));
  });

  it.each([
    ['bait seed', 'resting', 'bait', '1000.000000'],
    ['cycle seed', 'resting', 'mule', '1000.000000'],
    ['split seed', 'resting', 'other mule', '100.000000'],
  ] as const)('does not end where money of %s waits, or went another way', async (name, place, wallet, amount) => {
    const result = await fifo(name);
    expect(result[place].map((each) => [each.address, each.amount])).toEqual([[addressFor(wallet), amount]]);
    expect(result.exits.filter(({ inferred }) => inferred !== null)).toEqual([]);
  });

  it('says of such a wallet, too, whom to ask, and what it holds back', async () => {
    const { ask } = await fifo('bait seed');
    expect(ask.map(({ address, service }) => [address, service])).toEqual([[addressFor('bait'), 'Meridian Exchange']]);
    expect(ask[0]?.reason).toContain('99 % of all that it received came since, and is not forwarded yet.');
    expect((await fifo('cycle seed')).ask.map(({ address }) => address)).toEqual([addressFor('cycle')]);
  });

  it('asks about a wallet that another report names', async () => {
    await cli(env, 'report', 'add', 'first', '--wallet', addressFor('second'));
    await cliJson(env, 'crawl', 'first');
    const { ask } = await fifo('first', '--report', '1');
    expect(ask.map(({ address }) => address)).toEqual([addressFor('second')]);
  });

  it("infers nothing of a wallet that any case calls a victim's own", async () => {
    await cli(env, 'case', 'create', 'owner');
    await cli(env, 'report', 'add', 'owner', '--wallet', addressFor('split'), '--role', 'own');
    expect((await fifo('split seed')).ask).toEqual([]);
    const { out } = await cli(env, 'attribution', 'split seed');
    expect(out).not.toContain(addressFor('split'));
  });

  it('goes on where a person has decided so', async () => {
    await cli(env, 'wallet', 'expand', 'seed', addressFor('deposit'), '--why', 'known to be no account');
    await cliJson(env, 'crawl', 'seed');
    const { exits } = await fifo('seed');
    expect(exits.map(({ address }) => address)).toEqual([addressFor('hot')]);
  });

  it('says that tags changed since the crawl', async () => {
    expect((await fifo('seed')).notes.map(({ code }) => code)).not.toContain('TAGS_CHANGED');
    await cli(env, 'tags', 'categories', 'seed', '--follow', 'hot-wallet', '--by', 'ann', '--why', 'to see');
    expect((await fifo('seed')).notes.map(({ code }) => code)).toContain('TAGS_CHANGED');
    await cliJson(env, 'crawl', 'seed');
    // The case goes on at hot wallets, and still knows whose they are.
    const { exits, ask, notes } = await fifo('seed');
    expect(notes.map(({ code }) => code)).not.toContain('TAGS_CHANGED');
    expect(exits).toEqual([]);
    expect(ask.map(({ address, service }) => [address, service])).toContainEqual([
      addressFor('deposit'),
      'Meridian Exchange',
    ]);
  });
});
