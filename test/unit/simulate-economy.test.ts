import { isAddress } from 'tronweb/utils';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { blockAt, timeOf } from '../../src/simulate/tron.ts';
import { traceTruth } from '../../src/simulate/truth.ts';
import type { Economy, Role, SimulatedTransfer } from '../../src/simulate/types.ts';

const SEEDS = ['one', 'two', 'three'];
const ROLES: readonly Role[] = [
  'issuer',
  'user',
  'victim',
  'merchant',
  'cold',
  'hot',
  'deposit',
  'otc',
  'collection',
  'pooling',
  'layering',
  'peel',
  'operations',
  'poisoner',
  'look-alike',
];
const MINUTE = 60_000;

test('the same seed gives the same economy, another seed another', () => {
  expect(generateEconomy({ seed: 'one' })).toEqual(generateEconomy({ seed: 'one' }));
  expect(generateEconomy({ seed: 'one' }).transfers).not.toEqual(generateEconomy({ seed: 'two' }).transfers);
});

test('size changes the economy', () => {
  const size = { users: 20, victims: 5, networks: 2, days: 20 };
  const { wallets, payments } = generateEconomy({ seed: 'small', size });
  expect(wallets.filter(({ role }) => role === 'user').length).toBeLessThan(45);
  expect(new Set(payments.map(({ network }) => network))).toEqual(new Set(['N1', 'N2']));
});

