/** A run as clusters, roles and scores see it, with what people are told beside: whose money it is, and what is not known. */
import { createHash } from 'node:crypto';
import type { Tie } from '../graphs/attribution/types.ts';
import { type CaseView, viewCase } from '../graphs/findings/view.ts';
import { makePlan } from '../graphs/trace/plan.ts';
import type { ConservingRule, NamedSource, Opening, Stop } from '../graphs/trace/types.ts';
import { byWallet, walletKey } from '../graphs/wallet-key.ts';
import type { Wallet } from '../src/chains/chain.ts';
import type { NativeReceipt } from '../src/chains/off-history.ts';
import { readOwnWallets } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import { readCaseWallets } from '../src/store/frontier.ts';
import { readRunStops } from '../src/store/run-stops.ts';
import { type Run, readHeads } from '../src/store/runs.ts';
import { readWalletDecisions, standing } from '../src/store/wallet-decisions.ts';
import { CASE_POLICY, inferOver, nativesOf } from './attributions.ts';
import { readDecimals, readRunTable } from './run-table.ts';
import { openingsOf } from './trace-openings.ts';
import { reachedByOwnAlone } from './trace-recruiters.ts';
import { type CaseSources, keyOf, readCaseSources, returnsOf } from './trace-sources.ts';
import { readUnprovenWallets } from './unproven.ts';

export interface LoadedCase {
  readonly view: CaseView;
  /** Digits behind the decimal point of what is traced. */
  readonly decimals: number;
  readonly sources: CaseSources;
  /** Digest of all that decides beside the transfers and the policy: sources, services, victims, what was read, ties and their order. */
  readonly scope: string;
}

export interface CaseViewRequest {
  /** Name of the case. */
  readonly name: string;
  readonly run: Run;
  readonly rule: ConservingRule;
  readonly onRows: (rows: number) => void;
}

/**
 * Unlike a trace, it follows the payments into every reported wallet for which nobody has confirmed a payment, and ends at possible
 * services: what is strangers' money there would tie strangers together.
 */
export async function loadCaseView(pool: Pool, { name, run, rule, onRows }: CaseViewRequest): Promise<LoadedCase> {
  const decimals = await readDecimals(pool);
  const sources = await readCaseSources(pool, run.caseId, null, decimals);
  const heads = [...(await readHeads(pool, run.id)).values()].map(({ timestamp }) => timestamp);
  const until = Math.max(0, ...heads);
  const { table, crawled, order } = await readRunTable(pool, run.id, until, { named: sources.named, onRows });
  const stops = await readRunStops(pool, run.id);
  const { wallets: inferred, ties } = await inferOver(pool, run, { table, listed: [] });
  const native = await nativesOf(pool, run);
  const caseWallets = await readCaseWallets(pool, run.id);
  const unproven = await readUnprovenWallets(pool, run.id);
  const decided = [...standing(await readWalletDecisions(pool, run.caseId)).values()];

  const services = stops.map(({ chain, address, name: service }) => ({ chain, address, name: service }));
  const isService = new Set(services.map(walletKey));
  const reported = unique(sources.reported);
  // What a person reported, or decided to read, is taken for a service's by nobody's behaviour.
  const open = new Set([...reported, ...decided.filter(({ decision }) => decision === 'expand')].map(walletKey));
  const isOpen = (wallet: Wallet) => !open.has(walletKey(wallet)) && !isService.has(walletKey(wallet));
  const accounts = inferred.flatMap((wallet) =>
    wallet.kind === 'deposit-address' && isOpen(wallet)
      ? [{ chain: wallet.chain, address: wallet.address, name: wallet.named?.name ?? null }]
      : [],
  );
  const possible = unique([
    ...inferred.filter(({ kind }) => kind === 'service'),
    ...caseWallets.filter(({ kind }) => kind === 'behaviour'),
    ...decided.filter(({ decision }) => decision === 'stop'),
  ]).filter(isOpen);
  const returns = returnsOf(sources, stops);
  const atService = new Set([...services, ...possible, ...accounts].map(walletKey));
  const isReported = new Set(reported.map(walletKey));
  const victims = unique([
    ...(await readOwnWallets(pool)),
    ...returns,
    ...sources.payers.filter((wallet) => !atService.has(walletKey(wallet))),
  ]).filter((wallet) => !isReported.has(walletKey(wallet)));
  const ends: Stop[] = [
    ...[...services, ...possible, ...accounts].map(({ chain, address }): Stop => ({ chain, address, kind: 'service' })),
    ...victims.map(({ chain, address }): Stop => ({ chain, address, kind: 'returned' })),
  ];
  const { openings } = openingsOf(unproven, ends, name);
  const named = sources.named.filter((source) => crawled.has(keyOf(source)));
  const paid = new Set(named.map(({ chain, to }) => walletKey({ chain, address: to })));
  const unverified = reported.filter((wallet) => !paid.has(walletKey(wallet)));
  const covered = caseWallets.filter(({ state }) => state === 'expanded');
  const complete = covered.filter((wallet) => !unproven.has(walletKey(wallet)) && (!run.offline || wallet.hop === 0));
  const plan = makePlan(table, { covered, stops: ends, openings, sources: named, unverified });
  // Who paid for recruitment alone is no victim, but having paid says nothing against them: only other money would.
  const recruiters = reachedByOwnAlone(
    plan,
    sources.recruiters.filter((wallet) => !atService.has(walletKey(wallet))),
  );
  const apart = [...victims, ...recruiters];
  return {
    decimals,
    sources,
    scope: digestOf({
      ...{ order, rule, named, unverified, reported, victims: apart, services, possible, accounts, covered, complete },
      ...{ openings, ties, native },
    }),
    view: viewCase({
      ...{ plan, rule, reported, victims: apart, services, possible, accounts, complete, ties, native },
    }),
  };
}

