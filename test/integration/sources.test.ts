/** `downstream source`: withdrawals that services disclosed, before and after what they name is crawled. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor as tx } from '../../src/simulate/names.ts';
import { blockAt, timeOf, addressFor as who } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { findCase } from '../../src/store/cases.ts';
import { createPool, type Pool } from '../../src/store/db.ts';
import { addDisclosure, readDisclosures } from '../../src/store/disclosures.ts';
import { readMoved } from '../../src/store/payments.ts';
import { readAssets } from '../../src/store/reference.ts';
import { cli, cliJson, type Said } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const [VICTIM, MULE, HOT, X, Y, Z] = [who('victim'), who('mule'), who('hot'), who('x'), who('y'), who('z')];
const START = blockAt(Date.UTC(2026, 2, 1));
const [PAYMENT, DEPOSIT, SINGLE, BATCH, EMPTY] = [tx('payment'), tx('deposit'), tx('single'), tx('batch'), tx('empty')];

/** A victim pays a mule, who pays an exchange; its hot wallet pays X once, and in one transaction X, Y twice and Z twice alike. */
const TRANSFERS: readonly SimulatedTransfer[] = [
  moved('payment', 0, VICTIM, MULE, 100),
  moved('deposit', 10, MULE, HOT, 100),
  moved('single', 20, HOT, X, 95),
  ...[
    [X, 50],
    [Y, 60],
    [Y, 70],
    [Z, 30],
    [Z, 30],
  ].map(([to, value], position) => moved('batch', 30, HOT, to as Address, Number(value), position)),
  moved('empty', 40, HOT, X, 0),
  moved('empty', 40, X, X, 10, 1),
  // Only the cases that are about them read these, for what one case reads of a chain all others know.
  moved('doubtful', 50, who('other'), who('p'), 60),
  moved('doubtful', 50, who('other'), who('p'), 70, 1),
  moved('clear', 60, who('other'), who('p'), 95),
  moved('paid', 70, VICTIM, who('q'), 40),
];

function moved(name: string, after: number, from: Address, to: Address, usdt: number, position = 0): SimulatedTransfer {
  const block = START + after;
  return {
    ...{ chain: 'tron', asset: 'USDT', transaction: tx(name), block, position, timestamp: timeOf(block) },
    ...{ from, to, value: BigInt(usdt) * 1_000_000n, signer: from },
  };
}

interface Source {
  readonly number: number;
  readonly from: string | null;
  readonly to: string;
  readonly amount: string | null;
  readonly at: string | null;
  readonly waiting: string | null;
}
interface Added {
  readonly known: boolean;
  readonly newSeed: boolean;
  readonly source: Source;
}

