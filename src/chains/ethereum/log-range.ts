/**
 * How many blocks and wallets one `eth_getLogs` may ask for: what nodes say of their limits, and what to ask next.
 *
 * No limit is the same at two providers, few are documented, and what is suggested is not always possible (an inverted
 * range, the range that was just refused). So every refusal leads to less than was asked, whatever it says; a limit that
 * is stated is kept for good, one of results only as long as it is met.
 */

export interface LogLimits {
  /** Blocks that are asked for at a time. */
  readonly blocks: number;
  /** The most that is ever asked for, where the provider has said that more is too much. */
  readonly ceiling: number;
  /** Wallets in one topic. */
  readonly wallets: number;
  /** The most that are ever asked for together. */
  readonly mostWallets: number;
}

/** Blocks that most providers take; nodes take up to a thousand topics at a place. */
export const FIRST_LIMITS: LogLimits = {
  blocks: 10_000,
  ceiling: Number.MAX_SAFE_INTEGER,
  wallets: 1_000,
  mostWallets: 1_000,
};

/** What was asked for: blocks from `from` to `to`, both included. */
export interface LogQuestion {
  readonly from: number;
  readonly to: number;
  readonly wallets: number;
}

/** Why a question was refused. */
export type LogRefusal =
  /** Too many blocks; `most` where the limit is stated. */
  | { readonly kind: 'blocks'; readonly most: number | null }
  /** Too many logs, or too slow; `fits` where a range is suggested. */
  | { readonly kind: 'results'; readonly fits: { readonly from: number; readonly to: number } | null }
  /** Too many wallets. */
  | { readonly kind: 'wallets'; readonly most: number | null };

const NUMBER = String.raw`(\d[\d,.]*\s?[km]?)\b`;
const pattern = (text: string) => new RegExp(text.replaceAll('N', NUMBER), 'i');

/** Limits on blocks that name a number, each as its providers word it. */
const STATED_BLOCKS = [
  pattern(String.raw`up to an? N block range\. based on`), // Alchemy, by plan
  pattern('limited to an? N(?: blocks?)? range'), // QuickNode, 1rpc, Blast
  pattern('limited to N block'), // BlockPI
  pattern(String.raw`range \d+ exceeds limit of N`), // Infura
  pattern('maximum block range: N'), // publicnode
  pattern('max block range:? N'), // reth, Hyperliquid, java-tron
  pattern('max block range = N'), // Morph
  pattern('max range: N'), // Cloudflare
  pattern('number of requested blocks is N'), // thirdweb
  pattern('maximum is set to N'), // Avalanche
  pattern('limit the query to at most N blocks'), // Coinbase
  pattern('ranges over N blocks are not supported'), // dRPC
  pattern('max is N blocks'), // Merkle
  pattern(String.raw`range allowed for your plan \(\d+ > N\)`), // Blast, by plan
  pattern('block range exceeds server limit, narrow your filter: N'), // Erigon
  pattern('block range greater than N max'), // Swell
  pattern('block range exceeds N'), // Somnia
  pattern('query must be smaller than size N'), // Harmony
  pattern(String.raw`too wide \(maximum N\)`), // Moonriver
  pattern(String.raw`maximum \[from, to\] blocks distance: N`), // Ankr on TAC
  pattern('up to an? N block range'), // Aurora
];

const SUGGESTED_HEX = /\[\s*0x([0-9a-f]+),\s*0x([0-9a-f]+)\s*\]/i;
const SUGGESTED_DECIMAL = /retry with the range (\d+)-(\d+)/i;

const TOO_MANY_WALLETS =
  /exceed(?:s|ed)? (?:the )?max(?:imum)?(?: of)? .*(?:addresses|topics)|maximum of \d+ addresses or topics|query contains \d+ filters/i;
const STATED_WALLETS = /(?:maximum of|max topics:|max addresses:)\s*(\d+)/i;

const TOO_MANY_BLOCKS =
  /block range|limited to .* (?:range|blocks?)|range (?:is )?too (?:wide|large)|too many blocks|range threshold exceeded|exceeded max allowed|allowed block range/i;
const TOO_MANY_RESULTS =
  /query returned more than|returns too many logs|max results|log response size|response size|response (?:is )?too (?:big|large)|logs matched by query exceeds|timeout|timed out|took too long|no backend is currently healthy|HTTP 413|response exceeds the limit/i;

