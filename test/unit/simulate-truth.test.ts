/** The truth that every tracer is measured against: first in, first out, to the unit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address, ChainId } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { traceTruth } from '../../src/simulate/truth.ts';
import type { Economy, SimulatedTransfer } from '../../src/simulate/types.ts';
import { indexOf } from '../fixtures/economy-index.ts';

const SIZE = { users: 80, victims: 24, networks: 3, days: 45 };

describe.each(['easy', 'normal', 'hard'] as const)('the truth of a %s economy', (difficulty) => {
  const economy = generateEconomy({ seed: 'truth', size: SIZE, difficulty });
  const { transfers, wallets, payments } = economy;
  const { victims, who } = indexOf(economy);
  const { exits, totals } = traceTruth(transfers, wallets, payments);

  test('accounts for every unit of every victim', () => {
    expect(exits).toEqual(economy.exits);
    expect([...totals.keys()].sort()).toEqual([...victims.keys()].sort());
    for (const [ref, { paid, exited, returned, resting }] of totals) {
      expect(paid).toBe(victims.get(ref)?.reduce((sum, { value }) => sum + value, 0n));
      expect(exited + returned + resting).toBe(paid);
      expect(exits.filter((exit) => exit.ref === ref).reduce((sum, { value }) => sum + value, 0n)).toBe(exited);
    }
  });

  test('ends at services alone, and most of the money ends there', () => {
    expect(exits.every(({ address, service }) => service !== '' && who(address).service === service)).toBe(true);
    const all = [...totals.values()];
    const sum = (of: (total: (typeof all)[number]) => bigint): bigint =>
      all.reduce((total, each) => total + of(each), 0n);
    expect(sum(({ exited }) => exited) * 2n).toBeGreaterThan(sum(({ paid }) => paid));
    expect(new Set(exits.map(({ chain }) => chain)).size).toBe(2);
  });

  test('stands in order: by reference, chain and address, each once', () => {
    const keys = exits.map(({ ref, chain, address }) => `${ref} ${chain} ${address}`);
    expect(keys).toEqual([...keys].sort());
    expect(new Set(keys).size).toBe(keys.length);
  });
});

const [shop, first, second, scam, deposit] = ['shop', 'first', 'second', 'scam', 'deposit'] as Address[] as [
  Address,
  Address,
  Address,
  Address,
  Address,
];
const wallets = [wallet(first, 'victim-1'), wallet(second, 'victim-2'), wallet(deposit, 'mule', 'Meridian Exchange')];

test('first in, first out: the example of two victims, worked by hand', () => {
  const { exits, totals } = traceTruth(
    [
      transfer(0, shop, scam, 10n),
      transfer(1, first, scam, 100n),
      transfer(2, second, scam, 50n),
      transfer(3, scam, first, 15n),
      transfer(4, scam, deposit, 120n),
    ],
    wallets,
    [paid('V01', 1), paid('V02', 2)],
  );

  // The shop's 10 leave first; of the payment back, 5 are the first victim's; then 95 of his and 25 of the other's.
  expect(exits.map(({ ref, value }) => [ref, value])).toEqual([
    ['V01', 95n],
    ['V02', 25n],
  ]);
  expect(totals.get('V01')).toEqual({ paid: 100n, exited: 95n, returned: 5n, resting: 0n });
  expect(totals.get('V02')).toEqual({ paid: 50n, exited: 25n, returned: 0n, resting: 25n });
});

test('a coin, and a wallet of the same name on another chain, are other ledgers', () => {
  const { exits, totals } = traceTruth(
    [
      transfer(1, first, scam, 100n),
      { ...transfer(2, scam, deposit, 60n), asset: 'TRX' },
      { ...transfer(3, scam, deposit, 60n), chain: 'ethereum' as ChainId },
      transfer(4, scam, deposit, 30n),
    ],
    [...wallets, { ...wallet(deposit, 'mule', 'Meridian Exchange'), chain: 'ethereum' }],
    [paid('V01', 1)],
  );
  expect(exits.map(({ chain, value }) => [chain, value])).toEqual([['tron', 30n]]);
  expect(totals.get('V01')).toEqual({ paid: 100n, exited: 30n, returned: 0n, resting: 70n });
});

test('whatever moves between four wallets, nothing is lost', () => {
  const moves = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.bigInt({ min: 0n, max: 50n })), { maxLength: 60 });
  fc.assert(
    fc.property(moves, (list) => {
      const all = [shop, first, second, scam, deposit];
      const transfers = list.map(([from, to, value], index) =>
        transfer(index, all[from] ?? shop, all[to] ?? shop, value),
      );
      const payments = transfers.flatMap(({ from, to }, index) =>
        from === first && to === scam ? [paid('V01', index)] : [],
      );
      for (const { paid: sum, exited, returned, resting } of traceTruth(transfers, wallets, payments).totals.values()) {
        expect(exited + returned + resting).toBe(sum);
      }
    }),
  );
});

function transfer(index: number, from: Address, to: Address, value: bigint): SimulatedTransfer {
  return { chain: 'tron', asset: 'USDT', transaction: `t${index}`, from, to, value } as SimulatedTransfer;
}

function wallet(address: Address, owner: string, service = ''): Economy['wallets'][number] {
  return { chain: 'tron', address, owner, role: 'user', network: '', service };
}

function paid(ref: string, index: number): Economy['payments'][number] {
  return { ref, chain: 'tron', transaction: `t${index}`, network: 'N1' } as Economy['payments'][number];
}
