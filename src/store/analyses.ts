/** Clusters as they were found, stored per run under the hashes that say from what they come. */
import type { Address, ChainId } from '../chains/chain.ts';
import { type Db, many, maybe, one, type Pool, transaction } from './db.ts';
import { walletIds } from './reference.ts';

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
  /** All that the result depends on beside the graph; plain JSON. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Wallets that belong to no cluster. */
  readonly unclustered: number;
  readonly clusters: readonly StoredCluster[];
  /** Plain JSON: what the commands print. */
  readonly result: unknown;
}

/** Stores an analysis once; the same one computed again changes nothing. Returns its number. */
export async function storeAnalysis(pool: Pool, runId: number, analysis: Analysis, now: Date): Promise<number> {
  const members = analysis.clusters.flatMap(({ id, wallets }) => wallets.map((wallet) => ({ id, ...wallet })));
  const ids = new Map<string, number>();
  for (const chain of new Set(members.map((member) => member.chain))) {
    const addresses = members.filter((member) => member.chain === chain).map((member) => member.address);
    for (const [address, id] of await walletIds(pool, chain, addresses)) ids.set(`${chain}:${address}`, id);
  }
  return transaction(pool, async (db) => {
    const stored = await maybe<{ id: number }>(
      db,
      `insert into analyses (run_id, parameters, graph_hash, run_hash, result, unclustered, created_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
      [
        runId,
        JSON.stringify(analysis.parameters),
        analysis.graphHash,
        analysis.runHash,
        JSON.stringify(analysis.result),
        analysis.unclustered,
        now,
      ],
    );
    if (stored === undefined) {
      const same = await one<{ id: number }>(
        db,
        'select id from analyses where run_id = $1 and graph_hash = $2 and parameters = $3',
        [runId, analysis.graphHash, JSON.stringify(analysis.parameters)],
      );
      return same.id;
    }
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
    return stored.id;
  });
}

/** The number of the analysis of a graph with given parameters. */
export async function findAnalysis(
  db: Db,
  runId: number,
  { graphHash, parameters }: Pick<Analysis, 'graphHash' | 'parameters'>,
): Promise<number | undefined> {
  const row = await maybe<{ id: number }>(
    db,
    'select id from analyses where run_id = $1 and graph_hash = $2 and parameters = $3::jsonb',
    [runId, graphHash, JSON.stringify(parameters)],
  );
  return row?.id;
}

/** The analysis of a number. */
export async function readAnalysis(db: Db, id: number): Promise<Analysis | undefined> {
  return withClusters(db, await maybe<StoredRow>(db, `select ${COLUMNS} from analyses where id = $1`, [id]));
}

/** The analysis of a run's present graph that was last asked for. */
export async function newestAnalysis(db: Db, runId: number, graphHash: string): Promise<Analysis | undefined> {
  const row = await maybe<StoredRow>(
    db,
    `select ${COLUMNS} from analyses where id = (
       select q.analysis_id from analysis_requests q join analyses a on a.id = q.analysis_id
       where q.run_id = $1 and a.graph_hash = $2 order by q.id desc limit 1)`,
    [runId, graphHash],
  );
  return withClusters(db, row);
}

type StoredRow = Omit<Analysis, 'clusters'> & { readonly id: number };

const COLUMNS = 'id, graph_hash as "graphHash", run_hash as "runHash", parameters, result, unclustered';

async function withClusters(db: Db, row: StoredRow | undefined): Promise<Analysis | undefined> {
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
