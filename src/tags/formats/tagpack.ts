/**
 * GraphSense TagPacks: a header whose fields hold for every tag that does not have its own, and a sequence `tags`.
 *
 * A pack may have a million tags, which no YAML parser holds in little memory. So the header is parsed first, then each
 * item of the sequence by itself: an item begins where a dash stands at the sequence's own indent, and whatever else
 * belongs to it stands further in. An item that is broken is refused alone. What refers to an anchor is refused everywhere,
 * since that can expand without end. All values are text: to YAML an address such as 0x12 is a number.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, UserError } from '../../errors.ts';
import { confidenceOf, publishedConfidence } from '../confidence.ts';
import { readLines } from '../lines.ts';
import type { RawTag } from '../tag.ts';
import { categoriesOf } from '../words.ts';
import { type OpenedFormat, type RawRow, rawTag } from './format.ts';

/** Far more than a header or a tag has, and little enough to parse, however it is nested. */
const MOST_LENGTH = 64 * 1024;

const text = z.string().transform((value) => (/^(?:|~|null)$/i.test(value.trim()) ? null : value));
const texts = z.union([text.transform((value) => (value === null ? [] : [value])), z.array(z.string())]);
/** The fields of a tag; each may stand in the header. Others are passed over. */
const fields = z.object({
  address: text.optional(),
  tx_hash: text.optional(),
  currency: text.optional(),
  network: text.optional(),
  label: texts.optional(),
  category: texts.optional(),
  abuse: texts.optional(),
  concepts: texts.optional(),
  source: text.optional(),
  lastmod: text.optional(),
  confidence: text.optional(),
  context: text.optional(),
  actor: text.optional(),
});
const head = fields.extend({ creator: text.optional() });

type Fields = z.infer<typeof fields>;

/** @throws UserError `TAGPACK_HEADER`, `TAGPACK_TAGS`, or what reading the lines of a file may throw */
export async function openTagPack(path: string): Promise<OpenedFormat> {
  const { creator, ...header } = await readHeader(path);
  return { publisher: creator ?? null, rows: { [Symbol.asyncIterator]: () => readRows(path, header) } };
}

