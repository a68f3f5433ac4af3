/** Two cases over one planted network, each with its own victims' reports: what they share, beside what the transfers say. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import { DUST } from '../../src/money.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import { isService } from '../../src/simulate/truth.ts';
import type { SimulatedReport } from '../../src/simulate/types.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { referenceFlow } from '../fixtures/tracing/reference.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

interface Side {
  readonly hop: number;
  readonly amounts: Record<string, string>;
}

interface Found {
  readonly collisions: {
    readonly from: { own: number; other: number } | null;
    readonly services: number;
    readonly wallets: readonly { address: string; own: Side; other: Side }[];
    readonly victims: readonly { address: string; own: Side; other: Side }[];
  }[];
}

describe.skipIf(inject('postgres') === null)('two cases over one planted network', () => {
  const economy = oneChain(
    generateEconomy({ seed: 'collisions', size: { users: 30, victims: 6, networks: 1, days: 9 } }),
    'tron',
  );
  const services = economy.wallets.filter(isService);
  /** Reports of the network's victims in turn. */
  const refs = [...new Set(economy.payments.filter(({ network }) => network === 'N1').map(({ ref }) => ref))];
  const told = [0, 1].map((part) =>
    economy.reports.filter(({ ref }) => refs.indexOf(ref) % 2 === part && refs.includes(ref)),
  );
  let folder: string;
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-collisions-'));
    database = await freshDatabase();
    server = await serveTronGrid(new Ledger(economy.transfers));
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    const stops = join(folder, 'stops.csv');
    await writeFile(stops, ['address,category', ...services.map(({ address }) => `${address},exchange`)].join('\n'));
    for (const [part, reports] of told.entries()) {
      const name = `case ${part + 1}`;
      await cli(env, 'case', 'create', name);
      const rows = [...new Set(reports.map(({ wallet, role }) => `${wallet},${role}`))];
      await writeFile(join(folder, `${name}.csv`), ['wallet,role', ...rows].join('\n'));
      const { code, err } = await cli(env, 'report', 'import', name, join(folder, `${name}.csv`));
      expect([code, err]).toEqual([0, '']);
      await cliJson(env, 'crawl', name, '--min-share', '0', '--max-hops', '30', '--stops', stops);
    }
  }, 240_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('report each other with the right wallets, hops and amounts', async () => {
    const [one, two] = told.map((reports) => reach(reports));
    if (one === undefined || two === undefined) throw new Error('There are two cases.');
    const shared = [...one.keys()].filter((address) => two.has(address));
    const own = new Set(told.flat().flatMap(({ role, wallet }) => (role === 'own' ? [wallet as string] : [])));
    const listed = new Set(services.map(({ address }) => address as string));
    const wallets = shared.filter((address) => !listed.has(address) && !own.has(address)).sort();
    expect(wallets.length).toBeGreaterThan(3);

    const [first, second] = await Promise.all(
      ['case 1', 'case 2'].map(async (name) => (await cliJson<Found>(env, 'collisions', name)).collisions),
    );
    expect(first?.map((each) => each.wallets.map(({ address }) => address).sort())).toEqual([wallets]);
    expect(first?.[0]?.services).toBe(shared.filter((address) => listed.has(address)).length);
    expect(first?.[0]?.victims.map(({ address }) => address).sort()).toEqual(
      shared.filter((address) => own.has(address)).sort(),
    );
    const least = (of: typeof one) => Math.min(...wallets.map((address) => of.get(address)?.hop ?? Infinity));
    expect(first?.[0]?.from).toEqual({ own: least(one), other: least(two) });
    for (const { address, own: side, other } of first?.[0]?.wallets ?? []) {
      expect([side.hop, other.hop]).toEqual([one.get(address)?.hop, two.get(address)?.hop]);
      for (const rule of ['fifo', 'lifo'])
        expect([side.amounts[rule], other.amounts[rule]]).toEqual([text(one, address, rule), text(two, address, rule)]);
    }
    expect(second?.[0]?.wallets).toEqual(
      first?.[0]?.wallets.map(({ own: side, other, ...wallet }) => ({ ...wallet, own: other, other: side })),
    );
  });

  /** What the whole of the chain's transfers says: each wallet that any rule brings some of the reports' money. */
  function reach(reports: readonly SimulatedReport[]) {
    const wallets = (role: string) =>
      reports.filter((each) => each.role === role).map(({ chain, wallet: address }) => ({ chain, address }));
    const ends = [
      ...services.map(({ chain, address }) => ({ chain, address, kind: 'service' as const })),
      ...wallets('own').map((wallet) => ({ ...wallet, kind: 'returned' as const })),
    ];
    const ended = new Set(ends.map(({ address }) => address));
    const input = {
      transfers: economy.transfers
        .filter(({ from, to, value }) => value > 0n && from !== to)
        .map((transfer) => ({ ...transfer, occurrence: 0, position: null })),
      covered: economy.wallets.filter(({ address }) => !ended.has(address)),
      ...{ burns: [], openings: [], sources: [], stops: ends, unverified: wallets('paid-to') },
    };
    const poisoners = new Set(
      economy.wallets.filter(({ role }) => role === 'poisoner' || role === 'look-alike').map(({ address }) => address),
    );
    /** Dust that strangers put into a reported wallet's history is no payment into it. */
    const poison = (address: string) =>
      input.transfers
        .filter(({ from, to, value }) => to === address && poisoners.has(from) && value < DUST)
        .reduce((sum, { value }) => sum + value, 0n);
    const reported = new Set<string>(wallets('paid-to').map(({ address }) => address));
    const found = new Map<string, { hop: number; amounts: Map<string, bigint> }>();
    for (const rule of CONSERVING_RULES) {
      for (const { address, hop, received } of referenceFlow(input, rule).wallets) {
        const wallet = found.get(address) ?? { hop, amounts: new Map() };
        found.set(address, wallet);
        wallet.hop = Math.min(wallet.hop, hop);
        wallet.amounts.set(rule, received - (reported.has(address) ? poison(address) : 0n));
      }
    }
    for (const { address } of [...wallets('paid-to'), ...wallets('own')])
      if (!found.has(address)) found.set(address, { hop: 0, amounts: new Map() });
    return found;
  }
});

function text(reached: ReadonlyMap<string, { amounts: Map<string, bigint> }>, address: string, rule: string): string {
  const units = reached.get(address)?.amounts.get(rule) ?? 0n;
  return `${units / 1_000_000n}.${`${units % 1_000_000n}`.padStart(6, '0')}`;
}
