import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readStopsFile } from '../../src/cases/stops-file.ts';
import { UserError } from '../../src/errors.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import {
  readDelegations,
  readParts,
  readReports,
  readTransfers,
  readTruth,
  writeEconomy,
} from '../../src/simulate/folder.ts';

const economy = generateEconomy({ seed: 'folder', size: { users: 30, victims: 10 } });

describe('an economy as a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-economy-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

  test('reads back as it was written', async () => {
    await writeEconomy(folder, economy);
    expect(await readTransfers(folder)).toEqual(economy.transfers);
    expect(economy.delegations.length).toBeGreaterThan(20);
    expect(await readDelegations(folder)).toEqual(economy.delegations);
    const { wallets, payments, exits } = economy;
    expect(await readTruth(folder)).toEqual({ wallets, payments, exits });
    expect(await readReports(folder)).toEqual(economy.reports);
    expect(await readParts(folder)).toEqual(economy.parts);
  });

  test('keeps commas, quotes and line breaks in names', async () => {
    const wallets = economy.wallets.map((wallet) => ({ ...wallet, owner: 'a, "b"\nc' }));
    await writeEconomy(folder, { ...economy, wallets });
    expect((await readTruth(folder)).wallets).toEqual(wallets);
  });

  test('has the same bytes for the same seed', async () => {
    await writeEconomy(join(folder, 'a'), economy);
    await writeEconomy(join(folder, 'b'), generateEconomy({ seed: 'folder', size: { users: 30, victims: 10 } }));
    const names = await readdir(join(folder, 'a'));
    expect(names.sort()).toEqual([
      'delegations.csv',
      'exits.csv',
      'parts.csv',
      'payments.csv',
      'reports.csv',
      'stops.csv',
      'transfers.csv',
      'wallets.csv',
    ]);
    for (const name of names) expect(await text(`a/${name}`)).toBe(await text(`b/${name}`));
  });

  test('has the columns that a report import and people expect', async () => {
    await writeEconomy(folder, economy);
    const [header, ...reports] = (await text('reports.csv')).trimEnd().split('\n');
    expect(header).toBe('chain,ref,wallet,role,tx,amount,at');
    const wallet = '(tron,V\\d\\d,T\\w{33}|ethereum,V\\d\\d,0x[0-9a-fA-F]{40})';
    const count = (rest: string) => reports.filter((line) => new RegExp(`^${wallet},${rest}$`).test(line)).length;
    const named = count('paid-to,[0-9a-f]{64},\\d+\\.\\d{6},');
    const timed = count('paid-to,,\\d+\\.\\d{6},2026-0[34]-\\d\\dT\\d\\d:\\d\\d:00\\.000Z');
    const bare = count('paid-to,,,');
    const own = count('own,,,');
    expect(named).toBeGreaterThan(5);
    expect(timed).toBeGreaterThan(5);
    expect(bare).toBeGreaterThan(1);
    expect(own).toBeGreaterThanOrEqual(10);
    expect(named + timed + bare + own).toBe(reports.length);
    expect((await text('transfers.csv')).split('\n')[0]).toBe(
      'chain,asset,transaction,block,position,timestamp_ms,from,to,value,signer',
    );
  });

  test('has a list of stops that a trace can take: every wallet at which its truth stops, and no other', async () => {
    await writeEconomy(folder, economy);
    const stops = await readStopsFile(join(folder, 'stops.csv'));
    const key = ({ chain, address }: { chain: string; address: string }) => `${chain}:${address}`;
    const services = economy.wallets.filter(({ owner, service }) => service !== '' && !owner.startsWith('victim-'));
    expect(stops.map(key).sort()).toEqual(services.map(key).sort());
    const listed = new Map(stops.map((stop) => [key(stop), stop.name]));
    expect(economy.exits.length).toBeGreaterThan(5);
    for (const exit of economy.exits) expect(listed.get(key(exit))).toBe(exit.service);
    const kinds = [...new Set(stops.map(({ category, name }) => `${category}: ${name}`))].sort();
    expect(kinds).toMatchInlineSnapshot(`
      [
        "deposit-address: Kestrel Exchange",
        "deposit-address: Meridian Exchange",
        "energy-rental: Lantern Gas",
        "energy-rental: Millpond Energy",
        "exchange: Kestrel Exchange",
        "exchange: Meridian Exchange",
        "guarantee-marketplace: Banyan Guarantee",
        "instant-swapper: Ferry Swap",
        "otc-broker: Harbour Desk",
        "otc-broker: Orchid Desk",
        "payment-processor: Lattice Pay",
      ]
    `);
    expect((await text('stops.csv')).split('\n')[0]).toBe('address,chain,category,name,source');
  });

  test('says which row it cannot read, and why', async () => {
    await writeEconomy(folder, economy);
    const broken = (await text('transfers.csv')).split('\n');
    broken[3] = broken[3]?.replace(/,\d+,(\w+)$/, ',12.5,$1') ?? '';
    await writeFile(join(folder, 'transfers.csv'), broken.join('\n'));
    await expect(readTransfers(folder)).rejects.toThrow(/transfers\.csv cannot be read at row 4: "12\.5" is no amount/);
  });

  test('refuses times in seconds', async () => {
    await writeEconomy(folder, economy);
    const rows = (await text('transfers.csv')).replace(/,(\d{10})\d{3},/g, ',$1,');
    await writeFile(join(folder, 'transfers.csv'), rows);
    await expect(readTransfers(folder)).rejects.toThrow(
      /at row 2: "\d{10}" is no time in milliseconds since 1970, but/,
    );
  });

  test('names a missing file or column and what it should be', async () => {
    const missing = await readTransfers(folder).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(UserError);
    expect((missing as UserError).code).toBe('SIMULATION_INVALID');
    expect((missing as UserError).text).toContain(
      'chain,asset,transaction,block,position,timestamp_ms,from,to,value,signer',
    );
    await writeFile(join(folder, 'transfers.csv'), 'chain,asset\ntron,USDT\n');
    const lacking = await readTransfers(folder).catch((error: unknown) => (error as UserError).text);
    expect(String(lacking).replace(folder, 'FOLDER')).toMatchInlineSnapshot(`
      "FOLDER/transfers.csv cannot be read: it lacks the columns transaction, block, position, timestamp_ms, from, to, value, signer
      It needs the columns chain,asset,transaction,block,position,timestamp_ms,from,to,value,signer and has "chain,asset".
      Mend the file, or name another folder. docs/simulation.md has the format."
    `);
  });

  test('reads what another generator made, with roles and assets of its own', async () => {
    const [hash, other] = ['ab'.repeat(32), `0x${'CD'.repeat(32)}`];
    const [payer, payee] = ['0xdac17f958d2ee523a2206206994597c13d831ec7', '0x5754284f345afc66a98fbB0a0Afe71e0F007B949'];
    const put = (name: string, lines: readonly string[]) => writeFile(join(folder, name), lines.join('\r\n'));
    await put('transfers.csv', [
      'signer,chain,asset,transaction,block,position,timestamp_ms,from,to,value,note',
      `${payer},ethereum,USDC,${hash},24650000,0,1772587199000,${payer},${payee},1500000,"a ""note"", quoted"`,
      `${payer},ethereum,USDT,${other},24650001,3,1772587211000,${payer},${payee},0,`,
    ]);
    await put('wallets.csv', [
      'chain,address,owner,role,network,service',
      `ethereum,${payer},"Who, exactly",mixer,,`,
      `ethereum,${payee},x,cross-chain router,net,svc`,
    ]);
    await put('payments.csv', ['ref,chain,transaction,network', `R,ethereum,${hash},net`]);
    await put('exits.csv', ['ref,chain,address,service,value', `R,ethereum,${payee},svc,1500000`]);
    const [first, second] = await readTransfers(folder);
    expect(first).toMatchObject({ asset: 'USDC', block: 24_650_000, value: 1_500_000n, timestamp: 1_772_587_199_000 });
    expect(first?.from).toBe('0xdAC17F958D2ee523a2206206994597C13D831ec7');
    expect(second).toMatchObject({ transaction: 'cd'.repeat(32), position: 3, value: 0n });
    const truth = await readTruth(folder);
    expect(truth.wallets.map(({ owner, role }) => [owner, role])).toEqual([
      ['Who, exactly', 'mixer'],
      ['x', 'cross-chain router'],
    ]);
    expect(truth.payments).toEqual([{ ref: 'R', chain: 'ethereum', transaction: hash, network: 'net' }]);
    expect(truth.exits).toMatchObject([{ service: 'svc', value: 1_500_000n }]);
  });

  test('refuses an address of the wrong chain, also one that was read for another before', async () => {
    await writeEconomy(folder, economy);
    const lines = (await text('transfers.csv')).split('\n');
    const tron = lines.findIndex((line) => line.startsWith('tron,'));
    lines.splice(tron + 1, 0, lines[tron]?.replace('tron,', 'ethereum,') ?? '');
    await writeFile(join(folder, 'transfers.csv'), lines.join('\n'));
    await expect(readTransfers(folder)).rejects.toThrow(
      new RegExp(`at row ${tron + 2}: "T\\w{33}" is no Ethereum address`),
    );
  });

  test('lends no energy where no file says so, as in folders of before', async () => {
    expect(await readDelegations(folder)).toEqual([]);
  });

  test('takes a file without rows', async () => {
    await writeFile(
      join(folder, 'transfers.csv'),
      'chain,asset,transaction,block,position,timestamp_ms,from,to,value,signer\n',
    );
    expect(await readTransfers(folder)).toEqual([]);
  });
});
