/** What a crawl comes to, beside a reference that is obviously right; and what earlier crawls may not change about it. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { referenceCrawl } from '../fixtures/reference-crawl.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

interface CrawlJson {
  readonly graphHash: string;
  readonly transfers: number;
  readonly state: string;
  readonly requests: number;
  readonly requestsFor: Record<string, number>;
  readonly wallets: Record<string, number>;
  readonly proofs: { readonly proven: number; readonly unproven: number };
}

const START = blockAt(Date.UTC(2026, 2, 1));

describe.skipIf(inject('postgres') === null)('a crawl', () => {
  let database: FreshDatabase;
  let server: SimulatedTronGrid | undefined;
  let env: Record<string, string>;
  let cases = 0;

  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(async () => {
    await server?.close();
    await database.drop();
  });

  async function serve(ledger: Ledger, options: TronGridOptions = {}): Promise<void> {
    await server?.close();
    server = await serveTronGrid(ledger, options);
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
  }

  /** Crawls a case of its own from some wallets. */
  async function crawl(seeds: readonly (Address | undefined)[], ...options: string[]): Promise<CrawlJson> {
    cases += 1;
    await cli(env, 'case', 'create', `case ${cases}`);
    for (const seed of seeds) await cli(env, 'report', 'add', `case ${cases}`, '--wallet', `${seed}`);
    return again(...options);
  }

  /** Crawls the last case again, following all money. */
  const again = (...options: string[]) =>
    cliJson<CrawlJson>(env, 'crawl', `case ${cases}`, '--min-share', '0', ...options);

  const expected = (transfers: readonly SimulatedTransfer[], seeds: readonly (Address | undefined)[], hops: number) => {
    const reference = referenceCrawl(transfers, {
      seeds: seeds.map(String),

      hops,
      until: Number.POSITIVE_INFINITY,
    });
    return {
      state: 'finished',
      transfers: reference.transfers,
      graphHash: reference.graphHash,
      wallets: expect.objectContaining({ expanded: reference.expanded.size, pending: 0, failed: 0 }),
    };
  };

  it('comes to what the reference comes to, whatever was crawled before', async () => {
    const { transfers, reports } = oneChain(generateEconomy({ seed: 'truth' }), 'tron');
    await serve(new Ledger(transfers));
    const seeds = [...new Set(reports.filter(({ role }) => role === 'paid-to').map(({ wallet }) => wallet))];
    for (const hops of [0, 1, 3, 2]) {
      expect(await crawl(seeds, '--max-hops', String(hops))).toMatchObject(expected(transfers, seeds, hops));
    }
    const same = await crawl(seeds, '--max-hops', '2');
    expect(same).toMatchObject(expected(transfers, seeds, 2));
    // As of the same head all is known, but for what waits in the issuer's multisig, and a look at each large wallet.
    expect(same.requests).toBe((same.requestsFor.probe ?? 0) + (same.requestsFor.standing ?? 0));
    expect(same.requestsFor.standing).toBe(2);
    expect(same.proofs).toEqual({ proven: same.wallets.expanded, unproven: 0 });
  });

  it('reads what is new up to the next head, and nothing above it', async () => {
    const { transfers, reports } = oneChain(generateEconomy({ seed: 'growing' }), 'tron');
    const middle = transfers[Math.floor(transfers.length / 2)];
    const ledger = new Ledger(transfers, { head: middle?.block ?? 0 });
    await serve(ledger);
    const seeds = [...new Set(reports.filter(({ role }) => role === 'paid-to').map(({ wallet }) => wallet))];
    const past = transfers.filter(({ block }) => block <= (middle?.block ?? 0));
    expect(await crawl(seeds, '--max-hops', '2')).toMatchObject(expected(past, seeds, 2));
    ledger.moveHead((transfers.at(-1)?.block ?? 0) + 40);
    expect(await again('--max-hops', '2')).toMatchObject(expected(transfers, seeds, 2));
    // A case that pinned an earlier head must not see what another has stored above it.
    ledger.moveHead(middle?.block ?? 0);
    expect(await crawl(seeds, '--max-hops', '2')).toMatchObject(expected(past, seeds, 2));
  });

  it('finds a row that the index of the provider showed only later', async () => {
    const [a, b] = wallets('a', 'b');
    const early = [row(START, a, b), row(START + 20, a, b), row(START + 60, a, b)];
    const late = early.filter((_, index) => index !== 1);
    await serve(new Ledger(late, { head: START + 30 }));
    expect(await crawl([a], '--max-hops', '0')).toMatchObject({ transfers: 1 });
    await serve(new Ledger(early, { head: START + 100 }));
    expect(await again('--max-hops', '0')).toMatchObject(expected(early, [a], 0));
  });

  it('stores equal rows of one transaction as often as they happened, whoever is crawled first', async () => {
    const [payer, b, c, d] = wallets('payer', 'b', 'c', 'd');
    const batch = [b, b, c, c].map((to, position) => row(START, payer, to, { position, transaction: 'batch' }));
    const transfers = [...batch, row(START + 20, b, c), row(START + 40, c, d)];
    await serve(new Ledger(transfers), {
      faultAt: ({ endpoint }) => (endpoint === 'history' ? 'repeated-rows' : null),
    });
    expect(await crawl([b], '--max-hops', '1')).toMatchObject(expected(transfers, [b], 1));
    expect(await crawl([c], '--max-hops', '1')).toMatchObject(expected(transfers, [c], 1));
    expect(await crawl([payer, b, c], '--max-hops', '0')).toMatchObject(expected(transfers, [payer, b, c], 0));
  });

  it('chooses anew what lies beyond a wallet whose history was read again', async () => {
    const [s, y, z, x, w, v] = wallets('s', 'y', 'z', 'x', 'w', 'v');
    // The middle row of the seed's history is lost once, and noticed only when a wallet of a later wave has it.
    const transfers = [
      paid(s),
      row(START, s, y),
      row(START + 10, s, x),
      row(START + 20, s, z),
      row(START + 30, y, x),
      row(START + 40, x, w),
      row(START + 50, z, v),
    ];
    let lost = 0;
    await serve(new Ledger(transfers), {
      faultAt: ({ path }) => {
        if (lost > 0 || !path.startsWith(`/v1/accounts/${s}/`)) return null;
        lost += 1;
        return 'lost-row';
      },
    });
    expect(await crawl([s], '--max-hops', '2')).toMatchObject(expected(transfers, [s], 2));
    expect(lost).toBe(1);
  });

  it('stops at a wallet with more transfers than the limit, but never at a reported one', async () => {
    const [seed, busy, payee] = wallets('seed', 'busy', 'payee');
    const many = Array.from({ length: 12 }, (_, index) => row(START + 10 + index, busy, payee));
    const transfers = [paid(seed), row(START, seed, busy), ...many];
    await serve(new Ledger(transfers));
    const stopped = { expanded: 1, stopped: 1, pending: 0, failed: 0 };
    expect((await crawl([seed], '--max-hops', '2', '--max-transfers', '12')).wallets).toEqual(stopped);
    expect((await cli(env, 'case', 'show', `case ${cases}`)).out).toMatch(
      /more than 12 transfers \(--max-transfers\)\s+1\s+5\.00/,
    );
    const followed = { expanded: 3, stopped: 0, pending: 0, failed: 0 };
    expect((await crawl([seed], '--max-hops', '2', '--max-transfers', '13')).wallets).toEqual(followed);
    expect((await crawl([seed], '--max-hops', '2', '--max-transfers', '1000')).wallets).toEqual(followed);
    expect((await crawl([busy], '--max-hops', '0', '--max-transfers', '2')).wallets).toMatchObject({ expanded: 1 });
    // The same after the whole history was stored for another case.
    expect((await crawl([seed], '--max-hops', '2', '--max-transfers', '12')).wallets).toEqual(stopped);
  });

  it('chooses what lies behind a failed wallet once it can be read', async () => {
    const [seed, a, b, c, d, e] = wallets('seed', 'a', 'b', 'c', 'd', 'e');
    // While a cannot be read, c seems to lie beyond the hops that were asked for.
    const transfers = [
      paid(seed),
      row(START, seed, a, { value: 9_000_000n }),
      row(START + 5, seed, b),
      row(START + 10, a, c),
      row(START + 20, b, d),
      row(START + 25, d, c),
      row(START + 30, c, e),
    ];
    let broken = true;
    await serve(new Ledger(transfers), {
      faultAt: ({ path }) => (broken && path.startsWith(`/v1/accounts/${a}/`) ? 'html-page' : null),
    });
    cases += 1;
    await cli(env, 'case', 'create', `case ${cases}`);
    await cli(env, 'report', 'add', `case ${cases}`, '--wallet', `${seed}`);
    expect((await cli(env, 'crawl', `case ${cases}`, '--min-share', '0', '--max-hops', '2')).code).toBe(1);
    broken = false;
    expect(await again('--max-hops', '2')).toMatchObject(expected(transfers, [seed], 2));
  });

  it('refuses a provider of another chain than the one that is stored', async () => {
    const [a, b] = wallets('a', 'b');
    await serve(new Ledger([row(START, a, b)]));
    await crawl([a], '--max-hops', '0');
    await serve(new Ledger([row(START, a, b)]), { genesis: '0'.repeat(64) });
    const { code, err } = await cli(env, 'crawl', `case ${cases}`, '--max-hops', '1');
    expect(code).toBe(1);
    expect(err).toMatchInlineSnapshot(`
      "Error: The provider of tron serves another chain than the one that is stored.
      A database holds the transfers of one network; those of a test network or a simulation would pass for real ones.
      Correct the address of the provider, or use another database: set DOWNSTREAM_DATA or DATABASE_URL.
      "
    `);
  });

  it('refuses it also when it takes up a crawl that was stopped half-way', async () => {
    const [a, b] = wallets('a', 'b');
    await serve(new Ledger([row(START, a, b)]), {
      faultAt: ({ endpoint }) => (endpoint === 'history' ? 'unauthorised' : null),
    });
    cases += 1;
    await cli(env, 'case', 'create', `case ${cases}`);
    await cli(env, 'report', 'add', `case ${cases}`, '--wallet', `${a}`);
    expect((await cli(env, 'crawl', `case ${cases}`)).code).toBe(1);
    await serve(new Ledger([row(START, b, a)]), { genesis: '0'.repeat(64) });
    const { code, err } = await cli(env, 'crawl', `case ${cases}`);
    expect([code, err]).toEqual([1, expect.stringContaining('serves another chain')]);
  });

  it('goes on where the provider cannot tell its chain, and says so', async () => {
    const [a, b] = wallets('a', 'b');
    await serve(new Ledger([row(START, a, b)]), {
      faultAt: ({ endpoint }) => (endpoint === 'genesis' ? 'server-error' : null),
    });
    expect(await crawl([a], '--max-hops', '0')).toMatchObject({ state: 'finished', transfers: 1 });
    const { run } = await cliJson<{ run: { faults: { code: string }[] } }>(env, 'case', 'show', `case ${cases}`);
    expect(run.faults.map(({ code }) => code)).toEqual(['PROVIDER_DOWN']);
  });
});

function wallets(...names: string[]): (Address | undefined)[] {
  return names.map(addressFor);
}

/** Enough for all that a seed pays on. */
function paid(seed: Address | undefined): SimulatedTransfer {
  return row(START - 10, addressFor('a victim'), seed, { value: 100_000_000n });
}

function row(
  block: number,
  from: Address | undefined,
  to: Address | undefined,
  { position = 0, transaction = `${block}`, value = 5_000_000n } = {},
): SimulatedTransfer {
  if (from === undefined || to === undefined) throw new Error('A transfer has two ends');
  return {
    chain: 'tron',
    asset: 'USDT',
    transaction: transactionFor(transaction),
    block,
    position,
    timestamp: timeOf(block),
    from,
    to,
    value,
    signer: from,
  };
}