interface Scope {
  readonly order: string;
  readonly rule: ConservingRule;
  readonly named: readonly NamedSource[];
  readonly unverified: readonly Wallet[];
  readonly reported: readonly Wallet[];
  readonly victims: readonly Wallet[];
  readonly services: readonly (Wallet & { readonly name: string | null })[];
  readonly possible: readonly Wallet[];
  readonly accounts: readonly (Wallet & { readonly name: string | null })[];
  readonly covered: readonly Wallet[];
  readonly complete: readonly Wallet[];
  readonly openings: readonly Opening[];
  readonly ties: readonly Tie[];
  readonly native: readonly NativeReceipt[];
}

function digestOf(scope: Scope): string {
  const hash = createHash('sha256');
  const lines = (label: string, texts: readonly string[]) => {
    hash.update(`${label}\n${[...texts].sort().join('\n')}\n`);
  };
  const { order, rule, named, openings, ties, native } = scope;
  hash.update(
    `${order}\n${rule}\n${JSON.stringify(CASE_POLICY, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}\n`,
  );
  lines(
    'sources',
    named.map((source) => `${source.kind} ${keyOf(source)}`),
  );
  for (const label of ['unverified', 'reported', 'victims', 'possible', 'covered', 'complete'] as const)
    lines(label, scope[label].map(walletKey));
  for (const label of ['services', 'accounts'] as const)
    lines(
      label,
      scope[label].map((wallet) => `${walletKey(wallet)} ${wallet.name ?? ''}`),
    );
  lines(
    'openings',
    openings.map((opening) => `${walletKey(opening)} ${opening.asset} ${opening.value}`),
  );
  lines(
    'ties',
    ties.map(({ kind, by, wallets }) => `${kind} ${walletKey(by)} ${wallets.map(walletKey).sort().join(' ')}`),
  );
  lines(
    'native',
    native.map(({ chain, kind, transaction, from, to, value }) =>
      [chain, kind, transaction, from, to, value].join(' '),
    ),
  );
  return hash.digest('hex');
}

function unique(wallets: readonly Wallet[]): Wallet[] {
  return [
    ...new Map(wallets.map(({ chain, address }) => [walletKey({ chain, address }), { chain, address }])).values(),
  ].sort(byWallet);
}
