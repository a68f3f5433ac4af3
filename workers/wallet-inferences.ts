/** What is inferred of one wallet in each case whose newest finished crawl has it. */
import type { DepositAddress, Tie, WalletInference } from '../graphs/attribution/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Wallet } from '../src/chains/chain.ts';
import type { Pool } from '../src/store/db.ts';
import { readRun } from '../src/store/runs.ts';
import { readAttribution } from './attributions.ts';

/** A crawl from which something may be inferred. */
export interface InferringRun {
  readonly id: number;
  readonly number: number;
  /** The name of its case. */
  readonly case: string;
}

/** What is inferred of a wallet in one case. */
export interface CaseInference {
  readonly run: InferringRun;
  /** Of the wallet itself. */
  readonly wallets: readonly WalletInference[];
  /** Ties that it is part of, or by which it ties others. */
  readonly ties: readonly Tie[];
  /** Inferred deposit addresses that forward to it. */
  readonly fedBy: readonly DepositAddress[];
}

/** What an inference is at: how many transfers of a case have been read. */
export interface InferenceProgress {
  readonly case: string;
  readonly rows: number;
}

/** How often reading is told of. */
const PROGRESS_ROWS = 10_000;

/** One after the other, in the order given: each takes memory for all transfers of its crawl. */
export async function inferOf(
  pool: Pool,
  wallet: Wallet,
  runs: readonly InferringRun[],
  onProgress: (progress: InferenceProgress) => void,
): Promise<CaseInference[]> {
  const key = walletKey(wallet);
  const is = (other: Wallet) => walletKey(other) === key;
  const found: CaseInference[] = [];
  for (const each of runs) {
    const run = await readRun(pool, each.id);
    if (run === undefined) continue;
    const { wallets, ties } = await readAttribution(pool, run, (rows) => {
      if (rows % PROGRESS_ROWS === 0) onProgress({ case: each.case, rows });
    });
    found.push({
      run: each,
      wallets: wallets.filter(is),
      ties: ties.filter((tie) => is(tie.by) || tie.wallets.some(is)),
      fedBy: wallets.filter(
        (other): other is DepositAddress => other.kind === 'deposit-address' && other.sinks.some(is),
      ),
    });
  }
  return found;
}
