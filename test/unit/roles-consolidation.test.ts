import { describe, expect, it } from 'vitest';
import { type RoleStory, rolesOf, withRole } from '../fixtures/role-views.ts';

/**
 * `w` pays followed money to `intake`, as thirteen strangers do, 100 each; it pays the desk after every second. The desk
 * places 600 at a time.
 */
function desk(strangers = 13, rest: readonly string[] = []): string[] {
  const payers = ['w', ...Array.from({ length: strangers }, (_, each) => `seller${each}`)];
  return [
    ...['!ann till 100 0', 'till w 100 10'],
    ...payers.map((payer, each) => `${payer} intake 100 ${20 + 10 * each}`),
    ...payers.flatMap((_, each) => (each % 2 === 1 ? [`intake desk 200 ${25 + 10 * each}`] : [])),
    ...['desk shop 600 500', 'desk buyer 600 600'],
    ...rest,
  ];
}

describe('consolidation', () => {
  it('is told of a desk that brings together what was gathered from many', () => {
    const found = rolesOf({ reported: ['till'], rows: desk() }).filter(({ role }) => role === 'consolidation');
    expect(found).toMatchObject([
      {
        address: 'desk',
        reason:
          '100 % of what it received came in 7 transfers from 1 wallet that 14 payers had paid and that passed nearly all on ' +
          'to it; its 2 payouts to 2 wallets are 3.0 times as large on average.',
        figures: { gatherers: 1, unread: 0, payers: 14, transfers: 7, share: 100, growth: 300, payees: 2 },
        rowCount: 9,
      },
    ]);
  });

  it.each<[string, Partial<RoleStory>, boolean]>([
    ['twelve payers', { rows: desk(11) }, true],
    ['fewer', { rows: desk(9) }, false],
    ['as much from elsewhere', { rows: desk(13, ['x desk 1400 300']) }, true],
    ['more from elsewhere', { rows: desk(13, ['x desk 1500 300']) }, false],
    ['payouts that are no larger than receipts', { rows: desk(13, many(6, 'desk', 'buyer')) }, false],
    ['a gatherer that pays others too', { rows: desk(13, ['y intake 200 700', 'intake x 200 710']) }, false],
    ['a desk that the public pays', { rows: desk(13, many(12, 'p', 'desk', 5)) }, false],
    ['a desk that pays one wallet alone', { rows: desk().map((row) => row.replace('desk buyer', 'desk shop')) }, false],
    ['a desk that behaves as a service', { rows: desk(), possible: ['desk'] }, false],
  ])('%s', (_, story, expected) => {
    expect(withRole('consolidation', { reported: ['till'], rows: [], ...story })).toEqual(expected ? ['desk'] : []);
  });

  it('is told where an intake was not read that paid often, and says so', () => {
    const story = (times: number): RoleStory => ({
      reported: ['till'],
      unread: ['intake'],
      rows: [
        ...['!ann till 100 0', 'till w 100 10', 'w desk 100 20'],
        ...Array.from({ length: times }, (_, each) => `intake desk 100 ${30 + each}`),
        ...['desk shop 600 500', 'desk buyer 600 600'],
      ],
    });
    expect(withRole('consolidation', story(19))).toEqual([]);
    const [found] = rolesOf(story(20)).filter(({ role }) => role === 'consolidation');
    // `w` passes all on to it too, and is read.
    expect(found?.reason).toBe(
      '100 % of what it received came in 21 transfers from 2 wallets of which 1 was not read; its 2 payouts to 2 wallets are ' +
        '6.0 times as large on average.',
    );
    expect(found?.figures).toMatchObject({ gatherers: 2, unread: 1, payers: 1 });
  });
});

function many(count: number, from: string, to: string, amount = 20): string[] {
  return Array.from({ length: count }, (_, each) => {
    const payer = from === 'desk' ? from : `${from}${each}`;
    return `${payer} ${to} ${amount} ${610 + each}`;
  });
}
