/** Paying as people do it: first the fee is seen to, and where that takes a transfer, the payment follows minutes later. */
import type { TransactionHash } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { MINUTE } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';

/** Pays a sum, if it is still there; `paid` hears of the transaction, or of `null`. */
export function send(
  world: World,
  random: Random,
  { from, to, value }: { from: Account; to: Account; value: bigint },
  paid?: (transaction: TransactionHash | null) => void,
): void {
  if (from.usdt < value) {
    paid?.(null);
    return;
  }
  const before = from.coin;
  world.ready(from, [{ from, to, value }]);
  const pay = (): void => {
    const transaction = world.pay(from, to, value);
    paid?.(transaction);
  };
  if (from.coin === before) pay();
  else world.after(random.integer(1, 6) * MINUTE, pay);
}

/** Pays all there is, but leaves crumbs of less than one USDT. */
export function sendAll(world: World, random: Random, from: Account, to: Account): void {
  if (from.usdt < USDT) return;
  const before = from.coin;
  world.ready(from, [{ from, to, value: from.usdt }]);
  if (from.coin === before) world.pay(from, to, from.usdt);
  else world.after(random.integer(1, 6) * MINUTE, () => world.pay(from, to, from.usdt));
}

/** People like round sums, to one or two figures; shops and rates do not. */
export function tidy(random: Random, amount: bigint): bigint {
  const draw = random.fraction();
  if (draw < 0.12) return atLeastOne(amount);
  if (draw < 0.2) return atLeastOne(amount - (amount % 10_000n));
  const whole = amount / USDT;
  if (draw < 0.4) return atLeastOne(whole * USDT);
  const digits = whole.toString().length;
  const kept = draw < 0.7 ? 2 : 1;
  const unit = digits > kept ? 10n ** BigInt(digits - kept) : 1n;
  return atLeastOne((whole - (whole % unit)) * USDT);
}

function atLeastOne(amount: bigint): bigint {
  return amount > USDT ? amount : USDT;
}
