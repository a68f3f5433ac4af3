/**
 * What inference says of wallets on the way of a trace. It ends at deposit addresses of services that tags name: there a
 * customer's money comes in. At possible services nobody is named, so it goes on; what would end there is told beside it.
 */

import { compare } from '../graphs/attribution/histories.ts';
import type { DepositAddress, WalletInference } from '../graphs/attribution/types.ts';
import type { TransferTable } from '../graphs/trace/table.ts';
import type { Stop } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Wallet } from '../src/chains/chain.ts';
import type { Pool } from '../src/store/db.ts';
import { readWalletDecisions, standing } from '../src/store/wallet-decisions.ts';
import { CASE_POLICY, inferOver } from './attributions.ts';
import type { TraceRequest } from './trace-load.ts';
import { type CaseSources, isAsked } from './trace-sources.ts';

/** A deposit address of a service that tags name. */
export type NamedDeposit = DepositAddress & { readonly named: NonNullable<DepositAddress['named']> };

export interface InferredWallets {
  /** At which the trace ends. */
  readonly deposits: readonly NamedDeposit[];
  /** Possible services, and deposit addresses of some: the trace goes on at them. */
  readonly possible: readonly WalletInference[];
  /** Reported wallets, and payees of sources, that are such deposit addresses: the trace goes on, and the service can be asked. */
  readonly ask: readonly NamedDeposit[];
  /** What it all depends on beside the rows and the tags; `null` where it is turned off. */
  readonly parameters: unknown;
}

const NOTHING: InferredWallets = { deposits: [], possible: [], ask: [], parameters: null };

/**
 * @param ends where the trace ends without any inference; of these nothing is inferred
 */
export async function inferWallets(
  pool: Pool,
  { infer, run, stops, report }: TraceRequest,
  { table, sources, ends }: { table: TransferTable; sources: CaseSources; ends: readonly Stop[] },
): Promise<InferredWallets> {
  if (!infer) return NOTHING;
  const { wallets } = await inferOver(pool, run, { table, listed: stops });
  const decided = standing(await readWalletDecisions(pool, run.caseId)).values();
  const paid = [...sources.reported, ...sources.named.map(({ chain, to }) => ({ chain, address: to }))];
  const passed = new Set([...paid, ...[...decided].filter(({ decision }) => decision === 'expand')].map(walletKey));
  const ended = new Set(ends.map(walletKey));
  const deposits = wallets.filter(isNamedDeposit);
  const asked = new Set(
    report === null
      ? paid.map(walletKey)
      : [
          walletKey({ chain: report.chain, address: report.wallet }),
          ...sources.named.filter((each) => isAsked(each, report)).map(payeeKey),
        ],
  );
  const isOnTheWay = (wallet: Wallet) => !passed.has(walletKey(wallet)) && !ended.has(walletKey(wallet));
  return {
    deposits: deposits.filter(isOnTheWay),
    possible: wallets.filter((wallet) => wallet.kind !== 'look-alike' && !isNamedDeposit(wallet) && isOnTheWay(wallet)),
    ask: deposits.filter((wallet) => asked.has(walletKey(wallet))),
    parameters: CASE_POLICY,
  };
}

function isNamedDeposit(wallet: WalletInference): wallet is NamedDeposit {
  return wallet.kind === 'deposit-address' && wallet.named !== null;
}

function payeeKey({ chain, to }: CaseSources['named'][number]): string {
  return walletKey({ chain, address: to });
}

/** Whom to ask about a wallet that was paid, as JSON. */
export interface AskJson {
  readonly chain: string;
  readonly address: string;
  readonly service: string;
  readonly category: string;
  /** Who says whose the sinks are, and what others call them. */
  readonly source: string;
  readonly others: readonly string[];
  readonly confidence: number;
  readonly reason: string;
  readonly sinks: readonly Wallet[];
}

/** By service, then wallet. */
export function askJson({ ask }: InferredWallets): AskJson[] {
  return ask
    .map(({ chain, address, named: { name: service, category, source, others }, confidence, reason, sinks }) => {
      return { chain, address, service, category, source, others, confidence, reason, sinks };
    })
    .sort((a, b) => compare(a.service, b.service) || compare(walletKey(a), walletKey(b)));
}
