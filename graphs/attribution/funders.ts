/**
 * Wallets whose fees came from the same wallet: who made the account or first sent it the chain's coin, and who lends it energy.
 *
 * That one wallet activates or funds many was published of scam networks (pattern 14 of docs/simulation.md). Exchanges,
 * gas stations and energy rentals do so for thousands who have nothing else in common: a service ties nobody, nor does
 * whoever funds a service's deposit addresses, or more wallets than a network has.
 */
import type { ChainId, Wallet } from '../../src/chains/chain.ts';
import type { NativeReceipt } from '../../src/chains/off-history.ts';
import { byWallet, walletKey } from '../wallet-key.ts';
import type { AttributionPolicy } from './policy.ts';
import type { Evidence, Tie } from './types.ts';

const NAMED_TRANSFERS = 20;

export interface FunderInput {
  /** Each wallet's first receipts, in any order. */
  readonly native: Iterable<NativeReceipt>;
  /** Wallets of services, named or possible, by `walletKey`: they tie nobody. */
  readonly services: ReadonlySet<string>;
  /**
   * Whether a wallet may be a service for all that is known: one that deals in the token, and was not read, or deals with more than
   * a few. It ties nobody either.
   */
  readonly mayServe: (funder: Wallet) => boolean;
  /** Deposit addresses, by `walletKey`: their fees are seen to by their service. */
  readonly deposits: ReadonlySet<string>;
  /**
   * Wallets that are not to be tied, by `walletKey`: victims' own, and those that forward all to wallets that were not read, since
   * these may be deposit addresses of a service that is not known.
   */
  readonly apart: ReadonlySet<string>;
}

/** A native receipt as evidence: it is no transfer of a token, and has no occurrence. */
interface Funding {
  readonly funder: Wallet;
  readonly wallet: Wallet;
  readonly receipt: NativeReceipt;
}

/** One tie for each funder of two wallets or more, by the funder's chain and address. */
export function findFunders(input: FunderInput, { funders }: AttributionPolicy): Tie[] {
  if (!funders.on) return [];
  const ties: Tie[] = [];
  for (const fundings of byFunder(fundingsOf(input.native, funders.mostCoin))) {
    const [first] = fundings;
    if (first === undefined || input.services.has(walletKey(first.funder)) || input.mayServe(first.funder)) continue;
    const funded = new Map(fundings.map((funding) => [walletKey(funding.wallet), funding.wallet]));
    const ofServices = [...funded.keys()].filter((key) => input.services.has(key) || input.deposits.has(key)).length;
    if (funded.size > funders.mostWallets || ofServices >= funders.leastOfServices) continue;
    const isTied = (key: string) => !input.services.has(key) && !input.apart.has(key);
    const wallets = [...funded].filter(([key]) => isTied(key)).map(([, wallet]) => wallet);
    if (wallets.length < 2) continue;
    ties.push({
      kind: 'funder',
      by: first.funder,
      wallets: wallets.sort(byWallet),
      confidence: Math.floor(99 - (49 * funded.size) / funders.mostWallets),
      reason: `One wallet first paid the fees of ${wallets.length} wallets.`,
      evidence: evidenceOf(fundings, wallets),
    });
  }
  return ties.sort((a, b) => byWallet(a.by, b.by));
}

/** What ties: whoever made an account or first sent it coins, and each who lent it energy. */
function fundingsOf(native: Iterable<NativeReceipt>, mostCoin: Readonly<Record<ChainId, bigint>>): Funding[] {
  const first = new Map<string, NativeReceipt>();
  const fundings: Funding[] = [];
  const add = (receipt: NativeReceipt): void => {
    const { chain, from, to } = receipt;
    if (from !== to) fundings.push({ funder: { chain, address: from }, wallet: { chain, address: to }, receipt });
  };
  for (const receipt of native) {
    if (receipt.kind === 'energy') add(receipt);
    const key = `${receipt.kind} ${receipt.chain}:${receipt.to}`;
    const known = first.get(key);
    if (known === undefined || compareReceipts(receipt, known) < 0) first.set(key, receipt);
  }
  for (const receipt of first.values()) {
    if (receipt.kind !== 'energy' && receipt.value <= mostCoin[receipt.chain]) add(receipt);
  }
  return fundings.sort((a, b) => compareReceipts(a.receipt, b.receipt));
}

function byFunder(fundings: readonly Funding[]): Iterable<Funding[]> {
  const groups = new Map<string, Funding[]>();
  for (const funding of fundings) {
    const key = walletKey(funding.funder);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [funding]);
    else group.push(funding);
  }
  return groups.values();
}

function evidenceOf(fundings: readonly Funding[], wallets: readonly Wallet[]): Evidence {
  const tied = new Set(wallets.map(walletKey));
  const own = fundings.filter(({ wallet }) => tied.has(walletKey(wallet)));
  const countOf = (kind: NativeReceipt['kind']) => own.filter(({ receipt }) => receipt.kind === kind).length;
  return {
    figures: {
      wallets: wallets.length,
      ...{ activations: countOf('activation'), coins: countOf('coin'), energy: countOf('energy') },
    },
    transfers: own.slice(0, NAMED_TRANSFERS).map(({ receipt }) => {
      const { chain, kind, transaction, from, to, value } = receipt;
      return { chain, asset: kind, transaction, from, to, value, occurrence: 0 };
    }),
    transferCount: own.length,
  };
}

/** By time, then by all that tells receipts apart. */
function compareReceipts(a: NativeReceipt, b: NativeReceipt): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  const [one, other] = [a, b].map(
    (each) => `${each.chain} ${each.transaction} ${each.kind} ${each.from} ${each.to} ${each.value}`,
  );
  return (one ?? '') < (other ?? '') ? -1 : Number((one ?? '') > (other ?? ''));
}
