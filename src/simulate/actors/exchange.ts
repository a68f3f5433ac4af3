/** An exchange as its customers meet it: a deposit address on each chain, and withdrawals to any wallet. */
import type { ChainId, TransactionHash } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { HOUR, MINUTE } from '../hours.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import { type Branch, openBranch, type Sweeping } from './exchange-branch.ts';

/** What the hot wallets together are to hold for every customer. */
const HOT_PER_CUSTOMER = 4_000n * USDT;
const FEWEST_CUSTOMERS = 200;
/** A contract that pays many at once has its limit in the energy of one transaction. */
const MOST_IN_BATCH = 100;

export interface Exchange {
  readonly name: string;
  /** The customer's deposit address on a chain, made at the first call. */
  depositAddress(chain: ChainId, customer: { owner: string; network?: string }): Account;
  /** Pays out to any wallet some minutes later; `paid` hears of the transaction. Exchanges that batch pay `alone` where asked. */
  withdraw(
    to: Account,
    value: bigint,
    options?: { alone?: boolean; paid?: (transaction: TransactionHash) => void },
  ): void;
  /** The wallet that pays out the chain's coin at this moment. */
  coins(chain: ChainId): Account;
}

export interface ExchangePlan {
  readonly name: string;
  readonly batches: boolean;
  readonly sweeping: Sweeping;
  readonly lends: boolean;
  readonly hotWallets: number;
  readonly customers: number;
}

interface Withdrawal {
  readonly to: Account;
  readonly value: bigint;
}

export function openExchange(
  world: World,
  plan: ExchangePlan,
  issuer: Readonly<Record<ChainId, Account>>,
  mint: Readonly<Record<ChainId, Account>>,
): Exchange {
  const { name, customers } = plan;
  const random = world.random(name);
  const stock = HOT_PER_CUSTOMER * BigInt(Math.max(customers, FEWEST_CUSTOMERS));
  const open = (chain: ChainId): Branch => openBranch(world, chain, { ...plan, stock }, issuer[chain], mint[chain]);
  const branches = { ethereum: open('ethereum'), tron: open('tron') };
  const queues: Record<ChainId, Withdrawal[]> = { ethereum: [], tron: [] };
  const deposits = new Map<string, Account>();
  if (plan.batches) {
    world.every(10 * MINUTE, () => payBatch(world, branches.tron.hot(), queues.tron));
    world.every(15 * MINUTE, () => payBatch(world, branches.ethereum.hot(), queues.ethereum));
  }

  return {
    name,
    coins: (chain) => branches[chain].hot(),
    depositAddress(chain, { owner, network = '' }) {
      const key = `${chain}/${owner}`;
      const known = deposits.get(key);
      if (known !== undefined) return known;
      const deposit = branches[chain].openDeposit(owner, network);
      deposits.set(key, deposit);
      return deposit;
    },
    withdraw(to, value, { alone = false, paid } = {}) {
      if (plan.batches && !alone) {
        queues[to.chain].push({ to, value });
        return;
      }
      const attempt = (): void => {
        const transaction = world.pay(branches[to.chain].hot(), to, value);
        if (transaction === null) world.after(HOUR, attempt);
        else paid?.(transaction);
      };
      world.after(random.integer(60, 1_200) * 1_000, attempt);
    },
  };
}

/** One transaction for all who wait, as many as the wallet can pay. */
function payBatch(world: World, hot: Account, queue: Withdrawal[]): void {
  const due = queue.splice(0, MOST_IN_BATCH);
  if (due.length === 0) return;
  const movements = due.map(({ to, value }) => ({ from: hot, to, value }));
  if (world.transact(hot, movements) === null) queue.unshift(...due);
}
