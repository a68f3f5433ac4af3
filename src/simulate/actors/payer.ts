/** How a victim pays: straight from an account at an exchange, or from a wallet that is filled up from there. */
import type { ChainId, TransactionHash } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { HOUR, MINUTE } from '../hours.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import type { Exchange } from './exchange.ts';
import { sentBy } from './gas.ts';

export interface Payer {
  /** The wallets that are this person's own: where a payment back goes, or the deposit addresses at the exchange. */
  readonly own: readonly Account[];
  /** The own wallet on a chain, made at the first call. */
  ownOn(chain: ChainId): Account;
  pay(to: Account, value: bigint, paid: (transaction: TransactionHash) => void): void;
}

export function openPayer(
  world: World,
  random: Random,
  person: { readonly owner: string; readonly role: 'victim' | 'ransom-payer'; readonly hasWallet: boolean },
  exchange: Exchange,
): Payer {
  const { owner, role, hasWallet } = person;
  const own: Account[] = [];
  const ownOn = (chain: ChainId): Account => {
    const known = own.find((account) => account.chain === chain);
    if (known !== undefined) return known;
    const supply = sentBy(world, random, () => exchange.coins(chain), 4);
    const account = hasWallet ? world.open(chain, { owner, role, supply }) : exchange.depositAddress(chain, { owner });
    own.push(account);
    return account;
  };
  return {
    own,
    ownOn,
    pay(to, value, paid) {
      if (!hasWallet) {
        exchange.withdraw(to, value, { alone: true, paid });
        return;
      }
      const wallet = ownOn(to.chain);
      const attempt = (): void => {
        const transaction = world.pay(wallet, to, value);
        if (transaction === null) world.after(HOUR, attempt);
        else paid(transaction);
      };
      if (wallet.usdt < value) exchange.withdraw(wallet, value - wallet.usdt, { alone: true });
      world.ready(wallet, [{ from: wallet, to, value }]);
      world.after(random.integer(25, 180) * MINUTE, attempt);
    },
  };
}
