import { describe, expect, it } from 'vitest';
import { policyOf } from '../../graphs/findings/policy.ts';
import { thresholdsOf, withThresholds } from '../../graphs/findings/thresholds.ts';
import { UserError } from '../../src/errors.ts';

const POLICY = {
  roles: { peel: { least: 3, share: 0.25, amount: 1_000_000n, on: true, words: ['a'] } },
  likely: 60,
};

describe('thresholds', () => {
  it('have the names of the parts they stand in; lists of words cannot be set', () => {
    expect(thresholdsOf(POLICY)).toEqual([
      { name: 'roles.peel.least', value: '3' },
      { name: 'roles.peel.share', value: '0.25' },
      { name: 'roles.peel.amount', value: '1000000' },
      { name: 'roles.peel.on', value: 'true' },
      { name: 'likely', value: '60' },
    ]);
  });

  it('set otherwise, leave the rest and the usual policy as they are', () => {
    const changed = withThresholds(POLICY, [
      { name: 'roles.peel.least', value: '5' },
      { name: 'roles.peel.amount', value: '7' },
      { name: 'roles.peel.on', value: 'false' },
      { name: 'roles.peel.share', value: '1' },
    ]);
    expect(changed).toEqual({
      roles: { peel: { least: 5, share: 1, amount: 7n, on: false, words: ['a'] } },
      likely: 60,
    });
    expect(POLICY.roles.peel.least).toBe(3);
  });

  it.each([
    ['roles.peel.lest', '5'],
    ['roles.peel', '5'],
    ['roles.peel.words', 'b'],
    ['__proto__.x', '5'],
    ['constructor.name', '5'],
    ['roles.peel.least', '2.5'],
    ['roles.peel.least', '-1'],
    ['roles.peel.least', 'many'],
    ['roles.peel.share', '1e3'],
    ['roles.peel.amount', '1.5'],
    ['roles.peel.on', 'yes'],
  ])('refuse %s=%s, and say what would be right', (name, value) => {
    let text = '';
    try {
      withThresholds(POLICY, [{ name, value }]);
    } catch (error) {
      text = error instanceof UserError ? `${error.code}\n${error.text}` : String(error);
    }
    expect(text).toMatchSnapshot();
  });

  it.each(['communities.unit', 'communities.leftOut', 'communities.countPart', 'suspects.rounds'])(
    'that are scales refuse 0: %s',
    (name) => {
      expect(() => policyOf([{ name, value: '0' }])).toThrow(`${name} cannot be 0.`);
      expect(() => policyOf([{ name, value: '2' }])).not.toThrow();
    },
  );
});
