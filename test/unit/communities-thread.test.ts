import { describe, expect, it } from 'vitest';
import { findCommunities, scanResolutions } from '../../graphs/communities/find.ts';
import { COMMUNITY_POLICY } from '../../graphs/communities/policy.ts';
import { findCommunitiesInThread, scanInThread } from '../../graphs/communities/thread.ts';
import type { CommunityProgress } from '../../graphs/communities/types.ts';
import { smallView } from '../fixtures/small-cases.ts';

const view = smallView({
  rows: ['victim a 500 0', 'a b 500 10', 'b c 300 20', 'b d 200 21', 'c e 300 30', 'd e 200 31', 'e exchange 500 40'],
  services: ['exchange'],
});
const policy = { ...COMMUNITY_POLICY, repeats: 3 };
const options = { seed: 1, deadlineMs: 60_000 };

describe('communities in a thread', () => {
  it('are those without one, and each step is told', async () => {
    const told: CommunityProgress[] = [];
    const found = await findCommunitiesInThread(view, policy, { ...options, onProgress: (step) => told.push(step) });
    expect(found).toEqual(findCommunities(view, policy, { seed: 1 }));
    expect(told.map(({ stage, done, of }) => `${stage} ${done} of ${of}`)).toEqual([
      'partition 1 of 1',
      'repeats 1 of 3',
      'repeats 2 of 3',
      'repeats 3 of 3',
      ...[1, 2, 3, 4, 5].map((other) => `seeds ${other} of 5`),
    ]);
  });

  it('are scanned over resolutions as without one', async () => {
    expect(await scanInThread(view, policy, options)).toEqual(scanResolutions(view, policy, { seed: 1 }));
  });

  it('are the best until then where the deadline comes first', async () => {
    const endless = { ...policy, repeats: 1_000_000_000 };
    const found = await findCommunitiesInThread(view, endless, { ...options, deadlineMs: 3_000 });
    expect(found.repeats).toBeLessThan(endless.repeats);
    expect(found.cluster).toEqual(findCommunities(view, policy, { seed: 1 }).cluster);
  });

  it('are given up where nobody wants them any more', async () => {
    const reason = new Error('stop');
    await expect(findCommunitiesInThread(view, policy, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const later = new AbortController();
    const asked = findCommunitiesInThread(
      view,
      { ...policy, repeats: 1_000_000_000 },
      { ...options, signal: later.signal, onProgress: () => later.abort(reason) },
    );
    await expect(asked).rejects.toBe(reason);
  });

  it('fail for a seed that means nothing', async () => {
    await expect(findCommunitiesInThread(view, policy, { ...options, seed: -1 })).rejects.toThrow(RangeError);
  });
});
