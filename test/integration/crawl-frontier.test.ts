/** Where a crawl goes: to the wallets that most of the money reached, and no further than it was told to. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { parseAmount } from '../../src/money.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

interface CrawlJson {
  readonly state: string;
  readonly graphHash: string;
  readonly wallets: Record<string, number>;
  readonly requestsFor: Record<string, number>;
  readonly followed: { rule: string; sources: string; exited: string; resting: string; notFollowed: string }[];
  readonly notFollowed: { kind: string; reason: string; wallets: number; amounts: Record<string, string> }[];
}

interface Listed {
  readonly decisions: { address: string; decision: string; why: string }[];
  readonly stopped: { address: string; kind: string; reason: string; amounts: Record<string, string> }[];
}

const START = blockAt(Date.UTC(2026, 2, 1));
const NAMES = ['victim', 'seed', 'big', 'small', 'tiny', 'far', 'farther', 'shop'] as const;
type Name = (typeof NAMES)[number];
const ADDRESSES = Object.fromEntries(NAMES.map((name) => [name, addressFor(name)])) as unknown as Record<Name, string>;
const nameOf = (address: string) => NAMES.find((name) => ADDRESSES[name] === address) ?? address;

let block = START;
/** USDT from one to another, later than all before. */
function pay(from: Name, to: Name, usdt: number): SimulatedTransfer {
  block += 10;
  return {
    ...{ chain: 'tron', asset: 'USDT', transaction: transactionFor(`${block}`), block, position: 0 },
    ...{ timestamp: timeOf(block), from: addressFor(from), to: addressFor(to), signer: addressFor(from) },
    value: BigInt(usdt) * 1_000_000n,
  };
}

/** 0.1 % of what the seed received is 1,000: more reaches `tiny` only with what `big` pays. */
const NETWORK = [
  pay('victim', 'seed', 1_000_000),
  pay('seed', 'big', 900_000),
  pay('seed', 'small', 50_000),
  pay('seed', 'tiny', 600),
  pay('seed', 'shop', 700),
  pay('big', 'far', 850_000),
  pay('big', 'tiny', 500),
  pay('far', 'farther', 800_000),
];

