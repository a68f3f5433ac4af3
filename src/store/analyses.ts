/** Clusters as they were found, stored per run under the hashes that say from what they come. */
import type { Address, ChainId } from '../chains/chain.ts';
import { type Db, many, maybe, type Pool, transaction } from './db.ts';
import { walletIds } from './reference.ts';

export interface AnalysisParameters {
  readonly seed: number;
  readonly resolution: number;
}

export interface StoredCluster {
  readonly id: number;
  readonly size: number;
  readonly transfers: number;
  /** Base units by asset. */
  readonly total: Readonly<Record<string, bigint>>;
  readonly wallets: readonly { readonly chain: ChainId; readonly address: Address }[];
}

export interface Analysis {
  readonly graphHash: string;
  readonly runHash: string;
  readonly parameters: AnalysisParameters;
  readonly modularity: string;
  /** Wallets that belong to no cluster. */
  readonly unclustered: number;
  readonly clusters: readonly StoredCluster[];
}

/** Stores an analysis once; the same one computed again changes nothing. */
export async function storeAnalysis(pool: Pool, runId: number, analysis: Analysis, now: Date): Promise<void> {
  const members = analysis.clusters.flatMap(({ id, wallets }) => wallets.map((wallet) => ({ id, ...wallet })));
  const ids = new Map<string, number>();
  for (const chain of new Set(members.map((member) => member.chain))) {
    const addresses = members.filter((member) => member.chain === chain).map((member) => member.address);
    for (const [address, id] of await walletIds(pool, chain, addresses)) ids.set(`${chain}:${address}`, id);
  }
  await transaction(pool, async (db) => {
    const stored = await maybe<{ id: number }>(
      db,
      `insert into analyses (run_id, parameters, graph_hash, run_hash, modularity, unclustered, created_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
      [
        runId,
        JSON.stringify(analysis.parameters),
        analysis.graphHash,
        analysis.runHash,
        analysis.modularity,
        analysis.unclustered,
        now,
      ],
    );
    if (stored === undefined) return;
    const column = <T>(read: (cluster: StoredCluster) => T) => analysis.clusters.map(read);
    await db.query(
      `insert into clusters (analysis_id, number, size, transfers, totals)
       select $1, t.* from unnest($2::int[], $3::int[], $4::bigint[], $5::jsonb[]) as t`,
      [
        stored.id,
        column(({ id }) => id),
        column(({ size }) => size),
        column(({ transfers }) => transfers),
        column(({ total }) => JSON.stringify(total, (_, value) => (typeof value === 'bigint' ? `${value}` : value))),
      ],
    );
    await db.query(
      `insert into cluster_wallets (analysis_id, number, wallet_id)
       select $1, t.* from unnest($2::int[], $3::bigint[]) as t`,
      [stored.id, members.map(({ id }) => id), members.map(({ chain, address }) => ids.get(`${chain}:${address}`))],
    );
  });
}

/** The newest analysis of a run's present graph, with given parameters or with any. */
export async function readAnalysis(
  db: Db,
  runId: number,
  graphHash: string,
  parameters?: AnalysisParameters,
): Promise<Analysis | undefined> {
  const row = await maybe<Omit<Analysis, 'clusters'> & { id: number }>(
    db,
    `select id, graph_hash as "graphHash", run_hash as "runHash", parameters, modularity, unclustered
     from analyses where run_id = $1 and graph_hash = $2 and ($3::jsonb is null or parameters = $3)
     order by id desc limit 1`,
    [runId, graphHash, parameters === undefined ? null : JSON.stringify(parameters)],
  );
  if (row === undefined) return undefined;
  const { id, ...analysis } = row;
  return { ...analysis, clusters: await readClusters(db, id) };
}

async function readClusters(db: Db, analysisId: number): Promise<StoredCluster[]> {
  const clusters = await many<{ id: number; size: number; transfers: number; totals: Record<string, string> }>(
    db,
    'select number as id, size, transfers, totals from clusters where analysis_id = $1 order by number',
    [analysisId],
  );
  const members = await many<{ number: number; chain: ChainId; address: Address }>(
    db,
    `select m.number, c.name as chain, w.address
     from cluster_wallets m join wallets w on w.id = m.wallet_id join chains c on c.id = w.chain_id
     where m.analysis_id = $1 order by m.number, c.name, w.address collate "C"`,
    [analysisId],
  );
  const byCluster = new Map<number, { chain: ChainId; address: Address }[]>();
  for (const { number, chain, address } of members) {
    const list = byCluster.get(number) ?? [];
    list.push({ chain, address });
    byCluster.set(number, list);
  }
  return clusters.map(({ id, size, transfers, totals }) => ({
    id,
    size,
    transfers,
    total: Object.fromEntries(Object.entries(totals).map(([asset, amount]) => [asset, BigInt(amount)])),
    wallets: byCluster.get(id) ?? [],
  }));
}
