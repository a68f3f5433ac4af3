/** The real contract on a real node: what is stored of a wallet right after it was frozen, let go, frozen again and emptied. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import { readConfig } from '../../src/config.ts';
import { freezesOf, type WalletFreeze } from '../../src/store/freezes.ts';
import { commitIssuerPage, readIssuerCoverage } from '../../src/store/issuer-events.ts';
import { providerId, readAssets, type StoredAsset } from '../../src/store/reference.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { type Anvil, startAnvil } from '../fixtures/anvil.ts';
import { cli } from '../fixtures/cli.ts';
import { deployTether, type TetherAlone } from '../fixtures/tether.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';
import { hasSharedData } from '../shared-data.ts';

const canRun = inject('anvil') && inject('postgres') !== null && hasSharedData;

describe.skipIf(!canRun)('freezes by the real contract', () => {
  let anvil: Anvil;
  let tether: TetherAlone;
  let database: FreshDatabase;
  let store: Store;
  let stored: StoredAsset;
  let key: { assetId: number; providerId: number };

  beforeAll(async () => {
    anvil = await startAnvil({ accounts: 3 });
    tether = await deployTether(anvil);
    database = await freshDatabase();
    const env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    store = await openStore(readConfig(env));
    const asset = (await readAssets(store.pool)).find(({ chain }) => chain === 'ethereum');
    if (asset === undefined) throw new Error('the database knows no asset');
    stored = asset;
    key = { assetId: asset.id, providerId: await providerId(store.pool, 'anvil', 'block') };
    // A run that needs the contract's events from its creation on.
    await store.pool.query(`insert into cases (id, name, created_at) overriding system value values (1, 'x', now())`);
    await store.pool.query(
      `insert into runs (id, case_id, number, policy, seeds, state, started_at) overriding system value
       values (1, 1, 1, '{}', '', 'running', now())`,
    );
    await store.pool.query(
      `insert into run_issuer_events (run_id, asset_id, from_position, state) values (1, $1, $2, 'pending')`,
      [asset.id, tether.asset.sinceBlock],
    );
  });
  afterAll(async () => {
    await store?.close();
    await database?.drop();
    await anvil?.stop();
  });

  /** Reads what came up to the final block, stores it, and tells what is known, beside the contract's own word. */
  async function after(): Promise<{
    status: WalletFreeze | undefined;
    frozen: boolean | null;
    contract: boolean | null;
  }> {
    const source = createEthereumNode({ url: anvil.url, assets: [tether.asset] });
    const head = await source.head();
    const { position, version } = await readIssuerCoverage(store.pool, key, 1);
    const { asset, wallet } = tether;
    const window = { from: asset.sinceBlock, until: head.block + 1 };
    const { events, next } = await source.issuerEvents({ asset, window, position, head });
    expect(next).toBeNull();
    await commitIssuerPage(store.pool, {
      ...{ key, runId: 1, requests: 1, asset: stored, version, events },
      ...{ position: window.until, overlap: 0, now: new Date(head.timestamp) },
    });
    const [told] = await source.standings({ wallets: [wallet], asset, head, told: new Set() });
    const [status] = await freezesOf(store.pool, [{ chain: 'ethereum', address: wallet }]);
    return { status, frozen: told?.frozen ?? null, contract: told?.contract ?? null };
  }
  const history = ({ events }: WalletFreeze) => events.map(({ kind, value, timestamp }) => [kind, value, timestamp]);

  test('are known with their time right after each, and agree with the contract', async () => {
    const { wallet, contract, asset } = tether;
    await tether.issue('transfer', [wallet, 7_000_000n]);
    expect(await after()).toEqual({ status: undefined, frozen: false, contract: false });

    const first = await tether.issue('addBlackList', [wallet]);
    const frozen = await after();
    expect(frozen).toMatchObject({ frozen: true, status: { frozen: true, since: first } });

    const lifted = await tether.issue('removeBlackList', [wallet]);
    const free = await after();
    expect(free).toMatchObject({ frozen: false, status: { frozen: false, since: null } });

    const second = await tether.issue('addBlackList', [wallet]);
    const destroyed = await tether.issue('destroyBlackFunds', [wallet]);
    const { status, ...told } = await after();
    expect(told).toEqual({ frozen: true, contract: false });
    expect(status).toMatchObject({ frozen: true, since: second });
    expect(status === undefined ? [] : history(status)).toEqual([
      ['frozen', 0n, first],
      ['unfrozen', 0n, lifted],
      ['frozen', 0n, second],
      ['destroyed', 7_000_000n, destroyed],
    ]);

    const source = createEthereumNode({ url: anvil.url, assets: [asset] });
    const head = await source.head();
    expect(await source.standings({ wallets: [contract], asset, head, told: new Set() })).toEqual([
      { contract: true, frozen: false },
    ]);
    // The contract belongs to an account here, and not to a multisig.
    expect(await source.pendingFreezes({ asset, head, settled: null })).toMatchObject({
      multisig: null,
      submissions: [],
    });
  });
});
