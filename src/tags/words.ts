/**
 * Publishers' own words for what a wallet is, and the categories that they stand for. A word that is not here, or says
 * nothing of that, stands for none; the tag keeps it.
 */
import { CATEGORIES, CATEGORY_NAMES, type Category } from './categories.ts';

/** GraphSense's concepts, entities and abuses (graphsense-tagpack-tool, `concepts.yaml`), beside those named as ours are. */
const GRAPHSENSE: Partial<Record<Category, readonly string[]>> = {
  bridge: ['defi_bridge'],
  defi: ['defi', 'defi_dex', 'defi_lending', 'defi_derivative', 'defi_derivatives'],
  mixer: ['mixing_service', 'mixing', 'coinjoin'],
  'guarantee-marketplace': ['market', 'escrow_wallet'],
  sanctioned: ['sanction', 'sanction_list'],
  frozen: ['black_list', 'blacklist'],
  scam: [
    ...['phishing', 'investment_fraud', 'ponzi_scheme', 'pyramid_scheme', 'financial_crime', 'payment_card_fraud'],
    ...['extortion', 'sextortion'],
  ],
  hack: ['service_hack'],
  miner: ['mining_service'],
};

/** Etherscan's labels. Those of companies and protocols stand for what these are; most labels stand for none. */
const ETHERSCAN: Partial<Record<Category, readonly string[]>> = {
  exchange: [
    ...['abcc', 'allbit', 'ascendex', 'bgogo', 'binance', 'bitfinex', 'bithumb', 'bitmart', 'bitmex', 'bitstamp'],
    ...['bittrex', 'cobinhood', 'coinbase', 'coinbit', 'coinhako', 'coinmetro', 'coinone', 'coinsquare', 'coss-io'],
    ...['crex24', 'crypto-com', 'deribit', 'digifinex', 'ftx', 'gate-io', 'gbx', 'gemini', 'hitbtc', 'hoo-com'],
    ...['hotbit', 'huobi', 'korbit', 'kraken', 'kryptono', 'kucoin', 'latoken', 'liquid', 'okx', 'paribu', 'poloniex'],
    ...['quadrigacx', 'remitano', 'resfinex', 'tidex', 'topbtc', 'trade-io', 'upbit', 'yunbi', 'zb-com'],
  ],
  'deposit-address': ['binance-deposit'],
  'instant-swapper': ['changenow', 'shapeshift'],
  bridge: ['multichain', 'wormhole', 'across-protocol', 'hop-protocol', 'synapse', 'celer-network', 'connext'],
  defi: [
    ...['dex', '1inch', 'aave', 'airswap', 'balancer', 'bancor', 'compound', 'curve-fi', 'idex', 'kyberswap'],
    ...['pancakeswap', 'paraswap', 'sushiswap', 'yield-farming'],
  ],
  mixer: ['ethereum-mixer', 'tornado-cash', 'typhoon-cash'],
  gambling: ['etheroll', 'fomo3d'],
  sanctioned: ['ofac-sanctions-lists'],
  miner: ['mining', 'f2pool', 'miningpoolhub'],
  token: ['stablecoin', 'bridged-token', 'spam-token', 'wrapped-bitcoin'],
  contract: ['smart-contract', 'old-contract', 'proxy-contract', 'factory-contract', 'logic-contract'],
};

export type Vocabulary = 'graphsense' | 'etherscan';

const VOCABULARIES: Readonly<Record<Vocabulary, ReadonlyMap<string, Category>>> = {
  graphsense: byWord(GRAPHSENSE),
  etherscan: byWord(ETHERSCAN),
};

function byWord(table: Partial<Record<Category, readonly string[]>>): ReadonlyMap<string, Category> {
  const entries = Object.entries(table) as [Category, readonly string[]][];
  return new Map(entries.flatMap(([category, words]) => words.map((word) => [word, category] as const)));
}

/**
 * The categories that a publisher's words stand for, each once and in the order of the table: a mixer that is on a list
 * of sanctions is both. The vaguer goes where another says more: `exchange` beside its deposit address, `contract` beside
 * anything that says what for.
 */
export function categoriesOf(words: readonly string[], vocabulary: Vocabulary): readonly Category[] {
  const known = VOCABULARIES[vocabulary];
  const said = new Set(words.flatMap((word) => known.get(word.toLowerCase()) ?? ours(word)));
  said.delete('other');
  if (said.has('deposit-address') || said.has('hot-wallet')) said.delete('exchange');
  const telling = [...said].some((category) => category !== 'contract' && CATEGORIES[category].kind !== null);
  if (telling) said.delete('contract');
  return CATEGORY_NAMES.filter((category) => said.has(category));
}

/** Words that are names of ours. Earlier names are not among them: Etherscan's `marketplace` deals in pictures. */
function ours(word: string): Category[] {
  const name = word.toLowerCase().replaceAll('_', '-');
  return CATEGORY_NAMES.filter((category) => category === name);
}
