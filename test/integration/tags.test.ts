/** Tags in the store: their history, what was known as of a change, and the commands around them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { parseAddress } from '../../src/chains/address.ts';
import type { Wallet } from '../../src/chains/chain.ts';
import { createPool, type Pool } from '../../src/store/db.ts';
import { SCHEMA } from '../../src/store/migrate.ts';
import { addTags, replacePublisher } from '../../src/store/tag-imports.ts';
import { newestImport, readTags } from '../../src/store/tags.ts';
import type { Category } from '../../src/tags/categories.ts';
import { confidenceOf } from '../../src/tags/confidence.ts';
import type { Tag } from '../../src/tags/tag.ts';
import { cli, cliIn, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const NOW = new Date(Date.UTC(2026, 2, 1));
const walletOf = (number: number): Wallet => ({
  chain: 'ethereum',
  address: parseAddress('ethereum', `0x${String(number).padStart(40, '0')}`),
});
const [A, B, C] = [1, 2, 3].map(walletOf) as [Wallet, Wallet, Wallet];

function tagOf(wallet: Wallet, category: Category = 'exchange', told: Partial<Tag> = {}): Tag {
  return {
    ...{ ...wallet, label: 'Meridian', category, publisherCategory: null, source: 'list', sourceDate: null },
    ...{ confidence: confidenceOf('web_crawl'), context: null },
    ...told,
  };
}

async function* each(...tags: Tag[]): AsyncGenerator<Tag> {
  yield* tags;
}

describe.skipIf(inject('postgres') === null)('tags', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;
  let pool: Pool;
  let folder: string;

  beforeAll(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'tags-'));
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    pool = createPool({ connectionString: database.url }, SCHEMA, 3);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => pool.query('truncate tags, tag_imports cascade'));
  afterEach(async () => {
    const { rows } = await pool.query('select 1 from tags where removed_in <= added_in');
    expect(rows).toEqual([]);
  });

  const request = (publisher: string, ...tags: Tag[]) => ({
    ...{ publisher, source: 'list', tags: each(...tags), addedBy: 'ana', now: NOW },
  });
  const add = (publisher: string, ...tags: Tag[]) => addTags(pool, request(publisher, ...tags));
  const replace = (publisher: string, ...tags: Tag[]) => replacePublisher(pool, request(publisher, ...tags));
  const outline = async (asOf: number) =>
    (await readTags(pool, [A, B, C, A], asOf)).map(({ address, category, publisher }) => {
      return `${address.slice(-1)} ${category} ${publisher}`;
    });

  it('are read as of any change, whatever came and went since', async () => {
    expect(await newestImport(pool)).toBe(0);
    expect(await add('one', tagOf(A), tagOf(B), tagOf(A))).toMatchObject({ number: 1, added: 2, repeated: 1 });
    expect(await add('two', tagOf(A, 'victim'))).toMatchObject({ number: 2, added: 1 });
    expect(await replace('one', tagOf(B), tagOf(C))).toMatchObject({ number: 3, added: 1, removed: 1, unchanged: 1 });
    expect(await newestImport(pool)).toBe(3);
    expect(await outline(0)).toEqual([]);
    expect(await outline(1)).toEqual(['1 exchange one', '2 exchange one']);
    expect(await outline(2)).toEqual(['1 exchange one', '1 victim two', '2 exchange one']);
    expect(await outline(3)).toEqual(['1 victim two', '2 exchange one', '3 exchange one']);
  });

  it('that are replaced by the same change nothing, also where they are published with another date', async () => {
    await add('one', tagOf(A), tagOf(B));
    const again = [tagOf(B, 'exchange', { sourceDate: '2026-02-02' }), tagOf(A, 'exchange', { context: 'more' })];
    expect(await replace('one', ...again)).toMatchObject({ number: null, added: 0, removed: 0, unchanged: 2 });
    expect(await newestImport(pool)).toBe(1);
  });

  it('stay as they are where an import fails in the middle, brings none, or is only tried', async () => {
    await add('one', tagOf(A));
    async function* broken(): AsyncGenerator<Tag> {
      for (let number = 10; number < 6_010; number += 1) yield tagOf(walletOf(number));
      throw new Error('the line was cut');
    }
    await expect(replacePublisher(pool, { ...request('one'), tags: broken() })).rejects.toThrow('the line was cut');
    await expect(replace('one')).rejects.toMatchObject({ code: 'TAGS_NONE' });
    const tried = await replacePublisher(pool, { ...request('one', tagOf(B)), dryRun: true });
    expect(tried).toMatchObject({ number: null, added: 1, removed: 1 });
    expect(await outline(await newestImport(pool))).toEqual(['1 exchange one']);
    const { rows } = await pool.query('select count(*)::int as count from tags');
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('that are imported at once have numbers in the order in which they are seen', async () => {
    await Promise.all([A, B, C].map((wallet, number) => add(`publisher ${number}`, tagOf(wallet))));
    const counts = await Promise.all([0, 1, 2, 3].map(async (asOf) => (await outline(asOf)).length));
    expect(counts).toEqual([0, 1, 2, 3]);
  });

  it('are shown with all that is known of them: what contradicts, and what is gone', async () => {
    await add('Old list', tagOf(A, 'instant-swapper', { label: 'Ferry' }));
    const told = {
      publisherCategory: 'cex',
      sourceDate: '2026-02-02',
      context: 'wallet 7',
      source: 'https://example.org/a',
    };
    await add('Etherscan', tagOf(A, 'hot-wallet', told));
    await add('A shelter', tagOf(A, 'victim', { label: 'V7', confidence: { term: null, level: 90 } }));
    await cliIn({ now: NOW.getTime() }, env, 'tags', 'remove', '--publisher', 'Old list', '--by', 'ben');
    expect((await cli(env, 'tags', 'show', A.address)).out).toMatchInlineSnapshot(`
      "0x0000000000000000000000000000000000000001 (ethereum)
        hot-wallet: Meridian (a trace stops there unless the case decides otherwise)
          says Etherscan, https://example.org/a of 2026-02-02
          confidence 20 of 100 (web_crawl)
          its own word: cex
          wallet 7
          added by ana on 2026-03-01 00:00:00 UTC, import 2
        victim: V7
          says A shelter, list
          confidence 90 of 100
          added by ana on 2026-03-01 00:00:00 UTC, import 3
      Contradictory: hot-wallet, victim cannot all be true of one wallet. All are kept: look at what each rests on.
      Gone
        instant-swapper: Ferry
          says Old list, list
          confidence 20 of 100 (web_crawl)
          added by ana on 2026-03-01 00:00:00 UTC, import 1
          gone since 2026-03-01 00:00:00 UTC, import 4 by ben
      "
    `);
    expect(await cliJson(env, 'tags', 'show', A.address)).toMatchObject({
      contradicting: ['hot-wallet', 'victim'],
      tags: [
        { category: 'hot-wallet', removed: null },
        { category: 'victim', confidence: 90 },
        { removed: { import: 4 } },
      ],
    });
    expect((await cli(env, 'tags', 'show', B.address)).out).toBe(
      `Nothing is said of ${B.address} (ethereum) in the tags that were imported.\n`,
    );
    expect(await cli(env, 'tags', 'show', `${A.address}0`)).toMatchObject({ code: 2 });
  });

  it('are listed by publisher, and a wrong import is undone: what it brought goes, what it removed comes back', async () => {
    expect((await cli(env, 'tags', 'list')).out).toContain('No tags were imported yet.');
    await add('one', tagOf(A), tagOf(B));
    await replace('one', tagOf(C));
    expect(await cliJson(env, 'tags', 'remove', '--import', '2', '--by', 'ben')).toEqual({
      ...{ publisher: 'one', import: 3, removed: 1, restored: 2, cases: [] },
    });
    expect(await outline(3)).toEqual(['1 exchange one', '2 exchange one']);
    expect(await outline(2)).toEqual(['3 exchange one']);
    expect(await cliJson(env, 'tags', 'remove', '--import', '2', '--by', 'ben')).toMatchObject({ import: null });
    expect(await cliJson(env, 'tags', 'list')).toMatchObject({
      newestImport: 3,
      publishers: [{ publisher: 'one', tags: 2, wallets: 2, categories: [{ category: 'exchange', tags: 2 }] }],
    });
    const said = async (...argv: string[]) => (await cli(env, 'tags', 'remove', ...argv)).err.split('\n')[0];
    expect(await said('--import', '9')).toBe('Error: There is no import 9.');
    expect(await said('--publisher', 'two')).toBe('Error: There are no tags of a publisher named "two".');
    expect(await said()).toBe('Error: It takes either --publisher or --import.');
  });

  it('do not come back where they were brought again since, and removed on purpose', async () => {
    await add('one', tagOf(A));
    await replace('one', tagOf(B));
    await add('one', tagOf(A));
    await cliJson(env, 'tags', 'remove', '--publisher', 'one', '--by', 'ben');
    expect(await cliJson(env, 'tags', 'remove', '--import', '2', '--by', 'ben')).toMatchObject({ import: null });
  });

  it('are imported from several files, each by itself, and what is wrong is said of each', async () => {
    const files = {
      'good.csv': `address,label,category\n${A.address},Meridian,exchange\n${B.address.slice(0, -1)},Meridian,exchange\n`,
      'page.xml': '<!DOCTYPE html><html></html>',
      'words.yaml': `title: T\ncreator: "Some\\u001bbody"\ncurrency: ETH\nlabel: L\ntags:\n- address: '${B.address}'\n  category: donation\n- address: 3LtcaPbCj87CwJHnRX3vh7c2y9RZQqeSy8\n  currency: BTC\n`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const paths = Object.keys(files).map((name) => join(folder, name));
    const { code, out, err } = await cli(env, 'tags', 'import', ...paths, '--by', 'ana');
    expect([code, out, err.replaceAll(folder, 'FOLDER')]).toMatchInlineSnapshot(`
      [
        1,
        "good.csv: a list of tags in CSV, of good.csv; 2 rows.
      1 tag added, as import 1.
        ethereum  exchange  1
      1 row refused:
        line 3: "0x000000000000000000000000000000000000000" is no Ethereum address: it has 39 digits instead of 40.
      Correct them and import the file again: what is there already is not added twice.
      words.yaml: a GraphSense TagPack, of Some body; 2 rows.
      1 tag added, as import 2.
        ethereum  other  1
      1 row left out, of other chains: BTC 1.
      Taken as "other", by the publisher's own words: donation 1.
      ",
        "Error: FOLDER/page.xml is a web page (HTML), no list.
      A download that fails often brings a page that says why.
      Open it in a browser to see what it says, and get the list again.
      ",
      ]
    `);
    const again = await cli(env, 'tags', 'import', paths[2] ?? '', '--by', 'ana');
    expect([again.code, again.out.split('\n')[1]]).toEqual([0, '1 tag, all there already; nothing is changed.']);
  });

  it('have categories at which the traces of a case stop, unless a person decides otherwise', async () => {
    const categories = (...argv: string[]) => cli(env, 'tags', 'categories', ...argv);
    expect((await categories()).out).toMatchInlineSnapshot(`
      "  CATEGORY               A TRACE  GRAPHSENSE         MEANING
        exchange               stops    exchange           An exchange's own wallet: cold, for fees, or not told which.
        deposit-address        stops                       An address at which a service takes in a customer's money; the service knows whose.
        hot-wallet             stops    hot_wallet         A service's wallet that pays its customers by itself.
        wallet-service         stops    wallet_service     Keeps its customers' keys and money.
        bridge                 stops    defi_bridge        Moves money to another chain; the payout there is a transaction of its own.
        instant-swapper        stops                       Changes USDT for other money at once, without an account.
        defi                   stops    defi               A decentralised exchange, lending or another protocol that pools the money of many.
        mixer                  stops    mixing_service     Mixes the money of many so that none can be told from the rest.
        guarantee-marketplace  stops    market             A marketplace that holds the money of buyers and sellers until a deal is done.
        payment-processor      stops    payment_processor  Takes payments for merchants, at addresses of its own, and pays them out together.
        otc-broker             stops                       A desk that buys and sells for many customers over the counter, under a name of its own.
        gambling               stops    gambling           Holds stakes of many players and pays winnings out of all of them.
        energy-rental          stops                       Sells what fees are paid with: the chain's coin, or energy on Tron.
        sanctioned             goes on  sanction           On a list of sanctions.
        frozen                 goes on                     Frozen by the issuer of a token when the list was made.
        scam                   goes on  scam               Said to have taken in money of fraud: phishing, investment fraud, extortion.
        scam-compound          goes on                     Said to belong to a scam compound.
        hack                   goes on  service_hack       Said to have taken in money of an intrusion into a service.
        ransomware             goes on  ransomware         Said to have taken in ransom of extortion by malware.
        victim                 goes on  victim             A victim's own.
        miner                  goes on  miner              Makes blocks, or pays out to those who do.
        token                  goes on                     The contract of a token itself.
        contract               goes on                     A contract, of which no more is said.
        other                  goes on                     Anything else: the publisher's own word is kept.
      "
    `);
    await cli(env, 'case', 'create', 'mekong');
    expect(await categories('mekong', '--follow', 'mixer')).toMatchObject({ code: 2 });
    expect(await categories('--follow', 'mixer', '--by', 'ana', '--why', 'x')).toMatchObject({ code: 2 });
    await categories('mekong', '--follow', 'otc-desk', '--by', 'ana', '--why', 'it has disclosed');
    await categories('mekong', '--stop', 'scam', '--by', 'ben', '--why', 'a test');
    await categories('mekong', '--follow', 'scam', '--by', 'ana', '--why', 'a person');
    const told = await cliJson<{ categories: { category: string; stops: boolean; byDefault: boolean }[] }>(
      ...([env, 'tags', 'categories', 'mekong'] as const),
    );
    expect(told).toMatchObject({ case: 'mekong', decisions: [{ by: 'ana' }, { by: 'ben' }, { why: 'a person' }] });
    expect(told.categories.filter(({ stops, byDefault }) => stops !== byDefault)).toMatchObject([
      { category: 'otc-broker', stops: false },
    ]);
  });
});
