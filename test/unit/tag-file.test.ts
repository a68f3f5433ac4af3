/** Files of tags that are not as they should be: what is refused, with which words, and what is taken all the same. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { openTagFile } from '../../src/tags/tag-file.ts';

const E = '0xdAC17F958D2ee523a2206206994597C13D831ec7';
const T = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';
const SDN = `<sdnList><sdnEntry><idList><id><idType>Digital Currency Address - ETH</idType><idNumber>${E}</idNumber></id></idList>`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tag-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Each row in a few words, or the whole message where the file is refused. */
async function told(content: string | Buffer, category: 'scam' | null = null): Promise<string[]> {
  const path = join(folder, 'tags');
  await writeFile(path, content);
  const rows: string[] = [];
  try {
    const file = await openTagFile(path, { label: null, category, source: 'tags' });
    for await (const row of file.rows) {
      if ('fault' in row) rows.push(`${row.line} ${row.fault.code}: ${row.fault.message}`);
      else if ('leftOut' in row) rows.push(`${row.line} left out: ${row.leftOut.text}`);
      else rows.push(...row.tags.map(({ chain, category, label }) => `${row.line} ${chain} ${category}: ${label}`));
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    rows.push(...`${error.code}\n${error.text}`.replaceAll(folder, 'FOLDER').split('\n'));
  }
  return rows;
}

describe('a TagPack', () => {
  test('names each tag that cannot be used, with its line, and takes the others', async () => {
    const pack = [
      'title: Test',
      'creator: Somebody',
      'currency: ETH',
      'confidence: web_crawl',
      'tags:',
      `- address: '${E}'`,
      '  label: good',
      '  category: exchange',
      `- address: '${E}'`,
      '  category: exchange',
      `- address: '${E}'`,
      '  currency: NEWCOIN',
      '  label: unknown currency',
      `- address: bc1qm34lsc65zpw79lxes69zkqmk6ee3ewf0j77s3h`,
      '  currency: NEWCOIN',
      '  label: surely none of ours',
      `- &a {address: '${E}', label: defines an anchor, category: mixer}`,
      '- *a',
      `- address: [${'['.repeat(20_000)}`,
      `- address: '${E}'`,
      '  label: "never closed',
      `- address: '${E}'`,
      '  label: twice',
      '  label: twice',
      `- address: '${E}'`,
      '  currency: null',
      '  label: no currency',
      `- tx_hash: '0x12'`,
      '  label: of a transaction',
      `- address: ${E}`,
      '  label: unquoted',
      '  concepts: [exchange, hot_wallet, sanction]',
      '  lastmod: 2026-02-30',
      `- network: TRX`,
      `  address: ${T}`,
      '  currency: USDT',
      '  label: [a, list]',
      '  concepts: [exchange, hot_wallet, sanction]',
      '',
    ].join('\n');
    expect(await told(pack)).toMatchInlineSnapshot(`
      [
        "6 ethereum exchange: good",
        "9 LABEL_MISSING: It has no label.",
        "11 CURRENCY_UNKNOWN: "NEWCOIN" is no currency or chain that is known.",
        "14 left out: NEWCOIN",
        "17 ethereum mixer: defines an anchor",
        "18 TAG_BROKEN: The tag is no proper YAML: it refers to an anchor.",
        "19 TAG_BROKEN: The tag is no proper YAML: it is nested too deeply.",
        "20 TAG_BROKEN: The tag is no proper YAML: Missing closing "quote.",
        "22 TAG_BROKEN: The tag is no proper YAML: Map keys must be unique.",
        "25 CURRENCY_MISSING: It names neither currency nor network.",
        "28 left out: tags of transactions",
        "30 DATE_INVALID: "2026-02-30" is no date.",
        "34 tron hot-wallet: a, list",
        "34 tron sanctioned: a, list",
      ]
    `);
  });

  test('takes what its header tells behind the tags, and comments, indents and Windows line ends', async () => {
    const pack = `# a comment\r\ntitle: T\r\ntags:\r\n\r\n  # of one\r\n  - address: '${E}' # here\r\n    context: |\r\n      - no item\r\n  - address: ${T}\r\ncreator: x\r\nlabel: 'both'\r\ncurrency: USDT\r\nabuse: scam\r\n`;
    expect(await told(pack)).toEqual(['6 ethereum scam: both', '9 tron scam: both']);
  });

  test('is refused where its header expands without end, is too long, or its tags do not stand one below the other', async () => {
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nlabel: *b\ntags:\n- address: ${T}\n`;
    expect(await told(`title: T\n${bomb}`)).toMatchInlineSnapshot(`
      [
        "TAGPACK_HEADER",
        "The header of FOLDER/tags cannot be used: it refers to an anchor.",
        "A TagPack has fields such as label, source and currency, then "tags:" with a list. What refers to an anchor (*) is not taken.",
        "Correct it: every tag takes from it what it does not tell itself.",
      ]
    `);
    expect((await told(`title: T\ndescription: ${'x'.repeat(70_000)}\ntags:\n- address: ${T}\n`))[1]).toContain(
      'it has more than 65,536 characters',
    );
    expect(await told(`title: T\ntags: [{address: ${T}}]\n`)).toMatchInlineSnapshot(`
      [
        "TAGPACK_TAGS",
        "The tags of FOLDER/tags do not stand one below the other (line 2).",
        "Behind "tags:" the line ends, and each tag begins with a dash on a line of its own.",
        "Write the file again in that form, so that it can be read bit by bit.",
      ]
    `);
    expect((await told('title: T\ncreator: x\n'))[1]).toContain('it has no tags');
  });
});

describe('a list of sanctions in XML', () => {
  test('is refused with entities of its own, or from elsewhere', async () => {
    const bomb = '<!DOCTYPE sdnList [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>';
    expect(await told(`<?xml version="1.0"?>\n${bomb}\n${SDN}</sdnEntry></sdnList>`)).toMatchInlineSnapshot(`
      [
        "XML_DOCTYPE",
        "FOLDER/tags has a document type declaration (line 2).",
        "The list of sanctions has none. It can make a file expand without end, or fetch another.",
        "Get the list again from the US Treasury itself.",
      ]
    `);
    const outside = '<!DOCTYPE sdnList SYSTEM "file:///etc/passwd">';
    expect((await told(`${outside}${SDN}</sdnEntry></sdnList>`))[0]).toBe('XML_DOCTYPE');
    const used = SDN.replace('<idList>', '<lastName>&a;</lastName><idList>');
    expect((await told(`${used}</sdnEntry></sdnList>`))[0]).toBe('XML_BROKEN');
  });

  test('is refused where it was cut off, or is nested without end', async () => {
    expect(await told(SDN)).toMatchInlineSnapshot(`
      [
        "XML_BROKEN",
        "FOLDER/tags is no proper XML: 1:155: unclosed tag: sdnEntry (line 1).",
        "A list of sanctions counts as a whole, or wallets that are on it would be missed.",
        "Get it again: it may have been cut off.",
      ]
    `);
    expect((await told(`<sdnList>${'<a>'.repeat(5_000)}`))[1]).toContain('it is nested too deeply');
    const long = 'a'.repeat(3_000_000);
    for (const endless of [long, `<a b="${long}`, `<!-- ${long}`])
      expect((await told(`<sdnList>${endless}`))[1]).toContain('something in it does not end');
  });

  test('has the name of an entry for its label, and refuses an address of an entry without', async () => {
    const named = SDN.replace('<idList>', '<firstName>A</firstName><lastName>LIMITED</lastName><idList>');
    expect(await told(`${named}</sdnEntry></sdnList>`)).toEqual(['1 ethereum sanctioned: A LIMITED']);
    expect((await told(`${SDN}</sdnEntry></sdnList>`))[0]).toContain('1 LABEL_MISSING');
  });
});

describe('what is no list of tags', () => {
  test('is refused with a word on what came', async () => {
    expect(await told('\n<!DOCTYPE html>\n<html><body>404</body></html>')).toMatchInlineSnapshot(`
      [
        "TAGS_HTML",
        "FOLDER/tags is a web page (HTML), no list.",
        "A download that fails often brings a page that says why.",
        "Open it in a browser to see what it says, and get the list again.",
      ]
    `);
    expect((await told('<rss><channel/></rss>'))[0]).toBe('TAGS_FORMAT');
    expect((await told(gzipSync('address,label,category\n')))[0]).toBe('TAGS_ENCODING');
    expect((await told(Buffer.from('address,label,category\nx,M\xfcller,exchange\n', 'latin1')))[0]).toBe(
      'TAGS_ENCODING',
    );
    expect(await told('')).toMatchInlineSnapshot(`
      [
        "TAGS_FORMAT",
        "FOLDER/tags is no list of tags of a kind that is known.",
        "Known are a GraphSense TagPack; the OFAC list of sanctions in XML; the OFAC list of sanctions in advanced XML; wallets on the OFAC list of sanctions in JSON; Etherscan's labels in JSON; wallets of exchanges in CSV; a list of tags in CSV; a plain list of addresses. The columns are address, label, category, and as far as known chain, source, confidence, date, context.",
        "Check the file, or turn it into CSV with these columns.",
      ]
    `);
    expect((await told('{"a": 1'))[0]).toBe('JSON_BROKEN');
    expect((await told('{"a": 1}'))[0]).toBe('TAGS_FORMAT');
    expect(await told(`${E}\n`)).toMatchInlineSnapshot(`
      [
        "LIST_UNNAMED",
        "FOLDER/tags is a plain list of addresses, which does not say what they are.",
        "It takes a category and a label for all of them, such as --category sanctioned --label "OFAC sanctions list".",
        "See the categories with: npx downstream tags categories",
      ]
    `);
  });
});

describe('a list in CSV', () => {
  test('names each row that cannot be used', async () => {
    const rows = [
      'address,label,category,chain,source,confidence,date',
      `${E},Meridian,exchange,,,,`,
      `${E},Meridian,OTC desk,ERC20,https://example.org,web_crawl,2026-01-02`,
      `${E},Meridian,exchnge,,,,`,
      `${E},,exchange,,,,`,
      `${E},Meridian,,,,,`,
      `${E},Meridian,exchange,,,101,`,
      `${E},Meridian,exchange,,,,2 January`,
      `${E},Meridian,exchange,tron,,,`,
      `${E},Meridian,exchange,bitcoin,,,`,
      `${E},Meridian,exchange,nowhere,,,`,
      `${E},${'x'.repeat(501)},exchange,,,,`,
      'nonsense,Meridian,exchange,,,,',
      `${E},Meridian`,
    ];
    expect(await told(rows.join('\n'))).toMatchInlineSnapshot(`
      [
        "2 ethereum exchange: Meridian",
        "3 ethereum otc-broker: Meridian",
        "4 CATEGORY_INVALID: "exchnge" is no category.",
        "5 LABEL_MISSING: It has no label.",
        "6 CATEGORY_MISSING: It has no category.",
        "7 CONFIDENCE_INVALID: "101" is no confidence.",
        "8 DATE_INVALID: "2 January" is no date.",
        "9 ADDRESS_INVALID: "0xdAC17F958D2ee523a2206206994597C13D831ec7" is no Tron address: this is an address of Ethereum and its kin.",
        "10 left out: bitcoin",
        "11 CURRENCY_UNKNOWN: "nowhere" is no currency or chain that is known.",
        "12 TEXT_TOO_LONG: The label has 501 characters, of at most 500.",
        "13 ADDRESS_UNKNOWN: "nonsense" has the form of no address that is known.",
        "14 CSV_BROKEN: The row is no proper CSV: the header has 7 columns, the row 2.",
      ]
    `);
    expect(await told(`address,label\n${T},x\n`, 'scam')).toEqual(['2 tron scam: x']);
  });
});
