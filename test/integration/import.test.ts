/** `downstream import`, and crawls on what was imported: alone, and beside the chain. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { referenceCrawl } from '../fixtures/reference-crawl.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

const SEIZED = '4e0311d36ba9bf6b1e6beb8810c85ea2fb50466fa0a49460187f9effed376785';
const HEADER = 'transaction_id,block_timestamp_ms,from,to,value';
const START = blockAt(Date.UTC(2026, 2, 1));
const CASE = 'files';

interface Crawled {
  readonly graphHash: string;
  readonly state: string;
  readonly transfers: number;
  readonly requests: number;
}

describe.skipIf(inject('postgres') === null)('an imported file', () => {
  let database: FreshDatabase;
  let folder: string;
  let env: Record<string, string>;
  let server: SimulatedTronGrid | undefined;

  beforeEach(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'downstream-import-'));
    env = {
      DATABASE_URL: database.url,
      LOG_LEVEL: 'silent',
      TRON_API_URL: 'http://127.0.0.1:9',
      TRON_API_RATE: '10000',
    };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', CASE);
  });
  afterEach(async () => {
    await server?.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }
  const fileOf = (name: string, rows: readonly SimulatedTransfer[]) => file(name, csvOf(rows));
  const report = (wallet: Address) => cli(env, 'report', 'add', CASE, '--wallet', wallet);
  const crawl = (...options: string[]) => cliJson<Crawled>(env, 'crawl', CASE, ...options);

  it.skipIf(!hasSharedData)('of the seized wallets gives the hash of crawling them', async () => {
    const path = sharedData('tron-usdt-seized/transfers.csv');
    const seeds = (await readFile(sharedData('tron-usdt-seized/seeds.csv'), 'utf8')).replace('address', 'wallet');
    await cli(env, 'report', 'import', CASE, await file('seeds.csv', seeds));
    expect(await cliJson(env, 'import', CASE, path, '--dry-run')).toMatchObject({ taken: 10_525, new: 0, refused: 0 });
    expect(await cliJson(env, 'import', CASE, path)).toMatchObject({
      format: 'plain',
      known: false,
      taken: 10_525,
      new: 10_525,
      leftOut: [],
      refused: 0,
      equal: 0,
      chains: [{ chain: 'tron', transfers: 10_525, wallets: 1_733 }],
    });
    expect(await cliJson(env, 'import', CASE, path)).toMatchObject({ known: true, taken: 10_525, new: 0 });
    for (const hops of ['0', '1']) {
      const expected = { state: 'finished', transfers: 10_525, graphHash: SEIZED, requests: 0 };
      expect(await crawl('--offline', '--max-hops', hops)).toMatchObject(expected);
    }
  });

  it.skipIf(!hasSharedData)("of an explorer's export is read by its contract and not by its symbol", async () => {
    const { out, code } = await cli(env, 'import', CASE, sharedData('csv-samples/etherscan-erc20.csv'));
    expect([out, code]).toMatchInlineSnapshot(`
      [
        "etherscan-erc20.csv: Etherscan's export of ERC-20 transfers.
      2 transfers taken into the case "files", 2 of them new.
        ethereum: 2 transfers between 2 wallets
      1 row is equal to another of the same transaction; each counts as a transfer on the files alone; a crawl of the chain settles them by the receipt.
      1 row left out, line 4: it is of the token 0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f, which calls itself "USDT".

      The case has no report to start from; name a wallet: npx downstream report add "files" --wallet ADDRESS
      Crawl on the files alone with: npx downstream crawl "files" --offline
      Or read the same wallets from the chain: npx downstream crawl "files"
      ",
        0,
      ]
    `);
    const tronscan = sharedData('csv-samples/tronscan-trc20.csv');
    expect(await cli(env, 'import', CASE, tronscan)).toMatchObject({
      code: 1,
      err: expect.stringContaining('does not say which token its rows are of'),
    });
    const token = ['--token', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'];
    expect(await cliJson(env, 'import', CASE, tronscan, ...token)).toMatchObject({ taken: 1, refused: 0 });
    const { files } = await cliJson<{ files: { name: string; taken: number }[] }>(env, 'case', 'show', CASE);
    expect(files.map(({ name, taken }) => [name, taken])).toEqual([
      ['etherscan-erc20.csv', 2],
      ['tronscan-trc20.csv', 1],
    ]);
  });

  it('says of each row that it refuses which and why, and takes the others', async () => {
    const [a, b] = ['a', 'b'].map(addressFor);
    const rows = csvOf([row(START, a, b)])
      .trimEnd()
      .split('\n');
    const text = [...rows, `${rows[1]?.replace(/5000000$/, '-5')}`, `${rows[1]?.replace(/,T/, ',X')}`, ''].join('\n');
    const { out, code } = await cli(env, 'import', CASE, await file('rows.csv', text));
    expect([out.replaceAll(/[TX]\w{33}/g, 'WALLET'), code]).toMatchInlineSnapshot(`
      [
        "rows.csv: plain transfers of USDT on Tron.
      1 transfer taken into the case "files", 1 of them new.
        tron: 1 transfer between 2 wallets
      2 rows refused:
        line 3: "-5" is negative.
        line 4: "WALLET" is no Tron address: it does not start with T.
      A transfer may be missing for each of them. Correct the file and import it again: nothing is stored twice.

      The case has no report to start from; name a wallet: npx downstream report add "files" --wallet ADDRESS
      Crawl on the files alone with: npx downstream crawl "files" --offline
      Or read the same wallets from the chain: npx downstream crawl "files"
      ",
        1,
      ]
    `);
  });

  it('is taken out again', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(addressFor);
    const wrong = await fileOf('wrong.csv', [row(START, a, c)]);
    await cli(env, 'import', CASE, await fileOf('right.csv', [row(START + 9, a, b)]));
    await cli(env, 'import', CASE, wrong);
    await report(a as Address);
    expect(await crawl('--offline', '--max-hops', '0')).toMatchObject({ transfers: 2 });
    expect(await cli(env, 'import', CASE, wrong, '--forget')).toMatchObject({
      code: 0,
      out: 'wrong.csv is taken out of the case "files". Crawl again where it counted.\n',
    });
    expect(await crawl('--offline', '--max-hops', '0')).toMatchObject(reference([row(START + 9, a, b)], [a]));
    const { code, err } = await cli(env, 'import', CASE, wrong, '--forget');
    expect([code, err]).toEqual([1, expect.stringContaining('has no file with the bytes of wrong.csv')]);
  });

  it('counts in its own case alone', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(addressFor);
    const rows = [row(START, a, b), row(START + 9, b, c)];
    await cli(env, 'import', CASE, await fileOf('rows.csv', rows));
    await cli(env, 'case', 'create', 'other');
    await cli(env, 'report', 'add', 'other', '--wallet', `${b}`);
    await report(a as Address);
    const { graphHash } = reference(rows, [a]);
    expect(await crawl('--offline', '--max-hops', '0')).toMatchObject({ transfers: 1, graphHash });
    const { code, err } = await cli(env, 'crawl', 'other', '--offline');
    expect([code, err]).toMatchInlineSnapshot(`
      [
        1,
        "Error: No file of the case "other" has transfers of tron, where it has reports.
      A crawl on files alone needs, for each chain with reports, a file with transfers of it.
      Import one with: npx downstream import "other" FILE.csv, or crawl without --offline.
      ",
      ]
    `);
  });

  it('merges with what the chain says, and what the chain does not have is left out and shown', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(addressFor);
    const chain = [row(START, a, b), row(START + 9, b, c), row(START + 20, a, c)];
    const invented = row(START + 5, a, d);
    await cli(env, 'import', CASE, await fileOf('rows.csv', [...chain.slice(0, 2), invented, invented]));
    await report(a as Address);
    server = await serveTronGrid(new Ledger(chain));
    env.TRON_API_URL = server.url;
    const expected = reference(chain, [a], 1);
    for (const _ of [1, 2]) {
      expect(await crawl('--max-hops', '1')).toMatchObject({ state: 'finished', ...expected });
    }
    const shown = await cliJson<{ unconfirmed: number }>(env, 'case', 'show', CASE);
    expect(shown.unconfirmed).toBe(2);
    const { out } = await cli(env, 'case', 'show', CASE);
    expect(out).toContain(
      "2 transfers of expanded wallets that only files list are left out: the chain's histories do not have them.",
    );
    // On the files alone the invented ones are there.
    expect(await crawl('--offline', '--max-hops', '0')).toMatchObject({ transfers: 3 });
    // A time that a file has wrong is put right by the chain.
    const late = { ...row(START + 20, a, c), timestamp: timeOf(START + 90) };
    await cli(env, 'import', CASE, await fileOf('late.csv', [late]));
    expect(await crawl('--max-hops', '1')).toMatchObject(expected);
  });

  it('counts by its own times, whatever another case, or a file that was taken out, has told of the same transfers', async () => {
    const [a, b] = ['a', 'b'].map(addressFor);
    const rows = [row(START, a, b), row(START + 9, b, a), row(START + 20, a, b)];
    const later = rows.map((each) => ({ ...each, timestamp: each.timestamp + 3_600_000 }));
    await cli(env, 'case', 'create', 'other');
    await cli(env, 'import', 'other', await fileOf('other.csv', later));
    const wrong = await fileOf('wrong.csv', later);
    await cli(env, 'import', CASE, wrong);
    await cli(env, 'import', CASE, wrong, '--forget');
    await cli(env, 'import', CASE, await fileOf('right.csv', rows));
    await report(a as Address);
    expect(await crawl('--offline', '--max-hops', '0')).toMatchObject(reference(rows, [a]));
  });

  it('leaves the times of equal rows to the chain', async () => {
    const [a, b] = ['a', 'b'].map(addressFor);
    const chain = [row(START, a, b), row(START, a, b), row(START + 9, b, a)];
    const early = chain.map((each) => ({ ...each, timestamp: each.timestamp - 3_600_000 }));
    await cli(env, 'import', CASE, await fileOf('early.csv', early));
    await report(a as Address);
    server = await serveTronGrid(new Ledger(chain));
    env.TRON_API_URL = server.url;
    expect(await crawl('--max-hops', '0')).toMatchObject(reference(chain, [a]));
  });

  it('settles nothing for the chain: what a provider repeated waits for the receipt', async () => {
    const [a, b] = ['a', 'b'].map(addressFor);
    const chain = [row(START, a, b), row(START + 9, b, a)];
    await report(a as Address);
    // The provider repeats its rows, and has no receipts while this crawl goes on: they stay open.
    server = await serveTronGrid(new Ledger(chain), {
      faultAt: ({ endpoint }) =>
        endpoint === 'history' ? 'repeated-rows' : endpoint === 'receipt' ? 'unauthorised' : null,
    });
    env.TRON_API_URL = server.url;
    expect((await cli(env, 'crawl', CASE, '--max-hops', '0')).code).toBe(1);
    await cli(env, 'import', CASE, await fileOf('twice.csv', [...chain, row(START, a, b)]));
    expect(await crawl('--offline', '--max-hops', '0')).toMatchObject({ state: 'finished', transfers: 3 });
    await server.close();
    server = await serveTronGrid(new Ledger(chain));
    env.TRON_API_URL = server.url;
    expect(await crawl('--max-hops', '0')).toMatchObject(reference(chain, [a]));
  });

  it('has equal rows of one transaction as often as it lists them, also when two files overlap', async () => {
    const [a, b] = ['a', 'b'].map(addressFor);
    const rows = [row(START, a, b), row(START, a, b), row(START + 9, b, a)];
    await report(a as Address);
    await cli(env, 'import', CASE, await fileOf('one.csv', rows));
    expect(await cliJson(env, 'import', CASE, await fileOf('two.csv', rows.slice(0, 2)))).toMatchObject({
      equal: 1,
      new: 0,
    });
    expect(await crawl('--offline', '--max-hops', '0')).toMatchObject(reference(rows, [a]));
    // The chain's receipt settles it: it happened once.
    const chain = [row(START, a, b), row(START + 9, b, a)];
    server = await serveTronGrid(new Ledger(chain));
    env.TRON_API_URL = server.url;
    expect(await crawl('--max-hops', '0')).toMatchObject(reference(chain, [a]));
  });
});

function reference(rows: readonly SimulatedTransfer[], seeds: readonly (Address | undefined)[], hops = 0) {
  const until = Number.POSITIVE_INFINITY;
  const { graphHash, transfers } = referenceCrawl(rows, { seeds: seeds.map(String), hops, until });
  return { graphHash, transfers };
}

function csvOf(rows: readonly SimulatedTransfer[]): string {
  const lines = rows.map(({ transaction, timestamp, from, to, value }) =>
    [transaction, timestamp, from, to, value].join(','),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

function row(block: number, from: Address | undefined, to: Address | undefined): SimulatedTransfer {
  if (from === undefined || to === undefined) throw new Error('A transfer has two ends');
  const place = { chain: 'tron', asset: 'USDT', transaction: transactionFor(`${block}`), signer: from } as const;
  return { ...place, block, position: 0, timestamp: timeOf(block), from, to, value: 5_000_000n };
}
