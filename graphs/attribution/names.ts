/**
 * Which service the tags of a wallet name. Publishers number and describe a service's wallets: "Binance 14", "Binance: Hot
 * Wallet 3" and "binance reserve wallets USDT" all name Binance.
 */

/** What somebody says of a wallet of a service. */
export interface ServiceClaim {
  readonly name: string;
  readonly category: string;
  /** Who says so. */
  readonly source: string;
  /** From 0 to 100; more where a person vouches for it. */
  readonly confidence: number;
}

export interface ChosenService<T extends ServiceClaim> {
  /** The claim that stands. */
  readonly best: T;
  /** The service's name without what tells its wallets apart. */
  readonly name: string;
  /** Equal for names of one service, whatever their case. */
  readonly key: string;
  /** What those who name this service say that the wallet is, sorted. */
  readonly categories: readonly string[];
  /** Names of other services that are said of it, sorted. */
  readonly others: readonly string[];
}

/** Words that, behind a name, describe a wallet: alone, or first, they may be the name. */
const DESCRIBING = new Set(
  (
    'hot cold warm wallet wallets deposit deposits withdrawal withdrawals reserve reserves address addresses account main ' +
    'usdt usdc trx tron eth ethereum btc'
  ).split(' '),
);
/** Words that many services share: with a number behind them they may be two. */
const SHARED = new Set('exchange exchanger bridge pool service market wallet user unknown'.split(' '));
const NUMBER = /^(?:#|no\.?)?\d+$/i;

/**
 * The name of a service without the numbers and words behind it that tell its wallets apart; the whole text where no name would be
 * left.
 */
export function serviceName(text: string): string {
  const whole = text.normalize('NFKC').trim();
  const [head = ''] = whole.split(/[:;|]|\s[–—-]\s|\(/);
  const words = head.split(/[\s_]+/).filter((word) => word !== '');
  const describes = (word: string) => DESCRIBING.has(word.toLowerCase()) || NUMBER.test(word);
  const last = words.findLastIndex((word) => !describes(word));
  const own = words.slice(0, last + 1);
  const [first = ''] = own;
  return own.length === 0 || (own.length === 1 && SHARED.has(first.toLowerCase())) ? whole : own.join(' ');
}

/**
 * The service that is named: of the claim that is surest, then of most claims, then the first by its name. In the order of
 * confidence, category, source and name the first of its claims stands.
 *
 * @param claims at least one
 */
export function chooseService<T extends ServiceClaim>(claims: readonly T[]): ChosenService<T> {
  const groups = new Map<string, T[]>();
  for (const claim of [...claims].sort(bySurest)) {
    const key = keyOf(claim);
    groups.set(key, [...(groups.get(key) ?? []), claim]);
  }
  const [first, ...rest] = [...groups].sort(
    ([keyA, a], [keyB, b]) => surest(b) - surest(a) || b.length - a.length || (keyA < keyB ? -1 : 1),
  );
  const [key, own] = first ?? ['', []];
  const [best] = own;
  if (best === undefined) throw new Error('Nobody claims anything of the wallet.');
  return {
    ...{ best, key, name: serviceName(best.name) },
    categories: [...new Set(own.map(({ category }) => category))].sort(),
    others: [...new Set(rest.map(([, [other]]) => serviceName(other?.name ?? '')))].sort(),
  };
}

function keyOf({ name }: ServiceClaim): string {
  return serviceName(name).toLowerCase();
}

function surest(claims: readonly ServiceClaim[]): number {
  return claims[0]?.confidence ?? 0;
}

function bySurest(a: ServiceClaim, b: ServiceClaim): number {
  if (a.confidence !== b.confidence) return b.confidence - a.confidence;
  const key = (['category', 'source', 'name'] as const).find((each) => a[each] !== b[each]);
  return key === undefined ? 0 : a[key] < b[key] ? -1 : 1;
}