/**
 * What a node's words mean for the question; `null` where they are about something else.
 *
 * @param said an error's message, with nothing cut from it
 */
export function readLogRefusal(said: string): LogRefusal | null {
  if (TOO_MANY_WALLETS.test(said)) return { kind: 'wallets', most: numberIn(STATED_WALLETS.exec(said)?.[1]) };
  const results = TOO_MANY_RESULTS.test(said);
  const fits = suggestedRange(said);
  // Alchemy names its range limit also where the size of the answer is the trouble.
  const stated = /log response size/i.test(said) ? null : statedBlocks(said);
  if (stated !== null) return { kind: 'blocks', most: stated };
  if (fits !== null || results) return { kind: 'results', fits };
  return TOO_MANY_BLOCKS.test(said) ? { kind: 'blocks', most: null } : null;
}

function statedBlocks(said: string): number | null {
  for (const form of STATED_BLOCKS) {
    const most = numberIn(form.exec(said)?.[1]);
    if (most !== null) return most;
  }
  return null;
}

function suggestedRange(said: string): { from: number; to: number } | null {
  const [, hexFrom, hexTo] = SUGGESTED_HEX.exec(said) ?? [];
  if (hexFrom !== undefined && hexTo !== undefined) {
    return { from: Number.parseInt(hexFrom, 16), to: Number.parseInt(hexTo, 16) };
  }
  const [, from, to] = SUGGESTED_DECIMAL.exec(said) ?? [];
  return from === undefined || to === undefined ? null : { from: Number(from), to: Number(to) };
}

/** `10,000`, `10k` and `2K` are numbers of blocks; 0 and what is no number are none. */
function numberIn(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, digits = '', unit = ''] = /^([\d,.]*\d)[,.]?\s?([km]?)$/i.exec(text) ?? [];
  const number = Number(digits.replace(/[,.](?=\d{3}\b)/g, ''));
  const scaled = number * ({ k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1);
  return Number.isSafeInteger(scaled) && scaled > 0 ? scaled : null;
}

/**
 * The limits under which to ask again: always for less than was asked.
 *
 * @returns `null` where a question about one block and one wallet was refused, which cannot be narrowed
 */
export function narrowLimits(limits: LogLimits, asked: LogQuestion, refusal: LogRefusal): LogLimits | null {
  const span = asked.to - asked.from + 1;
  if (refusal.kind === 'wallets') {
    const fewer = fewerWallets(limits, asked, refusal.most);
    return fewer === null ? null : { ...fewer, mostWallets: fewer.wallets };
  }
  if (span === 1) return fewerWallets(limits, asked, null);
  if (refusal.kind === 'results') {
    const { fits } = refusal;
    const length = fits === null ? 0 : fits.to - fits.from + 1;
    const inside = fits !== null && fits.from >= asked.from && fits.to <= asked.to;
    return { ...limits, blocks: inside && length >= 1 && length < span ? length : half(span) };
  }
  const { most } = refusal;
  if (most !== null && most < span) return { ...limits, blocks: most, ceiling: most };
  // What was refused is too much, even where more is said to be allowed. Ranges grow by doubling, so half of it was good.
  return { ...limits, blocks: half(span), ceiling: Math.min(limits.ceiling, half(span)) };
}

function fewerWallets(limits: LogLimits, { wallets }: LogQuestion, most: number | null): LogLimits | null {
  if (wallets === 1) return null;
  return { ...limits, wallets: most !== null && most >= 1 && most < wallets ? most : half(wallets) };
}

function half(count: number): number {
  return Math.max(1, Math.floor(count / 2));
}

/** So few logs leave room for more blocks; a range with more than four times as many is where providers begin to refuse. */
const FEW_LOGS = 2_500;

/** After a question that was answered: twice as much where few logs came, up to what is known to be too much. */
export function widenLimits(limits: LogLimits, logs: number): LogLimits {
  if (logs > FEW_LOGS) return limits;
  const { blocks, ceiling, wallets, mostWallets } = limits;
  return { ...limits, blocks: Math.min(blocks * 2, ceiling), wallets: Math.min(wallets * 2, mostWallets) };
}
