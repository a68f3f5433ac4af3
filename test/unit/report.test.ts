import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseReport, type RawReport, reportDigest } from '../../src/cases/report.ts';
import { USDT } from '../../src/chains/tron/assets.ts';
import { faultOf } from '../fixtures/fault.ts';

const WALLET = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';
const OWN = 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre';
const HASH = '77ff0c0819cc39b3d24c98a3e94c1789f9e4376509aaadc82894896474c0e6b2';
const NOW = Date.UTC(2026, 5, 1);
const read = (raw: Partial<RawReport>) => parseReport({ wallet: WALLET, ...raw }, USDT, NOW);
const told = (raw: Partial<RawReport>) => faultOf(() => read(raw));

describe('a report', () => {
  test('needs a wallet and nothing else', () => {
    expect(read({})).toEqual({
      chain: 'tron',
      wallet: WALLET,
      role: 'paid-to',
      origin: null,
      transaction: null,
      amount: null,
      fiat: null,
      paidAt: null,
      reference: null,
      note: null,
      payment: null,
      names: [],
    });
  });

  test('has all its fields in their one form', () => {
    const hex = '418d9e8a5b8a2f2f16b1e6fd3f3a8e4a7b5c4d3e2f';
    const report = read({
      wallet: hex,
      role: 'own',
      tx: `0x${HASH.toUpperCase()}`,
      amount: ' 1,250.50 ',
      currency: 'usdt',
      at: ' 2026-01-03 17:00+07:00 ',
      ref: ' A-17 ',
      fromWallet: OWN,
      note: 'met "Anna" online\nlost everything',
    });
    expect(report).toMatchObject({
      wallet: expect.stringMatching(/^T/),
      role: 'own',
      origin: { kind: 'wallet', address: OWN },
      transaction: HASH,
      amount: 1_250_500_000n,
      fiat: null,
      paidAt: Date.UTC(2026, 0, 3, 10),
      reference: 'A-17',
      note: 'met "Anna" online lost everything',
    });
  });

  test('keeps an amount of money that is no token as it was told', () => {
    expect(read({ amount: '1,000.5', currency: 'eur' })).toMatchObject({
      amount: null,
      fiat: { amount: '1000.5000', currency: 'EUR' },
    });
  });

  test('knows a withdrawal from an exchange, with its id or without', () => {
    expect(read({ fromExchange: 'Binance', withdrawal: 'W-1' }).origin).toEqual({
      kind: 'exchange',
      exchange: 'Binance',
      withdrawal: 'W-1',
    });
    expect(read({ fromExchange: 'Binance' }).origin).toMatchObject({ withdrawal: null });
  });

  test('takes blank fields for none', () => {
    const blank = { role: ' ', tx: '', amount: '  ', currency: '', at: '\t', ref: ' ', fromWallet: '', note: '\u200b' };
    expect(read(blank)).toEqual(read({}));
  });

  test('keeps no signs that drive a terminal', () => {
    expect(read({ note: 'a\u001b[2Jb\u202ec', ref: 'x\0y' })).toMatchObject({ note: 'a [2Jb c', reference: 'x y' });
  });
});