/** A line at the left edge that is no item and no comment: a field of the header, or a mark of YAML itself. */
const HEADER_LINE = /^[^\s#-]|^---/;
const TAGS_LINE = /^(?:tags|"tags"|'tags')\s*:\s*(.*)$/;

/** The header's fields may stand before the tags and behind them. */
async function readHeader(path: string): Promise<z.infer<typeof head>> {
  let found = 0;
  let inTags = false;
  let length = 0;
  const lines: string[] = [];
  for await (const { line, text } of readLines(path)) {
    const tags = TAGS_LINE.exec(text);
    if (tags !== null) {
      found += 1;
      inTags = true;
      if (!/^(?:#.*)?$/.test(tags[1] ?? '')) throw inFlow(path, line);
    } else if (HEADER_LINE.test(text)) inTags = false;
    if (inTags) continue;
    length += text.length + 1;
    if (length > MOST_LENGTH)
      throw headerFault(path, `it has more than ${MOST_LENGTH.toLocaleString('en-US')} characters`);
    lines.push(text);
  }
  if (found !== 1) throw headerFault(path, found === 0 ? 'it has no tags' : `"tags" stands in it ${found} times`);
  try {
    return head.parse(parseYaml(lines.join('\n')) ?? {});
  } catch (error) {
    throw headerFault(path, reasonOf(error));
  }
}

function inFlow(path: string, line: number): UserError {
  return new UserError('TAGPACK_TAGS', `The tags of ${path} do not stand one below the other (line ${line}).`, {
    right: 'Behind "tags:" the line ends, and each tag begins with a dash on a line of its own.',
    todo: 'Write the file again in that form, so that it can be read bit by bit.',
  });
}

function headerFault(path: string, reason: string): UserError {
  return new UserError('TAGPACK_HEADER', `The header of ${path} cannot be used: ${reason}.`, {
    right:
      'A TagPack has fields such as label, source and currency, then "tags:" with a list. What refers to an anchor (*) is not taken.',
    todo: 'Correct it: every tag takes from it what it does not tell itself.',
  });
}

/** Text, lists and maps; no anchors, no types, no field twice. @throws Error with the reason */
function parseYaml(content: string): unknown {
  const document = parseDocument(content, { schema: 'failsafe', logLevel: 'silent', prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  return document.toJS({ maxAliasCount: 0 });
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `the field ${issue?.path.join('.') ?? ''} is not of the right kind`;
  }
  // Nesting without end exhausts the stack of the parser.
  const message = messageOf(error);
  if (/call stack/.test(message)) return 'it is nested too deeply';
  if (error instanceof ReferenceError) return 'it refers to an anchor';
  return message.replace(/\.$/, '');
}

async function* readRows(path: string, header: Fields): AsyncGenerator<RawRow> {
  for await (const { line, text } of items(path)) yield { line, ...readItem(text, header) };
}

/** The texts of the items of `tags`, each with the line where it begins. */
async function* items(path: string): AsyncGenerator<{ line: number; text: string }> {
  let inTags = false;
  let indent: string | null = null;
  let item: { line: number; lines: string[]; length: number } | null = null;
  for await (const { line, text } of readLines(path)) {
    if (TAGS_LINE.test(text)) inTags = true;
    else if (HEADER_LINE.test(text)) inTags = false;
    else if (inTags) {
      indent ??= /^(\s*)-(?:\s|$)/.exec(text)?.[1] ?? null;
      const begins =
        indent !== null && text.startsWith(`${indent}-`) && /^(?:\s|$)/.test(text.slice(indent.length + 1));
      if (begins || item === null) {
        if (item !== null) yield { line: item.line, text: item.lines.join('\n') };
        if (begins || !/^\s*(?:#.*)?$/.test(text)) item = { line, lines: [text], length: text.length };
      } else {
        item.length += text.length + 1;
        // What is beyond is not kept, and the item is refused for its length.
        if (item.length <= MOST_LENGTH) item.lines.push(text);
        else if (item.lines.length > 0) item.lines = [];
      }
    }
  }
  if (item !== null) yield { line: item.line, text: item.lines.join('\n') };
}

function readItem(content: string, header: Fields) {
  try {
    if (content === '' || content.length > MOST_LENGTH) throw new Error('it is too long');
    const [own] = z.tuple([fields]).parse(parseYaml(content));
    const tag = { ...header, ...own };
    if ((tag.address ?? null) === null && (tag.tx_hash ?? null) !== null) {
      return { leftOut: { code: 'NO_ADDRESS', text: 'tags of transactions' } } as const;
    }
    return { raw: readTag(tag) };
  } catch (error) {
    if (error instanceof UserError) return { fault: error };
    return {
      fault: new UserError('TAG_BROKEN', `The tag is no proper YAML: ${reasonOf(error)}.`, {
        right: 'A tag is a list of fields such as address, label and currency, and refers to no anchor.',
        todo: 'Correct it.',
      }),
    };
  }
}

function noCurrency(): never {
  throw new UserError('CURRENCY_MISSING', 'It names neither currency nor network.', {
    right: 'One of them says on which chain the address is, in the tag or in the header.',
    todo: 'Add it.',
  });
}

function readTag(tag: Fields): RawTag {
  const words = [...new Set([tag.category, tag.concepts, tag.abuse].flatMap((each) => each ?? []))];
  const categories = categoriesOf(words, 'graphsense');
  const context = [tag.context, tag.actor ? `actor ${tag.actor}` : null].filter(
    (each) => each !== null && each !== undefined,
  );
  return rawTag({
    address: tag.address ?? '',
    // The network says where an address is; beside it the currency says of what.
    currency: tag.network ?? tag.currency ?? noCurrency(),
    label: (tag.label ?? []).join(', ') || null,
    categories,
    publisherCategory: words.length === 0 ? null : words.join(', '),
    source: tag.source ?? null,
    date: tag.lastmod ?? null,
    confidence: tag.confidence ? publishedConfidence(tag.confidence) : confidenceOf('unknown'),
    context: context.length === 0 ? null : context.join('; '),
  });
}
