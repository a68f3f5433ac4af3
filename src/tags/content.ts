/** What kind of file it is that came, by how it begins: a server that fails often sends a page that says why. */
import { quoted } from '../errors.ts';

/** What a publisher's file has to be. */
export type Content = 'xml' | 'yaml' | 'tar.gz';

/** So many bytes tell the kind. */
export const START_BYTES = 4096;

/** What else it may turn out to be. */
type Kind = Content | 'html' | 'json' | 'empty' | 'packed' | 'binary' | 'text';

/** Why the beginning of a file is not what was asked for, as the end of a sentence; `null` where it may be. */
export function contentFault(start: Buffer, wanted: Content): string | null {
  const kind = kindOf(start);
  if (kind === wanted) return null;
  return `${wordsFor(kind, start)} came instead of ${WANTED[wanted]}`;
}

const WANTED: Readonly<Record<Content, string>> = {
  xml: 'a list in XML',
  yaml: 'a list in YAML',
  'tar.gz': 'a packed folder (tar.gz)',
};

function kindOf(start: Buffer): Kind {
  if (start.length === 0) return 'empty';
  if (start[0] === 0x1f && start[1] === 0x8b) return 'tar.gz';
  const text = textOf(start);
  if (/^PK|^BZh|^\xfd7zXZ|^7z/.test(start.subarray(0, 6).toString('latin1'))) return 'packed';
  if (text === null) return 'binary';
  if (text === '') return 'empty';
  const root = text.replace(/<\?[\s\S]*?\?>|<!--[\s\S]*?-->/g, '').trimStart();
  if (/^<(?:!doctype\s+html|html|head|body|script|title|meta)\b/i.test(root)) return 'html';
  if (text.startsWith('<')) return 'xml';
  if (/^[{[]/.test(text)) return 'json';
  return /^(?:---|%YAML|#|"?[A-Za-z_]+"?\s*:)/.test(text) ? 'yaml' : 'text';
}

/** Text from its first sign on; `null` where it is none. A sign may go on behind the end. */
function textOf(start: Buffer): string | null {
  if (start.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true }).trim();
  } catch {
    return null;
  }
}

function wordsFor(kind: Kind, start: Buffer): string {
  switch (kind) {
    case 'html': {
      const title = /<title[^>]*>([^<]*)/i.exec(textOf(start) ?? '')?.[1]?.trim();
      return title ? `a web page (HTML) with the title ${quoted(title)}` : 'a web page (HTML)';
    }
    case 'xml':
      return 'XML';
    case 'yaml':
      return 'YAML';
    case 'tar.gz':
      return 'a packed file (gzip)';
    case 'json':
      return `JSON that begins with ${quoted(textOf(start) ?? '')}`;
    case 'empty':
      return 'an empty file';
    case 'packed':
      return 'a packed file';
    case 'binary':
      return 'a file that is no text';
    case 'text':
      return `text that begins with ${quoted(textOf(start) ?? '')}`;
  }
}
