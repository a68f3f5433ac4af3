/** The published patterns of laundering, each found in the simulated economy by its truth. */
import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { groupBy, indexOf, staysIn } from '../fixtures/economy-index.ts';

const SIZE = { users: 160, victims: 48, networks: 6, exchanges: 3, days: 75, slowness: 2 };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const USDT = 1_000_000n;

describe.each(['one', 'two', 'three'])('the networks of seed %s', (seed) => {
  const index = indexOf(generateEconomy({ seed, size: SIZE }));
  const { economy, usdt, coins, who, roleOf, withRole, received, paid, victims } = index;
  const distinct = (wallets: readonly Address[]): number => new Set(wallets).size;

  test('pool what victims pay, and cash out at accounts of mules', () => {
    const collections = withRole('collection').filter((wallet) => received(wallet).length > 0);
    const forwarded = collections.flatMap((wallet) => paid(wallet));
    expect(forwarded.every(({ to }) => roleOf(to) === 'pooling')).toBe(true);
    expect(distinct(forwarded.map(({ to }) => to))).toBeLessThan(collections.length);
    const accounts = withRole('deposit').filter((wallet) => /-mule-/.test(who(wallet).owner));
    expect(accounts.flatMap((wallet) => received(wallet)).length).toBeGreaterThan(50);
  });

  test('take money from one victim for months, into several wallets', () => {
    const long = [...victims.values()].filter((payments) => {
      const [first, last] = [payments[0], payments.at(-1)];
      return payments.length >= 10 && (last?.timestamp ?? 0) - (first?.timestamp ?? 0) > 20 * DAY;
    });
    expect(long.length).toBeGreaterThan(0);
    expect(Math.max(...long.map((payments) => distinct(payments.map(({ to }) => to))))).toBeGreaterThanOrEqual(3);
  });

  test('are on both chains, and move money to Tron through a swapper that ties nothing together', () => {
    const chainsOf = groupBy(economy.payments, ({ network }) => network);
    const both = [...chainsOf].filter(([, payments]) => new Set(payments.map(({ chain }) => chain)).size === 2);
    expect(both.length).toBeGreaterThan(0);
    const swapped = withRole('bridge', 'ethereum').flatMap((wallet) => received(wallet));
    const own = swapped.filter(({ from }) => roleOf(from) === 'pooling');
    expect(own.length).toBeGreaterThan(0);
    const paidOut = withRole('bridge', 'tron').flatMap((wallet) => paid(wallet));
    expect(paidOut.filter(({ to }) => roleOf(to) === 'pooling')).toHaveLength(own.length);
    expect(paidOut.some(({ to }) => roleOf(to) === 'user')).toBe(true);
    expect(economy.exits.some(({ service }) => service === who(withRole('bridge')[0] as Address).service)).toBe(true);
  });

  test('pass money on within minutes, some of it within a block', () => {
    const stays = withRole('layering').flatMap((wallet) => staysIn(index, wallet));
    expect(stays.filter((stay) => stay === 0).length).toBeGreaterThan(0);
    expect(stays.filter((stay) => stay > 0 && stay <= 5 * MINUTE).length).toBeGreaterThan(20);
  });

  test('break few large sums into many small ones', () => {
    const broken = withRole('layering').filter((wallet) => {
      const small = paid(wallet).filter(({ value }) => value < 1_000n * USDT);
      return small.length >= 10 && small.length >= 2 * received(wallet).length;
    });
    expect(broken.length).toBeGreaterThan(0);
  });

  test('split a sum over several wallets that meet again', () => {
    const layering = new Set(withRole('layering'));
    const inside = usdt.filter(({ from, to }) => layering.has(from) && layering.has(to));
    const spread = [...groupBy(inside, ({ from }) => from).values()].map((list) => distinct(list.map(({ to }) => to)));
    const meeting = [...groupBy(inside, ({ to }) => to).values()].map((list) => distinct(list.map(({ from }) => from)));
    expect(Math.max(...spread)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...meeting)).toBeGreaterThanOrEqual(3);
  });

  test('hand money to brokers, who bring together what several networks and strangers pay', () => {
    const brokers = [...groupBy(withRole('broker'), (wallet) => who(wallet).owner).values()];
    const payers = brokers.map((own) => own.flatMap((wallet) => received(wallet)).map(({ from }) => who(from)));
    const networks = payers.map((list) => new Set(list.map(({ network }) => network).filter((id) => id !== '')).size);
    expect(Math.max(...networks)).toBeGreaterThanOrEqual(2);
    expect(payers.filter((list) => list.some(({ role }) => role === 'user')).length).toBeGreaterThan(1);
    const together = withRole('broker').flatMap((wallet) => paid(wallet).filter(({ to }) => roleOf(to) === 'broker'));
    expect(together.length).toBeGreaterThan(20);
  });

  test('deal through the escrow of a marketplace, which moves to new wallets', () => {
    const escrow = withRole('escrow');
    expect(escrow.flatMap((wallet) => received(wallet)).some(({ from }) => who(from).network !== '')).toBe(true);
    expect(escrow.flatMap((wallet) => paid(wallet)).some(({ to }) => roleOf(to) === 'broker')).toBe(true);
    expect(escrow.filter((wallet) => received(wallet).length > 0).length).toBeGreaterThan(1);
  });

  test('use a payment processor, whose many addresses are swept into few wallets', () => {
    const addresses = withRole('deposit').filter((wallet) => who(wallet).service === 'Lattice Pay');
    const sweeps = addresses.flatMap((wallet) => paid(wallet));
    expect(addresses.length).toBeGreaterThan(25);
    expect(distinct(sweeps.map(({ to }) => to))).toBeLessThanOrEqual(4);
    expect(addresses.some((wallet) => who(wallet).network !== '' && received(wallet).length > 0)).toBe(true);
  });

  test('pay most victims back once, more than the first payment and before the larger ones', () => {
    const back = usdt.filter(({ from, to }) => roleOf(from) === 'operations' && who(to).owner.startsWith('victim-'));
    expect(distinct(back.map(({ to }) => to))).toBe(back.length);
    expect(back.length).toBeGreaterThan(victims.size / 3);
    for (const { to, value, timestamp } of back) {
      const ref = economy.reports.find(({ wallet }) => wallet === to)?.ref ?? '';
      const [first, ...larger] = victims.get(ref) ?? [];
      expect(value).toBeGreaterThan(first?.value ?? 0n);
      expect(timestamp).toBeGreaterThan(first?.timestamp ?? 0);
      expect(larger.every((payment) => payment.timestamp > timestamp && payment.value > (first?.value ?? 0n))).toBe(
        true,
      );
    }
  });

  test('have compounds that are paid ransoms and for people', () => {
    const receipts = withRole('compound').flatMap((wallet) => received(wallet));
    const ransoms = receipts.filter(({ transaction }) =>
      economy.payments.some((each) => each.transaction === transaction),
    );
    const others = receipts.filter((receipt) => !ransoms.includes(receipt));
    expect(ransoms.length).toBeGreaterThan(3);
    expect(ransoms.every(({ value }) => value >= 1_000n * USDT && value <= 30_000n * USDT)).toBe(true);
    expect(others.length).toBeGreaterThan(3);
    for (const { from, value } of others) {
      expect(roleOf(from)).toBe('recruitment-payer');
      expect(value >= 8_888n * USDT && value <= 22_000n * USDT).toBe(true);
    }
    expect(withRole('compound').every((wallet) => who(wallet).network !== '')).toBe(true);
  });

  test('have their fees paid by one wallet of their own, or by services that serve everybody', () => {
    const funded = groupBy(coins, ({ from }) => from);
    const served = (wallet: Address): Address[] => [...new Set((funded.get(wallet) ?? []).map(({ to }) => to))];
    const funders = withRole('funder').filter((wallet) => served(wallet).length > 0);
    expect(funders.length).toBeGreaterThan(0);
    for (const funder of funders) {
      expect(served(funder).every((wallet) => who(wallet).network === who(funder).network)).toBe(true);
    }
    expect(Math.max(...funders.map((funder) => served(funder).length))).toBeGreaterThan(10);
    const station = withRole('gas').filter((wallet) => who(wallet).service === 'Lantern Gas');
    const customers = station.flatMap((wallet) => served(wallet).map(roleOf));
    expect(customers).toEqual(expect.arrayContaining(['user', 'broker', 'deposit']));
    const rented = coins.filter(({ to }) => roleOf(to) === 'rental');
    expect(distinct(rented.map(({ from }) => from))).toBeGreaterThan(15);
  });

  test('leave at deposit addresses, which are swept into hot wallets and nowhere else', () => {
    const sweeps = withRole('deposit').flatMap((wallet) => paid(wallet));
    expect(sweeps.length).toBeGreaterThan(300);
    expect(sweeps.every(({ to }) => roleOf(to) === 'hot')).toBe(true);
    expect(sweeps.every(({ from, to }) => who(from).service === who(to).service)).toBe(true);
    const waits = withRole('deposit').flatMap((wallet) => staysIn(index, wallet));
    expect(waits.filter((wait) => wait < 10 * MINUTE).length).toBeGreaterThan(30);
    expect(waits.filter((wait) => wait > 2 * DAY).length).toBeGreaterThan(10);
  });

  test('live among poisoned histories: zero-value rows the payer did not sign, dust, look-alikes', () => {
    const zero = economy.transfers.filter(({ value }) => value === 0n);
    expect(new Set(zero.map(({ chain }) => chain)).size).toBe(2);
    expect(zero.every(({ from, to, signer }) => signer !== from && roleOf(to) === 'look-alike')).toBe(true);
    for (const { from, to } of zero) {
      expect(paid(from).some((payment) => looksLike(payment.to, to))).toBe(true);
    }
    const dust = usdt.filter(({ from }) => roleOf(from) === 'look-alike');
    expect(dust.length).toBeGreaterThanOrEqual(3);
    expect(dust.every(({ value }) => value < USDT / 100n)).toBe(true);
  });

  test('peel: at each hop of a chain a small part leaves to a service and the rest moves on', () => {
    const hops = withRole('peel').filter((wallet) => paid(wallet).length === 2);
    expect(hops.length).toBeGreaterThanOrEqual(20);
    for (const wallet of hops) {
      const [peeled, rest] = paid(wallet);
      expect(['deposit', 'otc']).toContain(roleOf(peeled?.to as Address));
      expect(roleOf(rest?.to as Address)).toBe('peel');
      expect((peeled?.value ?? 0n) * 5n).toBeLessThan(rest?.value ?? 0n);
    }
  });

  test('pay from exchanges and from own wallets', () => {
    const from = [...victims.values()].flatMap((payments) => payments.map((payment) => roleOf(payment.from)));
    expect(new Set(from)).toEqual(expect.objectContaining(new Set(['hot', 'victim', 'ransom-payer'])));
  });

  test('one transaction may hold several transfers, and equal ones', () => {
    const transactions = [...groupBy(economy.transfers, ({ transaction }) => transaction).values()];
    const several = transactions.filter((list) => list.length > 1);
    const equal = several.filter((list) => distinct(list.map(({ to }) => to)) < list.length);
    expect(several.length).toBeGreaterThan(50);
    expect(equal.length).toBeGreaterThan(0);
  });
});

/** What people compare of two addresses; the case of Ethereum's is a checksum. */
function looksLike(one: Address, other: Address): boolean {
  return one !== other && ends(one) === ends(other);
}

function ends(address: Address): string {
  if (address.startsWith('T')) return address.slice(0, 4) + address.slice(-2);
  return (address.slice(0, 6) + address.slice(-4)).toLowerCase();
}
