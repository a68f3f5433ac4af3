/** The commands as a person uses them: what they say, what they refuse, and with which exit code. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { createPool } from '../../src/store/db.ts';
import { lockCase } from '../../src/store/runs.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const WALLET = 'TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx';

describe.skipIf(inject('postgres') === null)('the commands', () => {
  const economy = oneChain(generateEconomy({ seed: 'commands' }), 'tron');
  let folder: string;
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-commands-'));
    database = await freshDatabase();
    server = await serveTronGrid(new Ledger(economy.transfers));
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  it('say that a server has to be migrated first, and migrate it once', async () => {
    expect(await cli(env, 'case', 'list')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Run: npx downstream migrate'),
    });
    expect(await cli(env, 'migrate')).toMatchObject({
      code: 0,
      out: 'Applied 0001_schema.sql, 0002_ethereum_and_files.sql, 0003_positions.sql, 0004_issuer_events.sql, 0005_tracing.sql, 0006_requests.sql, 0007_limits.sql, 0008_poisoning.sql, 0009_frontier.sql, 0010_proofs.sql, 0011_schedules.sql, 0012_probes.sql, 0013_grants.sql, 0014_tags.sql, 0015_freezes.sql, 0016_native.sql, 0017_collisions.sql, 0018_publishers.sql, 0019_tag_stops.sql, 0020_by_wallet.sql, 0021_compounds.sql, 0022_findings.sql.\n',
    });
    expect(await cli(env, 'migrate')).toMatchObject({ code: 0, out: 'The schema is up to date.\n' });
  });

  it('create and list cases, and refuse a name twice', async () => {
    expect((await cli(env, 'case', 'list')).out).toContain('There is no case yet.');
    expect(await cliJson(env, 'case', 'create', 'mekong 2026')).toEqual({ case: 'mekong 2026', id: 1 });
    expect(await cli(env, 'case', 'create', 'mekong 2026')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "Error: There is a case named "mekong 2026" already.
      Choose another name, or see it with: npx downstream case list
      ",
        "out": "",
      }
    `);
    expect(await cli(env, 'case', 'create', '2026')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "err": "Error: "2026" cannot name a case.
      A name has up to 80 letters, digits, spaces, dots, dashes and underscores, and is no bare number.
      Choose another, such as mekong-2026.
      ",
        "out": "",
      }
    `);
    expect(await cli(env, 'case', 'show', 'salween')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "Error: There is no case named "salween".
      See all cases with: npx downstream case list
      Create one with: npx downstream case create NAME
      ",
        "out": "",
      }
    `);
    expect(await cliJson(env, 'case', 'show', '1')).toMatchObject({ case: 'mekong 2026', run: null });
  });

  it('answer wrong usage with 2 and everything else that fails with 1', async () => {
    expect((await cli(env, 'case', 'create')).code).toBe(2);
    const add = ['report', 'add', '1', '--wallet', WALLET];
    expect(await cli(env, ...add, '--currency', 'EUR')).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is a currency but no amount.'),
    });
    expect((await cli(env, ...add, '--from-wallet', WALLET)).code).toBe(2);
    expect((await cli(env, 'dig')).code).toBe(2);
    expect((await cli(env, 'crawl', '1', '--max-hops', '-1')).code).toBe(2);
    expect((await cli(env, 'export', '1', '--format', 'pdf', '--out', folder)).code).toBe(2);
    expect((await cli(env, 'report', 'add', '1', '--chain', 'dogecoin', '--wallet', WALLET)).code).toBe(2);
    expect((await cli(env, 'report', 'add', '1', '--wallet', `${WALLET} `)).code).toBe(2);
    expect((await cli({ ...env, DOWNSTREAM_DATABASE: 'x' }, 'case', 'list')).code).toBe(1);
    expect((await cli(env, '--help')).code).toBe(0);
  });

  it('say what a case lacks before it can be crawled, clustered, exported or matched', async () => {
    for (const argv of [
      ['crawl', '1'],
      ['clusters', '1'],
      ['export', '1', '--format', 'gexf', '--out', folder],
      ['report', 'match', '1'],
    ]) {
      expect(await cli(env, ...argv)).toMatchSnapshot(argv[0] ?? '');
    }
  });

  it('add a report once', async () => {
    const add = ['report', 'add', '1', '--wallet', WALLET, '--amount', '1,250.50', '--at', '2026-03-03T10:00Z'];
    expect(await cliJson(env, ...add)).toEqual({ case: 'mekong 2026', report: { number: 1, known: false } });
    expect(await cli(env, ...add)).toMatchInlineSnapshot(`
      {
        "code": 0,
        "err": "",
        "out": "The case has this report already, as number 1; nothing was added.
      ",
      }
    `);
    expect(await cli(env, ...add, '--ref', 'another file')).toMatchObject({ code: 0 });
  });

  it('import good rows and name the others', async () => {
    const path = await file(
      'mixed.csv',
      `\uFEFFWallet;amount;at;Bank\r\n${WALLET};"1.250,50";;x\r\n${WALLET};7;2026-03-03 10:00;x\r\n${WALLET};8;2026-03-03T10:00+07:00;Wing\r\nTXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqy;;;\r\n`,
    );
    expect(await cli(env, 'report', 'import', '1', path)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "",
        "out": "1 report added to the case "mekong 2026".
      3 rows refused:
        line 2: "1.250,50" is not an amount.
        line 3: "2026-03-03 10:00" has no time zone.
        line 5: "TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqy" is no Tron address: its checksum is wrong, so at least one character was mistyped.
      Correct these rows and import the file again: what is in the case already is not added twice.
      ",
      }
    `);
    expect(await cli(env, 'report', 'import', '1', join(folder, 'none.csv'))).toMatchObject({ code: 1 });
  });

  it('lead from reports through matches to a crawl that starts from confirmed payees', async () => {
    await writeEconomy(folder, economy);
    await cli(env, 'case', 'create', 'economy');
    await cli(env, 'report', 'import', 'economy', join(folder, 'reports.csv'));
    await cli(env, 'crawl', 'economy', '--max-hops', '0');
    const { reports } = await cliJson<{
      reports: { number: number; reference: string; proposals: { transaction: string; amount: string }[] }[];
    }>(env, 'report', 'match', 'economy');
    const truth = new Map(economy.payments.map(({ transaction, ref }) => [`${transaction}`, ref]));
    const first = reports.filter(({ proposals }) => proposals[0] !== undefined);
    expect(first.length).toBeGreaterThan(30);
    const right = first.filter(({ reference, proposals }) => truth.get(proposals[0]?.transaction ?? '') === reference);
    expect(right.length).toBe(first.length);
    const confirm = first.slice(0, 2).map(({ number, proposals }) => `${number}:${proposals[0]?.transaction}`);
    const confirmed = await cliJson(
      env,
      'report',
      'match',
      'economy',
      ...confirm.flatMap((each) => ['--confirm', each]),
    );
    expect(confirmed).toMatchObject({ confirmed: [{ shared: false }, { shared: false }] });
    expect(await cliJson(env, 'case', 'show', 'economy')).toMatchObject({ payments: { confirmed: 2 } });
    expect(await cli(env, 'report', 'match', 'economy', '--confirm', '1:ffffffff')).toMatchObject({ code: 1 });
    expect(await cli(env, 'report', 'match', 'economy', '--confirm', 'ffffffff')).toMatchObject({ code: 2 });
  });

  it('count a payment once however many reports name it', async () => {
    const [payment] = economy.payments;
    const transfer = economy.transfers.find(({ transaction }) => transaction === payment?.transaction);
    await cli(env, 'case', 'create', 'shared');
    for (const ref of ['A', 'B']) {
      await cli(
        env,
        'report',
        'add',
        'shared',
        '--wallet',
        `${transfer?.to}`,
        '--tx',
        `${transfer?.transaction}`,
        '--ref',
        ref,
      );
    }
    await cli(env, 'crawl', 'shared', '--max-hops', '0');
    const hash = `${transfer?.transaction}`;
    expect(
      await cliJson(env, 'report', 'match', 'shared', '--confirm', `1:${hash}`, '--confirm', `2:${hash}`),
    ).toMatchObject({ confirmed: [{ shared: false }, { shared: true }] });
    expect(await cliJson(env, 'case', 'show', 'shared')).toMatchObject({ payments: { confirmed: 1 } });
  });

  it("take a victim's own wallet for no seed of suspicion: its payees are not followed, and it is in no cluster", async () => {
    const [payment] = economy.payments;
    const transfer = economy.transfers.find(({ transaction }) => transaction === payment?.transaction);
    await cli(env, 'case', 'create', 'own');
    await cli(
      env,
      'report',
      'add',
      'own',
      '--wallet',
      `${transfer?.from}`,
      '--role',
      'own',
      '--tx',
      `${transfer?.transaction}`,
    );
    const alone = await cliJson<{ wallets: unknown }>(env, 'crawl', 'own');
    expect(alone.wallets).toEqual({ expanded: 1, stopped: 0, pending: 0, failed: 0 });
    await cli(env, 'report', 'match', 'own', '--confirm', `1:${transfer?.transaction}`);
    const followed = await cliJson<{ wallets: { expanded: number } }>(env, 'crawl', 'own', '--max-hops', '1');
    expect(followed.wallets.expanded).toBeGreaterThan(2);
    const { clusters } = await cliJson<{ clusters: { wallets: { address: string }[] }[] }>(env, 'clusters', 'own');
    const members = clusters.flatMap(({ wallets }) => wallets.map(({ address }) => address));
    expect(members).not.toContain(transfer?.from);
    const { suspects } = await cliJson<{ suspects: { address: string }[] }>(env, 'suspects', 'own');
    const ranked = suspects.map(({ address }) => address);
    expect(ranked).toContain(transfer?.to);
    expect(ranked).not.toContain(transfer?.from);
  });

  it('find the same clusters again, and export what case show counts', async () => {
    const once = await cliJson<{ runHash: string; graphHash: string; clusters: unknown[] }>(env, 'clusters', 'own');
    expect(await cliJson(env, 'clusters', 'own')).toEqual(once);
    const other = await cliJson<{ runHash: string }>(env, 'clusters', 'own', '--seed', '7');
    expect(other.runHash).not.toBe(once.runHash);
    const shown = await cliJson<{ graph: { wallets: number; edges: number } }>(env, 'case', 'show', 'own');
    for (const format of ['gexf', 'graphml', 'csv', 'json']) {
      const exported = await cliJson(env, 'export', 'own', '--format', format, '--out', join(folder, 'out'));
      expect(exported).toMatchObject({ nodes: shown.graph.wallets, edges: shown.graph.edges });
    }
    const { nodes, edges } = JSON.parse(await readFile(join(folder, 'out', 'graph.json'), 'utf8'));
    expect([nodes.length, edges.length]).toEqual([shown.graph.wallets, shown.graph.edges]);
    const blocked = await file('blocked', 'a file where a folder should be');
    expect(await cli(env, 'export', 'own', '--format', 'csv', '--out', blocked)).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be written to'),
    });
  });

  it("say that victims' own wallets are marked in what was exported", async () => {
    const out = join(folder, 'own');
    const { out: said } = await cli(env, 'export', 'own', '--format', 'csv', '--out', out);
    expect(said).toContain("\n1 wallet of victims' own is marked in it.\n");
  });

  it.skipIf(process.platform !== 'linux')('refuse a place to write to that cannot be', async () => {
    const refused = await cli(env, 'export', 'own', '--format', 'csv', '--out', '/proc/nope/deeper');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('cannot be written to') });
  });

  it('say which reports came after the crawl', async () => {
    await cli(env, 'report', 'add', 'own', '--wallet', WALLET, '--ref', 'late');
    const missing = '1 wallet that a report names, or a source paid, is not in this crawl: crawl again.';
    for (const argv of [
      ['case', 'show', 'own'],
      ['clusters', 'own'],
      ['export', 'own', '--format', 'csv', '--out', join(folder, 'own')],
    ]) {
      expect((await cli(env, ...argv)).out).toContain(missing);
    }
    expect(await cliJson(env, 'case', 'show', 'own')).toMatchObject({ run: { newSeeds: 1 } });
    await cli(env, 'crawl', 'own');
    expect(await cliJson(env, 'case', 'show', 'own')).toMatchObject({ run: { newSeeds: 0 } });
    expect((await cli(env, 'case', 'show', 'own')).out).not.toContain('not in this crawl');
  });

  it('list reports', async () => {
    const { out } = await cli(env, 'report', 'list', '1');
    expect(out).toMatchInlineSnapshot(`
      "  NO  REFERENCE     ROLE     WALLET                                     AMOUNT  PAID AT                  TRANSACTION  CONFIRMED
         1                paid-to  TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx  1,250.50 USDT  2026-03-03 10:00:00 UTC                       0
         2  another file  paid-to  TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx  1,250.50 USDT  2026-03-03 10:00:00 UTC                       0
         3                paid-to  TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx      8.00 USDT  2026-03-03 03:00:00 UTC                       0
      "
    `);
    const { reports } = await cliJson<{ reports: unknown[] }>(env, 'report', 'list', '1');
    expect(reports[0]).toEqual({
      number: 1,
      reference: null,
      role: 'paid-to',
      chain: 'tron',
      wallet: WALLET,
      payer: null,
      amount: '1250.500000',
      fiat: null,
      at: '2026-03-03T10:00:00.000Z',
      transaction: null,
      confirmed: 0,
      payment: null,
      names: [],
    });
  });

  it('say why a report that names a transaction fits nothing', async () => {
    const [first, second] = economy.payments.map(({ transaction: hash }) =>
      economy.transfers.find(({ transaction }) => transaction === hash),
    );
    await cli(env, 'case', 'create', 'wrong');
    const add = ['report', 'add', 'wrong', '--wallet', `${first?.to}`, '--tx'];
    await cli(env, ...add, 'f'.repeat(64));
    const other = economy.transfers.find(({ from, to, value }) => from === first?.to && to !== from && value > 0n);
    await cli(env, ...add, `${other?.transaction}`);
    await cli(
      env,
      ...add,
      `${first?.transaction}`,
      '--from-wallet',
      `${second?.to === first?.to ? other?.to : second?.to}`,
    );
    await cli(env, 'crawl', 'wrong', '--max-hops', '0');
    const { out } = await cli(env, 'report', 'match', 'wrong');
    expect(out).toContain('  The transaction ffffffffffff… is not stored. Check its digits and the wallet;');
    expect(out).toContain(`  The transaction ${other?.transaction.slice(0, 12)}… pays another wallet, ${other?.to}.`);
    expect(out).toContain(`  The transaction ${first?.transaction.slice(0, 12)}… was paid by ${first?.from}, not by`);
    expect(out).not.toContain('--window');
  });

  it('advise another crawl only where a confirmed payee is no seed yet', async () => {
    const hash = `${economy.payments[0]?.transaction}`;
    const again = await cli(env, 'report', 'match', 'shared', '--confirm', `1:${hash}`);
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/^Report 1 speaks of [0-9a-f]{64}, [0-9,]+\.\d\d+ USDT\./);
    expect(again.out).not.toContain('Crawl the case again');
  });

  it('tell remarks from faults, count rows, and say where balances differ', async () => {
    const fresh = await freshDatabase();
    const odd = await serveTronGrid(new Ledger(economy.transfers), {
      faultAt: ({ endpoint, attempt, number }) => {
        if (endpoint !== 'history') return null;
        if (number % 3 === 0) return attempt === 1 ? 'server-error' : 'lost-row';
        return number % 3 === 1 ? 'other-token' : 'lost-row';
      },
    });
    try {
      const there = { ...env, DATABASE_URL: fresh.url, TRON_API_URL: odd.url };
      await cli(there, 'migrate');
      await cli(there, 'case', 'create', 'odd');
      await cli(there, 'report', 'import', 'odd', join(folder, 'reports.csv'));
      const { out } = await cli(there, 'crawl', 'odd', '--max-hops', '0');
      const { out: shown } = await cli(there, 'case', 'show', 'odd');
      for (const text of [out, shown]) {
        expect(text).toMatch(/\nFaults of providers\n +\d+× {2}trongrid {2}127\.0\.0\.1:\d+ has a fault \(500\)/);
        // Which rows are lost depends on the order of the requests, and whether that is remarked with it.
        expect(text).toMatch(
          /\nRemarks\n(?: +\d+× {2}trongrid .+\n)* +\d+× {2}trongrid {2}rows of another token's contract were left out\n/,
        );
      }
      expect(out).toMatch(
        /\d+ wallets? (is|are) unproven: transfers of (it|them) may be missing\. See: npx downstream coverage "odd" --unproven\n/,
      );
      const { run } = await cliJson<{ run: { faults: { code: string; count: number }[] } }>(
        there,
        'case',
        'show',
        'odd',
      );
      const remark = run.faults.find(({ code }) => code === 'ROWS_OTHER_TOKEN');
      expect(remark?.count).toBeGreaterThan(0);
    } finally {
      await odd.close();
      await fresh.drop();
    }
  });

  it('limit a crawl to the wallets with most money, and say which were left', async () => {
    await cli(env, 'case', 'create', 'limited');
    await cli(env, 'report', 'import', 'limited', join(folder, 'reports.csv'));
    const { wallets } = await cliJson<{ wallets: Record<string, number> }>(
      env,
      'crawl',
      'limited',
      '--max-hops',
      '2',
      '--max-wallets',
      '25',
    );
    expect(wallets).toMatchObject({ expanded: 25, pending: 0, failed: 0 });
    const { out } = await cli(env, 'case', 'show', 'limited');
    expect(out).toMatch(/over --max-wallets 25\s+\d+ /);
  });

  it('tell a crawl whose process is gone from one that runs', async () => {
    const pool = createPool({ connectionString: database.url }, 'downstream', 2);
    try {
      const { id } = await cliJson<{ id: number }>(env, 'case', 'show', 'limited');
      await pool.query(`update runs set state = 'running' where case_id = $1`, [id]);
      expect(await cliJson(env, 'case', 'show', 'limited')).toMatchObject({ run: { state: 'interrupted' } });
      expect((await cli(env, 'case', 'show', 'limited')).out).toContain(
        'interrupted; go on with: npx downstream crawl "limited" --max-hops 2 --max-wallets 25\n',
      );
      const lock = await lockCase(pool, id);
      expect(await cliJson(env, 'case', 'show', 'limited')).toMatchObject({ run: { state: 'running' } });
      await lock?.release();
    } finally {
      await pool.end();
    }
  });

  it('look after their surroundings', async () => {
    const { code, out } = await cli(env, 'doctor', '--json');
    const { findings } = JSON.parse(out) as { findings: { what: string; ok: boolean; says: string }[] };
    // The simulated chain ended long ago, and that is what the clock's finding is for.
    expect(findings.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual(['clock', 'ethereum']);
    expect(code).toBe(1);
    expect(out).not.toContain(new URL(database.url).password || 'no password');
  });
});
