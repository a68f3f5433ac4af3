/** Lists in JSON: Etherscan's labels (`{address: {name, labels}}`), and wallets on the US list of sanctions. */
import { z } from 'zod';
import { messageOf, UserError } from '../../errors.ts';
import type { Category } from '../categories.ts';
import { confidenceOf } from '../confidence.ts';
import { readText } from '../lines.ts';
import type { RawTag } from '../tag.ts';
import { categoriesOf } from '../words.ts';
import { OFAC, type OpenedFormat, type RawRow, rawTag } from './format.ts';

/** JSON is held whole while it is read: ten times the largest list of labels that is published. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Tokens and stablecoins go by the name of who issues them. */
const TOKEN_NAME = /\b(?:token|stablecoin)\b/i;

const sanctions = z.object({ generatedAtIso: z.string().optional(), addresses: z.array(z.unknown()) });
const sanctioned = z.object({
  address: z.string(),
  sources: z.array(z.object({ url: z.string(), name: z.string(), context: z.string().optional() })).default([]),
});
const labelled = z.object({ name: z.string().default(''), labels: z.array(z.string()).default([]) });

export type JsonFormat = 'ofac-json' | 'etherscan-labels';

/**
 * Reads a file of JSON, of whichever kind it is.
 *
 * @throws UserError `JSON_BROKEN`, `JSON_TOO_LARGE`, or `TAGS_FORMAT` where it is of no kind that is known
 */
export async function openJson(path: string): Promise<{ format: JsonFormat } & OpenedFormat> {
  const text = await readWhole(path);
  const content = parseJson(path, text);
  const list = sanctions.safeParse(content);
  if (list.success)
    return { format: 'ofac-json', publisher: OFAC, rows: { [Symbol.asyncIterator]: () => ofacRows(list.data, text) } };
  if (typeof content === 'object' && content !== null && Object.keys(content).some((key) => /^0x/i.test(key))) {
    const entries = Object.entries(content);
    return {
      format: 'etherscan-labels',
      publisher: 'Etherscan',
      rows: { [Symbol.asyncIterator]: () => labelRows(entries, text) },
    };
  }
  throw new UserError('TAGS_FORMAT', `${path} is JSON of no kind that is known.`, {
    right:
      "Known are {address: {name, labels}}, as Etherscan's labels are kept, and {addresses: [{address, sources}]}.",
    todo: 'Check the file, or turn it into CSV with the columns address, label and category.',
  });
}

async function readWhole(path: string): Promise<string> {
  let text = '';
  for await (const piece of readText(path)) {
    text += piece;
    if (text.length <= MOST_BYTES) continue;
    throw new UserError('JSON_TOO_LARGE', `${path} has more than ${MOST_BYTES / 1024 / 1024} MB of JSON.`, {
      right: 'Lists in JSON are held whole while they are read.',
      todo: 'Turn it into CSV with the columns address, label and category: that may have millions of rows.',
    });
  }
  return text;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError('JSON_BROKEN', `${path} is no proper JSON: ${messageOf(error)}.`, {
      todo: 'Get the file again: it may have been cut off.',
    });
  }
}

async function* ofacRows(
  { generatedAtIso, addresses }: z.infer<typeof sanctions>,
  text: string,
): AsyncGenerator<RawRow> {
  const lines = new LineFinder(text);
  for (const entry of addresses) {
    const parsed = sanctioned.safeParse(entry);
    if (!parsed.success) yield { line: lines.last, fault: noEntry(entry) };
    else {
      const { address, sources } = parsed.data;
      const raw = rawTag({
        address,
        label: 'OFAC sanctions list',
        categories: ['sanctioned'],
        source: sources[0]?.url ?? null,
        date: generatedAtIso ?? null,
        confidence: confidenceOf('authority_data'),
        context: sources[0]?.context ?? null,
      });
      yield { line: lines.find(address), raw };
    }
  }
}

async function* labelRows(entries: readonly [string, unknown][], text: string): AsyncGenerator<RawRow> {
  const lines = new LineFinder(text);
  for (const [address, entry] of entries) {
    const line = lines.find(address);
    const parsed = labelled.safeParse(entry);
    if (parsed.success) yield { line, raw: labelRow(address, parsed.data) };
    else yield { line, fault: noEntry(address) };
  }
}

function labelRow(address: string, { name, labels }: z.infer<typeof labelled>): RawTag {
  const words = [...labels].sort();
  const categories: readonly Category[] = TOKEN_NAME.test(name) ? ['token'] : categoriesOf(words, 'etherscan');
  return rawTag({
    address,
    currency: 'ETH',
    // Where an address has no name, its labels are all that is told.
    label: name.trim() === '' ? words.join(', ') : name,
    categories,
    publisherCategory: words.join(', '),
    confidence: confidenceOf('web_crawl'),
  });
}

function noEntry(entry: unknown): UserError {
  return new UserError(
    'ENTRY_INVALID',
    `The entry ${JSON.stringify(entry)?.slice(0, 100)} has not the form of the others.`,
  );
}

/** In which line the entries of a text stand, in whichever order they are looked for; cheapest in their own. */
class LineFinder {
  last = 1;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  find(word: string): number {
    const quotedWord = JSON.stringify(word);
    const place = this.#text.indexOf(quotedWord, this.#at);
    // Keys may be written with escapes, and keys that are numbers come first: then the place before is told.
    if (place < 0) return this.last;
    for (let next = this.#text.indexOf('\n', this.#at); next >= 0 && next < place; ) {
      this.last += 1;
      next = this.#text.indexOf('\n', next + 1);
    }
    this.#at = place;
    return this.last;
  }
}
