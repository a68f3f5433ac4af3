/** An exchange as its customers meet it: a deposit address on each chain, and withdrawals to any wallet. */
import { CHAINS, type ChainId, type TransactionHash } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { HOUR, SECOND } from '../hours.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import { type Branch, openBranch } from './exchange-branch.ts';
import type { Sweeping } from './sweeping.ts';

/** What the hot wallets together are to hold for every customer. */
const HOT_PER_CUSTOMER = 4_000n * USDT;
const FEWEST_CUSTOMERS = 200;
/** A contract that pays many at once has its limit in the energy of one transaction. */
const MOST_IN_BATCH = 100;
const BATCHES = 3 * HOUR;
/** What is more than this part of a hot wallet's stock is paid by hand from the cold wallet. */
const LARGE_OF = 4n;

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
    for (const chain of CHAINS) world.every(BATCHES, () => payBatches(world, branches[chain], queues[chain]));
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
      if (plan.batches && !alone && value <= stock / LARGE_OF) {
        queues[to.chain].push({ to, value });
        return;
      }
      const byHand = value > stock / LARGE_OF;
      const attempt = (): void => {
        const branch = branches[to.chain];
        const transaction = world.pay(byHand ? branch.cold : branch.hot(), to, value);
        if (transaction === null) world.after(HOUR, attempt);
        else paid?.(transaction);
      };
      world.after(random.integer(60, 1_200) * SECOND, attempt);
    },
  };
}

/** One transaction for many of those who wait, and another, until all are paid or the wallet has no more. */
function payBatches(world: World, branch: Branch, queue: Withdrawal[]): void {
  while (queue.length > 0) {
    const from = branch.hot();
    let sum = 0n;
    const beyond = queue.findIndex(({ value }, place) => {
      sum += value;
      return place === MOST_IN_BATCH || sum > from.usdt;
    });
    const due = beyond === -1 ? queue.length : beyond;
    const movements = queue.slice(0, due).map(({ to, value }) => ({ from, to, value }));
    if (due === 0 || world.transact(from, movements) === null) return;
    queue.splice(0, due);
  }
}
