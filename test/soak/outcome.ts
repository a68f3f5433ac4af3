/** What a crawl under faults came to: the same as without them, or wallets that it names, or something wrong in silence. */

import { cli } from '../fixtures/cli.ts';
import type { Backend } from './backends.ts';
import type { Slice } from './economies.ts';

/** As `crawl --json` prints it. */
export interface CrawlJson {
  readonly graphHash: string | null;
  readonly state: string;
  readonly requests: number;
  readonly stop: { readonly code: string; readonly reason: string } | null;
}

export interface Outcome {
  /** The last crawl's own words; null where it ended without any. */
  readonly crawl: CrawlJson | null;
  /** Why a crawl was not begun, or broke off. */
  readonly refusal: string | null;
  /** Wallets that are said to be unproven, or not read to the end. */
  readonly named: readonly string[];
  /** Expanded wallets whose stored transfers are not those of the chain. */
  readonly wrong: readonly string[];
}

/**
 * `same`: the fault-free hash, and every expanded wallet has its transfers. `named`: another or none, and each wallet
 * that is not right is named, or the crawl says why it stopped. `silent`: a finding.
 */
export type Verdict = 'same' | 'named' | 'silent';

/** @param without the same crawl without faults: what it cannot prove either is no word about a fault */
export function judge(outcome: Outcome, without: Outcome): Verdict {
  const named = new Set(outcome.named);
  const known = new Set(without.named);
  const silent = outcome.wrong.filter((wallet) => !named.has(wallet));
  if (silent.length > 0) return 'silent';
  if (outcome.crawl?.graphHash != null && outcome.crawl.graphHash === without.crawl?.graphHash) return 'same';
  const stopped = outcome.refusal !== null || outcome.crawl?.stop != null;
  return stopped || outcome.named.some((wallet) => !known.has(wallet)) ? 'named' : 'silent';
}

interface CaseJson {
  readonly failed: readonly { readonly address: string }[];
  readonly balances: readonly { readonly address: string; readonly difference: string | null }[];
}

interface CoverageJson {
  readonly wallets: readonly { readonly address: string; readonly state: string; readonly proof: string }[];
}

/** The wallets of a case that it says are not proven, wherever it does. */
export async function namedIn(env: Readonly<Record<string, string>>, name: string): Promise<string[]> {
  const shown = await cli({ ...env }, 'case', 'show', name, '--json');
  if (shown.code !== 0) return [];
  const { failed, balances }: CaseJson = JSON.parse(shown.out);
  const named = new Set(failed.map(({ address }) => address));
  for (const { address, difference } of balances) {
    if (difference === null || Number(difference) !== 0) named.add(address);
  }
  const covered = await cli({ ...env }, 'coverage', name, '--json');
  if (covered.code === 0) {
    const { wallets }: CoverageJson = JSON.parse(covered.out);
    for (const { address, state, proof } of wallets) {
      if (state === 'failed' || (state === 'expanded' && proof === 'unproven')) named.add(address);
    }
  }
  return [...named].sort();
}

interface StoredSums {
  readonly address: string;
  readonly count: number;
  readonly received: bigint;
  readonly sent: bigint;
}

/** Expanded wallets of the newest run that lack a transfer of the chain, or have one that it has not. */
export async function wrongIn({ pool }: Backend, { ledger }: Slice): Promise<string[]> {
  const { rows } = await pool.query<StoredSums>(
    `select w.address, count(t.value)::bigint as count,
       coalesce(sum(t.value) filter (where t.to_id = w.id), 0) as received,
       coalesce(sum(t.value) filter (where t.from_id = w.id), 0) as sent
     from case_wallets cw join wallets w on w.id = cw.wallet_id
     join run_heads h on h.run_id = cw.run_id and h.chain_id = w.chain_id
     left join transfers t on (t.from_id = w.id or t.to_id = w.id) and t.timestamp <= h.timestamp
     where cw.run_id = (select max(id) from runs) and cw.state = 'expanded' group by w.address`,
  );
  return rows.filter((stored) => !isRight(stored, ledger)).map(({ address }) => address);
}

function isRight({ address, count, received, sent }: StoredSums, ledger: Slice['ledger']): boolean {
  const own = ledger.transfers.filter(({ from, to }) => `${from}` === address || `${to}` === address);
  const sum = (side: 'from' | 'to') =>
    own.filter((each) => `${each[side]}` === address).reduce((total, { value }) => total + value, 0n);
  return own.length === count && sum('to') === received && sum('from') === sent;
}
