/** Every real file of tags: what is taken of it equals a count that is made by other means, and a second time changes nothing. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cli } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';
import { importSharedTags, TAG_FILES, TAG_LISTS } from '../shared-tags.ts';

/** Tags by `chain category`. */
type Counts = Record<string, number>;

describe.skipIf(!hasSharedData || inject('postgres') === null)('the real files of tags', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
  });
  afterAll(() => database.drop());

  it('are all taken, and twice changes nothing', { timeout: 600_000 }, async () => {
    const files = await importSharedTags(env);
    const text = (name: string) => readFileSync(sharedData(`tags/${name}`), 'utf8');
    for (const [place, name] of [...TAG_FILES, ...TAG_LISTS].entries()) {
      const file = files[place];
      const counts = Object.fromEntries(
        (file?.counts ?? []).map((each) => [`${each.chain} ${each.category}`, each.tags]),
      );
      expect({ name, counts }).toEqual({ name, counts: countOf(name, text(name)) });
    }
    const again = await importSharedTags(env);
    expect(again.map(({ import: number, added, refused }) => [number, added, refused])).toEqual(
      again.map(() => [null, 0, 0]),
    );
  });
});

function countOf(name: string, text: string): Counts {
  if (name.startsWith('graphsense')) return countPack(text);
  if (name.startsWith('etherscan')) return countLabels(text);
  if (name.endsWith('.csv')) {
    const rows = text
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    return count(rows.map((cells) => `${cells[1]} exchange ${cells[2]} ${cells[0]} ${cells[3]}`));
  }
  const addresses = text.match(/0x[0-9a-fA-F]{40}|\bT[1-9A-HJ-NP-Za-km-z]{33}\b/g) ?? [];
  return count(addresses.map((address) => `${chainOf(address)} sanctioned ${address.toLowerCase()}`));
}

/** Each different claim once, by its first two words. */
function count(claims: readonly string[]): Counts {
  const counts: Counts = {};
  for (const claim of new Set(claims)) {
    const key = claim.split(' ').slice(0, 2).join(' ');
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const chainOf = (address: string) => (/^0x[0-9a-f]{40}$/i.test(address) ? 'ethereum' : 'tron');

/** The words that these packs use. */
const PACK_WORDS: Record<string, string> = {
  exchange: 'exchange',
  mixing_service: 'mixer',
  black_list: 'frozen',
  phishing: 'scam',
  investment_fraud: 'scam',
  scam: 'scam',
  user: 'other',
};

/** By expressions alone: these packs have one field a line. */
function countPack(text: string): Counts {
  const [head = '', body = ''] = text.split(/^tags:\s*$/m);
  const field = (part: string, name: string) =>
    new RegExp(`^[\\s-]*${name}:\\s*(.*?)\\s*$`, 'm').exec(part)?.[1]?.replace(/^'\s*(.*?)\s*'$/, '$1');
  const claims = body.split(/^ *- (?=address:|label:)/m).flatMap((item) => {
    const address = field(item, 'address');
    const told = (name: string) => field(item, name) ?? field(head, name);
    const currency = told('currency');
    if (address === undefined) return [];
    const ours =
      currency === 'ETH' ||
      currency === 'TRX' ||
      (/^USD[TC]$/.test(`${currency}`) && /^(?:0x.{40}|T.{33})$/.test(address));
    if (!ours) return [];
    const category = PACK_WORDS[told('category') ?? told('abuse') ?? ''];
    return [`${chainOf(address)} ${category} ${address.toLowerCase()} ${told('label')} ${told('abuse')}`];
  });
  return count(claims);
}

/** By the tables of docs/tags.md, which tell what each label stands for. */
function countLabels(text: string): Counts {
  const docs = readFileSync(fileURLToPath(new URL('../../docs/tags.md', import.meta.url)), 'utf8');
  const part = (title: string) => docs.split(new RegExp(`^##+ ${title}$`, 'm'))[1]?.split(/^##/m)[0] ?? '';
  const listed = part("Etherscan's labels").matchAll(/^- `([^`]+)`:((?:\s+`[^`]+`)+)/gm);
  const meaning = new Map(
    [...listed].flatMap(([, category = '', words = '']) =>
      [...words.matchAll(/`([^`]+)`/g)].map(([, word = '']) => [word, category] as const),
    ),
  );
  for (const [, category = ''] of part('Categories').matchAll(/^\| `([^`]+)`/gm)) meaning.set(category, category);
  const claims = Object.entries(JSON.parse(text) as Record<string, { name: string; labels: string[] }>).flatMap(
    ([address, { name, labels }]) => {
      const said = new Set(labels.map((label) => meaning.get(label)).filter((each) => each !== undefined));
      if (/\b(token|stablecoin)\b/i.test(name)) return [`ethereum token ${address}`];
      if (said.has('deposit-address') || said.has('hot-wallet')) said.delete('exchange');
      if ([...said].some((each) => each !== 'contract' && each !== 'sanctioned' && each !== 'frozen'))
        said.delete('contract');
      return (said.size === 0 ? ['other'] : [...said]).map((category) => `ethereum ${category} ${address}`);
    },
  );
  return count(claims);
}
