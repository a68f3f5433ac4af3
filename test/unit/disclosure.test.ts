import { describe, expect, test } from 'vitest';
import { chooseTransfer, parseDisclosure, type RawDisclosure } from '../../src/cases/disclosure.ts';
import { parseStatement } from '../../src/cases/statement.ts';
import type { Address, ChainId, Transfer } from '../../src/chains/chain.ts';
import { USDT as ETHEREUM_USDT } from '../../src/chains/ethereum/assets.ts';
import { USDT as TRON_USDT } from '../../src/chains/tron/assets.ts';
import { UserError } from '../../src/errors.ts';

const HASH = 'ab'.repeat(32);
const A = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM' as Address;
const B = 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre' as Address;
const HOT = 'TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx' as Address;
const E = '0x28C6c06298d514Db089934071355E5743bf21d60' as Address;
const ASSETS = [TRON_USDT, ETHEREUM_USDT];
const TOLD: RawDisclosure = { tx: HASH, disclosedBy: 'Meridian Exchange', why: 'reply to our letter' };

type Candidate = Pick<Transfer, 'chain' | 'from' | 'to' | 'value' | 'occurrence'>;

function paid(to: Address, usdt: number, occurrence = 0, chain: ChainId = 'tron'): Candidate {
  return { chain, from: HOT, to, value: BigInt(usdt) * 1_000_000n, occurrence };
}

