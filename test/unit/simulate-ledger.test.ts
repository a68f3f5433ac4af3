import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { readAccountHistory } from '../../src/simulate/account-history.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

describe('a ledger', () => {
  const { transfers, wallets } = oneChain(generateEconomy({ seed: 'ledger', size: { users: 40 } }), 'tron');
  const issuer = wallets.find(({ role }) => role === 'issuer')?.address as Address;
  const last = transfers.at(-1);

  test('lists each wallet in the order of the chain, whatever order it was built from', () => {
    const [ledger, reversed] = [new Ledger(transfers), new Ledger(transfers.toReversed())];
    for (const wallet of ledger.wallets) {
      const own = transfers.filter(({ from, to }) => from === wallet || to === wallet);
      expect(ledger.of(wallet)).toEqual(own);
      expect(reversed.of(wallet)).toEqual(own);
    }
  });

  test('balances add up to what the issuer paid out, and none is below zero', () => {
    const ledger = new Ledger(transfers);
    const issued = ledger.of(issuer).reduce((sum, { value }) => sum + value, 0n);
    expect(ledger.balance(issuer)).toBe(0n);
    expect(ledger.wallets.reduce((sum, wallet) => sum + ledger.balance(wallet), 0n)).toBe(issued);
  });

  test('a balance can be set: money also moves without a transfer', () => {
    const ledger = new Ledger(transfers, { balances: new Map([[issuer, 7n]]) });
    expect(ledger.balance(issuer)).toBe(7n);
  });

  test('what lies beyond the head has not happened, until the head moves', () => {
    const block = last?.block ?? 0;
    const wallet = last?.to as Address;
    const ledger = new Ledger(transfers, { head: block - 100 });
    const before = ledger.balance(wallet);
    expect(last && ledger.transaction(last.transaction, ledger.tip)).toEqual([]);
    ledger.moveHead(block);
    expect(ledger.tip.block).toBe(block + 19);
    expect(last && ledger.transaction(last.transaction, ledger.head)).toContainEqual(last);
    expect(ledger.balance(wallet)).toBe(new Ledger(transfers).balance(wallet));
    expect(ledger.balance(wallet)).not.toBe(before);
  });
});

describe.skipIf(!hasSharedData)('the real histories of 40 seized wallets', () => {
  test('10,525 transfers, 1,733 wallets, 66.55 M USDT', async () => {
    const transfers = await readAccountHistory(sharedData('tron-usdt-seized/transfers.csv'));
    const ledger = new Ledger(transfers);
    expect(transfers).toHaveLength(10_525);
    expect(ledger.wallets).toHaveLength(1_733);
    expect(transfers.reduce((sum, { value }) => sum + value, 0n)).toBe(66_554_716_729_485n);
    const all = ledger.wallets.map((wallet) => ledger.balance(wallet));
    expect(all.every((balance) => balance >= 0n)).toBe(true);
  });
});
