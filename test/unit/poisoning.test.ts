import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLookAlikes, poisonRule } from '../../graphs/poisoning.ts';
import type { Address, ChainId } from '../../src/chains/chain.ts';
import { DUST } from '../../src/money.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const text = (characters: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: length, maxLength: length });
const tron = text(BASE58, 33).map((rest) => `T${rest}` as Address);
const ethereum = text('0123456789abcdefABCDEF', 40).map((digits) => `0x${digits}` as Address);
const wallets = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), tron), { maxLength: 30 });

/** Whether dust from one to a wallet that deals with the other is taken for a look-alike's. */
function looksAlike(chain: ChainId, sender: string, counterparty: string): boolean {
  const known = createLookAlikes(chain);
  known.addSender(1, sender as Address);
  known.addCounterparty(1, counterparty as Address);
  return known.has(1, sender as Address);
}

describe('a look-alike', () => {
  it.each<[ChainId, string, string, boolean]>([
    ['tron', 'TAbcdefghijkmnopqrstuvwxyz12345678', 'TZ9876543219876543219876543215678x', false],
    ['tron', 'TAbcdefghijkmnopqrstuvwxyz12345678', 'TZ98765432198765432198765432195678', true],
    ['tron', 'TAbcdefghijkmnopqrstuvwxyz12345678', 'TZ98765432198765432198765432199678', false],
    ['tron', 'TAbcdefghijkmnopqrstuvwxyz12345678', 'TAbc8765432198765432198765432199x78', true],
    ['tron', 'TAbcdefghijkmnopqrstuvwxyz12345678', 'TAbd8765432198765432198765432199x78', false],
    // Base58 tells capitals apart, hex does not.
    ['tron', 'TAbcdefghijkmnopqrstuvwxyz1234abcd', 'TZ9876543219876543219876543219ABCD', false],
    ['ethereum', `0xabc${'0'.repeat(33)}Def0`, `0xABC${'1'.repeat(33)}dEF0`, true],
    ['ethereum', `0xabc${'0'.repeat(33)}def0`, `0xabd${'1'.repeat(33)}def0`, false],
    ['ethereum', `0xabc${'0'.repeat(33)}def0`, `0xabc${'1'.repeat(33)}def1`, false],
  ])('%s: %s of %s: %s', (chain, sender, counterparty, expected) => {
    expect(looksAlike(chain, sender, counterparty)).toBe(expected);
    expect(looksAlike(chain, counterparty, sender)).toBe(expected);
  });

  it.each([
    ['tron', tron],
    ['ethereum', ethereum],
  ] as const)('%s: no address is one of itself, and a stranger hardly ever is', (chain, addresses) => {
    fc.assert(fc.property(addresses, (address) => !looksAlike(chain, address, address)));
    const pairs = fc.sample(fc.tuple(addresses, addresses), { seed: 5, numRuns: 2_000 });
    expect(pairs.filter(([a, b]) => looksAlike(chain, a, b))).toEqual([]);
  });

  it('is found by its end, whatever else stands in the address', () => {
    fc.assert(
      fc.property(tron, tron, (a, b) => {
        const alike = `${b.slice(0, -4)}${a.slice(-4)}`;
        return looksAlike('tron', alike, a) === (alike !== a);
      }),
    );
  });

  it('is one of a counterparty of that wallet only, in whatever order they are told of', () => {
    const told = fc
      .tuple(wallets, wallets)
      .chain(([senders, counterparties]) =>
        fc.tuple(
          fc.constant({ senders, counterparties }),
          fc.shuffledSubarray(senders, { minLength: senders.length }),
          fc.shuffledSubarray(counterparties, { minLength: counterparties.length }),
        ),
      );
    fc.assert(
      fc.property(told, ([{ senders, counterparties }, otherSenders, otherCounterparties]) => {
        // The last four of few, so that there are look-alikes.
        const short = (list: [number, Address][]) =>
          list.map(([wallet, address]): [number, Address] => [
            wallet,
            `${address.slice(0, -4)}11${address.length % 2}1` as Address,
          ]);
        const found = (from: [number, Address][], with_: [number, Address][]) => {
          const known = createLookAlikes('tron');
          for (const [wallet, address] of short(from)) known.addSender(wallet, address);
          for (const [wallet, address] of short(with_)) known.addCounterparty(wallet, address);
          return short(senders).map(([wallet, address]) => known.has(wallet, address));
        };
        const expected = short(senders).map(([wallet, address]) =>
          short(counterparties).some(([own, other]) => own === wallet && other !== address),
        );
        expect(found(senders, counterparties)).toEqual(expected);
        expect(found(otherSenders, otherCounterparties)).toEqual(expected);
      }),
    );
  });
});

describe('poison', () => {
  const rows = fc.record({ from: tron, value: fc.bigInt({ min: 0n, max: 3n * DUST }), signer: fc.option(tron) });

  it('is a row of no value, whoever sent and signed it', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (row, imitates) => poisonRule({ ...row, value: 0n }, imitates) === 'zero-value'),
    );
  });

  it('is never a row of 0.01 USDT or more: such a loss is real', () => {
    fc.assert(
      fc.property(
        rows,
        fc.boolean(),
        (row, imitates) => poisonRule({ ...row, value: row.value + DUST }, imitates) === null,
      ),
    );
  });

  it('is dust from a look-alike, or that another is known to have signed, and no other dust', () => {
    const dust = rows.map((row) => ({ ...row, value: 1n + (row.value % (DUST - 1n)) }));
    fc.assert(
      fc.property(dust, (row) => {
        expect(poisonRule(row, true)).toBe('look-alike');
        expect(poisonRule({ ...row, signer: null }, false)).toBeNull();
        expect(poisonRule({ ...row, signer: row.from }, false)).toBeNull();
        expect(poisonRule({ ...row, signer: `${row.from}x` as Address }, false)).toBe('signed-by-another');
      }),
    );
  });
});
