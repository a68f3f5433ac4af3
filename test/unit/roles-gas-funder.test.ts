import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walletOfFinding } from '../../graphs/roles/finding.ts';
import { findGasFunders, GAS_FUNDER } from '../../graphs/roles/gas-funder.ts';
import { ROLE_POLICY } from '../../graphs/roles/policy.ts';
import { findRoles } from '../../graphs/roles/roles.ts';
import { type CaseStory, viewOfStory } from '../fixtures/case-view.ts';

/** A victim's money passes a reported wallet, `b` and `c`, and `boss`, who never held USDT, first paid the fees of all three. */
const PASSED = ['victim1 a 1000 1', 'a b 1000 2', 'b c 1000 3'];
const FEES = ['coin boss a 0', 'activation boss b 1', 'energy boss b 1.5', 'coin boss c 2'];

const story = (rest: Partial<CaseStory> = {}): CaseStory => ({ rows: PASSED, reported: ['a'], native: FEES, ...rest });

function found(told: CaseStory, policy = GAS_FUNDER): string[] {
  const view = viewOfStory(told);
  return findGasFunders(view, policy).map((finding) => walletOfFinding(view, finding).address);
}

describe('a gas funder', () => {
  it('is told of a wallet that never held the token, with what paid the fees', () => {
    const view = viewOfStory(story());
    expect(findGasFunders(view, GAS_FUNDER)).toMatchObject([
      {
        role: 'gas-funder',
        account: -1,
        wallet: { chain: 'tron', address: 'boss' },
        reason: 'First paid the fees of 3 wallets that hold much followed money or that reports name.',
        figures: { wallets: 3, funded: 3, share: 100 },
        ...{ rows: [], rowCount: 0 },
      },
    ]);
    const paid = view.native.map(({ transaction }) => transaction);
    expect([...(findGasFunders(view, GAS_FUNDER)[0]?.native ?? [])].sort()).toEqual([...paid].sort());
  });

  it('is told by its account where it held the token', () => {
    const view = viewOfStory(story({ rows: [...PASSED, 'c boss 1000 4'] }));
    const [finding] = findGasFunders(view, GAS_FUNDER);
    expect(finding?.account).toBe(view.table.accounts.find('tron', 'USDT', 'boss' as never));
  });

  it('stands among the roles of all wallets by its address', () => {
    const view = viewOfStory(story());
    const roles = findRoles(view, ROLE_POLICY);
    const addresses = roles.map((finding) => walletOfFinding(view, finding).address);
    expect(addresses).toContain('boss');
    expect(addresses).toEqual([...addresses].sort());
  });

  it.each<[string, Partial<CaseStory>]>([
    ['nobody is funded', { native: [] }],
    ['two wallets have one funder', { native: FEES.filter((receipt) => !receipt.includes(' c ')) }],
    ['no followed money came', { rows: PASSED.slice(1), reported: [] }],
    [
      'little of what two of them received is followed',
      { rows: [...PASSED, 'u b 4000 1', 'b u 4000 1.5', 'u c 4000 1'] },
    ],
    [
      'most of those funded are strangers',
      { native: [...FEES, ...['u1', 'u2', 'u3', 'u4'].map((u) => `coin boss ${u} 5`)] },
    ],
    ['it is a possible service', { possible: ['boss'], rows: [...PASSED, 'c boss 1000 4'] }],
  ])('is none where %s', (_, rest) => {
    expect(found(story(rest))).toEqual([]);
  });

  it('goes by the policy, and not at all where it is off', () => {
    expect(found(story(), { ...GAS_FUNDER, leastWallets: 4 })).toEqual([]);
    expect(found(story(), { ...GAS_FUNDER, on: false })).toEqual([]);
  });

  it('is the same for the same receipts in any order', () => {
    const expected = findGasFunders(viewOfStory(story()), GAS_FUNDER);
    fc.assert(
      fc.property(fc.shuffledSubarray(FEES, { minLength: FEES.length }), (native) => {
        expect(findGasFunders(viewOfStory(story({ native })), GAS_FUNDER)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
