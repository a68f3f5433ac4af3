import { describe, expect, it } from 'vitest';
import { findFindings } from '../../graphs/findings/find.ts';
import { DETECTION_POLICY } from '../../graphs/findings/policy.ts';
import { type CaseStory, nameOf, viewOfStory } from '../fixtures/case-view.ts';

/** Two networks that pay a desk, which gathers from strangers too and places what it has in a few large sums. */
const DESK: CaseStory = {
  reported: ['collect1', 'collect2'],
  services: ['exchange', 'other'],
  rows: [
    ...[1, 2].flatMap((each) => [
      `victim${each} collect${each} 2000 ${each}`,
      `collect${each} pool${each} 2000 ${each + 1}`,
      ...[1, 2, 3].map((mule) => `pool${each} mule${each}-${mule} 600 ${each + 2 + mule / 10}`),
      ...[1, 2, 3].map((mule) => `mule${each}-${mule} till${each} 600 ${each + 3 + mule / 10}`),
      `till${each} desk 1800 ${each + 5}`,
    ]),
    ...Array.from({ length: 14 }, (_, each) => `seller${each} till1 100 ${20 + each}`),
    'till1 desk 1400 50',
    'desk exchange 3000 60',
    'desk other 2000 61',
  ],
};

async function found(story: CaseStory) {
  const view = viewOfStory(story);
  const findings = await findFindings(view, {
    policy: { ...DETECTION_POLICY, communities: { ...DETECTION_POLICY.communities, repeats: 0 } },
    ...{ seed: 1, deadlineMs: 60_000, onProgress: () => {} },
  });
  const clusterOf = (name: string) =>
    findings.communities.cluster[
      Array.from({ length: view.count }, (_, account) => nameOf(view, account)).indexOf(name)
    ] ?? -1;
  return { findings, clusterOf, desks: findings.roles.filter(({ role }) => role === 'consolidation') };
}

describe('what is found in a case', () => {
  it('has a desk with its role and in no cluster, and the networks that use it apart', async () => {
    const { clusterOf, desks } = await found(DESK);
    expect(desks).toHaveLength(1);
    expect(clusterOf('desk')).toBe(-1);
    expect(clusterOf('pool1')).toBeGreaterThanOrEqual(0);
    expect(clusterOf('pool1')).not.toBe(clusterOf('pool2'));
  });

  it('has a desk in a cluster where reports name it', async () => {
    const { clusterOf } = await found({ ...DESK, reported: ['collect1', 'collect2', 'desk'] });
    expect(clusterOf('desk')).toBeGreaterThanOrEqual(0);
  });
});