describe.each(SEEDS)('the economy of seed %s', (seed) => {
  const economy = generateEconomy({ seed });
  const { transfers, wallets, payments, reports } = economy;
  const roleOf = new Map(wallets.map(({ address, role }) => [address, role]));

  test('has a few hundred wallets, a few thousand transfers and a dozen victims', () => {
    expect(wallets.length).toBeGreaterThan(350);
    expect(wallets.length).toBeLessThan(700);
    expect(transfers.length).toBeGreaterThan(2_000);
    expect(transfers.length).toBeLessThan(6_000);
    expect(new Set(payments.map(({ ref }) => ref)).size).toBe(12);
  });

  test('has every role, and knows each wallet once by a real address', () => {
    expect(new Set(wallets.map(({ role }) => role))).toEqual(new Set(ROLES));
    expect(new Set(wallets.map(({ address }) => address)).size).toBe(wallets.length);
    expect(wallets.every(({ address }) => address.length === 34 && isAddress(address))).toBe(true);
    const paying = transfers.flatMap(({ from, to, signer }) => [from, to, signer]);
    expect(paying.filter((address) => !roleOf.has(address))).toEqual([]);
  });

  test('nobody but the issuer ever pays what he does not hold', () => {
    const balances = new Map<Address, bigint>();
    const short = transfers.filter(({ from, to, value }) => {
      const left = (balances.get(from) ?? 0n) - value;
      balances.set(from, left);
      balances.set(to, (balances.get(to) ?? 0n) + value);
      return left < 0n && roleOf.get(from) !== 'issuer';
    });
    expect(short).toEqual([]);
  });

  test('orders transfers by block and position, in blocks of three seconds', () => {
    const places = transfers.map(({ block, position }) => block * 1e8 + position);
    expect(places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0))).toBe(true);
    expect(transfers.every(({ block, timestamp }) => timeOf(block) === timestamp && blockAt(timestamp) === block)).toBe(
      true,
    );
    expect(transfers.every(({ transaction }) => /^[0-9a-f]{64}$/.test(transaction))).toBe(true);
  });

  test('pays each victim back once, more than the first payment and before the larger ones', () => {
    const operations = new Set(addressesOf(economy, 'operations'));
    for (const ref of new Set(payments.map((payment) => payment.ref))) {
      const own = reports.find((report) => report.ref === ref && report.role === 'own')?.wallet;
      const back = transfers.filter(({ from, to }) => operations.has(from) && to === own);
      const paid = paymentsOf(economy, ref);
      expect(back).toHaveLength(1);
      expect(paid.length).toBeGreaterThanOrEqual(3);
      const [first, ...larger] = paid;
      expect(back[0]?.value).toBeGreaterThan(first?.value ?? 0n);
      expect(back[0]?.timestamp).toBeGreaterThan(first?.timestamp ?? 0);
      expect(larger.every((payment) => payment.value > (first?.value ?? 0n))).toBe(true);
      expect(larger.every((payment) => payment.timestamp > (back[0]?.timestamp ?? 0))).toBe(true);
    }
  });

  test('has victims who pay from an exchange and victims who pay from a wallet of their own', () => {
    const sources = new Set(
      payments.map(({ ref }) => ref).map((ref) => roleOf.get(paymentsOf(economy, ref)[0]?.from as Address)),
    );
    expect(sources).toEqual(new Set(['hot', 'victim']));
  });

  test('passes money through wallets within minutes, once within a block', () => {
    const stays = addressesOf(economy, 'layering').flatMap((wallet) => staysIn(transfers, wallet));
    expect(stays.filter((stay) => stay === 0).length).toBeGreaterThan(0);
    expect(stays.filter((stay) => stay > 0 && stay <= 5 * MINUTE).length).toBeGreaterThan(5);
  });

  test('splits a sum over several wallets that meet again', () => {
    const layering = new Set(addressesOf(economy, 'layering'));
    const within = transfers.filter(({ from, to }) => layering.has(from) && layering.has(to));
    const payees = countDistinct(within, 'from', 'to');
    const payers = countDistinct(within, 'to', 'from');
    expect(Math.max(...payees)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...payers)).toBeGreaterThanOrEqual(3);
  });

  test('peels: at each hop of a chain a small part leaves to a deposit address and the rest moves on', () => {
    const hops = addressesOf(economy, 'peel')
      .map((wallet) => transfers.filter(({ from, value }) => from === wallet && value > 0n))
      .filter((paid) => paid.length === 2);
    expect(hops.length).toBeGreaterThanOrEqual(5);
    for (const [peeled, rest] of hops) {
      expect(roleOf.get(peeled?.to as Address)).toBe('deposit');
      expect(roleOf.get(rest?.to as Address)).toBe('peel');
      expect((peeled?.value ?? 0n) * 5n).toBeLessThan(rest?.value ?? 0n);
    }
  });

  test('sweeps deposit addresses into hot wallets and nowhere else', () => {
    const from = new Set(addressesOf(economy, 'deposit'));
    const sweeps = transfers.filter((transfer) => from.has(transfer.from) && transfer.value > 0n);
    expect(sweeps.length).toBeGreaterThan(100);
    expect(sweeps.every(({ to }) => roleOf.get(to) === 'hot')).toBe(true);
  });

  test('has one transaction with two equal transfers, and others with several', () => {
    const keys = transfers.map(({ transaction, from, to, value }) => `${transaction} ${from} ${to} ${value}`);
    const equals = keys.filter((key, index) => keys.indexOf(key) !== index);
    expect(equals).toHaveLength(1);
    const sizes = new Map<string, number>();
    for (const { transaction } of transfers) sizes.set(transaction, (sizes.get(transaction) ?? 0) + 1);
    expect([...sizes.values()].filter((size) => size > 1).length).toBeGreaterThan(5);
  });

  test('poisons addresses: zero-value rows that the payer did not sign, dust, and look-alikes', () => {
    const zero = transfers.filter(({ value }) => value === 0n);
    expect(zero.length).toBeGreaterThanOrEqual(3);
    expect(zero.every(({ from, to, signer }) => signer !== from && roleOf.get(to) === 'look-alike')).toBe(true);
    for (const { from, to } of zero) {
      const alike = transfers.filter((transfer) => transfer.from === from && looksLike(transfer.to, to));
      expect(alike.length).toBeGreaterThan(0);
    }
    const dust = transfers.filter(({ from }) => roleOf.get(from) === 'look-alike');
    expect(dust.length).toBeGreaterThanOrEqual(3);
    expect(dust.every(({ value }) => value > 0n && value < 10_000n)).toBe(true);
  });

  test('reports name payments in three ways, and never one that did not happen', () => {
    const paidTo = reports.filter(({ role }) => role === 'paid-to');
    expect(paidTo.some(({ transaction }) => transaction !== null)).toBe(true);
    expect(paidTo.some(({ transaction, amount, at }) => transaction === null && amount !== null && at !== null)).toBe(
      true,
    );
    expect(paidTo.some(({ transaction, amount, at }) => transaction === null && amount === null && at === null)).toBe(
      true,
    );
    for (const { ref, wallet, transaction, amount, at } of paidTo) {
      const fitting = paymentsOf(economy, ref).filter(
        (payment) =>
          payment.to === wallet &&
          (transaction === null || payment.transaction === transaction) &&
          (amount === null || payment.value === amount) &&
          (at === null || (payment.timestamp >= at && payment.timestamp < at + MINUTE)),
      );
      expect(fitting.length).toBeGreaterThan(0);
    }
  });

  test('the truth accounts for every unit of every victim', () => {
    const { exits, totals } = traceTruth(transfers, wallets, payments);
    expect(exits).toEqual(economy.exits);
    for (const [ref, { paid, exited, returned, resting }] of totals) {
      expect(paid).toBe(paymentsOf(economy, ref).reduce((sum, { value }) => sum + value, 0n));
      expect(exited + returned + resting).toBe(paid);
      expect(exits.filter((exit) => exit.ref === ref).reduce((sum, { value }) => sum + value, 0n)).toBe(exited);
    }
    const services = new Set(exits.map(({ service }) => service));
    expect(services).toEqual(new Set(['Meridian Exchange', 'Kestrel Exchange', 'Harbour Desk']));
    expect(exits.every(({ address }) => ['deposit', 'otc'].includes(roleOf.get(address) ?? ''))).toBe(true);
  });
});

