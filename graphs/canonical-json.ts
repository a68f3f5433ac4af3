/** JSON in which equal values are equal text, so that they can be hashed. */

/**
 * Compact JSON with the keys of every object sorted, and every `bigint` as a decimal string.
 *
 * Keys are ordered by UTF-16 units and numbers are written as ECMAScript writes them, as in RFC 8785 (JSON
 * Canonicalization Scheme). A property that is `undefined` counts as absent.
 *
 * @throws TypeError for what JSON cannot say: NaN, infinities, functions, symbols, maps, dates, `undefined` in an array
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `"${value}"`;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(
    `${typeof value === 'object' ? Object.prototype.toString.call(value) : String(value)} has no JSON.`,
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
