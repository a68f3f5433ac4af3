/** A few of the interruptions of `npm run soak:kills`: the same hash, and no worker that ends because a server was away. */
import { describe, expect, it } from 'vitest';
import { findOwnServers } from '../fixtures/own-servers.ts';
import { interrupt, type Target } from '../soak/interruptions.ts';

const own = await findOwnServers();

describe.skipIf(!own.postgres)('a crawl', () => {
  it.concurrent.each<[Target, number, number]>([
    ['worker', 5, 8],
    ['redis', 2, 8],
    ['postgres', 2, 8],
  ])(
    'comes to the same when its %s is killed %i times',
    async (target, count, seconds) => {
      if (target !== 'postgres' && !own.redis) return;
      const figures = await interrupt({ target, count, seed: `ci/${target}`, seconds });
      expect(figures).toMatchObject({ interruptions: count, deaths: 0, different: 0 });
      for (const said of figures.words.keys()) {
        expect(said).toMatch(/database|queue|Redis/i);
      }
    },
    240_000,
  );
});
