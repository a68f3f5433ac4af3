/** All that is known of one wallet, over all cases: what is told of it, what is not, and what never leaves a case. */
import { describe, expect, inject, it } from 'vitest';
import { addressBytes } from '../../src/chains/address.ts';
import type { Address } from '../../src/chains/chain.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf, USDT_CONTRACT } from '../../src/simulate/tron.ts';
import { readWalletCoverage } from '../../src/store/wallet-coverage.ts';
import { type Told, toCsv, tracedCases } from '../fixtures/traced-cases.ts';

interface Shown {
  readonly known: boolean;
  readonly victims: boolean;
  readonly contradicting: readonly string[];
  readonly tags: readonly { readonly label: string; readonly publisher: string }[];
  readonly cases: readonly {
    readonly case: string;
    readonly own: readonly number[];
    readonly reached: { readonly hop: number; readonly amounts: Record<string, string> } | null;
    readonly crawls: readonly {
      readonly run: number;
      readonly coverage: readonly { readonly state: string; readonly rows: number; readonly proof: string }[];
    }[];
  }[];
  readonly assets: readonly {
    readonly balance: { readonly amount: string } | null;
    readonly received: string;
    readonly sent: string;
    readonly poison: number;
    readonly fromFiles: number;
    readonly in: Side;
    readonly out: Side;
  }[];
  readonly freezes: readonly { readonly frozen: boolean | null }[];
  readonly native: { readonly receipts: readonly unknown[]; readonly funded: number } | null;
  readonly inferences:
    | readonly { readonly case: string; readonly wallets: readonly { readonly kind: string }[] }[]
    | null;
}

interface Side {
  readonly transfers: number;
  readonly hours: readonly number[] | null;
  readonly counterpartyCount: number;
  readonly counterparties: readonly {
    readonly address: string;
    readonly amount: string;
    readonly transfers: number;
    readonly tag: { readonly label: string } | null;
    readonly victims: boolean;
  }[];
}

const START = blockAt(Date.UTC(2026, 2, 1));
const HOUR = 3_600;
const TRANSFERS: readonly Told[] = [
  ['p1', 0, 'v1', 'a1', 1_000],
  ['x1', HOUR, 'a1', 'mid', 600],
  ['x2', 2 * HOUR, 'a1', 'deposit', 300],
  ['x3', 2 * HOUR + 60, 'deposit', 'hot', 300],
  ['x4', 3 * HOUR, 'mid', 'v1', 5],
  ['x5', 3 * HOUR + 60, 'mid', 'hot', 100],
  ['x6', 3 * HOUR + 120, 'mid', 'hot', 150],
  // It moves nothing, and needs no consent of the wallet.
  ['x7', 4 * HOUR, 'mid', 'alike', 0],
  ['p2', 5 * HOUR, 'v2', 'b1', 60],
  ['x8', 6 * HOUR, 'b1', 'mid', 50],
  ['x9', 30 * HOUR, 'b1', 'doomed', 1],
];
const HEAD = START + (40 * HOUR) / 3;
const place = (name: string, seconds: number) => {
  const block = START + seconds / 3;
  return { chain: 'tron', transaction: transactionFor(name), block, position: 0, timestamp: timeOf(block) } as const;
};
const addBlackList = (wallet: Address) => ({
  ...{ destination: USDT_CONTRACT, data: `0ecb93c0${addressBytes(wallet).padStart(64, '0')}` },
  ...{ block: START, executed: null },
});
const STRANGER = addressFor('a stranger');

