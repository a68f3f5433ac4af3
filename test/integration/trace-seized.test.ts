/** The seized wallets with every real file of tags, through the program: whose deposit addresses they are, and whom to ask. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TraceJson } from '../../workers/trace.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';
import { importSharedTags } from '../shared-tags.ts';

interface Row {
  readonly from: string;
  readonly to: string;
  readonly value: string;
}

interface Inferred {
  readonly wallets: readonly {
    readonly kind: string;
    readonly address: string;
    readonly named: { readonly name: string } | null;
    readonly sinks: readonly { readonly address: string }[];
  }[];
}

/** A rule of thumb (GraphSense): more incoming transfers make a service. */
const MANY = 500;

describe.skipIf(!hasSharedData || inject('postgres') === null)('the seized wallets, with public tags', () => {
  let folder: string;
  let database: FreshDatabase;
  let env: Record<string, string>;
  const transfers: Row[] = hasSharedData ? rowsOf('transfers.csv') : [];
  const seeds: string[] = hasSharedData ? rowsOf<{ address: string }>('seeds.csv').map(({ address }) => address) : [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-seized-'));
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await importSharedTags(env);
    const reports = join(folder, 'seeds.csv');
    await writeFile(reports, `wallet\n${seeds.join('\n')}\n`);
    await cli(env, 'case', 'create', 'seized');
    await cli(env, 'report', 'import', 'seized', reports);
    await cli(env, 'import', 'seized', sharedData('tron-usdt-seized/transfers.csv'));
    await cliJson(env, 'crawl', 'seized', '--offline', '--max-hops', '0');
  }, 600_000);
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('that forward nine tenths to a tagged wallet of an exchange are its deposit addresses', async () => {
    const { wallets } = await cliJson<Inferred>(env, 'attribution', 'seized');
    const found = new Map(wallets.flatMap((each) => (each.named === null ? [] : [[each.address, each] as const])));
    const expected = forwarding(new Set(exchangeWallets()));
    expect(expected).toHaveLength(24);
    const missed = expected.filter(({ seed, sink }) => !found.get(seed)?.sinks.some(({ address }) => address === sink));
    expect(missed).toEqual([]);
  });

  it('have no exchange that tags name among the first 50 wallets to examine, and the cards of their clusters', async () => {
    const { suspects } = await cliJson<{ suspects: { address: string; score: number }[] }>(env, 'suspects', 'seized');
    const exchanges = new Set(exchangeWallets());
    expect(suspects.length).toBeGreaterThan(50);
    expect(suspects.slice(0, 50).filter(({ address }) => exchanges.has(address))).toEqual([]);
    const { clusters } = await cliJson<{
      clusters: { size: number; money: { came: string; left: string; rests: string } }[];
    }>(...[env, 'clusters', 'seized']);
    expect(clusters.length).toBeGreaterThanOrEqual(3);
    const units = (text: string) => BigInt(text.replace('.', ''));
    for (const { money } of clusters) expect(units(money.came)).toBe(units(money.left) + units(money.rests));
    const { out } = await cli(env, 'clusters', 'seized', '--top', '3');
    expect(out.match(/^C[123] · /gm)).toHaveLength(3);
  });

  it('have a trace that says of each of them whom to ask', async () => {
    const { ask, exits } = await cliJson<TraceJson>(
      ...[env, 'trace', 'seized', '--rule', 'fifo', '--by', 'ann', '--why', 'to see'],
    );
    const asked = new Set<string>(ask.map(({ address }) => address));
    const expected = forwarding(new Set(exchangeWallets()));
    expect(expected.filter(({ seed }) => !asked.has(seed))).toEqual([]);
    const exchanges = new Set(exchangeWallets());
    // The money of each is seen to end at the exchange.
    const ends = new Set(exits.map(({ address }) => address));
    expect(expected.filter(({ sink }) => exchanges.has(sink) && !ends.has(sink))).toEqual([]);
    const { out } = await cli(env, 'trace', 'seized');
    expect(out).toContain('Whom to ask: money came to these wallets');
  });

  it('with hundreds of incoming transfers are no services for that', async () => {
    const busy = seeds.filter((seed) => transfers.filter(({ to }) => to === seed).length > MANY);
    expect(busy).toHaveLength(2);
    const { wallets } = await cliJson<Inferred>(env, 'attribution', 'seized');
    expect(wallets.filter(({ kind }) => kind === 'service')).toEqual([]);
  });

  /** Counted anew: seeds that paid nine tenths of what they received to one of these wallets. */
  function forwarding(sinks: ReadonlySet<string>): { seed: string; sink: string }[] {
    const total = (rows: readonly Row[]) => rows.reduce((sum, { value }) => sum + BigInt(value), 0n);
    return seeds.flatMap((seed) => {
      const received = total(transfers.filter(({ from, to }) => to === seed && from !== seed));
      const payouts = transfers.filter(({ from, to }) => from === seed && sinks.has(to));
      return [...new Set(payouts.map(({ to }) => to))]
        .filter((sink) => total(payouts.filter(({ to }) => to === sink)) * 10n >= received * 9n)
        .map((sink) => ({ seed, sink }));
    });
  }
});

function rowsOf<T = Row>(name: string): T[] {
  return parseCsv(readFileSync(sharedData(`tron-usdt-seized/${name}`), 'utf8'), { columns: true });
}

/** Wallets of exchanges on Tron, read from the files themselves. */
function exchangeWallets(): string[] {
  const texts = ['exchanges/defillama_cex_wallets.csv', ...PACKS].map((name) =>
    readFileSync(sharedData(`tags/${name}`), 'utf8'),
  );
  return texts.flatMap((text) => text.match(/\bT[1-9A-HJ-NP-Za-km-z]{33}\b/g) ?? []);
}

const PACKS = ['binance', 'huobi', 'okx', 'kucoin'].map((name) => `graphsense/exchange-wallets-${name}.yaml`);
