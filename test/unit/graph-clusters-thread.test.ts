import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { louvainClusters } from '../../graphs/communities/louvain.ts';
import { findClusters } from '../../graphs/communities/run.ts';
import { UserError } from '../../src/errors.ts';
import { clique, edge, wallet } from '../fixtures/graph-rows.ts';

const rows = {
  wallets: [wallet('A', { report: 'paid-to' })],
  edges: [...clique(['A', 'B', 'C']), ...clique(['D', 'E', 'F']), edge('C', 'D', 1)],
};
const parameters = { seed: 3, resolution: 1 };

/** What a program prints that finds the clusters of a pair of wallets. */
const program = `
  const { findClusters } = await import(${JSON.stringify(new URL('../../graphs/communities/run.ts', import.meta.url).href)});
  const edge = { chain: 'tron', asset: 'USDT', from: 'A', to: 'B', count: 2, total: 7n, first: 0, last: 0 };
  const options = { seed: 3, resolution: 1, deadlineMs: 60_000 };
  const { clusters } = await findClusters({ wallets: [], edges: [edge] }, options);
  process.stdout.write(String(clusters[0].total.USDT));
`;

async function run(...options: string[]): Promise<string> {
  const args = ['--input-type=module', ...options];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  return stdout;
}

describe('finding clusters in a thread', () => {
  it('gives what it gives in the main thread', async () => {
    expect(await findClusters(rows, { ...parameters, deadlineMs: 60_000 })).toEqual(louvainClusters(rows, parameters));
  });

  it('takes rows that can be read only once', async () => {
    const found = await findClusters(
      { wallets: rows.wallets.values(), edges: rows.edges.values() },
      { ...parameters, deadlineMs: 60_000 },
    );
    expect(found.clusters).toHaveLength(2);
  });

  it('says at the deadline what to do', async () => {
    const error = await findClusters(rows, { ...parameters, deadlineMs: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'CLUSTERS_DEADLINE' });
    expect((error as UserError).text).toMatchInlineSnapshot(`
      "The clusters were not found within 0.001 seconds.
      The graph has 7 edges.
      Raise the deadline, or find clusters in fewer wallets: crawl fewer hops."
    `);
  });

  it('stops when it is told to', async () => {
    const reason = new Error('Ctrl+C');
    await expect(
      findClusters(rows, { ...parameters, deadlineMs: 60_000, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    const controller = new AbortController();
    const found = findClusters(rows, { ...parameters, deadlineMs: 60_000, signal: controller.signal });
    controller.abort(reason);
    await expect(found).rejects.toBe(reason);
  });

  it('passes on what goes wrong in the thread', async () => {
    const twice = { wallets: [wallet('A'), wallet('A')], edges: [] };
    await expect(findClusters(twice, { ...parameters, deadlineMs: 60_000 })).rejects.toThrow(
      'Wallet tron:A comes twice',
    );
    await expect(findClusters(rows, { seed: -1, resolution: 1, deadlineMs: 60_000 })).rejects.toThrow(RangeError);
  });

  it('works in a program that node started with tsx, and lets it end', async () => {
    expect(await run('--import', 'tsx', '--eval', program)).toBe('7');
  }, 60_000);

  it('works in a program that registered tsx by itself, as the command line does, and lets it end', async () => {
    expect(await run('--eval', `import { register } from 'tsx/esm/api'; register();\n${program}`)).toBe('7');
  }, 60_000);
});
