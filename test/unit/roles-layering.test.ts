import { describe, expect, it } from 'vitest';
import { type RoleStory, rolesOf, rowsOf, withRole } from '../fixtures/role-views.ts';

/** A story behind one payment of so much to `till`, which passes it on to `w` in the minute 10. */
function behind(amount: number, rows: readonly string[], rest: Partial<RoleStory> = {}): RoleStory {
  return { reported: ['till'], rows: [`!ann till ${amount} 0`, `till w ${amount} 10`, ...rows], ...rest };
}

describe('rapid pass-through', () => {
  it('is told of money that is out within minutes', () => {
    const story = behind(1000, ['w x 600 12', 'w y 400 14']);
    const found = rolesOf(story).filter(({ role, address }) => role === 'rapid-pass-through' && address === 'w');
    expect(found).toMatchObject([
      {
        reason:
          'Paid out 1 receipt of 1, 100 % of all that came in, within 8 minutes, half of it within 2 minutes, and kept 0 %.',
        figures: { passed: 1, receipts: 1, share: 100, kept: 0, halfWithinSeconds: 120 },
        // All of it, and 2 minutes are three quarters of the way from 8 to none.
        strength: 87,
      },
    ]);
    expect(found[0] && rowsOf(story, found[0])).toEqual(['till w 1000 10', 'w x 600 12', 'w y 400 14']);
  });

  it.each<[string, readonly string[], boolean]>([
    ['in the instant in which it came', ['w x 1000 10'], true],
    ['after eight minutes', ['w x 1000 18'], true],
    ['after a little more', ['w x 1000 18.1'], false],
    ['all but a twentieth', ['w x 950 12'], true],
    ['all but a little more, the rest later', ['w x 949 12', 'w x 51 30'], false],
    ['never', [], false],
    ['and a quarter of all was so', ['v w 3000 60', 'w x 1000 12', 'w x 3000 90'], true],
    ['and less than a quarter of all was so', ['v w 3010 60', 'w x 1000 12', 'w x 3010 90'], false],
    ['but later receipts stay', ['w x 1000 12', 'v w 200 60'], false],
  ])('%s', (_, rows, expected) => {
    expect(withRole('rapid-pass-through', behind(1000, rows)).includes('w')).toBe(expected);
  });

  it('is none of a reported deposit address that a service sweeps', () => {
    const rows = ['!ann w 1000 10', 'w hot 1000 12'];
    expect(withRole('rapid-pass-through', { reported: ['w'], possible: ['hot'], rows })).toEqual([]);
    expect(withRole('rapid-pass-through', { reported: ['w'], rows })).toEqual(['w']);
  });
});

describe('fragmentation', () => {
  const parts = (count: number, amount: number, every = 20) =>
    Array.from({ length: count }, (_, each) => `w mule${each % 5} ${amount} ${10 + every * (each + 1)}`);

  it('is told of a sum that leaves in many small ones', () => {
    const story = behind(1000, [...parts(16, 50), 'w x 200 400']);
    const found = rolesOf(story).filter(({ role }) => role === 'fragmentation');
    expect(found).toMatchObject([
      {
        address: 'w',
        // Sixteen of 50 and the rest of 200, a fifth: none is larger. The last leaves 390 minutes after the first came.
        reason:
          'Received one sum, and within 7 hours paid 100 % of it out in 17 parts to 6 wallets, none of them more than 20 % of it.',
        figures: { rounds: 1, parts: 17, payees: 6, share: 100, minutes: 390 },
        rowCount: 18,
      },
    ]);
    expect(found[0]?.rows).toHaveLength(18);
  });

  it.each<[string, readonly string[], boolean]>([
    ['eight parts of a tenth', parts(8, 100), true],
    ['seven parts', parts(7, 100), false],
    ['parts that are half of it together', parts(10, 50), true],
    ['parts that are less than half of it', parts(10, 49), false],
    ['parts that are larger than a fifth', parts(4, 201), false],
    ['within a day', parts(8, 100, 180), true],
    ['over days', parts(8, 100, 300), false],
    [
      'as many small sums in as out',
      [...parts(9, 100), ...parts(9, 1).map((row) => row.replace(/w (\S+)/, '$1 w'))],
      false,
    ],
  ])('%s', (_, rows, expected) => {
    expect(withRole('fragmentation', behind(1000, rows))).toEqual(expected ? ['w'] : []);
  });

  it('counts each round once, where a wallet is used again', () => {
    const again = parts(10, 100).map((row) => row.replace(/\d+$/, (minute) => `${Number(minute) + 5000}`));
    const story = behind(1000, [...parts(8, 100), 'v w 1000 5010', ...again]);
    const [found] = rolesOf(story).filter(({ role }) => role === 'fragmentation');
    expect(found?.figures).toMatchObject({ rounds: 2, parts: 10, minutes: 200 });
    expect(found?.rowCount).toBe(20);
  });
});

describe('funnel', () => {
  /** `w` pays so many mules from the minute 12 on, a minute apart, and each pays on after so many minutes. */
  const spray = (mules: number, wait: number, carried = 100) =>
    Array.from({ length: mules }, (_, each) => [
      `w mule${each} 100 ${12 + each}`,
      `mule${each} merger ${carried} ${12 + each + wait}`,
    ]).flat();

  it('is told of parts that meet again', () => {
    const story = behind(400, spray(4, 5));
    const found = rolesOf(story).filter(({ role }) => role === 'funnel');
    expect(found).toMatchObject([
      {
        address: 'merger',
        // From the minute 12, when the first was paid, to 20, when the last paid on.
        reason:
          'Was paid by 4 wallets that one wallet had paid just before: the sum was split and met here again, within 8 minutes.',
        figures: { meetings: 1, carriers: 4, minutes: 8 },
        rowCount: 8,
      },
    ]);
    expect(found[0] && rowsOf(story, found[0])).toEqual([
      ...['w mule0 100 12', 'w mule1 100 13', 'w mule2 100 14', 'w mule3 100 15'],
      ...['mule0 merger 100 17', 'mule1 merger 100 18', 'mule2 merger 100 19', 'mule3 merger 100 20'],
    ]);
  });

  it.each<[string, RoleStory, boolean]>([
    ['three parts', behind(300, spray(3, 5)), true],
    ['two parts', behind(200, spray(2, 5)), false],
    ['an hour in all', behind(300, spray(3, 58)), true],
    ['more than an hour', behind(300, spray(3, 59)), false],
    ['nine tenths carried on', behind(300, spray(3, 5, 90)), true],
    ['less carried on', behind(300, spray(3, 5, 89)), false],
    ['sprayed by a service to its customers', { ...behind(300, spray(3, 5)), possible: ['w'] }, false],
    ['carried by deposit addresses', { ...behind(300, spray(3, 5)), accounts: ['mule0', 'mule1', 'mule2'] }, false],
    [
      'one carrier that is paid three times',
      behind(
        300,
        [12, 14, 16].flatMap((minute) => [`w mule 100 ${minute}`, `mule merger 100 ${minute + 1}`]),
      ),
      false,
    ],
    [
      'paid back to the sprayer',
      behind(
        300,
        [12, 14, 16].flatMap((minute) => [`w mule${minute} 100 ${minute}`, `mule${minute} w 100 ${minute + 1}`]),
      ),
      false,
    ],
  ])('%s', (_, story, expected) => {
    expect(withRole('funnel', story)).toEqual(expected ? ['merger'] : []);
  });
});
