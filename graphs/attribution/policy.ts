/** What is inferred of wallets, and from what on: one plain object, which goes into hashes as it is. */

import type { ChainId } from '../../src/chains/chain.ts';

export interface AttributionPolicy {
  readonly depositAddresses: DepositPolicy;
  readonly services: ServicePolicy;
  readonly funders: FunderPolicy;
  readonly lookAlikes: { readonly on: boolean };
  readonly sweptTogether: SweptPolicy;
}

interface DepositPolicy {
  readonly on: boolean;
  /** Of what a wallet received up to its last payout, so much has to go to sinks of one service, in percent. */
  readonly leastShare: number;
  /** A sink without a name needs so many wallets that forward to it. */
  readonly leastForwarders: number;
  /** Of the payers of such a sink whose history is whole, so many have to forward to it, in percent. */
  readonly leastForwarding: number;
  /** So many wallets that leave one sink for another, for good, make that one the same service's. */
  readonly leastMoved: number;
  /** What a tag has to say of a sink for those that forward to it to be its deposit addresses. */
  readonly categories: readonly string[];
}

interface ServicePolicy {
  readonly on: boolean;
  /** Holds far more than any payout takes: the median payout takes so little of what is held, in thousandths. */
  readonly stocked: { readonly payers: number; readonly payees: number; readonly mostTaken: number };
  /** Takes in from many, pays out to many, and is busy, as `src/crawl/behaviour.ts` has it of the newest transfers. */
  readonly busy: {
    readonly counterparties: number;
    readonly payers: number;
    readonly payees: number;
    readonly perDay: number;
  };
  /**
   * Is filled by wallets that do nothing else, and keeps some stock. Of the payers whose history is whole, at least so many, and so
   * many percent, have to forward all to it.
   */
  readonly swept: {
    readonly payers: number;
    readonly leastForwarders: number;
    readonly leastForwarding: number;
    readonly payees: number;
    readonly mostTaken: number;
  };
}

interface FunderPolicy {
  readonly on: boolean;
  /** More than this, in sun or wei, is money and no fee. */
  readonly mostCoin: Readonly<Record<ChainId, bigint>>;
  /** One that deals in the token with more wallets may be a service, whatever else it does. */
  readonly mostCounterparties: number;
  /** One that funds more wallets serves the public. */
  readonly mostWallets: number;
  /** One that funds so many wallets of services, or deposit addresses, is a service's own, or serves the public. */
  readonly leastOfServices: number;
}

interface SweptPolicy {
  readonly on: boolean;
  /** Between the first and the last of one sweep, in milliseconds. */
  readonly within: number;
  /** A payout empties a wallet that takes so much of what is held, in percent. */
  readonly leastShare: number;
}

/**
 * The defaults. docs/attribution.md says where each figure comes from: the share from Victor (FC 2020) and 24 seized
 * wallets, `busy` from docs/services.md, the others from simulated economies, with a margin to real money changers.
 */
export const ATTRIBUTION_POLICY: AttributionPolicy = {
  depositAddresses: {
    on: true,
    leastShare: 90,
    leastForwarders: 1,
    leastForwarding: 50,
    leastMoved: 3,
    categories: ['exchange', 'hot-wallet', 'wallet-service', 'payment-processor', 'gambling'],
  },
  services: {
    on: true,
    stocked: { payers: 12, payees: 8, mostTaken: 50 },
    busy: { counterparties: 80, payers: 40, payees: 40, perDay: 12 },
    swept: { payers: 40, leastForwarders: 2, leastForwarding: 80, payees: 8, mostTaken: 250 },
  },
  funders: {
    on: true,
    // 1,000 TRX, and 0.5 ETH.
    mostCoin: { ethereum: 5n * 10n ** 17n, tron: 10n ** 9n },
    mostCounterparties: 10,
    mostWallets: 250,
    leastOfServices: 1,
  },
  lookAlikes: { on: true },
  sweptTogether: { on: true, within: 15 * 60_000, leastShare: 95 },
};
