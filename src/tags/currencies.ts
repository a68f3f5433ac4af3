/** On which chain an address is, by the currency or network that a list names beside it. */
import type { ChainId } from '../chains/chain.ts';
import { quoted, UserError } from '../errors.ts';

const OURS: Readonly<Record<string, ChainId>> = {
  eth: 'ethereum',
  ethereum: 'ethereum',
  erc20: 'ethereum',
  'erc-20': 'ethereum',
  trx: 'tron',
  tron: 'tron',
  trc20: 'tron',
  'trc-20': 'tron',
};

/** Tokens that there are on both chains, and on others: the form of the address tells. */
const TOKENS = new Set(['usdt', 'usdc', 'usdd', 'tusd', 'dai', 'busd', 'weth', 'wbtc']);

/**
 * Coins and chains that are not read, as lists name them. Addresses of many of them look like Ethereum's, and a contract
 * there is another one than at the same address here.
 */
const OTHERS = new Set(
  [
    'btc xbt bitcoin bch bsv btg ltc doge dash zec xmr xrp ripple xlm ada algo atom dot ksm sol solana xtz eos neo gas etp',
    'bnb bep2 bep20 bsc binance matic pol polygon avax avalanche ftm fantom etc ethw op optimism arb arbitrum base cro celo',
    'one glmr movr klay kcs kcc ht heco okt okc xdc xinfin rbtc rsk sgb flr theta tfuel vet zil ziliqa aion clo callisto kai',
    'kaihot apt sui near fil dcr xvg xec dgb waves iota miota luna luna2 ton hbar icp egld kava rune osmo zksync linea scroll',
  ]
    .join(' ')
    .split(' '),
);

/**
 * The chain of ours that a currency stands for, or what the list calls another.
 *
 * @param currency `null` where the list names none, so that only the form of the address tells
 * @throws UserError `CURRENCY_UNKNOWN` where the currency is not known and the address may be one of ours;
 *   `ADDRESS_UNKNOWN` where there is no currency and the address has the form of none
 */
export function chainOfCurrency(
  currency: string | null,
  address: string,
): { readonly chain: ChainId } | { readonly other: string } {
  const named = currency?.trim() ?? '';
  const key = named.toLowerCase();
  const chain = OURS[key];
  if (chain !== undefined) return { chain };
  if (OTHERS.has(key)) return { other: named };
  const form = chainOfForm(address);
  if (named === '') return form === null ? byBeginning(address) : { chain: form };
  if (TOKENS.has(key)) return form === null ? { other: named } : { chain: form };
  if (form === null) return { other: named };
  throw new UserError('CURRENCY_UNKNOWN', `${quoted(named)} is no currency or chain that is known.`, {
    right:
      'ETH and TRX name the chains that are read, USDT and other tokens that are on both go by the form of the address.',
    todo: 'Correct it. If it is of another chain, nothing is lost.',
  });
}

/** The chain whose addresses look so, mistyped ones among them: `parseAddress` checks. */
function chainOfForm(address: string): ChainId | null {
  if (/^0x[0-9a-fA-F]{40}$/i.test(address)) return 'ethereum';
  return /^t[0-9a-z]{33}$/i.test(address) || /^41[0-9a-f]{40}$/i.test(address) ? 'tron' : null;
}

/** Of what has the form of neither: one of ours that is too short or too long is for `parseAddress` to refuse. */
function byBeginning(address: string): { readonly chain: ChainId } | { readonly other: string } {
  if (/^(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[0-9a-z]{11,87})$/i.test(address)) return { other: 'BTC' };
  if (/^0x/i.test(address)) return { chain: 'ethereum' };
  if (/^T[0-9A-Za-z]{20,}$/.test(address)) return { chain: 'tron' };
  throw new UserError('ADDRESS_UNKNOWN', `${quoted(address)} has the form of no address that is known.`, {
    right: 'An Ethereum address is 0x and 40 hex digits, a Tron address has 34 characters and starts with T.',
    todo: 'Copy it again, or remove the row.',
  });
}
