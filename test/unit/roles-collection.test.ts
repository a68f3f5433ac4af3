import { describe, expect, it } from 'vitest';
import { ROLE_POLICY } from '../../graphs/roles/policy.ts';
import { type RoleStory, rolesOf, rowsOf, withRole } from '../fixtures/role-views.ts';

/** Two victims pay `till` 900 in three confirmed payments; it passes on 900, and 50 that came later wait. */
const TILL: RoleStory = {
  reported: ['till'],
  rows: [
    '!ann till 200 0',
    '!bob till 300 30',
    'till pool 500 60',
    '!ann till 400 90',
    'till pool 400 100',
    'cat till 50 200',
  ],
};

describe('collection', () => {
  it('is told of what victims paid and was passed on', () => {
    const [found, ...others] = rolesOf(TILL);
    expect(others.filter(({ role }) => role === 'collection')).toEqual([]);
    expect(found).toMatchObject({
      role: 'collection',
      address: 'till',
      reason: 'Took in 3 confirmed payments, 4 transfers in all, and passed 100 % on to 1 wallet.',
      figures: { receipts: 4, payers: 3, payments: 3, victims: 0, forwarded: 100, payees: 1, reported: 1 },
      // Forwarded is as good as it can be, and four receipts are three quarters of the way from one: (1 + 0.75) / 2.
      strength: 87,
      rowCount: 5,
    });
    expect(found && rowsOf(TILL, found)).toEqual([
      'ann till 200 0',
      'bob till 300 30',
      'till pool 500 60',
      'ann till 400 90',
      'till pool 400 100',
    ]);
  });

  it.each<[string, RoleStory, boolean]>([
    ['passes on nine tenths', { reported: ['w'], rows: ['!ann w 100 0', 'w x 90 1'] }, true],
    ['keeps more', { reported: ['w'], rows: ['!ann w 100 0', 'w x 89.9 1'] }, false],
    ['has paid nothing yet', { reported: ['w'], rows: ['!ann w 100 0'] }, false],
    ['is swept by a service', { reported: ['w'], possible: ['hot'], rows: ['!ann w 100 0', 'w hot 100 1'] }, false],
    [
      'pays a service a part',
      { reported: ['w'], possible: ['hot'], rows: ['!ann w 9 0', 'w hot 5 1', 'w x 4 2'] },
      true,
    ],
    ['was not read', { reported: ['w'], rows: ['!ann w 100 0', 'w x 100 1'], unread: ['w'] }, false],
    ['is reported without a payment', { reported: ['w'], rows: ['ann w 100 0', 'w x 100 1'] }, true],
    ['is reported without any transfer', { reported: ['w'], rows: ['!ann x 100 0'] }, false],
    [
      'is reported, but was paid by a wallet behind another that victims paid',
      { reported: ['w', 'till'], rows: ['!ann till 100 0', 'till hop 100 1', 'hop w 100 2', 'w x 100 3'] },
      false,
    ],
    [
      'is not reported, but victims pay it whose money was followed there',
      {
        reported: ['till'],
        victims: ['ann', 'bob'],
        rows: ['!ann till 100 0', 'till w 100 1', 'ann w 50 2', 'bob w 50 3', 'w x 200 4'],
      },
      true,
    ],
    [
      'one victim pays it, who may have a business with it',
      {
        reported: ['till'],
        victims: ['ann'],
        rows: ['!ann till 100 0', 'till w 100 1', 'ann w 50 2', 'w x 150 4'],
      },
      false,
    ],
  ])('%s', (_, story, expected) => {
    expect(withRole('collection', story).includes('w')).toBe(expected);
  });

  it('goes by the policy of the case', () => {
    const story: RoleStory = { reported: ['w'], rows: ['!ann w 100 0', 'w x 80 1'] };
    const policy = (change: object) => ({ ...ROLE_POLICY, collection: { ...ROLE_POLICY.collection, ...change } });
    expect(withRole('collection', story)).toEqual([]);
    expect(withRole('collection', story, policy({ leastForwarded: 80 }))).toEqual(['w']);
    expect(withRole('collection', story, policy({ leastForwarded: 80, on: false }))).toEqual([]);
  });
});

/** Two collection wallets bring `pool` 800 in four transfers, which leave in one round of 700 and one of 100. */
const POOL: RoleStory = {
  reported: ['till1', 'till2'],
  rows: [
    ...['!ann till1 100 0', 'till1 pool 100 10', '!bob till2 300 20', 'till2 pool 300 30'],
    ...['!ann till1 300 40', 'till1 pool 300 50', 'pool mule 700 130', '!cat till2 100 140', 'till2 pool 100 150'],
    'pool desk 100 400',
  ],
};

describe('pooling', () => {
  it('is told of takings that rest and leave in rounds', () => {
    const found = rolesOf(POOL).filter(({ role }) => role === 'pooling');
    expect(found).toMatchObject([
      {
        address: 'pool',
        // Of 800 paid out, 100 had waited 250 minutes, 100 had 120 and 300 had 100: these are more than half.
        reason:
          'Received 4 transfers from 2 wallets that victims pay; half of what it paid out had rested for 100 minutes or longer, ' +
          'and 1 payout took what several transfers had brought.',
        figures: { collections: 2, transfers: 4, share: 100, rounds: 1, heldMinutes: 100 },
        // Twice the least of one is half of the way, four times three quarters, and one round none: 1.25 / 3.
        strength: 42,
        rowCount: 5,
      },
    ]);
  });

  it.each<[string, readonly string[], boolean]>([
    ['several transfers of one collection wallet', ['till pool 5 1', 'till pool 5 2', 'till pool 5 3'], true],
    ['two of them', ['till pool 10 1', 'till pool 5 3'], false],
    [
      'takings that are little of what it received',
      ['till pool 5 1', 'till pool 5 2', 'till pool 5 3', 'x pool 90 3'],
      false,
    ],
  ])('needs more than a hop: %s', (_, takings, expected) => {
    const story: RoleStory = { reported: ['till'], rows: ['!ann till 15 0', ...takings, 'pool mule 15 60'] };
    expect(withRole('pooling', story)).toEqual(expected ? ['pool'] : []);
  });

  it('is none of a wallet that pays each sum on by itself, or that victims pay themselves', () => {
    const hops = ['!ann t1 5 0', 't1 hop 5 1', 'hop x 5 2', '!bob t2 7 3', 't2 hop 7 4', 'hop x 7 5'];
    expect(withRole('pooling', { reported: ['t1', 't2'], rows: hops })).toEqual([]);
    expect(withRole('pooling', { ...POOL, rows: ['!dan pool 5 0', ...POOL.rows] })).toEqual([]);
  });

  it('leaves out of account what services pay in, such as a swapper', () => {
    const rows = [...POOL.rows, 'swapper pool 9000 600', 'pool mule 9000 700'];
    expect(withRole('pooling', { ...POOL, rows, services: ['swapper'] })).toEqual(['pool']);
    expect(withRole('pooling', { ...POOL, rows })).toEqual([]);
  });
});
