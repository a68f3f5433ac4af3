/** A wallet while the simulation runs: what it holds, and who sees to its fees. */
import type { Address, ChainId } from '../chains/chain.ts';
import type { Role } from './types.ts';

/**
 * Sees to it that an account can pay a fee: lets somebody send it at least `need` of the chain's coin, or lends it
 * energy. It may fail, and then the account cannot pay.
 */
export type Supply = (account: Account, need: bigint) => void;

export class Account {
  readonly chain: ChainId;
  readonly address: Address;
  readonly role: Role;
  readonly supply: Supply | null;
  usdt = 0n;
  /** In the coin's base units: sun or wei. */
  coin = 0n;
  /** Transfers of USDT on Tron whose energy somebody has lent. */
  energy = 0;
  /** On Tron an account is there, and can pay, only once it has been sent TRX. */
  active = false;
  /** Who wants to hear of money that has come. */
  readonly receivers: (() => void)[] = [];

  constructor(chain: ChainId, address: Address, role: Role, supply: Supply | null) {
    this.chain = chain;
    this.address = address;
    this.role = role;
    this.supply = supply;
  }
}