describe.skipIf(inject('postgres') === null)('wallet show', () => {
  const cases = tracedCases(TRANSFERS, {
    ledger: {
      head: HEAD,
      owner: addressFor('owner'),
      freezes: [{ ...place('freeze', 8 * HOUR), asset: 'USDT', kind: 'frozen', wallet: addressFor('mid') }],
      burns: [
        { ...place('burn', 9 * HOUR), asset: 'USDT', kind: 'destroyed', wallet: addressFor('mid'), value: 15_000_000n },
      ],
      delegations: [{ ...place('lent', 1_800), from: addressFor('a1'), to: addressFor('mid'), value: 7_000_000_000n }],
      submissions: [addBlackList(addressFor('doomed')), addBlackList(STRANGER)],
    },
  });
  const show = (...argv: string[]) => cases.json<Shown>('wallet', 'show', ...argv);
  const crawl = (name: string, ...options: string[]) => cases.done('crawl', name, '--min-share', '0', ...options);

  it('says of a wallet that nobody has met what can be done, and refuses what is no address', async () => {
    expect(await cases.said('wallet', 'show', '@mid')).toMatchInlineSnapshot(`
      "0
      Nothing is known of mid (tron): no case names it, no crawl has met it, and no tag speaks of it.
      That says nothing of the wallet: nobody has asked about it yet.

      To learn more
        Who is it said to be?  npx downstream tags update, or tags import FILE
        What has it done?      npx downstream report add CASE --chain tron --wallet mid, then crawl CASE
      "
    `);
    expect(await show('@mid')).toMatchObject({ known: false, tags: [], cases: [], assets: [], inferences: [] });
    const ethereum = '0x28C6c06298d514Db089934071355E5743bf21d60';
    expect(await cases.said('wallet', 'show', ethereum)).toContain(`${ethereum} (ethereum)`);
    expect(await cases.said('wallet', 'show', ethereum, '--chain', 'tron')).toMatch(/^2\n.*is no Tron address/);
    expect(await cases.said('wallet', 'show', 'mid')).toMatch(/^2\n.*is no Tron address/);
  });

  it('shows a wallet that two cases met with all that is stored of it', async () => {
    const tags = async (name: string, ...rows: string[]) => {
      const path = await cases.file(`${name}.csv`, ['address,label,category', ...rows, ''].join('\n'));
      await cases.done('tags', 'import', path, '--publisher', name, '--by', 'ann');
    };
    await tags('A list', `${addressFor('hot')},Meridian,hot-wallet`);
    await cases.done('case', 'create', 'first');
    await cases.done('report', 'add', 'first', '--wallet', '@a1', '--amount', '1000', '--from-wallet', '@v1');
    await cases.done('report', 'add', 'first', '--wallet', '@v1', '--role', 'own');
    await cases.done('case', 'create', 'second');
    await cases.done('report', 'add', 'second', '--wallet', '@b1');
    await cases.done('wallet', 'expand', 'second', '@mid', '--why', 'a desk\u001b[2J, no service');
    await crawl('first');
    await crawl('second');
    await tags('B list', `${addressFor('mid')},Kestrel\u001b[2J,exchange`);
    await tags('C list', `${addressFor('mid')},Fake shop,scam`);

    const said = await cases.said('wallet', 'show', '@mid');
    expect(said.replace(/(added by ann on|decided) [-\d: ]+UTC/g, '$1 TODAY')).toMatchInlineSnapshot(`
      "0
      mid (tron)
      All that is stored of this wallet, over all cases. None of it is a finding about whoever owns it.

      Tags
          exchange: Kestrel�[2J (a trace stops there unless the case decides otherwise)
            says B list, B list.csv
            confidence 5 of 100 (unknown)
            its own word: exchange
            added by ann on TODAY, import 2
          scam: Fake shop
            says C list, C list.csv
            confidence 5 of 100 (unknown)
            its own word: scam
            added by ann on TODAY, import 3
        Contradictory: exchange, scam cannot all be true of one wallet. All are kept: look at what each rests on.

      Cases
        "first"
          crawl 1 read it at hop 1: 6 transfers of USDT from 2019-04-14 to 2026-03-02 16:00:00 UTC, by trongrid
            proven: they add up to what it held
          followed money that came to it in all, from hop 1 on: 600.00 USDT by every rule
        "second"
          crawl 1 read it at hop 1: 6 transfers of USDT from 2019-04-14 to 2026-03-02 16:00:00 UTC, by trongrid
            proven: they add up to what it held
          followed money that came to it in all, from hop 1 on: 50.00 USDT by every rule
          decided TODAY: expand, since a desk [2J, no service

      USDT
        Received   650.00  as far as stored
        Sent       255.00  as far as stored
        Destroyed   15.00  by the issuer
        Held       380.00  by the contract, at block 80,858,577 of 2026-03-02 16:00:00 UTC

        Activity
               TRANSFERS  FIRST                    LAST
          in           2  2026-03-01 01:00:00 UTC  2026-03-01 06:00:00 UTC
          out          3  2026-03-01 03:00:00 UTC  2026-03-01 03:02:00 UTC
          Left out: 1 transfer of poison.

          UTC   0     6     12    18
          in   | #    #                 |  # is 1
          out  |   #                    |  # is 3
          A column for each hour of the day: blank without a transfer, then . : - = + * up to # for the busiest of the row.
          It is a hint about working hours, and no more.

        Paid by 2 wallets
            USDT  TRANSFERS  LAST (UTC)  WALLET
          600.00          1  2026-03-01  a1                                  reported
           50.00          1  2026-03-01  b1                                  reported

        Paid to 2 wallets
            USDT  TRANSFERS  LAST (UTC)  WALLET
          250.00          2  2026-03-01  hot                                 Meridian (hot-wallet, says A list)
            5.00          1  2026-03-01  v1                                  a victim's own, by a report

      Freezes
        USDT  frozen since 2026-03-01 08:00:00 UTC; the contract was last asked as of 2026-03-02 16:00:00 UTC
              frozen 2026-03-01 08:00:00 UTC
              15.00 USDT destroyed 2026-03-01 09:00:00 UTC

      Fees
        2026-03-01 00:30:00 UTC  energy lent by  a1                                  for a stake of 7,000.00 TRX

      Inferred from what it does, by the tags as of each crawl's beginning: possible, and no finding
        The number, from 1 to 99, puts findings of a kind in order, and is no probability.
        "first", crawl 1
          nothing
        "second", crawl 1
          nothing
      "
    `);

    const shown = await show('@mid');
    expect(shown.contradicting).toEqual(['exchange', 'scam']);
    expect(shown.tags.map(({ publisher }) => publisher)).toEqual(['B list', 'C list']);
    expect(shown.cases.map((each) => [each.case, each.reached?.hop, each.reached?.amounts.fifo])).toEqual([
      ['first', 1, '600.000000'],
      ['second', 1, '50.000000'],
    ]);
    const [usdt] = shown.assets;
    expect(usdt).toMatchObject({
      balance: { amount: '380.000000' },
      received: '650.000000',
      sent: '255.000000',
      poison: 1,
    });
    expect(usdt?.in).toMatchObject({ transfers: 2, counterpartyCount: 2 });
    expect(
      usdt?.out.counterparties.map(({ address, amount, transfers, tag, victims }) => {
        return [address, amount, transfers, tag?.label ?? null, victims];
      }),
    ).toEqual([
      ['hot', '250.000000', 2, 'Meridian', false],
      ['v1', '5.000000', 1, null, true],
    ]);
    expect(usdt?.in.hours?.flatMap((transfers, hour) => (transfers === 0 ? [] : [[hour, transfers]]))).toEqual([
      [1, 1],
      [6, 1],
    ]);
    expect(shown.native).toMatchObject({ funded: 0, receipts: [{ kind: 'energy', from: 'a1', value: '7000000000' }] });
  });

  it('shows the inferences of each case that met the wallet, and none where they are left out', async () => {
    const { inferences } = await show('@deposit');
    expect(inferences?.map((each) => [each.case, each.wallets.map(({ kind }) => kind)])).toEqual([
      ['first', ['deposit-address']],
    ]);
    const said = await cases.said('wallet', 'show', '@deposit');
    expect(said).toContain('deposit address of Meridian, which knows whose it is');
    expect(said).toContain('is no probability');
    expect((await show('@deposit', '--no-inference')).inferences).toBeNull();
    expect(await cases.said('wallet', 'show', '@deposit', '--no-inference')).toContain(
      'Inferred\n  Left out, as asked.\n',
    );
    expect(await cases.said('wallet', 'show', '@hot')).toContain(
      '1 wallet that is inferred to be a deposit address forwards to it',
    );
    expect(await cases.said('wallet', 'show', '@a1')).toContain('among the first who paid fees of 1 other wallet');
  });

  it("infers nothing of a victim's own wallet", async () => {
    const shown = await show('@v1');
    expect(shown).toMatchObject({ known: true, victims: true, native: null, inferences: null });
    expect(shown.assets.map((each) => [each.in.hours, each.out.hours])).toEqual([[null, null]]);
    const said = await cases.said('wallet', 'show', '@v1');
    expect(said).toContain('A victim\'s own wallet, by report 2 of "first". Nothing is inferred of it');
    expect(said).not.toMatch(/^Inferred|^Fees|hint about/m);
  });

  it('never tells of a freeze that only waits', async () => {
    expect(await cases.said('case', 'show', 'second')).toContain('submission 0');
    const said = await cases.said('wallet', 'show', '@doomed');
    expect(said).toContain('USDT  not frozen');
    expect(`${said}${JSON.stringify(await show('@doomed'))}`).not.toMatch(/submi|pending|multisig|waits/i);
    // Of one that stands in a submission alone, nothing is known.
    expect(await cases.said('wallet', 'show', STRANGER)).toContain(`Nothing is known of ${STRANGER}`);
    expect(await show(STRANGER)).toMatchObject({ known: false, freezes: [] });
  });

  it('tells what files alone list, and what a crawl on them saw', async () => {
    await cases.done('case', 'create', 'files');
    await cases.done('report', 'add', 'files', '--wallet', '@f1');
    await cases.done(
      'import',
      'files',
      await cases.file(
        'files.csv',
        toCsv([
          ['f1', 0, 'v9', 'f1', 10],
          ['f2', 60, 'f1', 'f3', 4],
        ]),
      ),
    );
    await crawl('files', '--offline');
    const shown = await show('@f1');
    expect(shown.cases[0]?.crawls[0]?.coverage).toMatchObject([{ state: 'expanded', rows: 2, proof: 'not-tried' }]);
    expect(shown.assets).toMatchObject([{ balance: null, received: '10.000000', sent: '4.000000', fromFiles: 2 }]);
    expect(await cases.said('wallet', 'show', '@f1')).toContain('2 transfers stand in imported files alone');
  });

  it('sees of one wallet what the coverage of all has of it', async () => {
    const { rows } = await cases.pool().query<{ run: number; wallet: number; chain: string; address: string }>(
      `select cw.run_id as run, w.id as wallet, c.name as chain, w.address
         from case_wallets cw join wallets w on w.id = cw.wallet_id join chains c on c.id = w.chain_id order by 1, 2`,
    );
    expect(rows.length).toBeGreaterThan(8);
    for (const { run, wallet, chain, address } of rows) {
      const all = await readWalletCoverage(cases.pool(), run);
      expect(await readWalletCoverage(cases.pool(), run, wallet)).toEqual(
        all.filter((each) => each.chain === chain && each.address === address),
      );
    }
  });
});