function told(work: () => unknown): string {
  try {
    return `nothing was refused: ${JSON.stringify(work(), (_, part) => (typeof part === 'bigint' ? `${part}` : part))}`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.code}\n${error.text}`;
  }
}

const choose = (raw: Partial<RawDisclosure>, candidates: readonly Candidate[]) =>
  chooseTransfer(parseDisclosure({ ...TOLD, ...raw }, ASSETS), candidates);

describe('what is told of a disclosed withdrawal', () => {
  test('is on the chain that the payee or the person names, or on any', () => {
    const chains = (raw: Partial<RawDisclosure>) =>
      parseDisclosure({ ...TOLD, ...raw }, ASSETS).on.map(({ asset }) => asset.chain);
    expect(chains({})).toEqual(['tron', 'ethereum']);
    expect(chains({ to: A })).toEqual(['tron']);
    expect(chains({ to: E.toLowerCase() })).toEqual(['ethereum']);
    expect(chains({ chain: 'ethereum' })).toEqual(['ethereum']);
  });

  test('is taken in the forms that people write it in', () => {
    const { transaction, statement, on } = parseDisclosure(
      { ...TOLD, tx: ` 0x${HASH.toUpperCase()} `, to: A, amount: '1,250.50', why: ' a\u0007\n b\u200b ' },
      ASSETS,
    );
    expect(transaction).toBe(HASH);
    expect(statement).toEqual({ by: 'Meridian Exchange', why: 'a b' });
    expect(on).toMatchObject([{ to: A, amount: 1_250_500_000n }]);
  });

  test.each<[string, Partial<RawDisclosure>]>([
    ['a transaction', { tx: 'ab' }],
    ['an address', { to: A.slice(0, -1) }],
    ['an address of another chain than is named', { to: E, chain: 'tron' }],
    ["the token's contract as payee", { to: TRON_USDT.contract }],
    ['an amount', { amount: '1.250,50' }],
    ['an amount of zero', { amount: '0' }],
    ['an amount with more digits than the token has', { amount: '1.1234567' }],
    ['no reason', { why: ' ' }],
    ['a reason that cannot be seen', { why: '\u200b\u0007' }],
    ['no service', { disclosedBy: '' }],
    ['a long name', { disclosedBy: 'x'.repeat(201) }],
    ['a long reason', { why: 'x'.repeat(2_001) }],
  ])('is refused for %s', (_, raw) => {
    expect(told(() => parseDisclosure({ ...TOLD, ...raw }, ASSETS))).toMatchSnapshot();
  });

  test('has reasons as long as may be', () => {
    const options = { by: '--by', why: '--why' };
    expect(parseStatement({ by: 'x'.repeat(200), why: 'y'.repeat(2_000) }, options).why).toHaveLength(2_000);
  });
});

describe('the transfer that was disclosed', () => {
  test('is the one that fits', () => {
    expect(choose({}, [paid(A, 5)])).toEqual(paid(A, 5));
    expect(choose({ to: A }, [paid(A, 5), paid(B, 5)])).toEqual(paid(A, 5));
    expect(choose({ amount: '7' }, [paid(A, 5), paid(B, 7)])).toEqual(paid(B, 7));
    expect(choose({ to: A, amount: '7' }, [paid(A, 5), paid(A, 7), paid(B, 7)])).toEqual(paid(A, 7));
    expect(choose({}, [paid(E, 5, 0, 'ethereum')])).toEqual(paid(E, 5, 0, 'ethereum'));
    expect(choose({ chain: 'tron' }, [paid(E, 5, 0, 'ethereum'), paid(A, 5)])).toEqual(paid(A, 5));
  });

  test('may not be stored yet: then its payee has to be named', () => {
    expect(choose({ to: A }, [])).toBeNull();
    expect(choose({ to: A }, [paid(B, 5)])).toBeNull();
    expect(told(() => choose({}, []))).toMatchInlineSnapshot(`
      "SOURCE_NOT_STORED
      No transfer of this transaction is stored that moved USDT.
      Histories are read by wallet: to find a transaction, a wallet in it has to be known.
      Name the wallet that was paid with --to, then crawl the case: the transfer is looked up in its history."
    `);
  });

  test('is on one chain', () => {
    expect(told(() => choose({ to: A }, [paid(E, 5, 0, 'ethereum')]))).toMatchInlineSnapshot(`
      "SOURCE_CHAIN
      The transaction is stored on ethereum, not on tron.
      A withdrawal, its payee and --chain are on one chain.
      Check the transaction, --to and --chain."
    `);
    expect(told(() => choose({}, [paid(E, 5, 0, 'ethereum'), paid(A, 5)]))).toMatchInlineSnapshot(`
      "SOURCE_CHAIN
      A transaction with this hash is stored on each chain.
      Say which is meant with --chain: tron or ethereum."
    `);
  });

  test('has the amount told', () => {
    expect(told(() => choose({ amount: '6' }, [paid(A, 5)]))).toMatchInlineSnapshot(`
      "SOURCE_AMOUNT
      No stored transfer of this transaction moved 6.00 USDT, which is 1.00 USDT above what was paid:
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  5.00 USDT
      --amount is what the chain moved, to the last digit: without a fee that the service took before.
      Correct or leave out --amount. If the payee is none of these, name it with --to: it may not be crawled yet."
    `);
    expect(told(() => choose({ to: A, amount: '4.5' }, [paid(A, 5), paid(B, 4)]))).toMatchInlineSnapshot(`
      "SOURCE_AMOUNT
      No stored transfer of this transaction moved 4.50 USDT, which is 0.50 USDT below what was paid:
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  5.00 USDT
      --amount is what the chain moved, to the last digit: without a fee that the service took before.
      Correct or leave out --amount."
    `);
    expect(told(() => choose({ amount: '4.5' }, [paid(A, 5), paid(B, 4)]))).toMatchInlineSnapshot(`
      "SOURCE_AMOUNT
      No stored transfer of this transaction moved 4.50 USDT:
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  5.00 USDT
        TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre  4.00 USDT
      --amount is what the chain moved, to the last digit: without a fee that the service took before.
      Correct or leave out --amount. If the payee is none of these, name it with --to: it may not be crawled yet."
    `);
  });

  test('is one: what tells several apart is asked for', () => {
    expect(told(() => choose({}, [paid(A, 5), paid(B, 5)]))).toMatchInlineSnapshot(`
      "SOURCE_AMBIGUOUS
      2 stored transfers of this transaction fit:
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  5.00 USDT
        TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre  5.00 USDT
      A disclosed withdrawal is one transfer.
      Say which is meant with --to."
    `);
    expect(told(() => choose({ to: A }, [paid(A, 5), paid(A, 7)]))).toMatchInlineSnapshot(`
      "SOURCE_AMBIGUOUS
      2 stored transfers of this transaction fit:
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  5.00 USDT
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  7.00 USDT
      A disclosed withdrawal is one transfer.
      Say which is meant with --amount."
    `);
    expect(told(() => choose({}, [paid(A, 5), paid(A, 7), paid(B, 5), paid(B, 5, 1)]))).toMatchInlineSnapshot(`
      "SOURCE_AMBIGUOUS
      4 stored transfers of this transaction fit:
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  5.00 USDT
        TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM  7.00 USDT
        TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre  5.00 USDT
        TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre  5.00 USDT
      A disclosed withdrawal is one transfer.
      Say which is meant with --to and --amount. Those that pay the same wallet the same amount cannot be told apart yet."
    `);
    expect(told(() => choose({ to: B }, [paid(B, 5), paid(B, 5, 1)]))).toMatchInlineSnapshot(`
      "SOURCE_AMBIGUOUS
      2 stored transfers of this transaction fit:
        TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre  5.00 USDT
        TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre  5.00 USDT
      A disclosed withdrawal is one transfer.
      Those that pay the same wallet the same amount cannot be told apart yet."
    `);
    const many = Array.from({ length: 25 }, (_, index) => paid(A, index + 1));
    expect(told(() => choose({}, many))).toContain('  … and 5 more\n');
  });
});
