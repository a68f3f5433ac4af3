/**
 * Address poisoning: after a payment, the payer's history gets rows with a wallet that looks like the payee, in the hope
 * that the next payment is copied from there. Zero-value `transferFrom` rows need no consent of their "sender".
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { HOUR, MINUTE } from '../hours.ts';
import { NETWORKS } from '../network.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { Role } from '../types.ts';
import type { Seen, World } from '../world.ts';
import type { Exchange } from './exchange.ts';
import { sentBy } from './gas.ts';

const WORTH_POISONING = 50n * USDT;
const CHANCE = 0.02;
/** Payments to scam networks are poisoned too, as any large ones. */
const CHANCE_OF_LARGE = 0.5;
const LARGE = 1_000n * USDT;
/** Who pays by hand, and may copy an address from a history. */
const POISONED: ReadonlySet<Role> = new Set<Role>([
  ...(['user', 'victim', 'ransom-payer', 'merchant', 'otc', 'broker', 'collection', 'pooling', 'layering'] as const),
]);
/** Rows that a look-alike is used for. */
const ROWS = [2, 14] as const;

/** Watches a chain, and plants so many look-alikes, spread over the time: each takes long to search. */
export function runPoisoner(world: World, chain: ChainId, lookAlikes: number, exchange: Exchange): void {
  const random = world.random(`poisoner/${chain}`);
  const owner = `poisoner-${chain}`;
  const supply = sentBy(world, random, () => exchange.coins(chain), 30);
  const attacker = world.open(chain, { owner, role: 'poisoner', supply });
  const length = world.end - world.start;
  let planted = 0;
  exchange.withdraw(attacker, BigInt(5 + lookAlikes) * USDT);
  world.onTransfer(({ transfer, from, to }) => {
    if (from.chain !== chain || transfer.value < WORTH_POISONING) return;
    if (!POISONED.has(from.role) || to.role === 'look-alike') return;
    const passed = world.now - world.start;
    if (passed < 30 * HOUR || planted >= Math.ceil((lookAlikes * passed) / length)) return;
    if (!random.chance(transfer.value < LARGE ? CHANCE : CHANCE_OF_LARGE)) return;
    planted += 1;
    const zero = planted % 2 === 0;
    world.after(random.integer(1, 12) * MINUTE, () =>
      poison(world, random, attacker, owner, { transfer, from, to }, zero),
    );
  });
}

function poison(
  world: World,
  random: Random,
  attacker: Account,
  owner: string,
  { transfer, from }: Seen,
  zero: boolean,
): void {
  const { chain } = attacker;
  const address = NETWORKS[chain].lookAlike(transfer.to, `${transfer.transaction}/look-alike`);
  const supply = sentBy(world, random, () => attacker, 2);
  const alike = world.open(chain, { owner, role: 'look-alike', address, supply });
  let rows = random.integer(...ROWS);
  const plant = (): void => {
    if (zero) world.transact(attacker, [{ from, to: alike, value: 0n }]);
    else {
      const dust = random.bigint(1n, 9n) * 1_000n;
      world.transact(attacker, [
        { from: attacker, to: alike, value: dust },
        { from: alike, to: from, value: dust },
      ]);
    }
    rows -= 1;
    if (rows > 0) world.after(random.integer(60, 5_400) * MINUTE, plant);
  };
  plant();
}