describe.skipIf(inject('postgres') === null)('disclosed withdrawals', () => {
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;
  let pool: Pool;

  beforeAll(async () => {
    database = await freshDatabase();
    server = await serveTronGrid(new Ledger(TRANSFERS));
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    pool = createPool({ connectionString: database.url }, 'downstream', 4);
    await cli(env, 'migrate');
  });
  afterAll(async () => {
    await pool.end();
    await server.close();
    await database.drop();
  });

  /** A case with a report of the victim's payment, crawled as far as the hot wallet or not at all. */
  async function given(name: string, hops: number | null): Promise<void> {
    await cli(env, 'case', 'create', name);
    await cli(env, 'report', 'add', name, '--wallet', MULE, '--tx', PAYMENT);
    if (hops !== null) await crawl(name, hops);
  }
  const crawl = (name: string, hops: number) => cliJson(env, 'crawl', name, '--max-hops', `${hops}`);
  const words = ['--disclosed-by', 'Meridian Exchange', '--why', 'reply of 3 May'];
  const add = (name: string, ...options: string[]) => cli(env, 'source', 'add', name, ...words, '--tx', ...options);
  const addJson = (name: string, ...options: string[]) =>
    cliJson<Added>(env, 'source', 'add', name, ...words, '--tx', ...options);
  const list = async (name: string) => (await cliJson<{ sources: Source[] }>(env, 'source', 'list', name)).sources;
  const waits = async (name: string) => (await list(name)).map(({ waiting }) => waiting);
  const said = ({ out, err, code }: Said) => `${code}\n${out}${err}`.replace(/\(added [^)]*\)/g, '(added TIME)');

  it('are nothing at first, and need a case, a transaction, a name and a reason', async () => {
    await given('bare', null);
    expect(said(await cli(env, 'source', 'list', 'bare'))).toMatchInlineSnapshot(`
      "0
      No service has disclosed a withdrawal in the case "bare". Confirmed payments are in: npx downstream report list "bare"
      "
    `);
    expect(await list('bare')).toEqual([]);
    expect((await cli(env, 'source', 'list', 'none')).code).toBe(1);
    expect((await cli(env, 'source', 'add', 'bare', '--tx', SINGLE)).code).toBe(2);
    expect((await add('bare', SINGLE, '--chain', 'dogecoin')).code).toBe(2);
    expect(said(await add('bare', 'xyz'))).toMatchInlineSnapshot(`
      "2
      Error: "xyz" is no transaction hash.
      A transaction hash has 64 hex digits.
      Copy it again from the wallet or the explorer.
      "
    `);
    expect(said(await add('bare', SINGLE))).toMatchInlineSnapshot(`
      "1
      Error: No transfer of this transaction is stored that moved USDT.
      Histories are read by wallet: to find a transaction, a wallet in it has to be known.
      Name the wallet that was paid with --to, then crawl the case: the transfer is looked up in its history.
      "
    `);
    expect(said(await cli(env, 'source', 'remove', 'bare', '1'))).toMatchInlineSnapshot(`
      "1
      Error: The case "bare" has no disclosure 1.
      See them with: npx downstream source list "bare"
      "
    `);
    expect((await cli(env, 'source', 'remove', 'bare', '0')).code).toBe(2);
  });

  it('that are not stored yet wait, make their payee a seed, and are found by the next crawl', async () => {
    await given('early', 0);
    expect(said(await add('early', SINGLE, '--to', X))).toMatchInlineSnapshot(`
      "0
      Added to the case "early".
      Disclosure 1: (amount not told) to TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m
        transaction 947f187506f7629c81c81879a2cb2256455038e4ac770091d897fa0a8b945e3b on tron
        disclosed by Meridian Exchange: reply of 3 May (added TIME)
        It waits: the history of its payee, which is a seed now, is not crawled yet. Crawl the case: it is looked up there.
      "
    `);
    expect(said(await add('early', SINGLE, '--to', X))).toMatchInlineSnapshot(`
      "0
      The case has this withdrawal already; nothing was added, and its words stay.
      Disclosure 1: (amount not told) to TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m
        transaction 947f187506f7629c81c81879a2cb2256455038e4ac770091d897fa0a8b945e3b on tron
        disclosed by Meridian Exchange: reply of 3 May (added TIME)
        It waits: the history of its payee, which is a seed now, is not crawled yet. Crawl the case: it is looked up there.
      "
    `);
    expect(await waits('early')).toEqual(['not-crawled']);
    expect((await cli(env, 'case', 'show', 'early')).out).toContain(
      '1 wallet that a report names, or a source paid, is not in this crawl',
    );
    await crawl('early', 0);
    expect(await list('early')).toEqual([
      {
        ...{ number: 1, chain: 'tron', asset: 'USDT', transaction: SINGLE, from: HOT, to: X, amount: '95.000000' },
        ...{ at: new Date(timeOf(START + 20)).toISOString(), waiting: null },
        ...{ disclosedBy: 'Meridian Exchange', why: 'reply of 3 May', addedAt: expect.any(String) },
      },
    ]);
    expect(said(await cli(env, 'source', 'list', 'early'))).toMatchInlineSnapshot(`
      "0
      Disclosure 1: 95.00 USDT to TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m, 2026-03-01 00:01:00 UTC
        transaction 947f187506f7629c81c81879a2cb2256455038e4ac770091d897fa0a8b945e3b on tron, from TMaeLAwWMrxG6UjvuDPFCrYwyBzG2W73pQ
        disclosed by Meridian Exchange: reply of 3 May (added TIME)
      "
    `);
    expect(await cliJson(env, 'case', 'show', 'early')).toMatchObject({ run: { newSeeds: 0 } });
    // Told with and without the amount, it is the same; and another amount is none.
    for (const options of [[], ['--to', X], ['--to', X, '--amount', '95'], ['--chain', 'tron']]) {
      expect(await addJson('early', SINGLE, ...options)).toMatchObject({
        known: true,
        newSeed: false,
        source: { number: 1 },
      });
    }
    expect(await list('early')).toHaveLength(1);
  });

  it('alone are enough to crawl a case', async () => {
    await cli(env, 'case', 'create', 'alone');
    expect(await addJson('alone', SINGLE, '--to', X)).toMatchObject({ newSeed: true });
    expect(await crawl('alone', 0)).toMatchObject({ state: 'finished', wallets: { expanded: 1 } });
    expect(await waits('alone')).toEqual([null]);
  });

  it('that are stored are found at once, by the transaction and what tells its transfers apart', async () => {
    await given('late', 2);
    expect(said(await add('late', SINGLE))).toMatchInlineSnapshot(`
      "0
      Added to the case "late".
      Disclosure 1: 95.00 USDT to TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m, 2026-03-01 00:01:00 UTC
        transaction 947f187506f7629c81c81879a2cb2256455038e4ac770091d897fa0a8b945e3b on tron, from TMaeLAwWMrxG6UjvuDPFCrYwyBzG2W73pQ
        disclosed by Meridian Exchange: reply of 3 May (added TIME)
      Crawl the case: its payee is a seed from now on.
      "
    `);
    expect(said(await add('late', BATCH))).toMatchInlineSnapshot(`
      "1
      Error: 5 stored transfers of this transaction fit:
        TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m  50.00 USDT
        TJ7QxpFMBaptYZTkiTWv2Q3rm5sB3WAmq7  30.00 USDT
        TJ7QxpFMBaptYZTkiTWv2Q3rm5sB3WAmq7  30.00 USDT
        TQjik9eLzDbhVN47dhEKxU5azDuBM1Lawd  60.00 USDT
        TQjik9eLzDbhVN47dhEKxU5azDuBM1Lawd  70.00 USDT
      A disclosed withdrawal is one transfer.
      Say which is meant with --to and --amount. Those that pay the same wallet the same amount cannot be told apart yet.
      "
    `);
    expect(said(await add('late', BATCH, '--to', Y))).toMatchInlineSnapshot(`
      "1
      Error: 2 stored transfers of this transaction fit:
        TQjik9eLzDbhVN47dhEKxU5azDuBM1Lawd  60.00 USDT
        TQjik9eLzDbhVN47dhEKxU5azDuBM1Lawd  70.00 USDT
      A disclosed withdrawal is one transfer.
      Say which is meant with --amount.
      "
    `);
    expect(said(await add('late', BATCH, '--to', Z))).toMatchInlineSnapshot(`
      "1
      Error: 2 stored transfers of this transaction fit:
        TJ7QxpFMBaptYZTkiTWv2Q3rm5sB3WAmq7  30.00 USDT
        TJ7QxpFMBaptYZTkiTWv2Q3rm5sB3WAmq7  30.00 USDT
      A disclosed withdrawal is one transfer.
      Those that pay the same wallet the same amount cannot be told apart yet.
      "
    `);
    expect(said(await add('late', BATCH, '--to', X, '--amount', '49.99'))).toMatchInlineSnapshot(`
      "1
      Error: No stored transfer of this transaction moved 49.99 USDT, which is 0.01 USDT below what was paid:
        TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m  50.00 USDT
      --amount is what the chain moved, to the last digit: without a fee that the service took before.
      Correct or leave out --amount.
      "
    `);
    expect(said(await add('late', EMPTY))).toMatchInlineSnapshot(`
      "1
      Error: No transfer of this transaction is stored that moved USDT.
      Histories are read by wallet: to find a transaction, a wallet in it has to be known.
      Name the wallet that was paid with --to, then crawl the case: the transfer is looked up in its history.
      "
    `);
    const found = await addJson('late', BATCH, '--to', Y, '--amount', '70');
    expect(found).toMatchObject({ known: false, newSeed: true, source: { number: 2, from: HOT, amount: '70.000000' } });
    expect(await addJson('late', BATCH, '--amount', '60')).toMatchObject({
      newSeed: false,
      source: { number: 3, to: Y },
    });
  });

  it('to a wallet that the stored transaction does not pay wait, and say what it pays', async () => {
    expect(said(await add('late', SINGLE, '--to', who('nobody')))).toMatchInlineSnapshot(`
      "0
      Added to the case "late".
      Disclosure 4: (amount not told) to TK3NUQcgsF3La6sfVoQimck34bXVG1iMpj
        transaction 947f187506f7629c81c81879a2cb2256455038e4ac770091d897fa0a8b945e3b on tron
        disclosed by Meridian Exchange: reply of 3 May (added TIME)
        It waits: the history of its payee, which is a seed now, is not crawled yet. Crawl the case: it is looked up there.
      Stored of this transaction: 95.00 USDT to TE7Ut7NwLifP2XPdtz761z57MkEWJUTu7m. Check --to.
      "
    `);
    await crawl('late', 2);
    const { out } = await cli(env, 'source', 'list', 'late');
    expect(said({ code: 0, out: out.slice(out.indexOf('Disclosure 4')), err: '' })).toMatchSnapshot();
    await cli(env, 'source', 'remove', 'late', '4');
  });

  it('say why they wait on, and are told apart by a further one', async () => {
    await given('doubt', null);
    const p = who('p');
    await addJson('doubt', tx('doubtful'), '--to', p);
    await addJson('doubt', tx('doubtful'), '--to', p, '--amount', '65');
    await addJson('doubt', tx('doubtful'), '--to', p, '--amount', '70');
    await addJson('doubt', tx('clear'), '--to', p);
    await addJson('doubt', tx('clear'), '--to', p, '--amount', '95');
    expect(await waits('doubt')).toEqual(Array(5).fill('not-crawled'));
    await crawl('doubt', 0);
    expect(await waits('doubt')).toEqual(['several', 'other-amount', null, null, 'disclosed']);
    // What was settled stays so, however often it is asked for.
    expect(await waits('doubt')).toEqual(['several', 'other-amount', null, null, 'disclosed']);
    expect(said(await cli(env, 'source', 'list', 'doubt'))).toMatchSnapshot();
  });

  it('are taken out again: numbers stay, and the payee is no seed by them any more', async () => {
    expect(await cliJson(env, 'source', 'remove', 'late', '2')).toEqual({ case: 'late', removed: 2 });
    expect(said(await cli(env, 'source', 'remove', 'late', '2'))).toMatchInlineSnapshot(`
      "1
      Error: The case "late" has no disclosure 2.
      See them with: npx downstream source list "late"
      "
    `);
    expect(said(await cli(env, 'source', 'remove', 'late', '3'))).toMatchInlineSnapshot(`
      "0
      Disclosure 3 is taken out of the case "late". What was traced from it stays as it was stored.
      "
    `);
    expect((await list('late')).map(({ number }) => number)).toEqual([1]);
    const again = await addJson('late', BATCH, '--to', Y, '--amount', '70');
    expect(again).toMatchObject({ known: false, newSeed: true, source: { number: 5 } });
  });

  it('are no payments, and payments no disclosures', async () => {
    await given('both', 1);
    await cli(env, 'report', 'match', 'both', '--confirm', `1:${PAYMENT}`);
    expect(said(await add('both', PAYMENT))).toMatchInlineSnapshot(`
      "1
      Error: This transfer is a confirmed payment of report 1.
      A transfer is one source: a payment of a victim, or a withdrawal that a service disclosed.
      Nothing is to be added: it is followed as a payment.
      "
    `);
    // The other way round: what a service has disclosed is not confirmed as a payment, and nothing beside it either.
    await cli(env, 'report', 'add', 'both', '--wallet', HOT, '--tx', DEPOSIT);
    await cli(env, 'report', 'add', 'both', '--wallet', MULE, '--tx', PAYMENT, '--ref', 'second');
    await addJson('both', DEPOSIT);
    const confirm = ['report', 'match', 'both', '--confirm', `3:${PAYMENT}`, '--confirm', `2:${DEPOSIT}`];
    expect(said(await cli(env, ...confirm)).replace(`${DEPOSIT.slice(0, 12)}`, 'DEPOSIT')).toMatchInlineSnapshot(`
      "1
      Error: Transaction DEPOSIT… is disclosure 1 already, a withdrawal by "Meridian Exchange".
      A transfer is one source: a payment of a victim, or a withdrawal that a service disclosed.
      If it is a payment, take the disclosure out first: npx downstream source remove CASE 1
      "
    `);
    expect(await cliJson(env, 'report', 'list', 'both')).toMatchObject({
      reports: [{ confirmed: 1 }, { confirmed: 0 }, { confirmed: 0 }],
    });
    await cli(env, 'source', 'remove', 'both', '1');
    expect((await cli(env, ...confirm)).code).toBe(0);
  });

  it('that wait for what is confirmed as a payment meanwhile come first where their transfer is stored by then', async () => {
    await cli(env, 'case', 'create', 'race');
    await cli(env, 'report', 'add', 'race', '--wallet', who('q'), '--tx', tx('paid'));
    expect(await addJson('race', tx('paid'), '--to', who('q'))).toMatchObject({ source: { waiting: 'not-crawled' } });
    await crawl('race', 0);
    const refused = await cli(env, 'report', 'match', 'race', '--confirm', `1:${tx('paid')}`);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('is disclosure 1 already') });
    expect(await waits('race')).toEqual([null]);
  });

  it('wait where the only transfer that fits is a payment', async () => {
    const found = await findCase(pool, 'both');
    const [asset] = await readAssets(pool);
    if (asset === undefined) throw new Error('no asset');
    const told = { asset, transaction: tx('payment'), to: MULE, amount: null };
    const statement = { by: 'Meridian Exchange', why: 'told before it was crawled' };
    const { number } = await addDisclosure(pool, found.id, { ...told, transfer: null, statement }, new Date(0));
    const added = (await readDisclosures(pool, found.id)).find((each) => each.number === number);
    expect(added).toMatchObject({ waiting: 'payment', transfer: null, value: null });
    expect(said(await cli(env, 'source', 'list', 'both'))).toMatchSnapshot();
  });

  it('are added once and numbered without gaps by many at a time', async () => {
    await given('many', 2);
    const { id } = await findCase(pool, 'many');
    const [asset] = await readAssets(pool);
    if (asset === undefined) throw new Error('no asset');
    const transfers = await readMoved(pool, id, tx('batch'), [asset.id]);
    expect(transfers).toHaveLength(5);
    const added = await Promise.all(
      [...transfers, ...transfers].map((transfer) =>
        addDisclosure(
          pool,
          id,
          {
            asset,
            transaction: transfer.transaction,
            to: transfer.to,
            amount: null,
            transfer,
            statement: { by: 'a', why: 'b' },
          },
          new Date(0),
        ),
      ),
    );
    expect(added.filter(({ known }) => known)).toHaveLength(5);
    const stored = await readDisclosures(pool, id);
    expect(stored.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    const keys = stored.map(({ transfer }) => `${transfer?.to} ${transfer?.value} ${transfer?.occurrence}`);
    expect(keys.sort()).toEqual(transfers.map(({ to, value, occurrence }) => `${to} ${value} ${occurrence}`).sort());
  });
});
