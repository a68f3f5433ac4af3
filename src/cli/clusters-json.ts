/** Cluster cards as programs read them: what was computed, with the marks of today. */
import type { CompoundTie } from '../../graphs/compounds/types.ts';
import type { ClusterJson } from '../../graphs/findings/json.ts';
import type { ClusterMarks } from '../../workers/cluster-marks.ts';
import { frozenJson } from '../../workers/trace-marks.ts';
import { unprovenJson } from '../../workers/unproven.ts';
import { type FoundAnalysis, seedOf } from './analysis.ts';
import { jsonLine } from './output.ts';

export function clustersJson(name: string, analysis: FoundAnalysis, marks: ClusterMarks): string {
  const { graphHash, runHash, rule, unclustered, result } = analysis;
  const { cut, agreement, scan, clusters } = result;
  return jsonLine({
    ...{ case: name, graphHash, runHash, rule },
    ...{ seed: seedOf(analysis), repeats: result.repeats, cut, agreement, scan, unclustered },
    clusters: clusters.map((cluster) => markCluster(cluster, marks)),
  });
}

export function markCluster(cluster: ClusterJson, marks: ClusterMarks) {
  const wallets = cluster.wallets.map((wallet) => ({
    ...wallet,
    unproven: unprovenJson(marks.unproven, wallet),
    frozen: frozenJson(marks.frozen, wallet),
  }));
  const meeting = new Map<string, string[]>();
  for (const { chain, address } of wallets)
    for (const other of marks.met.get(`${chain}:${address}`) ?? [])
      meeting.set(other, [...(meeting.get(other) ?? []), address]);
  return {
    ...cluster,
    unproven: wallets.filter(({ unproven }) => unproven !== null).length,
    frozen: wallets.filter(({ frozen }) => frozen !== null).length,
    resting: cluster.resting.map((rest) => ({
      ...rest,
      unproven: unprovenJson(marks.unproven, rest),
      frozen: frozenJson(marks.frozen, rest),
    })),
    ties: (marks.ties.get(cluster.id) ?? []).map(tieJson),
    collisions: [...meeting]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([other, met]) => ({ case: other, wallets: met })),
    wallets,
  };
}

function tieJson({ compound, kind, strength, text, evidence }: CompoundTie) {
  const { reports, wallets, source, transfers } = evidence;
  return {
    ...{ compound, kind, strength, text },
    evidence: {
      ...{ reports, wallets, source },
      transfers: transfers.map(({ chain, transaction, from, to }) => ({ chain, transaction, from, to })),
    },
  };
}
