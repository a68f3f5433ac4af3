import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutDesks } from '../../graphs/communities/desks.ts';
import { findCommunities, scanResolutions } from '../../graphs/communities/find.ts';
import { COMMUNITY_POLICY, type CommunityPolicy } from '../../graphs/communities/policy.ts';
import { withoutPublicFunders } from '../../graphs/communities/public-funders.ts';
import { PAIR_KIND } from '../../graphs/communities/tie-pairs.ts';
import { tracedGraph } from '../../graphs/communities/traced-graph.ts';
import { type CaseView, STANDING } from '../../graphs/findings/view.ts';
import type { RoleFinding } from '../../graphs/roles/types.ts';
import { type SmallCase, smallView, tie } from '../fixtures/small-cases.ts';

/** Victims pay two collection wallets, these a pool, which pays three wallets that meet again; then it goes to `exit`. */
function network(name: string, exit: string, at = 0): string[] {
  const [one, other, pool, meet] = ['collect1', 'collect2', 'pool', 'meet'].map((role) => `${name}-${role}`);
  return [
    `victim1-${name} ${one} 5000 ${at}`,
    `victim2-${name} ${other} 7000 ${at + 5}`,
    `${one} ${pool} 5000 ${at + 20}`,
    `${other} ${pool} 7000 ${at + 30}`,
    ...[1, 2, 3].map((mule) => `${pool} ${name}-mule${mule} 4000 ${at + 60 + mule}`),
    ...[1, 2, 3].map((mule) => `${name}-mule${mule} ${meet} 4000 ${at + 70 + mule}`),
    `${meet} ${exit} 12000 ${at + 90}`,
  ];
}

function clusters(view: CaseView, policy: Partial<CommunityPolicy> = {}): string[][] {
  const { cluster, clusters: count } = findCommunities(
    view,
    { ...COMMUNITY_POLICY, repeats: 0, ...policy },
    { seed: 1 },
  );
  const found = Array.from({ length: count }, (): string[] => []);
  cluster.forEach((each, account) => {
    found[each]?.push(view.table.accounts.list[account]?.address ?? '');
  });
  return found.map((names) => names.sort());
}

const roles = (name: string) =>
  ['collect1', 'collect2', 'meet', 'mule1', 'mule2', 'mule3', 'pool'].map((role) => `${name}-${role}`);

