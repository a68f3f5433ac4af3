/** What to crawl next and when to stop. Pure: the same chain data and the same policy choose the same wallets. */

/** What a wave needs to know of a wallet that money reached. */
export interface Candidate {
  readonly walletId: number;
}

export interface WavePolicy {
  readonly maxHops: number;
  readonly maxWallets: number | null;
}

export interface Choice<C extends Candidate> {
  readonly wallet: C;
  readonly state: 'pending' | 'stopped';
  readonly reason: string | null;
}

/**
 * The wave at `hop`: which candidates are crawled, and why the others are not.
 *
 * @param candidates in the order of their claim: most money first, so that a limit cuts where least is lost
 * @param taken wallets of earlier waves, which count against the limit
 */
export function chooseWave<C extends Candidate>(
  candidates: readonly C[],
  hop: number,
  taken: number,
  policy: WavePolicy,
): Choice<C>[] {
  if (hop > policy.maxHops) {
    const reason = `beyond --max-hops ${policy.maxHops}`;
    return candidates.map((wallet) => ({ wallet, state: 'stopped', reason }));
  }
  const room = policy.maxWallets === null ? candidates.length : Math.max(0, policy.maxWallets - taken);
  const reason = `over --max-wallets ${policy.maxWallets}`;
  return candidates.map((wallet, index) =>
    index < room ? { wallet, state: 'pending', reason: null } : { wallet, state: 'stopped', reason },
  );
}
