/** What a crawl is given: what it was asked for, and what it works with. */
import type { ListedStop } from '../src/cases/stops-file.ts';
import type { ChainId } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import type { Case } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import type { WalletCounts } from '../src/store/frontier.ts';
import type { CrawlPolicy } from '../src/store/runs.ts';
import type { Provider } from './provider.ts';

export interface CrawlRequest {
  readonly case: Case;
  readonly policy: CrawlPolicy;
  /** Wallets of services at which the crawl stops, from a list that somebody vouches for. */
  readonly stops: readonly ListedStop[];
  /** On the case's files alone. */
  readonly offline: boolean;
  /** A provider that answers nothing for so long is given up; what is stored stays. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CrawlProgress) => void;
}

/**
 * What a crawl is at: the histories of a wave's wallets and who signed so many transactions of dust, then what the issuer
 * did, balances, so many wallets' histories once more, the order of transfers within so many blocks, freezes, and who paid the
 * fees of so many wallets.
 */
export type Stage =
  | { readonly kind: 'histories'; readonly wave: number }
  | { readonly kind: 'signers'; readonly transactions: number }
  | { readonly kind: 'issuer' }
  | { readonly kind: 'balances' }
  | { readonly kind: 'repairs'; readonly wallets: number }
  | { readonly kind: 'positions'; readonly blocks: number }
  | { readonly kind: 'standings' }
  | { readonly kind: 'natives'; readonly wallets: number };

export interface CrawlProgress {
  readonly stage: Stage;
  readonly wallets: WalletCounts;
  /** How much of their blocks the wallets have behind them that are read together, from 0 to 1; `null` where none are. */
  readonly covered: number | null;
  readonly rows: number;
  readonly requests: number;
  /** What a provider last said, when no answer came since. */
  readonly waiting: string | null;
}

export interface CrawlSetup {
  readonly pool: Pool;
  /** One for each chain that can be read. */
  readonly providers: ReadonlyMap<ChainId, Provider>;
  readonly clock: Clock;
}