describe('communities of a case', () => {
  it('never join two networks that share only an exchange', () => {
    const view = smallView({
      rows: [...network('a', 'exchange'), ...network('b', 'exchange', 7)],
      services: ['exchange'],
    });
    expect(clusters(view).sort()).toEqual([roles('a'), roles('b')]);
    // However much is joined.
    expect(clusters(view, { resolution: 0.01, joinShare: 0 }).sort()).toEqual([roles('a'), roles('b')]);
  });

  it('never join two networks that share a stranger whose history nobody read', () => {
    const rows = [...network('a', 'stranger'), ...network('b', 'stranger', 7)];
    expect(clusters(smallView({ rows, unread: ['stranger'] }), { joinShare: 0 }).sort()).toEqual([
      roles('a'),
      roles('b'),
    ]);
  });

  it('leave out victims, services, wallets that no traced money reached, and those that live on other money', () => {
    const rows = [
      ...network('a', 'exchange'),
      'a-meet shop 1 91',
      'customer shop 900 80',
      'customer supplier 50 85',
      'a-pool victim1-a 100 50',
    ];
    const view = smallView({ rows, services: ['exchange'] });
    expect(clusters(view)).toEqual([roles('a')]);
  });

  it('take in ties of each kind, and leave them out where they are turned off', () => {
    const rows = [...network('a', 'exchange'), ...network('b', 'exchange', 7)];
    const ties = [tie('funder', 'gas', [...roles('a'), ...roles('b')])];
    const view = smallView({ rows, services: ['exchange'], ties });
    expect(clusters(view, { tieWeight: 5_000 })).toEqual([[...roles('a'), ...roles('b')]]);
    expect(clusters(view, { ties: { funder: false, 'swept-together': true } })).toHaveLength(2);
    const { pairs } = tracedGraph(view, COMMUNITY_POLICY);
    // A star: one pair less than there are wallets.
    expect(pairs.kind.filter((kind) => kind === PAIR_KIND.funder)).toHaveLength(13);
  });

  it('are not held together by a funder that serves strangers too, and are by one that serves nobody else', () => {
    const rows = [
      ...network('a', 'exchange'),
      ...network('b', 'exchange', 7),
      ...[1, 2, 3].map((each) => `exchange stranger${each} 50 ${each}`),
    ];
    const of = (strangers: string[]) =>
      clusters(
        smallView({
          rows,
          services: ['exchange'],
          ties: [tie('funder', 'gas', [...roles('a'), ...roles('b'), ...strangers])],
        }),
        { tieWeight: 5_000 },
      );
    expect(of(['stranger1']).length).toBe(1);
    expect(of(['stranger1', 'stranger2', 'stranger3']).sort()).toEqual([roles('a'), roles('b')]);
  });

  it('are not held together by a funder that serves three of them, whoever else', () => {
    const names = ['a', 'b', 'c'];
    const view = smallView({
      rows: names.flatMap((name, place) => network(name, 'exchange', 7 * place)),
      services: ['exchange'],
      ties: [tie('funder', 'gas', names.flatMap(roles))],
    });
    const { publicFunder } = COMMUNITY_POLICY;
    const of = (part: Partial<typeof publicFunder>) =>
      clusters(view, { tieWeight: 5_000, publicFunder: { ...publicFunder, ...part } }).length;
    expect(of({})).toBe(3);
    expect(of({ leastAlone: 4 })).toBe(1);
    // Each has a third of the wallets.
    expect(of({ leastServed: 333 })).toBe(3);
    expect(of({ leastServed: 334 })).toBe(1);
  });

  it('are not held together by a desk that others use too, unless reports name it', () => {
    const rows = [...network('a', 'desk'), ...network('b', 'desk', 7), 'desk shop 24000 300'];
    const view = smallView({ rows, services: ['shop'] });
    const desk = view.table.accounts.list.findIndex(({ address }) => address === 'desk');
    const finding = { role: 'consolidation', account: desk } as RoleFinding;
    const joined = [[...roles('a'), ...roles('b'), 'desk'].sort()];
    expect(clusters(view, { joinShare: 0 })).toEqual(joined);
    expect(clusters(withoutDesks(view, [finding]), { joinShare: 0 }).sort()).toEqual([roles('a'), roles('b')]);
    const named = { ...view, reported: view.reported.map((is, account) => (account === desk ? 1 : is)) };
    expect(clusters(withoutDesks(named, [finding]), { joinShare: 0 })).toEqual(joined);
  });

  it('take in a chain that one of them feeds, however little ties the two', () => {
    const rows = [
      ...network('a', 'exchange'),
      'a-pool b1 300 50',
      // To and fro: what ties the chain's wallets to each other is many times what ties it to the pool.
      ...[1, 2, 3, 4].flatMap((turn) => [`b1 b2 290 ${50 + 2 * turn}`, `b2 b1 290 ${51 + 2 * turn}`]),
      'b1 exchange 290 90',
    ];
    const view = smallView({ rows, services: ['exchange'] });
    const alone = { joinShare: 1_000 };
    expect(clusters(view, { ...alone, feedShare: 1_001 }).some((names) => names.join() === 'b1,b2')).toBe(true);
    const together = clusters(view, alone).find((names) => names.includes('b1'));
    expect(together).toEqual(expect.arrayContaining(['a-pool', 'b1', 'b2']));
  });

  it('say how often each was found again, and who was in it', () => {
    const view = smallView({ rows: network('a', 'exchange'), services: ['exchange'] });
    const found = findCommunities(view, COMMUNITY_POLICY, { seed: 1 });
    expect(found.repeats).toBe(COMMUNITY_POLICY.repeats);
    expect(found.stability).toHaveLength(1);
    expect(found.stability[0]).toBeGreaterThan(50);
    const pool = view.table.accounts.list.findIndex(({ address }) => address === 'a-pool');
    const victim = view.table.accounts.list.findIndex(({ address }) => address === 'victim1-a');
    expect(found.membership[pool]).toBeGreaterThan(80);
    expect(found.membership[victim]).toBe(0);
  });

  it('tell of each step, and stop where they are told to, with what they have', () => {
    const view = smallView({ rows: network('a', 'exchange'), services: ['exchange'] });
    const stages: string[] = [];
    const isOver = () => stages.length >= 3;
    const onProgress = ({ stage, done }: { stage: string; done: number }) => stages.push(`${stage} ${done}`);
    const found = findCommunities(view, COMMUNITY_POLICY, { seed: 1, onProgress, isOver });
    expect(stages).toEqual(['partition 1', 'repeats 1', 'repeats 2']);
    expect(found).toMatchObject({ clusters: 1, repeats: 2, cut: false });
    expect(findCommunities(view, COMMUNITY_POLICY, { seed: 1, isOver: () => true })).toMatchObject({
      repeats: 0,
      cut: true,
    });
  });

  it('are scanned over resolutions', () => {
    const view = smallView({
      rows: [...network('a', 'b-collect1'), ...network('b', 'exchange', 200)],
      services: ['exchange'],
    });
    const scanned = scanResolutions(view, { ...COMMUNITY_POLICY, joinShare: 1_000 }, { seed: 1 });
    expect(scanned.map(({ resolution }) => resolution)).toEqual(COMMUNITY_POLICY.resolutions);
    expect(scanned.find(({ resolution }) => resolution === COMMUNITY_POLICY.resolution)?.agreement).toBe(1);
    const counts = scanned.map(({ clusters: count }) => count);
    expect(counts[0]).toBeLessThan(counts.at(-2) ?? 0);
  });
});

