/**
 * What inference says of wallets on the way of a trace. It ends at deposit addresses of services that tags name: there a
 * customer's money comes in. At possible services nobody is named, so it goes on; what would end there is told beside it.
 */
import { createHash } from 'node:crypto';
import { compare } from '../graphs/attribution/histories.ts';
import type { DepositAddress, WalletInference } from '../graphs/attribution/types.ts';
import type { TransferTable } from '../graphs/trace/table.ts';
import type { Stop } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Address, ChainId, Wallet } from '../src/chains/chain.ts';
import type { Pool } from '../src/store/db.ts';
import { readWalletDecisions, standing } from '../src/store/wallet-decisions.ts';
import { CASE_POLICY, inferOver } from './attributions.ts';
import type { TraceRequest } from './trace-load.ts';
import type { CaseSources } from './trace-sources.ts';

/** A deposit address of a service that tags name. */
export type NamedDeposit = DepositAddress & { readonly named: NonNullable<DepositAddress['named']> };

export interface InferredWallets {
  /** At which the trace ends. */
  readonly deposits: readonly NamedDeposit[];
  /** Possible services, and deposit addresses of some: the trace goes on at them. */
  readonly possible: readonly WalletInference[];
  /**
   * Such deposit addresses at which the trace goes on, and about which the service can be asked: reported wallets, payees of
   * sources, and those that paid others too, or where much waits: the money may still be there, or have gone another way.
   */
  readonly ask: readonly NamedDeposit[];
  /** What it all depends on beside the rows and the tags; `null` where it is turned off. */
  readonly parameters: unknown;
}

/** What is done with inferences: nothing, telling them, or ending at named deposit addresses too. */
export type Infer = 'nothing' | 'tell' | 'end';

const NOTHING: InferredWallets = { deposits: [], possible: [], ask: [], parameters: null };

/**
 * @param ends where the trace ends without any inference; of these nothing is inferred
 */
export async function inferWallets(
  pool: Pool,
  { infer, run, stops }: TraceRequest,
  { table, sources, ends }: { table: TransferTable; sources: CaseSources; ends: readonly Stop[] },
): Promise<InferredWallets> {
  if (infer === 'nothing') return NOTHING;
  const { wallets } = await inferOver(pool, run, { table, listed: stops });
  const decided = standing(await readWalletDecisions(pool, run.caseId)).values();
  const passed = new Set(
    [
      ...sources.reported,
      ...sources.named.map(({ chain, to }) => ({ chain, address: to })),
      ...[...decided].filter(({ decision }) => decision === 'expand'),
    ].map(walletKey),
  );
  const ended = new Set(ends.map(walletKey));
  const open = wallets.filter((wallet) => !ended.has(walletKey(wallet)));
  const deposits = open.filter(isNamedDeposit);
  const endsTrace = (deposit: NamedDeposit) => infer === 'end' && deposit.only && !passed.has(walletKey(deposit));
  const inferredEnds = deposits.filter(endsTrace);
  return {
    deposits: inferredEnds,
    possible: open.filter(
      (wallet) => wallet.kind !== 'look-alike' && !isNamedDeposit(wallet) && !passed.has(walletKey(wallet)),
    ),
    ask: deposits.filter((deposit) => !endsTrace(deposit)),
    parameters: { policy: CASE_POLICY, ends: digestOf(inferredEnds) },
  };
}

/** A digest of the wallets at which it ends, for unproven balances and reports of other cases decide on them too. */
function digestOf(wallets: readonly Wallet[]): string {
  return createHash('sha256').update(wallets.map(walletKey).sort().join('\n')).digest('hex');
}

function isNamedDeposit(wallet: WalletInference): wallet is NamedDeposit {
  return wallet.kind === 'deposit-address' && wallet.named !== null;
}

/** Whom to ask about a wallet that money came to, as JSON. */
export interface AskJson {
  readonly chain: ChainId;
  readonly address: Address;
  readonly service: string;
  readonly category: string;
  /** Who says whose the sinks are, and what others call them. */
  readonly source: string;
  readonly others: readonly string[];
  readonly confidence: number;
  readonly reason: string;
  readonly sinks: readonly Wallet[];
}

/**
 * Of the wallets that followed money reached, by service, then wallet.
 *
 * @param reached by `walletKey`
 */
export function askJson({ ask }: InferredWallets, reached: ReadonlySet<string>): AskJson[] {
  return ask
    .filter((wallet) => reached.has(walletKey(wallet)))
    .map(({ chain, address, named: { name: service, category, source, others }, confidence, reason, sinks }) => {
      return { chain, address, service, category, source, others, confidence, reason, sinks };
    })
    .sort((a, b) => compare(a.service, b.service) || compare(walletKey(a), walletKey(b)));
}
