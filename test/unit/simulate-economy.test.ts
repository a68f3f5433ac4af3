/** What holds in any economy: its bytes, its order, its money, its roles. Three seeds stand for all. */
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/chains/address.ts';
import { type Address, CHAINS } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { NETWORKS } from '../../src/simulate/network.ts';
import type { Role, SimulatedTransfer } from '../../src/simulate/types.ts';
import { oneChain, paymentTransfers, usdtOn } from '../../src/simulate/views.ts';

const SEEDS = ['one', 'two', 'three'];
const ROLES: readonly Role[] = [
  ...(['issuer', 'user', 'victim', 'ransom-payer', 'recruitment-payer', 'merchant', 'cold', 'hot'] as const),
  ...(['deposit', 'gas', 'rental', 'otc', 'broker', 'escrow', 'bridge', 'collection', 'pooling'] as const),
  ...(['layering', 'peel', 'operations', 'compound', 'poisoner', 'look-alike'] as const),
];
const MINUTE = 60_000;

test('the same seed gives the same economy, another seed another', () => {
  expect(generateEconomy({ seed: 'one' })).toEqual(generateEconomy({ seed: 'one' }));
  expect(generateEconomy({ seed: 'one' }).transfers).not.toEqual(generateEconomy({ seed: 'two' }).transfers);
});

test('hearing of the progress changes nothing', () => {
  const passed: number[] = [];
  const economy = generateEconomy({ seed: 'one', onProgress: (share) => passed.push(share) });
  expect(economy).toEqual(generateEconomy({ seed: 'one' }));
  expect(passed.length).toBeGreaterThan(20);
  expect(passed.every((share, index) => share >= (passed[index - 1] ?? 0) && share <= 1)).toBe(true);
});

test('size changes the economy', () => {
  const { wallets, payments } = generateEconomy({ seed: 'small', size: { users: 20, victims: 20, networks: 3 } });
  expect(new Set(wallets.filter(({ role }) => role === 'user').map(({ owner }) => owner)).size).toBe(20);
  expect(new Set(payments.map(({ network }) => network))).toEqual(new Set(['N1', 'N2', 'N3']));
  expect(new Set(payments.map(({ ref }) => ref)).size).toBe(20);
});