describe.skipIf(inject('postgres') === null)('a crawl that follows the money', () => {
  let folder: string;
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-frontier-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(async () => {
    await server.close();
    await database.drop();
  });

  async function serve(transfers: readonly SimulatedTransfer[], options: TronGridOptions = {}): Promise<void> {
    server = await serveTronGrid(new Ledger(transfers), options);
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'x');
    await cli(env, 'report', 'add', 'x', '--wallet', ADDRESSES.seed);
  }
  const crawl = (...options: string[]) => cliJson<CrawlJson>(env, 'crawl', 'x', ...options);
  const list = () => cliJson<Listed>(env, 'wallet', 'list', 'x');
  /** The wallets whose histories the server was asked for. */
  const asked = () =>
    new Set(
      server.log.flatMap(({ endpoint, path }) => (endpoint === 'history' ? [nameOf(`${path.split('/')[3]}`)] : [])),
    );
  const stops = async () =>
    Object.fromEntries((await list()).stopped.map(({ address, kind }) => [nameOf(address), kind]));

  it('reads what enough of it reached, also in several payments, and tells what it left', async () => {
    await serve(NETWORK);
    const { state, followed, notFollowed } = await crawl();
    expect(state).toBe('finished');
    expect(asked()).toEqual(new Set(['seed', 'big', 'small', 'tiny', 'far', 'farther']));
    expect(notFollowed).toEqual([
      {
        kind: 'below-share',
        reason: 'less than --min-share 0.1 % reached it',
        wallets: 1,
        amounts: { fifo: '700.000000', lifo: '700.000000', 'pro-rata': '700.000000', libr: '700.000000' },
      },
    ]);
    expect(followed).toHaveLength(4);
    for (const { sources, exited, resting, notFollowed: left } of followed) {
      expect([sources, exited, left]).toEqual(['1000000.000000', '0.000000', '700.000000']);
      expect(parseAmount(resting, 6)).toBe(999_300_000_000n);
    }
    const { out } = await cli(env, 'case', 'show', 'x');
    expect(out.slice(out.indexOf('Followed money'))).toMatchInlineSnapshot(`
      "Followed money, in USDT
        RULE           SOURCES  AT ENDS     RESTING  NOT FOLLOWED  SHARE
        fifo      1,000,000.00     0.00  999,300.00        700.00  0.0 %
        lifo      1,000,000.00     0.00  999,300.00        700.00  0.0 %
        pro-rata  1,000,000.00     0.00  999,300.00        700.00  0.0 %
        libr      1,000,000.00     0.00  999,300.00        700.00  0.0 %
        Sources: payments into wallets that reports name, and what services disclosed, each once: one that carries money of an earlier one on
        adds only the rest, which differs by rule. At ends: at listed and tagged services, with victims again, or taken by the issuer. Share: what was not followed of the sources.

      Stopped at
        REASON                                  WALLETS    FIFO    LIFO  PRO-RATA    LIBR
        less than --min-share 0.1 % reached it        1  700.00  700.00    700.00  700.00
      "
    `);
  });

  it('goes no further than the hops it was told', async () => {
    await serve(NETWORK);
    await crawl('--max-hops', '1', '--min-share', '0');
    expect(asked()).toEqual(new Set(['seed', 'big', 'small', 'tiny', 'shop']));
    expect(await stops()).toEqual({ far: 'max-hops' });
  });

  it('stops at listed services, but not at a reported wallet', async () => {
    const path = join(folder, 'stops.csv');
    await writeFile(
      path,
      `address,category,name\n${ADDRESSES.big},exchange,Meridian\n${ADDRESSES.seed},exchange,Meridian\n`,
    );
    await serve(NETWORK);
    const { followed } = await crawl('--stops', path);
    expect(asked()).toEqual(new Set(['seed', 'small']));
    expect(await stops()).toEqual({ big: 'tagged', tiny: 'below-share', shop: 'below-share' });
    expect((await list()).stopped[0]).toEqual({
      ...{ chain: 'tron', address: ADDRESSES.big, kind: 'tagged' },
      reason: 'a listed service: Meridian (exchange)',
      amounts: { fifo: '900000.000000', lifo: '900000.000000', 'pro-rata': '900000.000000', libr: '900000.000000' },
    });
    expect(followed[0]).toMatchObject({ rule: 'fifo', exited: '900000.000000' });
    // A trace without a list of its own ends where the crawl did.
    const traced = await cliJson<{ exits: readonly object[] }>(env, 'trace', 'x', '--rule', 'fifo');
    expect(traced.exits).toMatchObject([{ end: 'service', address: ADDRESSES.big, amount: '900000.000000' }]);
    // A person's word goes before the list.
    await cli(env, 'wallet', 'expand', 'x', ADDRESSES.big, '--why', 'the list is old');
    await crawl('--stops', path);
    expect(asked()).toContain('big');
    expect(await stops()).not.toHaveProperty('big');
  });

  it('stops at services that tags name, as of its beginning, unless the case follows such', async () => {
    const path = join(folder, 'tags.csv');
    await writeFile(
      path,
      `address,label,category,confidence\n${ADDRESSES.big},Meridian 4,hot-wallet,40\n${ADDRESSES.big},Meridian,exchange,80\n${ADDRESSES.seed},Meridian,exchange,80\n${ADDRESSES.small},on a list,sanctioned,90\n`,
    );
    await serve(NETWORK);
    await cli(env, 'tags', 'import', path, '--publisher', 'A list', '--by', 'ann');
    const { followed } = await crawl();
    expect(asked()).toEqual(new Set(['seed', 'small']));
    expect((await list()).stopped[0]).toMatchObject({
      ...{ address: ADDRESSES.big, kind: 'tagged' },
      reason: 'a tagged service: Meridian (exchange), as A list says',
    });
    expect(followed[0]).toMatchObject({ rule: 'fifo', exited: '900000.000000' });
    const trace = async () => (await cliJson<{ exits: readonly object[] }>(env, 'trace', 'x', '--rule', 'fifo')).exits;
    expect(await trace()).toMatchObject([{ end: 'service', address: ADDRESSES.big, amount: '900000.000000' }]);
    // What comes and goes later counts for the next crawl.
    await cli(env, 'tags', 'remove', '--publisher', 'A list', '--by', 'ann');
    expect(await trace()).toHaveLength(1);
    expect((await cli(env, 'case', 'show', 'x')).out).toMatch(/^ {2}Tags +changed since: crawl again to use them$/m);
    await crawl();
    expect(asked()).toContain('big');
    expect(await trace()).toEqual([]);
  });

  it('knows of no tagged service that was paid above its head, whatever other cases have read', async () => {
    const path = join(folder, 'later.csv');
    await writeFile(path, `address,label,category\n${ADDRESSES.farther},Meridian,exchange\n`);
    await serve(NETWORK);
    await cli(env, 'tags', 'import', path, '--by', 'ann');
    expect((await crawl()).state).toBe('finished');
    const stopsOf = async (name: string) =>
      (await cliJson<{ stops: { wallets: number } }>(env, 'trace', name, '--rule', 'fifo')).stops.wallets;
    expect(await stopsOf('x')).toBe(1);
    await server.close();
    server = await serveTronGrid(new Ledger(NETWORK, { head: (NETWORK.at(-1)?.block ?? 0) - 1 }));
    env = { ...env, TRON_API_URL: server.url };
    await cli(env, 'case', 'create', 'earlier');
    await cli(env, 'report', 'add', 'earlier', '--wallet', ADDRESSES.seed);
    expect(await cliJson(env, 'crawl', 'earlier')).toMatchObject({ state: 'finished' });
    expect(await stopsOf('earlier')).toBe(0);
  });

  it('goes through tagged services where the case follows their category', async () => {
    const path = join(folder, 'followed.csv');
    await writeFile(
      path,
      `address,label,category\n${ADDRESSES.big},Meridian,exchange\n${ADDRESSES.small},a list,sanctioned\n`,
    );
    await serve(NETWORK);
    await cli(env, 'tags', 'import', path, '--by', 'ann');
    await cli(env, 'tags', 'categories', 'x', '--follow', 'exchange', '--by', 'ann', '--why', 'it is a shell');
    await cli(env, 'tags', 'categories', 'x', '--stop', 'sanctioned', '--by', 'ann', '--why', 'told to');
    await crawl();
    expect(asked()).toContain('big');
    expect(asked()).not.toContain('small');
    expect(await stops()).toMatchObject({ small: 'tagged' });
  });

  it('obeys what a person decided, and says why', async () => {
    await serve(NETWORK);
    await cli(env, 'wallet', 'expand', 'x', ADDRESSES.shop, '--why', 'a shop that the network owns');
    await cli(env, 'wallet', 'stop', 'x', ADDRESSES.big, '--why', 'the exchange says it is theirs');
    await crawl();
    expect(asked()).toEqual(new Set(['seed', 'small', 'shop']));
    const { decisions, stopped } = await list();
    expect(decisions.map(({ address, decision, why }) => [nameOf(address), decision, why])).toEqual([
      ['shop', 'expand', 'a shop that the network owns'],
      ['big', 'stop', 'the exchange says it is theirs'],
    ]);
    expect(stopped[0]).toMatchObject({
      kind: 'person',
      reason: 'a person decided to stop here: the exchange says it is theirs',
    });
    await cli(env, 'wallet', 'auto', 'x', ADDRESSES.big, '--why', 'it was another address');
    await crawl();
    expect(asked()).toContain('farther');
    const refused = await cli(env, 'wallet', 'stop', 'x', ADDRESSES.seed, '--why', 'enough');
    expect([refused.code, refused.err]).toMatchInlineSnapshot(`
      [
        2,
        "Error: TCK5YVFR47UNVYquTbuZc2CXxpQvTeZgBU is a reported wallet, or received a confirmed payment.
      A crawl starts from such wallets, and always reads them.
      To end a trace there, name it in a list: npx downstream trace --stops FILE
      ",
      ]
    `);
  });

  it('plans so many pages and no more, whatever faults cost', async () => {
    const busy = Array.from({ length: 450 }, (_, index) => pay('big', index % 2 === 0 ? 'far' : 'small', 1_000));
    const transfers = [...NETWORK.slice(0, 6), ...busy];
    await serve(transfers, {
      faultAt: ({ endpoint, attempt }) => (endpoint === 'history' && attempt === 1 ? 'short-page' : null),
    });
    // The seed takes one page, `big` one and no more.
    const two = await crawl('--max-requests', '2');
    expect(two.notFollowed.map(({ kind }) => kind)).toContain('max-requests');
    expect(await stops()).toMatchObject({ big: 'max-requests', small: 'max-requests' });
    expect((await list()).stopped[0]?.reason).toMatch(/^over --max-requests 2; its history is stored up to 2026-/);
    // `big` goes on first, for most money reached it, and then `far`.
    const five = await crawl('--max-requests', '5', '--min-share', '1');
    expect(five.wallets).toEqual({ expanded: 2, stopped: 4, pending: 0, failed: 0 });
    const nine = await crawl('--max-requests', '9', '--min-share', '1');
    expect(nine.wallets).toMatchObject({ expanded: 4, stopped: 2 });
    const all = await crawl('--min-share', '1');
    expect(all.graphHash).toBe(nine.graphHash);
  });
});
