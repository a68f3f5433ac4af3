/** What reports tell of compounds: what a payment was for, and whom the victim names. */
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TraceJson } from '../../workers/trace.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type Told, tracedCases } from '../fixtures/traced-cases.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const WALLET = 'TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx';

describe.skipIf(inject('postgres') === null)('a report', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'mekong');
  });
  afterAll(() => database.drop());
  const add = (...argv: string[]) => cli(env, 'report', 'add', 'mekong', '--wallet', WALLET, ...argv);

  it('tells what a payment was for and whom the victim names, in the case alone', async () => {
    await add('--ref', 'A');
    expect((await cli(env, 'report', 'list', 'mekong')).out).not.toContain('NAMES');
    expect(await cliJson(env, 'case', 'show', 'mekong')).toMatchObject({
      told: { payments: { investment: 0, ransom: 0, recruitment: 0 }, names: [] },
    });
    const told = await add('--payment', 'ransom', '--names', 'KK Park', '--names', 'Tai Chang, Xinbi', '--amount', '5');
    expect([told.code, `${told.out}${told.err}`]).toEqual([0, 'Report 2 is added to the case "mekong".\n']);
    await add('--payment', 'recruitment', '--names', 'KK Park');
    expect((await cli(env, 'report', 'list', 'mekong')).out).toMatchInlineSnapshot(`
      "  NO  REFERENCE  ROLE     WALLET                                 AMOUNT  PAID AT  TRANSACTION  CONFIRMED  PAYMENT      NAMES
         1  A          paid-to  TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx                                           0
         2             paid-to  TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx  5.00 USDT                                0  ransom       KK Park; Tai Chang; Xinbi
         3             paid-to  TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx                                           0  recruitment  KK Park
      "
    `);
    expect((await cli(env, 'case', 'show', 'mekong')).out.split('\n').slice(2, 7)).toMatchInlineSnapshot(`
      [
        "  Reports      3: 1 wallet paid to, 0 of victims' own",
        "  Payments     0 confirmed, 0.00 USDT",
        "  Ransom       1 report; who paid it is a victim, and is never ranked",
        "  Recruitment  1 report",
        "  Named        KK Park (reports 2, 3); Tai Chang (report 2); Xinbi (report 2)",
      ]
    `);
    expect(await cliJson(env, 'case', 'show', 'mekong')).toMatchObject({
      told: {
        payments: { investment: 0, ransom: 1, recruitment: 1 },
        names: [
          { name: 'KK Park', reports: [2, 3] },
          { name: 'Tai Chang', reports: [2] },
          { name: 'Xinbi', reports: [2] },
        ],
      },
    });
    expect(await cliJson(env, 'report', 'list', 'mekong')).toMatchObject({
      reports: [
        { payment: null, names: [] },
        { payment: 'ransom', names: ['KK Park', 'Tai Chang', 'Xinbi'] },
        { payment: 'recruitment', names: ['KK Park'] },
      ],
    });
  });

  it('is refused where a payment is for nothing of the kind', async () => {
    expect(await add('--payment', 'gift')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "err": "Error: "gift" is nothing that a payment is for.
      It is investment, ransom (to set somebody free) or recruitment (to have somebody brought there).
      Leave it out where it is not known.
      ",
        "out": "",
      }
    `);
  });

  it('tells it in the columns of a file too', async () => {
    const path = join(tmpdir(), `reports-${process.pid}.csv`);
    await writeFile(path, `wallet,Payment,names\n${WALLET},investment,"KK Park; Huanya"\n${WALLET},fee,\n`);
    await cli(env, 'case', 'create', 'file');
    const said = await cli(env, 'report', 'import', 'file', path);
    await rm(path);
    expect(said).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "",
        "out": "1 report added to the case "file".
      1 row refused:
        line 3: "fee" is nothing that a payment is for.
      Correct these rows and import the file again: what is in the case already is not added twice.
      ",
      }
    `);
    expect(await cliJson(env, 'report', 'list', 'file')).toMatchObject({
      reports: [{ payment: 'investment', names: ['KK Park', 'Huanya'] }],
    });
  });
});

/** Each case has wallets of its own. */
const TRANSFERS: readonly Told[] = [
  // A family pays for somebody's freedom, and a part comes back.
  ['free', 0, 'F', 'A', 30],
  ['back', 60, 'A', 'F', 10],
  // R pays to have somebody recruited, and a part comes back.
  ['hire', 0, 'R', 'B', 100],
  ['part', 60, 'B', 'R', 20],
  // R2 does so too, and a victim's money comes to it.
  ['hire2', 0, 'R2', 'C', 40],
  ['scam', 60, 'V', 'D', 50],
  ['on', 120, 'D', 'R2', 50],
];

describe.skipIf(inject('postgres') === null)('who paid', () => {
  const cases = tracedCases(TRANSFERS);
  const ranked = async (name: string) => {
    const methods = ['ttr', 'traced'].map(async (method) => {
      const { wallets } = await cases.json<{ wallets: { address: string }[] }>('rank', name, '--method', method);
      return wallets.map(({ address }) => address).sort();
    });
    return Promise.all(methods);
  };

  it('a ransom is a victim: what comes back is returned, and the wallet is never ranked', async () => {
    const reports = [['--wallet', '@A', '--tx', '#free', '--from-wallet', '@F', '--payment', 'ransom']];
    await cases.given('ransom', { reports, confirm: ['1:free'] });
    const { exits } = await cases.json<TraceJson>('trace', 'ransom', '--rule', 'fifo');
    expect(exits).toMatchObject([{ end: 'returned', address: 'F' }]);
    expect(await ranked('ransom')).toEqual([['A'], ['A']]);
  });

  it('for recruitment is no victim, and not ranked for that payment alone', async () => {
    const reports = [['--wallet', '@B', '--tx', '#hire', '--from-wallet', '@R', '--payment', 'recruitment']];
    await cases.given('hired', { reports, confirm: ['1:hire'] });
    const { exits, notes } = await cases.json<TraceJson>('trace', 'hired', '--rule', 'fifo');
    expect(exits).toEqual([]);
    expect(notes.map(({ code }) => code)).not.toContain('BACK_TO_PAYER');
    expect(await ranked('hired')).toEqual([['B'], ['B']]);
  });

  it("for recruitment is ranked where a victim's money came to the wallet", async () => {
    const reports = [
      ['--wallet', '@C', '--tx', '#hire2', '--payment', 'recruitment'],
      ['--wallet', '@D', '--tx', '#scam'],
    ];
    await cases.given('both', { reports, confirm: ['1:hire2', '2:scam'] });
    expect(await ranked('both')).toEqual([
      ['C', 'D', 'R2'],
      ['C', 'D', 'R2'],
    ]);
  });
});