test('first in, first out: the example of two victims, worked by hand', () => {
  const [shop, first, second, scam, deposit] = ['shop', 'first', 'second', 'scam', 'deposit'] as Address[] as [
    Address,
    Address,
    Address,
    Address,
    Address,
  ];
  const transfer = (index: number, from: Address, to: Address, value: bigint) =>
    ({ chain: 'tron', transaction: `t${index}`, from, to, value }) as SimulatedTransfer;
  const wallet = (address: Address, owner: string, service = '') =>
    ({ chain: 'tron', address, owner, role: 'user', network: '', service }) as Economy['wallets'][number];
  const paid = (ref: string, index: number) =>
    ({ ref, chain: 'tron', transaction: `t${index}`, network: 'N1' }) as Economy['payments'][number];

  const { exits, totals } = traceTruth(
    [
      transfer(0, shop, scam, 10n),
      transfer(1, first, scam, 100n),
      transfer(2, second, scam, 50n),
      transfer(3, scam, first, 15n),
      transfer(4, scam, deposit, 120n),
    ],
    [wallet(first, 'victim-1'), wallet(second, 'victim-2'), wallet(deposit, 'mule', 'Meridian Exchange')],
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

function addressesOf({ wallets }: Economy, role: Role): Address[] {
  return wallets.filter((wallet) => wallet.role === role).map(({ address }) => address);
}

function paymentsOf({ transfers, payments }: Economy, ref: string): SimulatedTransfer[] {
  const made = new Set(payments.filter((payment) => payment.ref === ref).map(({ transaction }) => transaction));
  return transfers.filter(({ transaction }) => made.has(transaction));
}

/** For each receipt of a wallet, how long until its next payout. */
function staysIn(transfers: readonly SimulatedTransfer[], wallet: Address): number[] {
  const own = transfers.filter(({ from, to }) => from === wallet || to === wallet);
  return own.flatMap((receipt, index) => {
    const payout = own.slice(index + 1).find(({ from }) => from === wallet);
    return receipt.to === wallet && payout !== undefined ? [payout.timestamp - receipt.timestamp] : [];
  });
}

function countDistinct(transfers: readonly SimulatedTransfer[], by: 'from' | 'to', of: 'from' | 'to'): number[] {
  const found = new Map<Address, Set<Address>>();
  for (const transfer of transfers) found.set(transfer[by], (found.get(transfer[by]) ?? new Set()).add(transfer[of]));
  return [...found.values()].map((set) => set.size);
}

function looksLike(one: Address, other: Address): boolean {
  return one !== other && one.slice(0, 4) === other.slice(0, 4) && one.slice(-2) === other.slice(-2);
}
