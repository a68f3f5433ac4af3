/** Communities of a case's wallets, by the accounts of its view. */

export interface Communities {
  /** Of each account the number of its cluster, from 0; -1 for one in none. Larger clusters come first. */
  readonly cluster: Int32Array;
  readonly clusters: number;
  /** Of each cluster, and of each account's membership, in how many of the repeats it held, in percent; 100 without repeats. */
  readonly stability: Float64Array;
  readonly membership: Float64Array;
  /** True where the deadline came first, and this is the best that was found until then. */
  readonly cut: boolean;
}
