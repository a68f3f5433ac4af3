/** Wallets to examine, on cases small enough to redo by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STANDING } from '../../graphs/findings/view.ts';
import type { RoleFinding } from '../../graphs/roles/types.ts';
import { likelyClusters } from '../../graphs/suspects/clusters.ts';
import { pointsFor, SUSPECT_POLICY } from '../../graphs/suspects/policy.ts';
import { rankSuspects } from '../../graphs/suspects/rank.ts';
import { FEATURES, type Suspect } from '../../graphs/suspects/types.ts';
import { accountOf, type CaseStory, groupsOf, viewOfStory } from '../fixtures/suspect-stories.ts';

/** The example of docs/detection.md. */
const EXAMPLE: CaseStory = {
  rows: [
    'ana collect 1000 0',
    'ben collect 600 1',
    'stranger collect 400 2',
    'collect pool 2000 3',
    'pool layer 1500 3.1',
    'layer exchange 1500 3.2',
    'pool friend 500 30',
  ],
  payments: ['ana collect 1000 0', 'ben collect 600 1'],
  services: ['exchange'],
  unread: ['stranger'],
};

describe('the score', () => {
  it('can be redone by hand', () => {
    const ranked = rank(EXAMPLE);
    expect(ranked.map(({ name, score, likely }) => [name, score, likely])).toEqual([
      ['collect', 78, true],
      ['pool', 75, true],
      ['layer', 64, true],
      ['friend', 39, false],
      ['stranger', 4, false],
    ]);
    expect(pointsOf(ranked, 'collect')).toEqual({
      reported: 20,
      share: 26,
      dwell: 10,
      passed: 8,
      onward: 8,
      amount: 6,
    });
    expect(pointsOf(ranked, 'pool')).toEqual({ share: 34, dwell: 14, passed: 8, onward: 8, amount: 6, paidBy: 5 });
    expect(pointsOf(ranked, 'layer')).toEqual({ share: 34, dwell: 14, passed: 8, amount: 6, shared: 2 });
    expect(pointsOf(ranked, 'friend')).toEqual({ share: 34, amount: 3, shared: 2 });
    expect(pointsOf(ranked, 'stranger')).toEqual({ amount: 3, pays: 1 });
  });

  it('says what it rests on, the weightiest first, with the transfers', () => {
    const pool = rank(EXAMPLE).find(({ name }) => name === 'pool');
    expect(
      pool?.reasons.map(({ text, points, rowCount }) => `${points}: ${text} (${rowCount})`),
    ).toMatchInlineSnapshot(`
      [
        "34: 100 % of the 2,000.00 USDT that it received came from reported wallets, by way of them, or from wallets that are likely of the same network. (1)",
        "14: Of its receipts of such money that a payout followed, half were followed within 7 minutes. (2)",
        "8: 75 % of what it paid went to reported wallets, or to wallets that are likely of the same network. (1)",
        "8: It paid on 100 % of all that it received. (2)",
        "6: 2,000.00 USDT came to it from reported or likely wallets, or by way of reported ones. (1)",
        "5: 1 reported wallet paid it. (1)",
      ]
    `);
    const view = viewOfStory(EXAMPLE);
    const [share] = pool?.reasons ?? [];
    expect(share?.rows.map((row) => view.table.transfer(row).from)).toEqual(['collect']);
  });

  it('of a wallet that is not read rests on its dealings alone', () => {
    const ranked = rank({ ...EXAMPLE, unread: ['stranger', 'pool', 'layer'] });
    expect(pointsOf(ranked, 'pool')).toEqual({ amount: 6, paidBy: 5 });
  });

  it('counts ties to several reported wallets in both directions', () => {
    const rows = ['one hub 200 1', 'two hub 200 2', 'hub three 100 3', 'hub one 100 4', 'two shop 10 5'];
    const ranked = rank({ rows, reported: ['one', 'two', 'three'], unread: ['hub', 'shop'] });
    expect(pointsOf(ranked, 'hub')).toEqual({ paidBy: 10, pays: 2, amount: 3 });
    expect(pointsOf(ranked, 'shop')).toEqual({ paidBy: 5 });
  });

  it('counts counterparties shared with reported wallets, but no victim or service among them', () => {
    const rows = [
      'seed middle 50 1',
      'middle other 20 2',
      'exchange other 30 3',
      'exchange seed 30 4',
      'ana seed 40 5',
      'ana other 5 6',
    ];
    const ranked = rank({ rows, reported: ['seed'], services: ['exchange'], victims: ['ana'] });
    expect(pointsOf(ranked, 'other').shared).toBe(2);
  });

  it('counts a common funder, a cluster with reported wallets, and roles, but no mere hint', () => {
    const rows = [...EXAMPLE.rows, 'exchange loner 5 50', 'loner exchange 5 60'];
    const story: CaseStory = { ...EXAMPLE, rows, funded: [['funder', 'loner', 'collect', 'pool', 'layer']] };
    const view = viewOfStory(story);
    const found = (role: RoleFinding['role']): RoleFinding => ({
      ...{ role, account: accountOf(view, 'loner'), strength: 60, reason: 'It does.', figures: {} },
      ...{ rows: [0], rowCount: 1, native: [] },
    });
    const ranked = (role: RoleFinding['role']) =>
      rank(story, [['collect', 'loner']], [found(role)]).find(({ name }) => name === 'loner');
    expect(onlyPoints(ranked('peel-chain'))).toEqual({ passed: 8, tied: 10, cluster: 2, role: 10 });
    expect(ranked('peel-chain')?.role).toBe('peel-chain');
    expect(onlyPoints(ranked('working-hours'))).toEqual({ passed: 8, tied: 10, cluster: 2 });
    expect(ranked('working-hours')?.role).toBe(null);
  });

  it('never falls as a figure grows, but for the time that money rests', () => {
    const figure = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(fc.constantFrom(...FEATURES), figure, figure, (feature, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((each) =>
          pointsFor(SUSPECT_POLICY, feature, each),
        );
        expect(Math.sign((more ?? 0) - (less ?? 0))).not.toBe(feature === 'dwell' ? 1 : -1);
      }),
    );
  });
});