describe('the weight of a pair', () => {
  const weightOf = (rows: readonly string[], pair = 0) => {
    const view = smallView({ rows });
    return tracedGraph(view, COMMUNITY_POLICY).pairs.weight[pair];
  };

  it('is 16 times the logarithm of the amount, twice that where the money goes on at once', () => {
    // 1 + 127 USDT are 7 doublings. An hour after it came, money counts as half as near: 112 · 1.5.
    expect(weightOf(['victim a 127 0', 'a b 127 60'])).toBe(168);
    expect(weightOf(['victim a 127 0', 'a b 127 0'])).toBe(224);
  });

  it('grows with the number of transfers: three add two thirds of an eighth', () => {
    // Amounts add up to 127; 112 · 1.5 · (1 + 2/24) = 182.
    expect(weightOf(['victim a 127 0', 'a b 27 60', 'a b 50 60', 'a b 50 60.0'])).toBe(182);
  });

  it('falls with other money: half of what both received leaves a quarter', () => {
    // 63.5 of the 127 came by way of the reported wallet. log2(64.5) is 6 doublings and 0.0078: 96, and 96 · 1.5 / 4 = 36.
    expect(weightOf(['victim a 127 0', 'a b 127 60', 'stranger b 127 60', 'b c 127 120'], 1)).toBe(36);
  });

  it('counts all that a reported wallet received, whoever paid it: not all victims report', () => {
    expect(weightOf(['victim a 127 0', 'stranger a 127 0', 'a b 127 60'])).toBe(168);
  });
});

