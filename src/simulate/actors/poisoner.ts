/**
 * Address poisoning: after a payment, the payer's history gets a row with a wallet that looks like the payee, in the
 * hope that the next payment is copied from there. Zero-value `transferFrom` rows need no consent of their "sender".
 */
import type { Address } from '../../chains/chain.ts';
import type { Random } from '../random.ts';
import { lookAlike, USDT } from '../tron.ts';
import type { SimulatedTransfer } from '../types.ts';
import { HOUR, MINUTE, type World } from '../world.ts';
import type { Exchange } from './exchange.ts';

const WORTH_POISONING = 50n * USDT;
/** A look-alike takes long to find, so there are few. */
const LOOK_ALIKES = 14;
const CHANCE = 0.02;
/** Payments to scam networks are poisoned too, as any large ones. */
const CHANCE_OF_LARGE = 0.5;
const LARGE = 1_000n * USDT;

export function runPoisoner(world: World, exchange: Exchange): void {
  const random = world.random('poisoner');
  const attacker = world.open({ owner: 'poisoner', role: 'poisoner' });
  let left = LOOK_ALIKES;
  exchange.withdraw(attacker, 5n * USDT);
  world.onTransfer((transfer) => {
    const payer = world.roleOf(transfer.from);
    if (left === 0 || transfer.value < WORTH_POISONING || (payer !== 'user' && payer !== 'victim')) return;
    if (world.now < world.start + 30 * HOUR || world.roleOf(transfer.to) === 'look-alike') return;
    if (!random.chance(transfer.value < LARGE ? CHANCE : CHANCE_OF_LARGE)) return;
    left -= 1;
    world.after(random.integer(1, 12) * MINUTE, () => poison(world, random, attacker, transfer, left));
  });
}

function poison(world: World, random: Random, attacker: Address, payment: SimulatedTransfer, number: number): void {
  const address = lookAlike(payment.to, `${payment.transaction}/look-alike`);
  world.open({ owner: 'poisoner', role: 'look-alike', address });
  if (number % 2 === 0) {
    world.transact(attacker, [{ from: payment.from, to: address, value: 0n }]);
    return;
  }
  const dust = random.bigint(1n, 9n) * 1_000n;
  world.transact(attacker, [
    { from: attacker, to: address, value: dust },
    { from: address, to: payment.from, value: dust },
  ]);
}
