/** Text that may stand in XML 1.0, whatever a person typed. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A parser turns these into blanks in attributes, and a carriage return into a line feed, unless they are written so.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** What XML 1.0 has no way to write, not even escaped (section 2.2): control characters and halves of characters. */
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** ASCII without a character of meaning: nearly all that is written, told apart quickly. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

/** Escapes text for an element or an attribute in either kind of quotes; impossible characters become U+FFFD. */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(IMPOSSIBLE, '\u{fffd}')
    .replace(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}

/** An element's attributes, escaped, each after a blank; those that are `null` are left out. */
export function xmlAttributes(attributes: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === null ? '' : ` ${name}="${escapeXml(String(value))}"`))
    .join('');
}
