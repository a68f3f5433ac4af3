/**
 * What ties a run's clusters to compounds, as of now: reports, tags and the registry may have changed since the clusters were found. It
 * moves no money, so it is in no hash.
 */
import { tieClusters } from '../graphs/compounds/ties.ts';
import type { CompoundReport, CompoundTie, Neighbour, TieInput } from '../graphs/compounds/types.ts';
import type { TransferKey } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Wallet } from '../src/chains/chain.ts';
import type { StoredCluster } from '../src/store/analyses.ts';
import { readEdges } from '../src/store/case-graph.ts';
import { readReports } from '../src/store/cases.ts';
import { newestCompoundChange } from '../src/store/compounds.ts';
import type { Pool } from '../src/store/db.ts';
import type { Run } from '../src/store/runs.ts';
import { newestImport, readTags } from '../src/store/tags.ts';
import { readPayments, traceRows } from '../src/store/trace-rows.ts';
import { namesOfEntries, readRegistry } from './compounds.ts';

/** A tie names so many transfers of a neighbour at most. */
const NAMED_TRANSFERS = 20;

/** Ties by the clusters' numbers, the strongest first. */
export async function readClusterTies(
  pool: Pool,
  run: Run,
  clusters: readonly Pick<StoredCluster, 'id' | 'wallets'>[],
): Promise<ReadonlyMap<number, readonly CompoundTie[]>> {
  const clusterOf = new Map<string, number>();
  for (const { id, wallets } of clusters) for (const wallet of wallets) clusterOf.set(walletKey(wallet), id);
  const neighbours = await readNeighbours(pool, run.id, clusterOf);
  const inside = clusters.flatMap(({ wallets }) => wallets);
  const tags = await readTags(pool, [...inside, ...neighbours.map(({ wallet }) => wallet)], await newestImport(pool));
  const tagged = new Set(tags.map(walletKey));
  const registry = await readRegistry(pool, await newestCompoundChange(pool));
  const input: TieInput = {
    clusters: clusters.map(({ id, wallets }) => ({ id: String(id), wallets })),
    neighbours: neighbours.filter(({ wallet }) => tagged.has(walletKey(wallet))),
    // A tag that calls a wallet a victim's ties nobody to anything.
    tags: tags.flatMap(({ chain, address, label, publisher, category, confidence }) =>
      category === 'victim'
        ? []
        : [{ wallet: { chain, address }, text: label, source: publisher, confidence: confidence.level }],
    ),
    reports: await compoundReports(pool, run.caseId),
    compounds: namesOfEntries(registry.map(({ entry }) => entry)),
  };
  const ties = tieClusters(input);
  const next = new Set(
    ties.filter(({ kind }) => kind === 'tagged-next-to').flatMap(({ evidence }) => evidence.wallets.map(walletKey)),
  );
  const told = next.size === 0 ? ties : tieClusters(await withTransfers(pool, run.id, input, { next, clusterOf }));
  const byCluster = new Map<number, CompoundTie[]>();
  for (const tie of told) byCluster.set(Number(tie.cluster), [...(byCluster.get(Number(tie.cluster)) ?? []), tie]);
  return byCluster;
}

/** Wallets that dealt with a cluster and are not in it, each once for a cluster. */
async function readNeighbours(pool: Pool, runId: number, clusterOf: ReadonlyMap<string, number>): Promise<Neighbour[]> {
  const found = new Map<string, Neighbour>();
  for (const { chain, from, to } of await readEdges(pool, runId)) {
    const [payer, payee]: [Wallet, Wallet] = [
      { chain, address: from },
      { chain, address: to },
    ];
    for (const [own, other] of [
      [payer, payee],
      [payee, payer],
    ] as const) {
      const cluster = clusterOf.get(walletKey(own));
      if (cluster === undefined || clusterOf.get(walletKey(other)) === cluster) continue;
      found.set(`${cluster} ${walletKey(other)}`, { cluster: String(cluster), wallet: other });
    }
  }
  return [...found.values()];
}

/** What reports tell of payments into wallets: of a report that names the victim's own, whom its confirmed payments went to. */
async function compoundReports(pool: Pool, caseId: number): Promise<CompoundReport[]> {
  const payments = await readPayments(pool, caseId);
  return (await readReports(pool, caseId)).flatMap(({ number, chain, wallet, role, names, payment }) => {
    const paid = payments.filter(({ reports }) => reports.includes(number));
    const payees = role === 'own' ? [...new Set(paid.map(({ to }) => to))] : [wallet];
    return payees.map(
      (address): CompoundReport => ({
        ...{ number, wallet: { chain, address }, names, payment },
        transfers: paid.filter(({ to }) => to === address).map(keyOf),
      }),
    );
  });
}

async function withTransfers(
  pool: Pool,
  runId: number,
  input: TieInput,
  { next, clusterOf }: { readonly next: ReadonlySet<string>; readonly clusterOf: ReadonlyMap<string, number> },
): Promise<TieInput> {
  const found = new Map<string, TransferKey[]>();
  for await (const row of traceRows(pool, runId, Number.MAX_SAFE_INTEGER)) {
    const [payer, payee] = [row.from, row.to].map((address) => walletKey({ chain: row.chain, address }));
    for (const [own, other] of [
      [payer, payee],
      [payee, payer],
    ]) {
      const cluster = clusterOf.get(own ?? '');
      if (cluster === undefined || other === undefined || !next.has(other)) continue;
      const transfers = found.get(`${cluster} ${other}`) ?? [];
      if (transfers.length < NAMED_TRANSFERS) found.set(`${cluster} ${other}`, [...transfers, keyOf(row)]);
    }
  }
  return {
    ...input,
    neighbours: input.neighbours.map((each) => ({
      ...each,
      transfers: found.get(`${each.cluster} ${walletKey(each.wallet)}`) ?? [],
    })),
  };
}

function keyOf({ chain, asset, transaction, from, to, value, occurrence }: TransferKey): TransferKey {
  return { chain, asset, transaction, from, to, value, occurrence };
}
