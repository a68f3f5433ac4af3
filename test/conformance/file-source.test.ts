/** Imported files as a source, read through the database as a crawl on them reads it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { createFileSource, type ListedTransfers } from '../../src/chains/files/source.ts';
import { readConfig } from '../../src/config.ts';
import type { Ledger } from '../../src/simulate/ledger.ts';
import { TRON } from '../../src/simulate/tron.ts';
import { readAssets } from '../../src/store/reference.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { listedIn } from '../../workers/providers.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';
import { describeChainSource, type SourceUnderTest } from './chain-source.ts';
import { describeIssuerEvents } from './issuer-events.ts';
import { describeNative } from './native.ts';
import { describeNewest } from './newest.ts';
import { describeStandings } from './standings.ts';

/** Fewer than a crawl reads at a time, so that borders are met with small files. */
const PAGE_ROWS = 50;
const HEADER = 'transaction_id,block_timestamp_ms,from,to,value';

describe.skipIf(inject('postgres') === null)('files', () => {
  let database: FreshDatabase;
  let store: Store;
  let folder: string;
  let env: Record<string, string>;
  let cases = 0;

  beforeAll(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    folder = await mkdtemp(join(tmpdir(), 'downstream-files-'));
    await cli(env, 'migrate');
    store = await openStore(readConfig(env));
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  /** Writes the rows up to the head into a file, and imports it into a case of its own. */
  async function importRows(ledger: Ledger): Promise<number> {
    cases += 1;
    const name = `case ${cases}`;
    const path = join(folder, `${cases}.csv`);
    const rows = rowsOf(ledger).map((row) => [row.transaction, row.timestamp, row.from, row.to, row.value].join(','));
    await writeFile(path, `${[HEADER, ...rows].join('\n')}\n`);
    const { id } = await cliJson<{ id: number }>(env, 'case', 'create', name);
    await cliJson(env, 'import', name, path);
    return id;
  }

  const files: SourceUnderTest = {
    name: 'files',
    network: TRON,
    manners: [],
    pageRows: PAGE_ROWS,
    headOf: (ledger) => ({ block: 0, timestamp: rowsOf(ledger).at(-1)?.timestamp ?? 0 }),
    endsAtHead: true,
    isLive: false,
    runs: 10,
    async open(ledger, manner) {
      const caseId = await importRows(ledger);
      const asset = (await readAssets(store.pool)).find(({ chain }) => chain === 'tron');
      if (asset === undefined) throw new Error('the database knows no asset');
      const listed = manner === 'silence' ? SILENT : listedIn(store.pool, { caseId, asset });
      const source = createFileSource({ asset, provider: `files of case ${caseId}`, listed, pageRows: PAGE_ROWS });
      return { source, assets: source.assets, close: async () => {} };
    },
  };
  describeChainSource(files);
  describeIssuerEvents(files);
  describeNewest(files);
  describeNative(files, null);
  describeStandings(files);
});

function rowsOf({ transfers, head }: Ledger) {
  return transfers.filter(({ block }) => block <= head.block);
}

const never = () => new Promise<never>(() => {});
const SILENT: ListedTransfers = { newest: never, read: never, transaction: never };
