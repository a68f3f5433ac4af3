/** Pages of what the issuer did, as they are stored: whole or not at all, each event once, without a gap. */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import type { IssuerEvent } from '../../src/chains/off-history.ts';
import { readConfig } from '../../src/config.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor } from '../../src/simulate/tron.ts';
import { commitIssuerPage, type IssuerCoverage, readIssuerCoverage } from '../../src/store/issuer-events.ts';
import { providerId, readAssets, type StoredAsset } from '../../src/store/reference.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { cli } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

describe.skipIf(inject('postgres') === null)('pages of what the issuer did', () => {
  let database: FreshDatabase;
  let store: Store;
  let asset: StoredAsset;
  let key: { assetId: number; providerId: number };

  beforeEach(async () => {
    database = await freshDatabase();
    const env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    store = await openStore(readConfig(env));
    const [first] = await readAssets(store.pool);
    if (first === undefined) throw new Error('the database knows no asset');
    asset = first;
    key = { assetId: asset.id, providerId: await providerId(store.pool, 'trongrid', 'timestamp') };
    await store.pool.query(`insert into cases (name, created_at) values ('x', now())`);
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  /** A run that needs events from a position on. */
  async function run(from: number): Promise<number> {
    const { rows } = await store.pool.query<{ id: number }>(
      `insert into runs (case_id, number, policy, seeds, state, started_at)
       values (1, (select count(*) + 1 from runs), '{}', '', 'running', now()) returning id`,
    );
    const id = rows[0]?.id ?? 0;
    await store.pool.query(
      `insert into run_issuer_events (run_id, asset_id, from_position, state) values ($1, $2, $3, 'pending')`,
      [id, asset.id, from],
    );
    return id;
  }
  const coverage = async (runId: number) => {
    const { from, position, keptFrom } = await readIssuerCoverage(store.pool, key, runId);
    return { from, position, keptFrom };
  };
  const commit = (
    runId: number,
    { version }: IssuerCoverage,
    position: number,
    events: readonly IssuerEvent[] = [],
    overlap = 0,
  ) => {
    const now = new Date();
    return commitIssuerPage(store.pool, {
      ...{ key, runId, requests: 2, asset, version },
      events,
      position,
      overlap,
      now,
    });
  };
  async function read(runId: number, position: number, events: readonly IssuerEvent[] = [], overlap = 0) {
    return commit(runId, await readIssuerCoverage(store.pool, key, runId), position, events, overlap);
  }
  const rows = async () => {
    const query = `select kind, w.address as wallet, value, occurrence from issuer_events e
      join wallets w on w.id = e.wallet_id order by kind, value, occurrence`;
    return (await store.pool.query(query)).rows.map((row) => Object.values(row).join(' '));
  };

  test('are stored with the position behind them, and by the first who comes alone', async () => {
    const runId = await run(100);
    const before = await readIssuerCoverage(store.pool, key, runId);
    expect(await commit(runId, before, 200, [event('destroyed', 'a', 5n)])).toBe(true);
    expect(await commit(runId, before, 300, [event('destroyed', 'b', 6n)])).toBe(false);
    expect(await rows()).toEqual([`destroyed ${addressFor('a')} 5 0`]);
    expect(await coverage(runId)).toEqual({ from: 100, position: 200, keptFrom: null });
    const { rows: found } = await store.pool.query('select requests from runs where id = $1', [runId]);
    expect(found).toEqual([{ requests: 2 }]);
  });

  test('may come twice: equal events of one transaction are told apart, and none is counted again', async () => {
    const runId = await run(100);
    const events = [event('redeemed', 'a', 5n), event('redeemed', 'a', 5n), event('destroyed', 'b', 5n)];
    for (const position of [200, 300]) expect(await read(runId, position, events)).toBe(true);
    expect(await rows()).toEqual([
      `destroyed ${addressFor('b')} 5 0`,
      ...[0, 1].map((occurrence) => `redeemed ${addressFor('a')} 5 ${occurrence}`),
    ]);
  });

  test('leave a redemption with whoever owned the contract when it was first read', async () => {
    const runId = await run(100);
    await read(runId, 200, [event('redeemed', 'an owner', 5n)]);
    await read(runId, 300, [event('redeemed', 'another owner', 5n), event('redeemed', 'another owner', 6n)]);
    expect(await rows()).toEqual([
      `redeemed ${addressFor('an owner')} 5 0`,
      `redeemed ${addressFor('another owner')} 6 0`,
    ]);
  });

  test('that a run needs from further down are read up to what is stored, and gone on with behind it', async () => {
    const late = await run(500);
    await read(late, 900);
    const early = await run(100);
    expect(await coverage(early)).toEqual({ from: 100, position: 100, keptFrom: 500 });
    await read(early, 300);
    expect(await coverage(early)).toEqual({ from: 100, position: 300, keptFrom: 500 });
    // Earlier still, before the two have met: what lies between is read again.
    const earliest = await run(50);
    expect(await coverage(earliest)).toEqual({ from: 50, position: 50, keptFrom: 500 });
    await read(earliest, 500, [], 40);
    expect(await coverage(earliest)).toEqual({ from: 50, position: 860, keptFrom: null });
    expect(await coverage(late)).toEqual({ from: 50, position: 860, keptFrom: null });
  });
});

function event(kind: IssuerEvent['kind'], name: string, value: bigint): IssuerEvent {
  return {
    ...{ chain: 'tron', asset: 'USDT', kind, transaction: transactionFor('one'), wallet: addressFor(name) as Address },
    ...{ value, timestamp: 1_700_000_000_000, block: 7, position: null },
  };
}
