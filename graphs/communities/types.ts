/** Communities of a case's wallets, by the accounts of its view. */

export interface Communities {
  /** Of each account the number of its cluster, from 0; -1 for one in none. Larger clusters come first. */
  readonly cluster: Int32Array;
  readonly clusters: number;
  /** Of each cluster, and of each account's membership, in how many of the repeats it held, in percent; 100 without repeats. */
  readonly stability: Float64Array;
  readonly membership: Float64Array;
  /** How many repeats there were time for. */
  readonly repeats: number;
  /** How far partitions by other seeds agree with it, on average (adjusted Rand index); `null` where none was sought. */
  readonly agreement: number | null;
  /** True where the deadline came first, and this is the best that was found until then. */
  readonly cut: boolean;
}

/** What is found at one resolution of a scan. */
export interface ScannedResolution {
  readonly resolution: number;
  readonly clusters: number;
  /** Wallets in a cluster, and in the largest. */
  readonly clustered: number;
  readonly largest: number;
  /** How far its clusters agree with those at the resolution of the policy: the adjusted Rand index. */
  readonly agreement: number;
  readonly cut: boolean;
}

/** How far a search has come, in steps of the same kind: the partition itself, its repeats, the resolutions of a scan. */
export interface CommunityProgress {
  readonly stage: 'partition' | 'repeats' | 'seeds' | 'scan';
  readonly done: number;
  readonly of: number;
}
