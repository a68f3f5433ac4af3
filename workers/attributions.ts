/** What is inferred of the wallets of a case, from what its crawl has stored. */
import { attribute } from '../graphs/attribution/attribute.ts';
import { ATTRIBUTION_POLICY, type AttributionPolicy } from '../graphs/attribution/policy.ts';
import type { Attribution, NamedService } from '../graphs/attribution/types.ts';
import { createTable, type TransferTable } from '../graphs/trace/table.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { ListedStop } from '../src/cases/stops-file.ts';
import type { Pool } from '../src/store/db.ts';
import { readCaseWallets } from '../src/store/frontier.ts';
import { readNativeReceipts } from '../src/store/native.ts';
import { readRunStops } from '../src/store/run-stops.ts';
import { type Run, readHeads } from '../src/store/runs.ts';
import { readServiceTags } from './tag-stops.ts';
import { transferRows } from './transfer-rows.ts';

/** Look-alikes are told by the crawl as poison, with every row that they sent. */
export const CASE_POLICY: AttributionPolicy = { ...ATTRIBUTION_POLICY, lookAlikes: { on: false } };

/**
 * What is inferred of the wallets of a run, as of its heads.
 *
 * @param onRows is told how many transfers have been read, with each of them
 */
export async function readAttribution(
  pool: Pool,
  run: Run,
  onRows: (rows: number) => void = () => {},
): Promise<Attribution> {
  const heads = await readHeads(pool, run.id);
  const until = Math.max(0, ...[...heads.values()].map(({ timestamp }) => timestamp));
  const builder = createTable();
  let rows = 0;
  for await (const { row, burn } of transferRows(pool, run.id, until)) {
    rows += 1;
    onRows(rows);
    if (burn === null) builder.addTransfer(row);
    else builder.addBurn(burn);
  }
  return inferOver(pool, run, { table: builder.build(), listed: [] });
}

/**
 * What is inferred from transfers of a run. Services are named by lists, and by tags as of its beginning. Nothing is concluded
 * of a wallet that it did not read, and of victims' own wallets nothing is told.
 *
 * @param listed services that a list names beside those of the run's own
 */
export async function inferOver(
  pool: Pool,
  run: Run,
  { table, listed }: { readonly table: TransferTable; readonly listed: readonly ListedStop[] },
): Promise<Attribution> {
  const heads = await readHeads(pool, run.id);
  const wallets = await readCaseWallets(pool, run.id);
  const complete = wallets.filter(({ state }) => state === 'expanded');
  const read = await readNativeReceipts(
    pool,
    complete.map(({ walletId }) => walletId),
  );
  // Another case may have asked later.
  const native = read.filter(({ chain, timestamp }) => timestamp <= (heads.get(chain)?.timestamp ?? 0));
  const victims = wallets.filter(({ role }) => role === 'own');
  const own = new Set(victims.map(walletKey));
  const { wallets: inferred, ties } = attribute(
    {
      ...{ table, dust: [], complete, named: await namedServices(pool, run, listed), native },
      possible: wallets.filter(({ kind }) => kind === 'behaviour'),
      victims,
    },
    CASE_POLICY,
  );
  return { wallets: inferred.filter((wallet) => !own.has(walletKey(wallet))), ties };
}

/** All that lists and tags say: where publishers contradict each other, that is told. */
async function namedServices(pool: Pool, run: Run, listed: readonly ListedStop[]): Promise<NamedService[]> {
  const tags = (await readServiceTags(pool, run)).map(({ chain, address, label, category, publisher }) => {
    return { chain, address, name: label, category, source: publisher };
  });
  const ofRun = (await readRunStops(pool, run.id)).filter(({ taggedBy }) => taggedBy === null);
  // A trace is often given the list that the crawl had, and tags stand among its stops: nobody is to be heard twice.
  const told = new Set(tags.map(claimOf));
  const lists = [...ofRun, ...listed].flatMap(({ chain, address, name, category, source }): NamedService[] => {
    const service = { chain, address, name: name ?? '', category, source: source ?? 'a list of services' };
    if (name === null || told.has(claimOf(service))) return [];
    told.add(claimOf(service));
    return [service];
  });
  return [...lists, ...tags];
}

function claimOf({ name, category, ...wallet }: NamedService): string {
  return [walletKey(wallet), name, category].join('\n');
}
