import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { readAccountHistory } from '../../src/simulate/account-history.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { TRON } from '../../src/simulate/tron.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
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

  test('keeps coins and lent energy apart from transfers, also where a server is behind', () => {
    const economy = generateEconomy({ seed: 'ledger', size: { users: 40 } });
    const ledger = new Ledger(economy.transfers, { delegations: economy.delegations });
    expect(ledger.transfers).toEqual(transfers);
    const [lent] = economy.delegations;
    const lender = lent?.from as Address;
    const coins = economy.transfers.filter(
      ({ chain, asset, from, to }) => chain === 'tron' && asset === 'TRX' && (from === lender || to === lender),
    );
    expect(coins.length).toBeGreaterThan(2);
    for (const each of [ledger, ledger.behind(1_000)]) {
      expect(each.coinsOf(lender)).toEqual(coins);
      expect(each.delegationsOf(lender)).toContainEqual(lent);
      expect(each.delegationsOf(lent?.to as Address)).toContainEqual(lent);
    }
    expect(
      new Ledger(economy.transfers, { network: ETHEREUM, delegations: economy.delegations }).delegationsOf(lender),
    ).toEqual([]);
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

describe('a ledger of one network', () => {
  const at = { block: 20_000_000, position: 0, timestamp: ETHEREUM.timeOf(20_000_000), value: 5n };
  const [from, to] = [ETHEREUM.addressFor('a payer'), ETHEREUM.addressFor('a payee')];
  const row = (name: string, changes: Partial<SimulatedTransfer> = {}): SimulatedTransfer => ({
    ...{ chain: 'ethereum', asset: 'USDT', transaction: transactionFor(name), from, to, signer: from },
    ...at,
    ...changes,
  });

  test("takes its own token's transfers out of a whole economy", () => {
    const tron = { chain: 'tron', from: TRON.addressFor('a payer'), to: TRON.addressFor('a payee') } as const;
    const economy = [
      row('usdt'),
      row('eth', { asset: 'ETH' }),
      row('tron', tron),
      row('trx', { ...tron, asset: 'TRX' }),
    ];
    expect(new Ledger(economy, { network: ETHEREUM }).transfers).toEqual([economy[0]]);
    expect(new Ledger(economy).transfers).toEqual([economy[2]]);
    expect(new Ledger(economy, { network: ETHEREUM }).wallets).toEqual([from, to]);
  });

  test('finds the transfers between two blocks, both included', () => {
    const rows = [0, 0, 1, 3, 4, 4, 9].map((block, n) => row(String(n), { block: at.block + block, position: n }));
    const ledger = new Ledger(rows, { network: ETHEREUM });
    const found = (first: number, last: number) => ledger.between(at.block + first, at.block + last);
    expect(found(0, 9)).toEqual(rows);
    expect(found(1, 4)).toEqual(rows.slice(2, 6));
    expect(found(2, 2)).toEqual([]);
    expect(found(10, 20)).toEqual([]);
    expect(found(4, 1)).toEqual([]);
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
