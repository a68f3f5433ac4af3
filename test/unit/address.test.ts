import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytes, addressFromWord, parseAddress, parseTransaction } from '../../src/chains/address.ts';
import { faultOf } from '../fixtures/fault.ts';

const USDT = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';
const BYTES = 'a614f803b6fd780986a42c78ec9c7f77e6ded13c';
const bytes = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((array) => Buffer.from(array).toString('hex'));

describe('an address of Tron', () => {
  test('is taken as people write it', () => {
    expect(parseAddress('tron', USDT)).toBe(USDT);
  });

  test('in hex with 41 becomes its one form, in capitals and small letters', () => {
    expect(parseAddress('tron', `41${BYTES}`)).toBe(USDT);
    expect(parseAddress('tron', `41${BYTES.toUpperCase()}`)).toBe(USDT);
  });

  test('comes back from its bytes, and from a word of a log with or without the 41 in it', () => {
    fc.assert(
      fc.property(bytes, (hex) => {
        const address = parseAddress('tron', `41${hex}`);
        expect(parseAddress('tron', address)).toBe(address);
        expect(address).toMatch(/^T[1-9A-HJ-NP-Za-km-z]{33}$/);
        expect(addressBytes(address)).toBe(hex);
        expect(addressFromWord('tron', hex.padStart(64, '0'))).toBe(address);
        expect(addressFromWord('tron', `41${hex}`.padStart(64, '0'))).toBe(address);
      }),
      { seed: 1 },
    );
  });

  test('with any one character mistyped is refused', () => {
    const signs = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
    fc.assert(
      fc.property(fc.nat(33), fc.constantFrom(...signs), (place, sign) => {
        fc.pre(USDT[place] !== sign);
        const mistyped = USDT.slice(0, place) + sign + USDT.slice(place + 1);
        expect(() => parseAddress('tron', mistyped)).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
      }),
      { seed: 1 },
    );
  });
});

describe('what is no address of Tron is refused with the reason', () => {
  const told = (text: string) => faultOf(() => parseAddress('tron', text));
  const reason = (text: string) => told(text).split('\n')[1];

  test('a wrong checksum', () => {
    expect(told('TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u')).toMatchInlineSnapshot(`
      "ADDRESS_INVALID
      "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u" is no Tron address: its checksum is wrong, so at least one character was mistyped.
      A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
      Copy it again from the wallet, the exchange or the explorer."
    `);
  });

  test('an address of Ethereum', () => {
    expect(told('0xdAC17F958D2ee523a2206206994597C13D831ec7')).toMatchInlineSnapshot(`
      "ADDRESS_INVALID
      "0xdAC17F958D2ee523a2206206994597C13D831ec7" is no Tron address: this is an address of Ethereum and its kin.
      A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
      Copy it again from the wallet, the exchange or the explorer."
    `);
  });

  test('hex with 0x41', () => {
    expect(told(`0x41${BYTES}`)).toMatchInlineSnapshot(`
      "ADDRESS_INVALID
      "0x41a614f803b6fd780986a42c78ec9c7f77e6ded13c" is no Tron address: hex addresses of Tron start with 41 and have no 0x; with 0x it may mean two different wallets.
      A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
      Copy it again from the wallet, the exchange or the explorer."
    `);
  });

  test('20 bytes of hex alone', () => {
    expect(told(BYTES)).toMatchInlineSnapshot(`
      "ADDRESS_INVALID
      "a614f803b6fd780986a42c78ec9c7f77e6ded13c" is no Tron address: it is 20 bytes of hex without the leading 41 of Tron, or the 0x of Ethereum.
      A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
      Copy it again from the wallet, the exchange or the explorer."
    `);
  });

  test('spaces, of any kind and in any place', () => {
    expect(told(` ${USDT}`)).toMatchInlineSnapshot(`
      "ADDRESS_INVALID
      " TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t" is no Tron address: it has spaces or line breaks in it.
      A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
      Copy it again from the wallet, the exchange or the explorer."
    `);
    for (const text of [
      `${USDT} `,
      `${USDT}\n`,
      'TR7NHqjeKQ xGTCi8q8ZY4pL8otSzgjLj6t',
      `${USDT}\u00a0`,
      `\ufeff${USDT}`,
    ]) {
      expect(reason(text)).toContain('it has spaces or line breaks in it');
    }
  });

  test('nothing', () => {
    expect(told('')).toMatchInlineSnapshot(`
      "ADDRESS_INVALID
      "" is no Tron address: it is empty.
      A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
      Copy it again from the wallet, the exchange or the explorer."
    `);
  });

  test('signs that no address has, also those that nobody sees', () => {
    expect(reason('TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLjO0')).toMatchInlineSnapshot(
      `""TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLjO0" is no Tron address: it has characters that no Tron address has (0, O, I, l or signs)."`,
    );
    expect(reason(`${USDT}\u200b`)).toMatchInlineSnapshot(
      `""TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t�" is no Tron address: it has characters that no Tron address has (0, O, I, l or signs)."`,
    );
    expect(reason('ТR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t')).toContain('it has characters that no Tron address has');
  });

  test('an address of another chain that is written alike', () => {
    expect(reason('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa')).toMatchInlineSnapshot(
      `""1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa" is no Tron address: it does not start with T."`,
    );
  });

  test('too short and too long', () => {
    expect(reason(USDT.slice(0, -1))).toMatchInlineSnapshot(
      `""TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6" is no Tron address: it has 33 characters instead of 34."`,
    );
    expect(reason(`${USDT}t`)).toMatchInlineSnapshot(
      `""TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6tt" is no Tron address: it has 35 characters instead of 34."`,
    );
    expect(reason(`41${BYTES}00`)).toMatchInlineSnapshot(
      `""41a614f803b6fd780986a42c78ec9c7f77e6ded13c00" is no Tron address: it has characters that no Tron address has (0, O, I, l or signs)."`,
    );
  });

  test('a text of a megabyte is named by its beginning', () => {
    expect(told('T'.repeat(1_000_000)).length).toBeLessThan(500);
  });
});

describe('the hash of a transaction', () => {
  const HASH = '77ff0c0819cc39b3d24c98a3e94c1789f9e4376509aaadc82894896474c0e6b2';

  test('has one form, however it is written', () => {
    for (const text of [HASH, HASH.toUpperCase(), `0x${HASH}`]) expect(parseTransaction(text)).toBe(HASH);
  });

  test('is refused when it is none', () => {
    expect(faultOf(() => parseTransaction(HASH.slice(1)))).toMatchInlineSnapshot(`
      "TRANSACTION_INVALID
      "7ff0c0819cc39b3d24c98a3e94c1789f9e4376509aaadc82894896474c0e6b2" is no transaction hash.
      A transaction hash has 64 hex digits.
      Copy it again from the wallet or the explorer."
    `);
    for (const text of ['', ` ${HASH}`, `${HASH}0`, HASH.replace('f', 'g'), `0x0x${HASH}`]) {
      expect(() => parseTransaction(text)).toThrow(expect.objectContaining({ code: 'TRANSACTION_INVALID' }));
    }
  });
});
