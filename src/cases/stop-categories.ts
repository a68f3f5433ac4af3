/**
 * What a trace stops at: services that mix their customers' money, so that what leaves one is nobody's in particular.
 *
 * A category that is not here does not stop a trace. Wallets of persons and of networks do not, whatever they did: their
 * money can be followed on, and a broker, a mule or a sanctioned wallet is where a trace has to go through. Nor does the
 * issuer of a token: what it destroys or redeems is read from the chain. A contract is none for being a contract.
 */
export const STOP_CATEGORIES = {
  exchange: "An exchange's own wallet, hot, cold or for fees.",
  'exchange-deposit': "An address at which an exchange takes in a customer's money; the exchange knows whose.",
  bridge: 'Moves money to another chain; the payout there is a transaction of its own.',
  swapper: 'Changes USDT for other money at once: an instant swapper, or a pool of a decentralised exchange.',
  mixer: 'Mixes the money of many so that none can be told from the rest.',
  'payment-processor': 'Takes payments for merchants, at addresses of its own, and pays them out together.',
  marketplace: 'Holds the money of buyers and sellers until a deal is done, as a guarantee marketplace does.',
  'otc-desk': 'A desk that buys and sells for many customers over the counter, under a name of its own.',
  gambling: 'Holds stakes of many players and pays winnings out of all of them.',
  'fee-service': "Sells what fees are paid with: the chain's coin, or energy on Tron.",
} as const;

export type StopCategory = keyof typeof STOP_CATEGORIES;

export function isStopCategory(text: string): text is StopCategory {
  return Object.hasOwn(STOP_CATEGORIES, text);
}
