/** What communities go by. One plain object, which goes into hashes as it is; docs/detection.md says where its figures come from. */

export interface CommunityPolicy {
  /** Base units that count as one where amounts are put on a scale of logarithms: one USDT. */
  readonly unit: bigint;
  /** Money that goes on after so many milliseconds counts as half as near as money that goes on at once. */
  readonly nearMs: number;
  /** How much many transfers add to what one would weigh, as one part of so many. */
  readonly countPart: number;
  /** Wallets of whose receipts less than so many thousandths had come by way of reported wallets are left out: they live on other money. */
  readonly leastTraced: number;
  /** Which ties enter as pairs of their own kind. */
  readonly ties: { readonly funder: boolean; readonly 'swept-together': boolean };
  /**
   * A funder serves a community that so many thousandths of its wallets (`leastServed`) are in. It is public, and ties nobody, where it serves
   * two that only funders would join, and so many thousandths of its wallets are strangers (`leastStrangers`); or where it serves so many
   * as that (`leastAlone`).
   */
  readonly publicFunder: { readonly leastStrangers: number; readonly leastServed: number; readonly leastAlone: number };
  /** What each pair of a tie weighs, in thousandths of what a pair with transfers weighs on average. */
  readonly tieWeight: number;
  /** γ of modularity: above 1 gives more and smaller communities. */
  readonly resolution: number;
  /** Rounds of Leiden's method at most. */
  readonly rounds: number;
  /** Communities are joined where more than so many thousandths of what all ties of the lighter one weigh go to the other. */
  readonly joinShare: number;
  /** A community is joined with the one that paid at least so many thousandths of all that came into it from outside. */
  readonly feedShare: number;
  /** How often communities are sought again, each time by another seed and without one pair of so many. */
  readonly repeats: number;
  readonly leftOut: number;
  /** By how many other seeds communities are sought in the whole graph, to tell how far they agree; none without repeats. */
  readonly otherSeeds: number;
  /** A cluster held where so many thousandths of it and of its best match, taken together, are in both. */
  readonly held: number;
  /** The resolutions of a scan. */
  readonly resolutions: readonly number[];
}

export const COMMUNITY_POLICY: CommunityPolicy = {
  unit: 1_000_000n,
  nearMs: 3_600_000,
  countPart: 8,
  leastTraced: 10,
  ties: { funder: true, 'swept-together': true },
  publicFunder: { leastStrangers: 100, leastServed: 50, leastAlone: 3 },
  tieWeight: 1_000,
  resolution: 0.5,
  rounds: 2,
  joinShare: 40,
  feedShare: 900,
  repeats: 20,
  leftOut: 10,
  otherSeeds: 5,
  // Hennig: from 0.75 on a cluster counts as recovered.
  held: 750,
  resolutions: [0.1, 0.2, 0.5, 1, 2, 5],
};
