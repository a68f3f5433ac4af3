/** What is inferred of the wallets of a case, from what its crawl has stored. */
import { attribute } from '../graphs/attribution/attribute.ts';
import { ATTRIBUTION_POLICY, type AttributionPolicy } from '../graphs/attribution/policy.ts';
import type { Attribution, NamedService } from '../graphs/attribution/types.ts';
import { createTable, type TransferTable } from '../graphs/trace/table.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { ListedStop } from '../src/cases/stops-file.ts';
import type { Wallet } from '../src/chains/chain.ts';
import type { NativeReceipt } from '../src/chains/off-history.ts';
import { leastAmount } from '../src/crawl/frontier.ts';
import { larger } from '../src/money.ts';
import { readOwnWallets } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import { readFollowedMoney } from '../src/store/followed-money.ts';
import { type CaseWallet, readCaseWallets } from '../src/store/frontier.ts';
import { readRunNatives } from '../src/store/native.ts';
import { readRunStops } from '../src/store/run-stops.ts';
import { type Run, readHeads } from '../src/store/runs.ts';
import { claimOf, readServiceTags } from './tag-stops.ts';
import { transferRows } from './transfer-rows.ts';
import { readUnprovenWallets } from './unproven.ts';

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
  const wallets = await readCaseWallets(pool, run.id);
  const unproven = await readUnprovenWallets(pool, run.id);
  // What files list of a wallet that nobody reported is what its counterparties' histories have of it.
  const isWhole = (wallet: CaseWallet) =>
    wallet.state === 'expanded' && (!run.offline || wallet.hop === 0) && !unproven.has(walletKey(wallet));
  const native = await nativesOf(pool, run);
  const funders = native.map(({ chain, from: address }) => ({ chain, address }));
  const victims = await readOwnWallets(pool);
  const own = new Set(victims.map(walletKey));
  const { wallets: inferred, ties } = attribute(
    {
      ...{ table, dust: [], complete: wallets.filter(isWhole), native, victims },
      named: await namedServices(pool, run, { listed, others: funders }),
      possible: wallets.filter(({ kind }) => kind === 'behaviour'),
    },
    CASE_POLICY,
  );
  return {
    wallets: inferred.filter((wallet) => !own.has(walletKey(wallet))),
    ties: ties.filter(({ by }) => !own.has(walletKey(by))),
  };
}

/** Of the wallets that the run asks about. Without asking, what other cases have asked is not taken. */
export async function nativesOf(pool: Pool, run: Run): Promise<NativeReceipt[]> {
  if (run.offline || !run.policy.native) return [];
  const sources = (await readFollowedMoney(pool, run.id)).reduce((most, each) => larger(most, each.sources), 0n);
  return readRunNatives(pool, run.id, leastAmount(sources, run.policy.minShare));
}

/** A person who hands in a list vouches for it: it goes before every tag. */
const VOUCHED = 101;

/** All that lists and tags say: where publishers contradict each other, that is told. */
async function namedServices(
  pool: Pool,
  run: Run,
  { listed, others }: { readonly listed: readonly ListedStop[]; readonly others: readonly Wallet[] },
): Promise<NamedService[]> {
  const tags = (await readServiceTags(pool, run, others)).map((tag): NamedService => {
    const { tag: _, ...claim } = claimOf(tag);
    return { chain: tag.chain, address: tag.address, ...claim };
  });
  const ofRun = (await readRunStops(pool, run.id)).filter(({ taggedBy }) => taggedBy === null);
  // A trace is often given the list that the crawl had, and tags stand among its stops: nobody is to be heard twice.
  const told = new Set(tags.map(textOf));
  const lists = [...ofRun, ...listed].flatMap(({ chain, address, name, category, source }): NamedService[] => {
    if (name === null) return [];
    const service = { chain, address, name, category, source: source ?? 'a list of services', confidence: VOUCHED };
    if (told.has(textOf(service))) return [];
    told.add(textOf(service));
    return [service];
  });
  return [...lists, ...tags];
}

function textOf({ name, category, ...wallet }: NamedService): string {
  return [walletKey(wallet), name, category].join('\n');
}
