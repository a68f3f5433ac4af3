/** All inferences, in the order in which they need each other. Pure: the same rows, in any order, give the same result. */
import type { Wallet } from '../../src/chains/chain.ts';
import { walletKey } from '../wallet-key.ts';
import { findDeposits } from './deposits.ts';
import { forwardsTo } from './forwarding.ts';
import { findFunders } from './funders.ts';
import { compare, type Histories, indexHistories } from './histories.ts';
import { findLookAlikes } from './look-alikes.ts';
import type { AttributionPolicy } from './policy.ts';
import { findServices } from './services.ts';
import { findSweptTogether } from './swept.ts';
import type { Attribution, AttributionInput, WalletInference } from './types.ts';

export function attribute(input: AttributionInput, policy: AttributionPolicy): Attribution {
  const histories = indexHistories(input);
  const services = findServices(histories, policy);
  const { addresses, successors } = findDeposits(histories, services, policy);
  const victims = [...input.victims];
  const wallets: WalletInference[] = [
    ...services.values(),
    ...successors.values(),
    ...addresses.values(),
    ...findLookAlikes(histories, input.dust, policy),
  ];
  const { accounts } = histories.table;
  const ofServices = new Set([...histories.names.keys(), ...services.keys(), ...successors.keys()]);
  histories.possible.forEach((mark, account) => {
    if (mark === 1) ofServices.add(account);
  });
  const keysOf = (numbers: Iterable<number>) =>
    new Set([...numbers].map((account) => walletKey(histories.wallet(account))));
  const excluded = new Set([
    ...ofServices,
    ...addresses.keys(),
    ...victims.flatMap((wallet) => accounts.ofWallet(wallet)),
  ]);
  const named = (list: Iterable<Wallet>) => [...list].map(walletKey);
  const ties = [
    ...findFunders(
      {
        native: input.native,
        services: new Set([...keysOf(ofServices), ...named(input.named), ...named(input.possible)]),
        mayServe: (funder) => accounts.ofWallet(funder).some((account) => mayServe(histories, account, policy)),
        deposits: keysOf(addresses.keys()),
        apart: new Set([...victims.map(walletKey), ...keysOf(unsettled(histories, policy))]),
      },
      policy,
    ),
    ...findSweptTogether(histories, excluded, policy),
  ];
  return { wallets: wallets.sort((a, b) => compare(orderOf(a), orderOf(b))), ties };
}

/** Whether a wallet deals in the token, and was not read or deals with more than a few. */
function mayServe(
  { table, complete, received, paid }: Histories,
  account: number,
  { funders }: AttributionPolicy,
): boolean {
  const others = new Set([...received(account)].map((row) => table.from[row]));
  for (const row of paid(account)) others.add(table.to[row]);
  return others.size > (complete[account] === 1 ? funders.mostCounterparties : 0);
}

/** Wallets that forwarded nearly all to wallets whose history is not known. */
function unsettled(histories: Histories, { depositAddresses: { leastShare } }: AttributionPolicy): number[] {
  const isUnread = (payee: number) => histories.complete[payee] !== 1;
  return histories.sorted.filter((account) => forwardsTo(histories, account, leastShare, isUnread));
}

function orderOf(inference: WalletInference): string {
  return `${walletKey(inference)} ${inference.kind}`;
}
