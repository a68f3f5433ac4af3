/**
 * A compound's wallets: families pay to have somebody let go, and others pay for people. Who pays a ransom is a victim,
 * and reports as one.
 */
import type { TransactionHash } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { DAY, HOUR, likely, ZONES } from '../hours.ts';
import { USDT } from '../tron.ts';
import type { SimulatedPayment } from '../types.ts';
import type { World } from '../world.ts';
import type { Exchange } from './exchange.ts';
import { sentBy } from './gas.ts';
import type { NetworkBranch } from './network-branch.ts';
import { openPayer } from './payer.ts';
import { send } from './send.ts';
import type { Victim, VictimPlan } from './victims.ts';

const WALLETS = 2;
const MOST_RANSOM = 30_000n;
const RECRUITMENT = [8_888n, 22_000n] as const;
const RECRUITMENT_PAYERS = 3;
/** Of what a compound wallet holds, this goes to the network's pools; the rest is cashed out by the compound itself. */
const TO_POOL = 0.4;

export interface Compound {
  readonly network: string;
  readonly wallets: readonly Account[];
}

/** Opens a compound of a network. Its own spending starts with the first money. */
export function openCompound(
  world: World,
  network: string,
  branch: NetworkBranch,
  exchanges: readonly Exchange[],
): Compound {
  const random = world.random(`${network}/compound`);
  const wallets = Array.from({ length: WALLETS }, () => branch.open('compound', 'compound'));
  for (const wallet of wallets) {
    let planned = false;
    wallet.receivers.push(() => {
      if (planned) return;
      planned = true;
      world.at(likely(random, world.now + random.integer(8, 120) * HOUR, branch.zone, 'shifts'), () => {
        planned = false;
        world.played(wallet, 'working-hours');
        const pooled = random.share(wallet.usdt, 0, 2 * TO_POOL);
        send(world, random, { from: wallet, to: random.pick(branch.pools), value: pooled });
        send(world, random, { from: wallet, to: branch.exit(), value: wallet.usdt });
      });
    });
  }
  for (let payer = 1; payer <= RECRUITMENT_PAYERS; payer += 1) {
    payForPeople(world, `${network}-recruitment-${payer}`, wallets, random.pick(exchanges));
  }
  return { network, wallets };
}

/** Every few weeks somebody pays for people, from an account that serves for that. */
function payForPeople(world: World, owner: string, compound: readonly Account[], exchange: Exchange): void {
  const random = world.random(owner);
  const to = random.pick(compound);
  const supply = sentBy(world, random, () => exchange.coins(to.chain), 4);
  const wallet = world.open(to.chain, { owner, role: 'recruitment-payer', supply });
  const buy = (): void => {
    const price = random.bigint(...RECRUITMENT) * USDT;
    exchange.withdraw(wallet, price);
    world.after(random.integer(2, 20) * HOUR, () => send(world, random, { from: wallet, to, value: price }));
    world.at(likely(random, world.now + random.integer(9, 30) * DAY, 8, 'awake'), buy);
  };
  world.at(likely(random, world.start + random.integer(3, 20) * DAY, 8, 'awake'), buy);
}

/** Opens somebody who pays a ransom, in up to three parts. */
export function openRansomPayer(
  world: World,
  { ref, owner, hasWallet }: VictimPlan,
  compound: Compound,
  exchanges: readonly Exchange[],
  payments: SimulatedPayment[],
): Victim {
  const random = world.random(owner);
  const payer = openPayer(world, random, { owner, role: 'ransom-payer', hasWallet }, random.pick(exchanges));
  const to = random.pick(compound.wallets);
  payer.ownOn(to.chain);
  const parts = random.integer(1, 3);
  const part = (random.bigint(3_000n, MOST_RANSOM) / BigInt(parts) / 100n) * 100n * USDT;
  const record = (transaction: TransactionHash): void => {
    payments.push({ ref, chain: to.chain, transaction, network: compound.network });
  };
  const zone = random.pick(ZONES);
  let time = world.start + random.integer(4, 8) * DAY + Math.floor(random.fraction() * 0.5 * (world.end - world.start));
  for (let paid = 0; paid < parts; paid += 1) {
    world.at(likely(random, time, zone, 'awake'), () => payer.pay(to, part, record));
    time += random.integer(2, 9) * DAY;
  }
  return { ref, own: payer.own };
}
