import { describe, expect, it } from 'vitest';
import { attribute } from '../../graphs/attribution/attribute.ts';
import { ATTRIBUTION_POLICY } from '../../graphs/attribution/policy.ts';
import { attributed, inputOf, type Story } from '../fixtures/attribution.ts';

describe('a common funder', () => {
  const ofThree = ['coin boss a 1', 'activation boss b 2', 'energy boss c 3', 'coin other c 2'];

  it('ties the wallets whose fees it first paid', () => {
    expect(attributed({ rows: [], native: ofThree }).ties).toMatchObject([
      {
        kind: 'funder',
        by: { chain: 'tron', address: 'boss' },
        wallets: [{ address: 'a' }, { address: 'b' }, { address: 'c' }],
        confidence: 98,
        reason: 'One wallet first paid the fees of 3 wallets.',
        evidence: { figures: { wallets: 3, activations: 1, coins: 1, energy: 1 }, transferCount: 3 },
      },
    ]);
  });

  it.each<[string, Partial<Story>, string[]]>([
    ['later receipts do not', { native: ['coin x a 0', 'coin boss a 1', 'coin boss b 1'] }, []],
    ['one wallet alone is no tie', { native: ['coin boss a 1', 'energy boss a 2'] }, []],
    ['a named service does not', { native: ofThree, tags: ['boss Kestrel exchange'] }, []],
    ['a possible service does not', { native: ofThree, possible: ['boss'] }, []],
    ['who funds a service does not', { native: [...ofThree, 'coin boss hot 5'], possible: ['hot'] }, []],
    ["victims' own wallets are left out", { native: ofThree, victims: ['b'] }, ['a', 'c']],
    [
      'a station that serves hundreds does not',
      { native: numbered('w', 251).map((each) => `coin boss ${each} 1`) },
      [],
    ],
  ])('%s', (_, each, expected) => {
    expect(
      attributed({ rows: [], ...each }).ties.flatMap(({ wallets }) => wallets.map(({ address }) => address)),
    ).toEqual(expected);
  });

  it('pays fees, and not larger sums of coins', () => {
    const native = ['coin boss a 1', 'coin boss b 1'];
    const [first, ...others] = [...inputOf({ rows: [], native }).native];
    if (first === undefined) throw new Error('There is no receipt.');
    const tied = (value: bigint) =>
      attribute({ ...inputOf({ rows: [], native }), native: [{ ...first, value }, ...others] }, ATTRIBUTION_POLICY)
        .ties;
    expect([tied(10n ** 9n), tied(10n ** 9n + 1n)].map(({ length }) => length)).toEqual([1, 0]);
  });

  it('does not tie those that forward all to a wallet that was not read: they may be deposit addresses', () => {
    const rows = ['u a 100 1', 'a sink 100 2', 'u b 100 1', 'b sink 100 2'];
    const native = ['coin boss a 1', 'coin boss b 1'];
    expect(attributed({ rows, native, unread: ['sink'] }).ties).toEqual([]);
    expect(attributed({ rows, native }).ties.filter((tie) => tie.kind === 'funder')).toHaveLength(1);
  });
});

describe('wallets swept together', () => {
  const spray = ['s m1 100 1', 's m2 200 1', 's m3 300 1'];
  it('are tied where they were emptied into one wallet within minutes', () => {
    const rows = [...spray, 'm1 merger 100 1.5', 'm2 merger 200 1.6', 'm3 merger 300 9'];
    expect(attributed({ rows }).ties).toMatchObject([
      {
        kind: 'swept-together',
        by: { address: 'merger' },
        wallets: [{ address: 'm1' }, { address: 'm2' }],
        confidence: 50,
        reason: '2 wallets were emptied into one within 6 minutes.',
        evidence: { figures: { wallets: 2, seconds: 360 }, transferCount: 2 },
      },
    ]);
  });

  it.each<[string, Story]>([
    ['not where one keeps some', { rows: [...spray, 'm1 merger 100 1.5', 'm2 merger 150 1.6'] }],
    ['not where one is not read', { rows: [...spray, 'm1 merger 100 1.5', 'm2 merger 200 1.6'], unread: ['m2'] }],
    [
      'not into a service',
      { rows: [...spray, 'm1 merger 100 1.5', 'm2 merger 200 1.6'], tags: ['merger Kestrel exchange'] },
    ],
  ])('%s', (_, each) => {
    expect(attributed(each).ties).toEqual([]);
  });
});

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, each) => `${name}${each + 1}`).sort();
}
