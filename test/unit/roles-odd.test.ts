/** What holds of all roles: odd histories, the order of rows, evidence that can be looked up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../../graphs/roles/types.ts';
import { type RoleStory, rolesOf, roleView } from '../fixtures/role-views.ts';

const RUNS = 60;
const WALLETS = ['ann', 'bob', 'till', 'pool', 'm1', 'm2', 'm3', 'meet', 'desk', 'hot'] as const;

const row = fc
  .tuple(
    fc.constantFrom('', '', '', '!'),
    fc.constantFrom(...WALLETS),
    fc.constantFrom(...WALLETS),
    fc.constantFrom(0.001, 1, 5, 50, 50, 1000),
    fc.integer({ min: 0, max: 90 }),
  )
  .filter(([, from, to, amount]) => from !== to && amount > 0)
  .map(([mark, ...cells]) => mark + cells.join(' '));

const stories: fc.Arbitrary<RoleStory> = fc.record({
  rows: fc.uniqueArray(row, { maxLength: 60, selector: (text) => text.replace('!', '') }),
  reported: fc.subarray(['till', 'pool', 'm1']),
  victims: fc.subarray(['ann', 'bob']),
  possible: fc.subarray(['hot', 'desk']),
  unread: fc.subarray(['m2', 'hot']),
});

/** A spray that meets in each of the wallets, so that something is found: a payment, its hops, and small sums. */
const BUSY: readonly string[] = [
  ...['!ann till 90 0', 'till pool 90 1', '!bob till 60 2', 'till pool 60 3', 'till pool 1 4', 'pool m0 150 5'],
  ...['m1', 'm2', 'm3'].flatMap((mule, each) => [`m0 ${mule} 50 ${6 + each}`, `${mule} meet 50 ${10 + each}`]),
  ...Array.from({ length: 9 }, (_, each) => `meet shop${each} 10 ${20 + each}`),
];

describe('roles', () => {
  it('are none where nothing happened, or nothing is followed', () => {
    expect(rolesOf({ rows: [] })).toEqual([]);
    expect(rolesOf({ rows: [], reported: ['till'] })).toEqual([]);
    expect(rolesOf({ rows: ['a b 5 1', 'b c 5 2'] })).toEqual([]);
    expect(rolesOf({ rows: ['!ann till 0.001 1', 'till x 0.001 2'], reported: ['till'] })).toEqual([]);
  });

  it('are none of victims, services, deposit addresses and wallets that were not read', () => {
    const rows = ['!ann till 100 0', 'till w 100 1', 'w x 100 2'];
    const [named, possible, account] = [{ services: ['w'] }, { possible: ['w'] }, { accounts: ['w'] }];
    for (const as of [named, possible, account, { victims: ['w'] }, { unread: ['w'] }]) {
      const found = rolesOf({ rows, reported: ['till'], ...as });
      expect(found.filter(({ address }) => address === 'w')).toEqual([]);
    }
    expect(rolesOf({ rows, reported: ['till'] }).map(({ address }) => address)).toContain('w');
  });

  it('are none in a star, whose middle is paid by many and pays them hours later', () => {
    const leaves = Array.from({ length: 40 }, (_, each) => `leaf${each}`);
    const rows = [
      '!ann hub 100 0',
      ...leaves.flatMap((leaf, each) => [`${leaf} hub 10 ${9 * each}`, `hub ${leaf} 10 ${9 * each + 500}`]),
    ];
    expect(rolesOf({ rows, reported: ['hub'] })).toEqual([]);
  });

  it('are told of equal sums in one instant', () => {
    const mules = ['m1', 'm2', 'm3'];
    const rows = [
      '!ann till 30 0',
      ...mules.map((mule) => `till ${mule} 10 0`),
      ...mules.map((mule) => `${mule} meet 10 0`),
    ];
    const found = rolesOf({ rows, reported: ['till'] });
    expect(found.map(({ address, role }) => [address, role])).toEqual([
      ['m1', 'rapid-pass-through'],
      ['m2', 'rapid-pass-through'],
      ['m3', 'rapid-pass-through'],
      ['meet', 'funnel'],
      ['till', 'collection'],
      ['till', 'rapid-pass-through'],
    ]);
  });

  it('are in the order of wallets, and of the roles of one wallet', () => {
    const found = rolesOf({ rows: BUSY, reported: ['till'] });
    const places = found.map(({ address, role }) => `${address} ${String(ROLES.indexOf(role)).padStart(2, '0')}`);
    expect(places).toEqual([...places].sort());
    expect(new Set(found.map(({ role }) => role)).size).toBeGreaterThan(4);
  });

  it('are the same for the same rows in any order', () => {
    fc.assert(
      fc.property(stories, fc.boolean(), fc.infiniteStream(fc.nat()), (story, busy, draws) => {
        const rows = busy ? [...new Set([...BUSY, ...story.rows])] : story.rows;
        const shuffled = rows
          .map((each) => ({ each, draw: draws.next().value as number }))
          .sort((a, b) => a.draw - b.draw)
          .map(({ each }) => each);
        expect(rolesOf({ ...story, rows: shuffled })).toEqual(rolesOf({ ...story, rows }));
      }),
      { numRuns: RUNS },
    );
  });

  it('name rows of the wallet or of those beside it, ascending, and a strength from 1 to 99', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { table } = roleView(story);
        for (const { rows, rowCount, strength, reason, figures } of rolesOf(story)) {
          expect(rows.length).toBe(Math.min(20, rowCount));
          expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
          expect(rows.every((each) => each >= 0 && each < table.rows)).toBe(true);
          expect(strength >= 1 && strength <= 99 && Number.isInteger(strength)).toBe(true);
          expect(Object.values(figures).every((figure) => Number.isFinite(figure) && figure >= 0)).toBe(true);
          expect(reason).toMatch(/^[A-Z0-9].*\.$/);
          expect(reason).not.toMatch(/NaN|undefined|Infinity/);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
