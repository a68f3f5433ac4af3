/** What is inferred of the wallets of a case, from what its crawl has stored. */
import { attribute } from '../graphs/attribution/attribute.ts';
import { ATTRIBUTION_POLICY, type AttributionPolicy } from '../graphs/attribution/policy.ts';
import type { Attribution, NamedService } from '../graphs/attribution/types.ts';
import { createTable } from '../graphs/trace/table.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Pool } from '../src/store/db.ts';
import { readCaseWallets } from '../src/store/frontier.ts';
import { readNativeReceipts } from '../src/store/native.ts';
import { readRunStops } from '../src/store/run-stops.ts';
import { type Run, readHeads } from '../src/store/runs.ts';
import { readServiceTags } from './tag-stops.ts';
import { transferRows } from './transfer-rows.ts';

/** Look-alikes are told by the crawl as poison, with every row that they sent. */
const POLICY: AttributionPolicy = { ...ATTRIBUTION_POLICY, lookAlikes: { on: false } };

/**
 * Services are named by the list of the run, and by tags as of its beginning. Nothing is concluded of a wallet that it did not read,
 * and of victims' own wallets nothing is told.
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
  const wallets = await readCaseWallets(pool, run.id);
  const complete = wallets.filter(({ state }) => state === 'expanded');
  const read = await readNativeReceipts(
    pool,
    complete.map(({ walletId }) => walletId),
  );
  // Another case may have asked later.
  const native = read.filter(({ chain, timestamp }) => timestamp <= (heads.get(chain)?.timestamp ?? 0));
  const listed = (await readRunStops(pool, run.id)).filter(({ taggedBy }) => taggedBy === null);
  const named = [
    ...listed.flatMap(({ chain, address, name, category, source }): NamedService[] =>
      name === null ? [] : [{ chain, address, name, category, source: source ?? 'the list of the crawl' }],
    ),
    // All of them: where publishers contradict each other, that is told.
    ...(await readServiceTags(pool, run)).map(({ chain, address, label, category, publisher }): NamedService => {
      return { chain, address, name: label, category, source: publisher };
    }),
  ];
  const victims = wallets.filter(({ role }) => role === 'own');
  const own = new Set(victims.map(walletKey));
  const { wallets: inferred, ties } = attribute(
    {
      ...{ table: builder.build(), dust: [], complete, named, native },
      possible: wallets.filter(({ kind }) => kind === 'behaviour'),
      victims,
    },
    POLICY,
  );
  return { wallets: inferred.filter((wallet) => !own.has(walletKey(wallet))), ties };
}
