/** A small part of `npm run bench:attribution`, so that a change which makes inferences worse is seen at once. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ATTRIBUTION_POLICY } from '../../graphs/attribution/policy.ts';
import { type Score, type Scores, scoresOf, sum, sumTies } from '../bench/attribution/scores.ts';
import { openEconomy } from '../bench/attribution/views.ts';

describe('inferences in an economy whose lists are withheld', () => {
  let views: Record<'whole' | 'cases', Scores[]>;
  beforeAll(() => {
    const economy = openEconomy('suite-1', 'hard', 'small');
    const scored = (name: 'whole' | 'cases') =>
      economy[name].map((view) => scoresOf(economy, view, ATTRIBUTION_POLICY));
    views = { whole: scored('whole'), cases: scored('cases') };
  }, 180_000);

  it.each(['whole', 'cases'] as const)('%s: name nobody, and are seldom wrong', (name) => {
    const scores = views[name];
    expect(scores.reduce((count, { named }) => count + named, 0)).toBe(0);
    expect(precision(sum(scores.map(({ deposits }) => deposits)))).toBeGreaterThanOrEqual(0.98);
    expect(precision(sum(scores.map(({ services }) => services)))).toBeGreaterThanOrEqual(0.98);
    expect(precision(sum(scores.map(({ lookAlikes }) => lookAlikes)))).toBe(1);
    const { pairs, right } = sumTies(scores.map(({ funders }) => funders));
    expect(right / pairs).toBeGreaterThanOrEqual(0.95);
  });

  it('find most of what is there', () => {
    expect(recall(sum(views.whole.map(({ deposits }) => deposits)))).toBeGreaterThanOrEqual(0.95);
    expect(recall(sum(views.cases.map(({ deposits }) => deposits)))).toBeGreaterThanOrEqual(0.9);
    expect(recall(sum(views.whole.map(({ services }) => services)))).toBeGreaterThanOrEqual(0.9);
  });
});

function precision({ right, found }: Score): number {
  return right / found;
}

function recall({ met, sought }: Score): number {
  return met / sought;
}