describe('what a graph holds of two wallets', () => {
  it('is all that they paid each other, also before such money came', () => {
    const rows = ['stranger b 500 10', 'b c 200 20', 'victim a 127 30', 'a b 127 60', 'b c 100 70', 'c b 40 80'];
    const { accounts, pairs } = tracedGraph(smallView({ rows }), COMMUNITY_POLICY);
    const name = (node: number) => smallView({ rows }).table.accounts.list[accounts[node] ?? -1]?.address;
    const place = [...pairs.a.keys()].find(
      (pair) => name(pairs.a[pair] ?? -1) === 'b' || name(pairs.b[pair] ?? -1) === 'c',
    );
    const sums = [pairs.forth[place ?? -1], pairs.back[place ?? -1]].sort();
    expect(sums).toEqual([300_000_000, 40_000_000]);
  });
});

describe('a public funder', () => {
  it('is told by wallets that stand alone, as by strangers', () => {
    const view = smallView({
      rows: [...network('a', 'exchange'), ...network('b', 'exchange', 7)],
      services: ['exchange'],
      ties: [tie('funder', 'gas', [...roles('a'), ...roles('b')])],
    });
    const { accounts, pairs } = tracedGraph(view, COMMUNITY_POLICY);
    const prefix = (account: number) => view.table.accounts.list[account]?.address.slice(0, 1);
    const whole = accounts.map((account) => (prefix(account) === 'a' ? 0 : 1));
    const counted = (cluster: Int32Array) => withoutPublicFunders(pairs, cluster, COMMUNITY_POLICY).count;
    expect(counted(whole)).toBe(pairs.count);
    // Two of the fourteen are in no community.
    expect(counted(whole.map((own, node) => (node < 2 ? -1 : own)))).toBe(pairs.count - 13);
  });
});

describe('properties of communities', () => {
  const names = ['victim', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'exchange'];
  const row = fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...names), fc.integer({ min: 1, max: 999 }), fc.nat(50))
    .filter(([from, to]) => from !== to)
    .map((cells) => cells.join(' '));
  const cases = fc.uniqueArray(row, { minLength: 1, maxLength: 40 }).map(
    (rows): SmallCase => ({
      rows: [...new Set(['victim a 1000 0', 'victim c 500 1', ...rows])],
      ties: [tie('funder', 'gas', ['a', 'd', 'e']), tie('swept-together', 'f', ['b', 'c'])],
      services: ['exchange'],
    }),
  );

  it('the same rows in any order give the same communities', () => {
    const pairs = cases.chain((one) =>
      fc
        .record({
          rows: fc.shuffledSubarray([...one.rows], { minLength: one.rows.length }),
          ties: fc.shuffledSubarray([...(one.ties ?? [])], { minLength: 2 }),
        })
        .map((other) => [one, { ...one, ...other }] as const),
    );
    fc.assert(
      fc.property(pairs, fc.nat(99), ([one, other], seed) => {
        const policy = { ...COMMUNITY_POLICY, repeats: 2 };
        expect(findCommunities(smallView(other), policy, { seed })).toEqual(
          findCommunities(smallView(one), policy, { seed }),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('no community is disconnected, and none holds a victim or a service', () => {
    fc.assert(
      fc.property(cases, fc.nat(99), (one, seed) => {
        const view = smallView(one);
        const { cluster, clusters: count } = findCommunities(view, { ...COMMUNITY_POLICY, repeats: 0 }, { seed });
        const { accounts, pairs } = tracedGraph(view, COMMUNITY_POLICY);
        for (let each = 0; each < count; each += 1) {
          const inside = new Set([...cluster.keys()].filter((account) => cluster[account] === each));
          for (const account of inside) expect(view.standing[account]).toBe(STANDING.wallet);
          const reached = new Set([...inside].slice(0, 1));
          for (let before = 0; before < reached.size; ) {
            before = reached.size;
            for (let pair = 0; pair < pairs.count; pair += 1) {
              const [a, b] = [accounts[pairs.a[pair] ?? 0] ?? -1, accounts[pairs.b[pair] ?? 0] ?? -1];
              if (!inside.has(a) || !inside.has(b)) continue;
              if (reached.has(a) || reached.has(b)) reached.add(a).add(b);
            }
          }
          expect(reached).toEqual(inside);
        }
      }),
      { numRuns: 50 },
    );
  });
});
