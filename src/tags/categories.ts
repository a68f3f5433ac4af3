/**
 * What a wallet is said to be, and at which of these a trace stops: services that mix their customers' money, so that
 * what leaves one is nobody's in particular.
 *
 * Wallets of persons and of networks stop no trace, whatever they did: their money can be followed on, and a mule or a
 * sanctioned wallet is where a trace has to go through. A contract stops none for being a contract. A case may decide
 * otherwise (`stoppingCategories`).
 *
 * `term` is the concept of GraphSense's taxonomy, which derives from that of INTERPOL's Darknet and Cryptocurrencies
 * Working Group, where it has one (graphsense-tagpack-tool, `concepts.yaml`).
 */
export interface CategoryMeaning {
  readonly meaning: string;
  readonly term: string | null;
  readonly stops: boolean;
  /**
   * Two categories of different kinds contradict each other; `null` for what is no word on whose wallet it is, and goes
   * with any other: a mixer may be sanctioned, an exchange's wallet be a contract.
   */
  readonly kind: string | null;
}

export const CATEGORIES = {
  exchange: {
    meaning: "An exchange's own wallet: cold, for fees, or not told which.",
    ...{ term: 'exchange', stops: true, kind: 'exchange' },
  },
  'deposit-address': {
    meaning: "An address at which a service takes in a customer's money; the service knows whose.",
    ...{ term: null, stops: true, kind: 'exchange' },
  },
  'hot-wallet': {
    meaning: "A service's wallet that pays its customers by itself.",
    ...{ term: 'hot_wallet', stops: true, kind: 'exchange' },
  },
  'wallet-service': {
    meaning: "Keeps its customers' keys and money.",
    ...{ term: 'wallet_service', stops: true, kind: 'wallet-service' },
  },
  bridge: {
    meaning: 'Moves money to another chain; the payout there is a transaction of its own.',
    ...{ term: 'defi_bridge', stops: true, kind: 'bridge' },
  },
  'instant-swapper': {
    meaning: 'Changes USDT for other money at once, without an account.',
    ...{ term: null, stops: true, kind: 'instant-swapper' },
  },
  defi: {
    meaning: 'A decentralised exchange, lending or another protocol that pools the money of many.',
    ...{ term: 'defi', stops: true, kind: 'defi' },
  },
  mixer: {
    meaning: 'Mixes the money of many so that none can be told from the rest.',
    ...{ term: 'mixing_service', stops: true, kind: 'mixer' },
  },
  'guarantee-marketplace': {
    meaning: 'A marketplace that holds the money of buyers and sellers until a deal is done.',
    ...{ term: 'market', stops: true, kind: 'marketplace' },
  },
  'payment-processor': {
    meaning: 'Takes payments for merchants, at addresses of its own, and pays them out together.',
    ...{ term: 'payment_processor', stops: true, kind: 'payment-processor' },
  },
  'otc-broker': {
    meaning: 'A desk that buys and sells for many customers over the counter, under a name of its own.',
    ...{ term: null, stops: true, kind: 'otc-broker' },
  },
  gambling: {
    meaning: 'Holds stakes of many players and pays winnings out of all of them.',
    ...{ term: 'gambling', stops: true, kind: 'gambling' },
  },
  'energy-rental': {
    meaning: "Sells what fees are paid with: the chain's coin, or energy on Tron.",
    ...{ term: null, stops: true, kind: 'energy-rental' },
  },
  sanctioned: {
    meaning: 'On a list of sanctions.',
    ...{ term: 'sanction', stops: false, kind: null },
  },
  frozen: {
    meaning: 'Frozen by the issuer of a token when the list was made.',
    ...{ term: null, stops: false, kind: null },
  },
  scam: {
    meaning: 'Said to have taken in money of fraud: phishing, investment fraud, extortion.',
    ...{ term: 'scam', stops: false, kind: 'reported' },
  },
  'scam-compound': {
    meaning: 'Said to belong to a scam compound.',
    ...{ term: null, stops: false, kind: 'reported' },
  },
  hack: {
    meaning: 'Said to have taken in money of an intrusion into a service.',
    ...{ term: 'service_hack', stops: false, kind: 'reported' },
  },
  ransomware: {
    meaning: 'Said to have taken in ransom of extortion by malware.',
    ...{ term: 'ransomware', stops: false, kind: 'reported' },
  },
  victim: {
    meaning: "A victim's own.",
    ...{ term: 'victim', stops: false, kind: 'victim' },
  },
  miner: {
    meaning: 'Makes blocks, or pays out to those who do.',
    ...{ term: 'miner', stops: false, kind: 'miner' },
  },
  token: {
    meaning: 'The contract of a token itself.',
    ...{ term: null, stops: false, kind: 'token' },
  },
  contract: {
    meaning: 'A contract, of which no more is said.',
    ...{ term: null, stops: false, kind: null },
  },
  other: {
    meaning: "Anything else: the publisher's own word is kept.",
    ...{ term: null, stops: false, kind: null },
  },
} as const satisfies Record<string, CategoryMeaning>;

export type Category = keyof typeof CATEGORIES;

/** All of them, in the order of the table. */
export const CATEGORY_NAMES = Object.keys(CATEGORIES) as readonly Category[];

/** Names that lists were written with before there were tags; they are still taken. */
const EARLIER_NAMES: Readonly<Record<string, Category>> = {
  'exchange-deposit': 'deposit-address',
  swapper: 'instant-swapper',
  marketplace: 'guarantee-marketplace',
  'otc-desk': 'otc-broker',
  'fee-service': 'energy-rental',
};

/** The category that a person names: in any case, with blanks or underscores for dashes; `null` where it is none. */
export function namedCategory(text: string): Category | null {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  if (Object.hasOwn(CATEGORIES, name)) return name as Category;
  return Object.hasOwn(EARLIER_NAMES, name) ? (EARLIER_NAMES[name] ?? null) : null;
}

/** True where a trace stops at wallets of the category unless a case decides otherwise. */
export function stopsByDefault(category: Category): boolean {
  return CATEGORIES[category].stops;
}

/** What a person decided for a case: whether its traces stop at wallets of a category. */
export interface CategoryDecision {
  readonly category: Category;
  readonly stops: boolean;
}

/**
 * The categories at which the traces of a case stop, in the order of the table.
 *
 * @param decisions oldest first; the newest of a category counts
 */
export function stoppingCategories(decisions: readonly CategoryDecision[]): readonly Category[] {
  const decided = new Map(decisions.map(({ category, stops }) => [category, stops]));
  return CATEGORY_NAMES.filter((category) => decided.get(category) ?? CATEGORIES[category].stops);
}

/**
 * The categories that contradict another one among them, in the order of the table: a wallet cannot be an exchange's
 * and a victim's.
 */
export function contradicting(categories: Iterable<Category>): readonly Category[] {
  const said = new Set(categories);
  const kinds = new Set([...said].map((category) => CATEGORIES[category].kind).filter((kind) => kind !== null));
  if (kinds.size < 2) return [];
  return CATEGORY_NAMES.filter((category) => said.has(category) && CATEGORIES[category].kind !== null);
}