describe.each(SEEDS)('the economy of seed %s', (seed) => {
  const economy = generateEconomy({ seed });
  const { transfers, wallets, payments, reports, holdings } = economy;
  const roleOf = new Map(wallets.map(({ address, role }) => [address, role]));
  const issuers = new Set(wallets.filter(({ role }) => role === 'issuer').map(({ address }) => address));

  test('has a few hundred wallets, a few thousand transfers and a dozen victims', () => {
    expect(wallets.length).toBeGreaterThan(450);
    expect(wallets.length).toBeLessThan(900);
    expect(transfers.length).toBeGreaterThan(4_000);
    expect(transfers.length).toBeLessThan(12_000);
    expect(new Set(payments.map(({ ref }) => ref)).size).toBe(12);
  });

  test('has every role, and knows each wallet once by a real address', () => {
    expect(new Set(wallets.map(({ role }) => role).filter((role) => role !== 'funder'))).toEqual(new Set(ROLES));
    expect(new Set(wallets.map(({ address }) => address)).size).toBe(wallets.length);
    expect(wallets.every(({ chain, address }) => parseAddress(chain, address) === address)).toBe(true);
    const paying = transfers.flatMap(({ from, to, signer }) => [from, to, signer]);
    expect(paying.filter((address) => !roleOf.has(address))).toEqual([]);
  });

  test('moves USDT and the coin of both chains, most of it on Tron', () => {
    const of = (chain: string, asset: string) =>
      transfers.filter((transfer) => transfer.chain === chain && transfer.asset === asset).length;
    for (const [chain, coin] of [
      ['ethereum', 'ETH'],
      ['tron', 'TRX'],
    ] as const) {
      expect(of(chain, coin)).toBeGreaterThan(200);
      expect(of(chain, 'USDT')).toBeGreaterThan(of(chain, coin));
    }
    expect(of('tron', 'USDT')).toBeGreaterThan(of('ethereum', 'USDT'));
    expect(CHAINS.every((chain) => payments.some((payment) => payment.chain === chain))).toBe(true);
  });

  test('its money balances on each chain and for each asset', () => {
    expect(holdings.map(({ chain, asset }) => `${chain} ${asset}`).sort()).toEqual([
      'ethereum ETH',
      'ethereum USDT',
      'tron TRX',
      'tron USDT',
    ]);
    for (const { asset, issued, held, burnt } of holdings) {
      expect(held + burnt).toBe(issued);
      expect(burnt > 0n).toBe(asset !== 'USDT');
    }
  });

  test('nobody but the issuers ever pays what he does not hold', () => {
    const balances = new Map<string, bigint>();
    const short = transfers.filter(({ asset, from, to, value }) => {
      const left = (balances.get(`${asset} ${from}`) ?? 0n) - value;
      balances.set(`${asset} ${from}`, left);
      balances.set(`${asset} ${to}`, (balances.get(`${asset} ${to}`) ?? 0n) + value);
      return left < 0n && !issuers.has(from);
    });
    expect(short).toEqual([]);
    // What the fees took is missing from what the transfers left.
    for (const { chain, asset, issued, burnt } of holdings) {
      const left = wallets
        .filter((wallet) => wallet.chain === chain && !issuers.has(wallet.address))
        .reduce((sum, { address }) => sum + (balances.get(`${asset} ${address}`) ?? 0n), 0n);
      expect(left >= burnt || asset === 'USDT').toBe(true);
      expect(left < issued).toBe(true);
    }
  });

  test('nobody pays before there is coin for the fee', () => {
    const seen = new Set<Address>();
    const early = transfers.filter(({ asset, signer, to }) => {
      if (asset !== 'USDT') seen.add(to);
      return !seen.has(signer) && !issuers.has(signer);
    });
    expect(early).toEqual([]);
  });

  test.each(CHAINS)('orders the transfers of %s by block and position, in blocks of its pace', (chain) => {
    const own = transfers.filter((transfer) => transfer.chain === chain);
    const places = own.map(({ block, position }) => block * 1e8 + position);
    expect(places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0))).toBe(true);
    const { timeOf, blockAt } = NETWORKS[chain];
    expect(own.every(({ block, timestamp }) => timeOf(block) === timestamp && blockAt(timestamp) === block)).toBe(true);
    expect(own.every(({ transaction }) => /^[0-9a-f]{64}$/.test(transaction))).toBe(true);
  });

  test('the parts of one chain are its own', () => {
    const tron = oneChain(economy, 'tron');
    expect(tron.transfers).toEqual(usdtOn(transfers, 'tron'));
    expect([...tron.wallets, ...tron.reports, ...tron.payments, ...tron.exits].every(({ chain }) => chain === 'tron'));
    expect(tron.transfers.every(({ from, to }) => from.startsWith('T') && to.startsWith('T'))).toBe(true);
  });

  test('each payment is one transfer of USDT into a wallet of its network', () => {
    const networkOf = new Map(wallets.map(({ address, network }) => [address, network]));
    const found = paymentTransfers(transfers, payments);
    expect(found.size).toBe(payments.length);
    for (const [transfer, { chain, network }] of found) {
      expect(transfer).toMatchObject({ chain, asset: 'USDT' });
      expect(networkOf.get(transfer.to)).toBe(network);
    }
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
    const paidBy = new Map<string, SimulatedTransfer[]>();
    for (const [transfer, { ref }] of paymentTransfers(transfers, payments)) {
      paidBy.set(ref, [...(paidBy.get(ref) ?? []), transfer]);
    }
    for (const { chain, ref, wallet, transaction, amount, at } of paidTo) {
      const fitting = (paidBy.get(ref) ?? []).filter(
        (payment) =>
          payment.chain === chain &&
          payment.to === wallet &&
          (transaction === null || payment.transaction === transaction) &&
          (amount === null || payment.value === amount) &&
          (at === null || (payment.timestamp >= at && payment.timestamp < at + MINUTE)),
      );
      expect(fitting.length).toBeGreaterThan(0);
    }
  });
});
