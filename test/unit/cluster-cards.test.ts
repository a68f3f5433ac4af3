import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCards } from '../../graphs/cards/cards.ts';
import type { ClusterCard } from '../../graphs/cards/types.ts';
import type { CaseView } from '../../graphs/findings/view.ts';
import { walletOf } from '../../graphs/findings/view.ts';
import type { RoleFinding } from '../../graphs/roles/types.ts';
import { accountNamed, type ViewTold, viewOfTold, walletNamed } from '../fixtures/case-views.ts';
import type { Told } from '../fixtures/traced-cases.ts';

/** Two victims pay A and B, which pool in P. P pays the exchange, a stranger, and the other cluster of Y and Z, which pays back. */
const TOLD: ViewTold = {
  transfers: [
    ['v1', 0, 'V1', 'A', 100],
    ['v2', 60, 'V2', 'B', 50],
    ['a', 3_600, 'A', 'P', 100],
    ['b', 3_660, 'B', 'P', 50],
    ['e', 7_200, 'P', 'E', 60],
    ['s', 7_260, 'P', 'S', 10],
    ['y', 7_320, 'P', 'Y', 40],
    ['z', 10_800, 'Y', 'Z', 30],
    ['back', 14_400, 'Z', 'P', 20],
  ],
  payments: ['v1', 'v2'],
  reported: ['A', 'B'],
  victims: ['V1', 'V2'],
  services: { E: 'Meridian' },
};

function cardsOf(view: CaseView, clusters: readonly (readonly string[])[], findings: readonly RoleFinding[] = []) {
  const cluster = new Int32Array(view.count).fill(-1);
  clusters.forEach((names, number) => {
    for (const name of names) cluster[accountNamed(view, name)] = number;
  });
  const [stability, membership] = [new Float64Array(clusters.length), new Float64Array(view.count)];
  return makeCards(
    view,
    { cluster, clusters: clusters.length, stability, membership, repeats: 0, agreement: null, cut: false },
    findings,
  );
}

const usdt = (amount: bigint) => Number(amount) / 1e6;

describe('a cluster card', () => {
  const view = viewOfTold(TOLD);
  const cards = cardsOf(view, [
    ['A', 'B', 'P'],
    ['Y', 'Z'],
  ]);
  const [first, second] = cards as [ClusterCard, ClusterCard];
  const named = (account: number) =>
    ['A', 'B', 'P', 'E', 'S', 'Y', 'Z'].find((name) => walletNamed(name).address === walletOf(view, account).address);

  it('tells what came in, what left and what rests, by hand', () => {
    // 150 of the victims, and 20 that come back from Z; 60 + 10 + 40 leave; 40 of the victims' and the 20 rest.
    const { came, left, rests } = first.money;
    expect([came, left, rests].map(usdt)).toEqual([170, 110, 60]);
    expect(first.sources).toEqual([0, 1]);
    const other = second.money;
    expect([other.came, other.left, other.rests].map(usdt)).toEqual([40, 20, 20]);
  });

  it('names where money comes in, where it leaves and where it rests', () => {
    expect(first.entries.map(({ account, amount }) => [named(account), usdt(amount)])).toEqual([
      ['A', 100],
      ['B', 50],
      ['P', 20],
    ]);
    expect(
      first.exits.map(({ account, amount, kind, service }) => [named(account), usdt(amount), kind, service]),
    ).toEqual([
      ['E', 60, 'service', 'Meridian'],
      ['Y', 40, 'wallet', null],
      ['S', 10, 'wallet', null],
    ]);
    expect(first.resting.map(({ account, amount }) => [named(account), usdt(amount)])).toEqual([['P', 60]]);
  });

  it('counts the transfers between its wallets, and its payouts by the hour', () => {
    expect([first.inside.transfers, usdt(first.inside.total)]).toEqual([2, 150]);
    expect(first.hours.slice(0, 5)).toEqual([0, 2, 3, 0, 0]);
    expect(second.hours.slice(0, 5)).toEqual([0, 0, 0, 1, 1]);
    expect(first.last - first.first).toBe(14_400_000);
  });

  it('counts each of its wallets once for a role', () => {
    const finding = (name: string, role: RoleFinding['role']): RoleFinding => ({
      ...{ role, account: accountNamed(view, name), strength: 50, reason: '', figures: {}, rows: [], rowCount: 0 },
      native: [],
    });
    const [card] = cardsOf(
      view,
      [['A', 'B', 'P']],
      [
        finding('B', 'collection'),
        finding('A', 'collection'),
        finding('A', 'collection'),
        finding('P', 'pooling'),
        finding('Y', 'pooling'),
      ],
    );
    expect(card?.roles).toEqual([
      { role: 'collection', wallets: 2 },
      { role: 'pooling', wallets: 1 },
    ]);
  });

  it('tells money that the issuer destroyed in it as such', () => {
    const burnt = viewOfTold({
      ...TOLD,
      transfers: TOLD.transfers.slice(0, 4),
      burns: [
        {
          ...{ chain: 'tron', asset: 'USDT', transaction: 'ab'.repeat(32) as never, wallet: walletNamed('P').address },
          ...{ value: 150_000_000n, timestamp: Date.UTC(2026, 3, 1), position: null, kind: 'destroyed' },
        },
      ],
    });
    const [card] = cardsOf(burnt, [['A', 'B', 'P']]);
    expect(card?.exits.map(({ kind, amount }) => [kind, usdt(amount)])).toEqual([['issuer', 150]]);
    expect(card?.money.rests).toBe(0n);
  });

  it('loses no unit, whoever pays whom, and is the same for shuffled transfers', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'V'];
    const some = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 500 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(some, fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 5, maxLength: 5 }), (rows, groups) => {
        const transfers = rows
          .filter(([from, to]) => from !== to)
          .map(
            ([from, to, amount], index): Told => [
              `t${index}`,
              index * 60,
              names[from] ?? 'A',
              names[to] ?? 'B',
              amount,
            ],
          );
        const payments = transfers.filter(([, , from, to]) => from === 'V' && to !== 'V').map(([name]) => name);
        const told: ViewTold = { transfers, payments, victims: ['V'], seen: ['D'], rule: 'pro-rata' };
        const make = (rows_: readonly Told[]) => {
          const seen = viewOfTold({ ...told, transfers: rows_ });
          const clusters = [0, 1].map((number) =>
            names.filter((name, place) => groups[place] === number && accountNamed(seen, name) >= 0),
          );
          return cardsOf(seen, clusters).map((card) => ({
            ...{ money: card.money, exits: card.exits.map(({ amount }) => amount), hours: card.hours },
          }));
        };
        // Each card checks itself that what came is what left and what rests.
        expect(make([...transfers].reverse())).toEqual(make(transfers));
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