describe('the ranking', () => {
  const wallet = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'victim', 'shop', 'exchange');
  const row = fc
    .tuple(wallet, wallet, fc.constantFrom('0.001', '1', '40', '3000'), fc.integer({ min: 0, max: 60 }))
    .filter(([from, to]) => from !== to)
    .map((cells) => cells.join(' '));
  const stories: fc.Arbitrary<CaseStory> = fc.record({
    rows: fc.uniqueArray(row, { maxLength: 25 }),
    reported: fc.subarray(['a', 'b', 'exchange', 'victim']),
    unread: fc.subarray(['c', 'shop', 'a']),
    accounts: fc.subarray(['d', 'b']),
    victims: fc.constant(['victim']),
    services: fc.constant(['exchange']),
    funded: fc.constantFrom([], [['e', 'a', 'c']]),
  });

  it('has no victim, service or deposit address, and sums that are right', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const view = viewOfStory(story);
        const suspects = rankSuspects(view, { communities: groupsOf(view), roles: [] });
        for (const { account, score, points, reasons } of suspects) {
          expect(view.standing[account]).toBe(STANDING.wallet);
          const sum = Object.values(points).reduce((all, each) => all + each, 0);
          expect(score).toBe(Math.min(100, sum));
          expect(reasons.reduce((all, reason) => all + reason.points, 0)).toBe(sum);
        }
        const scores = suspects.map(({ score }) => score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
      }),
    );
  });

  it('is the same for the same rows in any order', () => {
    const pairs = stories.chain((story) =>
      fc
        .shuffledSubarray([...story.rows], { minLength: story.rows.length })
        .map((rows) => ({ story, other: { ...story, rows } })),
    );
    fc.assert(
      fc.property(pairs, ({ story, other }) => {
        expect(rank(other)).toEqual(rank(story));
      }),
    );
  });

  it('takes a wallet alone, a star, and a report on a service for what they are', () => {
    expect(rank({ rows: [], reported: ['a'] })).toEqual([]);
    expect(rank({ rows: ['x a 5 1'], reported: ['a'], unread: ['x'] }).map(({ name }) => name)).toEqual(['a', 'x']);
    const star = Array.from({ length: 40 }, (_, each) => `customer${each} seed ${100 + each} ${each}`);
    const unread = star.map((line) => line.split(' ')[0] ?? '');
    expect(
      rank({ rows: star, reported: ['seed'], unread })
        .filter(({ likely }) => likely)
        .map(({ name }) => name),
    ).toEqual(['seed']);
    const service = [...star.map((line) => line.replace('seed', 'hot')), 'hot payee 900 50'];
    const ranked = rank({ rows: service, reported: ['hot'], services: ['hot'], unread });
    expect(ranked.filter(({ score }) => score > 3)).toEqual([]);
  });

  it('ties nobody in one part of a case to a report in another', () => {
    const apart = ['x y 5000 1', 'y z 5000 1.1'];
    const ranked = rank({ ...EXAMPLE, rows: [...EXAMPLE.rows, ...apart] });
    const others = ranked.filter(({ name }) => ['x', 'y', 'z'].includes(name));
    expect(others.map((each) => [each.name, onlyPoints(each)])).toEqual([['y', { passed: 8 }]]);
  });
});

describe('a cluster', () => {
  it('is likely with a confirmed payment and enough likely wallets that no report names', () => {
    const chain = ['layer next 700 3.2', 'next last 700 3.3', 'last exchange 700 3.4', 'layer exchange 800 3.5'];
    const rows = [...EXAMPLE.rows.filter((row) => !row.startsWith('layer')), ...chain];
    const group = ['collect', 'pool', 'layer', 'next', 'last'];
    const likely = (story: CaseStory, groups: readonly (readonly string[])[]) => {
      const view = viewOfStory(story);
      const communities = groupsOf(view, groups);
      const suspects = rankSuspects(view, { communities, roles: [] });
      return likelyClusters(view, communities, suspects, SUSPECT_POLICY);
    };
    expect(likely({ ...EXAMPLE, rows }, [['friend', 'stranger'], group])).toEqual([1]);
    expect(likely({ ...EXAMPLE, rows }, [['pool', 'layer', 'next', 'last'], ['collect']])).toEqual([]);
    expect(likely({ ...EXAMPLE, rows, payments: [], reported: ['collect'] }, [group])).toEqual([]);
  });
});

interface Named extends Suspect {
  readonly name: string;
}

function rank(
  story: CaseStory,
  groups: readonly (readonly string[])[] = [],
  roles: readonly RoleFinding[] = [],
): Named[] {
  const view = viewOfStory(story);
  return rankSuspects(view, { communities: groupsOf(view, groups), roles }).map((suspect) => ({
    ...suspect,
    name: view.table.accounts.list[suspect.account]?.address ?? '',
  }));
}

function pointsOf(ranked: readonly Named[], name: string): Record<string, number> {
  return onlyPoints(ranked.find((each) => each.name === name));
}

function onlyPoints(suspect: Suspect | undefined): Record<string, number> {
  return Object.fromEntries(Object.entries(suspect?.points ?? {}).filter(([, points]) => points > 0));
}