describe('a report is refused', () => {
  test('with an unknown role', () => {
    expect(told({ role: 'thief' })).toMatchInlineSnapshot(`
      "ROLE_INVALID
      "thief" is no role of a reported wallet.
      A role is paid-to (the wallet that was paid) or own (the victim's own wallet).
      Leave it out if the wallet was paid."
    `);
  });

  test('with an unknown currency', () => {
    expect(told({ amount: '5', currency: '€' })).toMatchInlineSnapshot(`
      "CURRENCY_INVALID
      "€" is no currency.
      A currency is USDT or a code of three letters such as EUR.
      Leave it out for amounts in USDT."
    `);
  });

  test('with an amount of nothing', () => {
    expect(told({ amount: '0.00' })).toMatchInlineSnapshot(`
      "AMOUNT_INVALID
      The amount is zero.
      A payment moved more than nothing.
      Leave the amount out if it is not known."
    `);
    expect(told({ amount: '0', currency: 'EUR' })).toBe(told({ amount: '0.00' }));
  });

  test('with seven decimals', () => {
    expect(told({ amount: '1250.5000001' })).toMatchInlineSnapshot(`
      "AMOUNT_INVALID
      "1250.5000001" has 7 decimals; the asset has 6.
      The smallest part of it is 0.000001.
      Check the figure against the payment; Downstream never rounds one."
    `);
  });

  test('with a decimal comma', () => {
    expect(told({ amount: '1.250,50' })).toMatchInlineSnapshot(`
      "AMOUNT_INVALID
      "1.250,50" is not an amount.
      An amount is a positive decimal such as 1250.50 or 1,250.50.
      Write it with digits, a point before the decimals, and no sign or currency."
    `);
  });

  test('from a wallet and from an exchange at once', () => {
    expect(told({ fromWallet: OWN, fromExchange: 'Binance' })).toMatchInlineSnapshot(`
      "ORIGIN_INVALID
      A payment came from a wallet or from an exchange, not from both.
      Name the place from which the payment reached the chain.
      Leave one of the two out."
    `);
  });

  test("on the token's own contract, by either side", () => {
    expect(told({ wallet: USDT.contract })).toMatchInlineSnapshot(`
      "WALLET_IS_CONTRACT
      TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t is the contract of USDT itself and nobody's wallet.
      Explorers show it with every payment; the wallets stand beside it as sender and recipient.
      Copy the address of the recipient, or of the sender where it is the wallet that paid."
    `);
    expect(told({ fromWallet: USDT.contract })).toBe(told({ wallet: USDT.contract }));
  });

  test('from the wallet that it says was paid', () => {
    expect(told({ fromWallet: WALLET })).toMatchInlineSnapshot(`
      "ORIGIN_INVALID
      The wallet that was paid and the wallet that paid are the same.
      A payment goes from the wallet of the victim to another.
      Correct one of the two; a victim's own wallet is reported with the role own."
    `);
    expect(read({ role: 'own', fromWallet: WALLET }).origin).toEqual({ kind: 'wallet', address: WALLET });
  });

  test('with the id of a withdrawal from nowhere', () => {
    expect(told({ withdrawal: 'W-1' })).toMatchInlineSnapshot(`
      "ORIGIN_INVALID
      A withdrawal has an id but no exchange.
      The id of a withdrawal means something to one exchange only.
      Name the exchange too."
    `);
  });

  test.each<[string, Partial<RawReport>, string]>([
    ['an address with spaces', { wallet: ` ${WALLET}` }, 'ADDRESS_INVALID'],
    ['no address', { wallet: '' }, 'ADDRESS_INVALID'],
    ['an address of Ethereum', { wallet: '0xdAC17F958D2ee523a2206206994597C13D831ec7' }, 'ADDRESS_INVALID'],
    ['an origin of Ethereum', { fromWallet: '0xdAC17F958D2ee523a2206206994597C13D831ec7' }, 'ADDRESS_INVALID'],
    ['half a hash', { tx: HASH.slice(32) }, 'TRANSACTION_INVALID'],
    ['a time without zone', { at: '2026-01-03 10:00' }, 'TIME_WITHOUT_ZONE'],
    ['a date in the future', { at: '2026-06-02T00:00Z' }, 'TIME_IN_FUTURE'],
    ['30 February', { at: '2026-02-30T00:00Z' }, 'TIME_INVALID'],
  ])('with %s', (_, raw, code) => {
    expect(() => read(raw)).toThrow(expect.objectContaining({ name: 'UserError', code }));
  });

  test('or taken, but never anything else, whatever stands in it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', WALLET, HASH, '5', 'EUR', 'own', '2026-01-03T10:00Z'),
    );
    const fields = [
      'role',
      'tx',
      'amount',
      'currency',
      'at',
      'ref',
      'fromWallet',
      'fromExchange',
      'withdrawal',
      'note',
    ];
    const raw = fc.record(Object.fromEntries(fields.map((field) => [field, text])), { requiredKeys: [] });
    fc.assert(
      fc.property(raw, (raw) => {
        try {
          expect(read(raw).wallet).toBe(WALLET);
        } catch (error) {
          expect(error).toMatchObject({ name: 'UserError' });
        }
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});

describe('the digest', () => {
  const digest = (raw: Partial<RawReport>) => reportDigest(read(raw));

  test('is the same for the same report, written in another way', () => {
    const one = digest({ tx: HASH, amount: '1250.50', at: '2026-01-03T10:00Z', note: ' a ' });
    expect(digest({ tx: `0x${HASH.toUpperCase()}`, amount: '1,250.5', at: '2026-01-03 17:00+07:00', note: 'a' })).toBe(
      one,
    );
    expect(one).toHaveLength(64);
  });

  test('differs with every field', () => {
    const raws: Partial<RawReport>[] = [
      {},
      { wallet: OWN },
      { role: 'own' },
      { tx: HASH },
      { amount: '1' },
      { amount: '1', currency: 'EUR' },
      { amount: '1', currency: 'USD' },
      { at: '2026-01-03T10:00Z' },
      { ref: 'a' },
      { note: 'a' },
      { fromWallet: OWN },
      { fromExchange: 'a' },
      { fromExchange: 'a', withdrawal: 'b' },
    ];
    expect(new Set(raws.map(digest)).size).toBe(raws.length);
  });
});

describe('what a report tells of compounds', () => {
  test('is what the payment was for, and the names in their own words', () => {
    const report = read({ payment: ' Ransom ', names: 'KK Park,  the  Karen BGF; Huanya, KK Park' });
    expect(report).toMatchObject({ payment: 'ransom', names: ['KK Park', 'the Karen BGF', 'Huanya'] });
    expect(read({ names: ['KK Park', 'Huanya'] }).names).toEqual(['KK Park', 'Huanya']);
    expect(read({ payment: '', names: ' , ' })).toMatchObject({ payment: null, names: [] });
  });

  test('leaves the comma in the name of a company', () => {
    expect(read({ names: 'Chit Linn Myaing Co., Ltd., River, Inc; Colombo, Column' }).names).toEqual([
      ...['Chit Linn Myaing Co., Ltd.', 'River, Inc', 'Colombo', 'Column'],
    ]);
  });

  test('makes another report of it, and none of one that does not tell', () => {
    expect(reportDigest(read({}))).toBe('cda38386dc23178004d85ab159d379a18a9d42b52aa096a06662cde53c79204e');
    const told = [read({}), read({ payment: 'ransom' }), read({ payment: 'investment' }), read({ names: 'KK Park' })];
    expect(new Set(told.map(reportDigest)).size).toBe(4);
  });

  test('is refused where it is nothing of the kind', () => {
    expect(told({ payment: 'wire transfer' })).toMatchInlineSnapshot(`
      "PAYMENT_INVALID
      "wire transfer" is nothing that a payment is for.
      It is investment, ransom (to set somebody free) or recruitment (to have somebody brought there).
      Leave it out where it is not known."
    `);
    expect(told({ names: Array.from({ length: 21 }, (_, number) => `n${number}`) })).toMatchInlineSnapshot(`
      "NAMES_INVALID
      The report names 21.
      A report names up to 20 compounds, platforms or operators, each in up to 200 characters.
      Put further text into the note."
    `);
    expect(told({ names: 'x'.repeat(201) })).toMatchInlineSnapshot(`
      "NAMES_INVALID
      A name is too long.
      A report names up to 20 compounds, platforms or operators, each in up to 200 characters.
      Put further text into the note."
    `);
  });
});
