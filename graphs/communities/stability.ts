/**
 * How often clusters, and who is in them, were found again.
 *
 * Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52, 2007: of each cluster the most similar
 * one of a repeat is sought, by Jaccard's coefficient; a cluster held where that is high enough.
 */
export class Matches {
  repeats = 0;
  readonly #cluster: Int32Array;
  readonly #sizes: Int32Array;
  readonly #least: number;
  readonly #held: Int32Array;
  readonly #kept: Int32Array;

  /**
   * @param cluster of each node its cluster, from 0; -1 for one in none
   * @param least the coefficient from which on a cluster held
   */
  constructor(cluster: Int32Array, clusters: number, least: number) {
    this.#cluster = cluster;
    this.#least = least;
    this.#sizes = new Int32Array(clusters);
    for (const each of cluster) if (each >= 0) this.#sizes[each] = (this.#sizes[each] ?? 0) + 1;
    this.#held = new Int32Array(clusters);
    this.#kept = new Int32Array(cluster.length);
  }

  /** Takes a repeat's clusters of the same nodes. */
  add(again: Int32Array): void {
    this.repeats += 1;
    const sizes = new Map<number, number>();
    const shared: Map<number, number>[] = Array.from(this.#sizes, () => new Map<number, number>());
    again.forEach((other, node) => {
      if (other < 0) return;
      sizes.set(other, (sizes.get(other) ?? 0) + 1);
      const own = shared[this.#cluster[node] ?? -1];
      own?.set(other, (own.get(other) ?? 0) + 1);
    });
    const best = shared.map((others, own) => {
      let [match, most] = [-1, 0];
      for (const [other, both] of others) {
        const jaccard = both / ((this.#sizes[own] ?? 0) + (sizes.get(other) ?? 0) - both);
        if (jaccard > most || (jaccard === most && other < match)) [match, most] = [other, jaccard];
      }
      if (most >= this.#least) this.#held[own] = (this.#held[own] ?? 0) + 1;
      return match;
    });
    this.#cluster.forEach((own, node) => {
      if (own >= 0 && again[node] !== -1 && again[node] === best[own]) this.#kept[node] = (this.#kept[node] ?? 0) + 1;
    });
  }

  /**
   * In how many of the repeats each cluster held, and in how many each node was in the best match of its cluster; 100 without repeats, and 0
   * for the membership of who is in no cluster.
   */
  percent(): { readonly stability: Float64Array; readonly membership: Float64Array } {
    const share = (times: number) => (this.repeats === 0 ? 100 : (100 * times) / this.repeats);
    return {
      stability: Float64Array.from(this.#held, share),
      membership: Float64Array.from(this.#kept, (times, node) => ((this.#cluster[node] ?? -1) < 0 ? 0 : share(times))),
    };
  }
}
