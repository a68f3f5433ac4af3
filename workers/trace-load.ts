/** A case made ready to be traced: its rows in columns, its sources, where the trace ends, and what is to be known of it. */
import { createHash } from 'node:crypto';
import type { Context, NamedStop } from '../graphs/trace/context.ts';
import { followPlan } from '../graphs/trace/follow.ts';
import { makePlan, type Plan, type PlanInput } from '../graphs/trace/plan.ts';
import type { ConservingRule, Flow, Opening, Stop } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { ListedStop } from '../src/cases/stops-file.ts';
import type { Wallet } from '../src/chains/chain.ts';
import type { Case, StoredReport } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import { readFreezes } from '../src/store/freezes.ts';
import { type CaseWallet, readCaseWallets } from '../src/store/frontier.ts';
import { type Run, readHeads } from '../src/store/runs.ts';
import { hashRun } from './hash-run.ts';
import { readDecimals, readRunTable } from './run-table.ts';
import { type Infer, type InferredWallets, inferWallets } from './trace-inferred.ts';
import type { FrozenWallets } from './trace-marks.ts';
import {
  firstPayments,
  noSources,
  notesOnMissing,
  notesOnRun,
  notesOnShared,
  notesOnStops,
  STORE_CHANGED,
} from './trace-notes.ts';
import { openingsOf } from './trace-openings.ts';
import { reachedByOwnAlone } from './trace-recruiters.ts';
import { isAsked, keyOf, type Note, nameSources, readCaseSources, returnsOf } from './trace-sources.ts';
import { readUnprovenWallets, type UnprovenWallets } from './unproven.ts';

export interface TraceRequest {
  readonly case: Case;
  readonly run: Run & { readonly graphHash: string };
  /** Wallets of services at which the trace ends. */
  readonly stops: readonly ListedStop[];
  /** The one report whose money is followed; `null` for all. */
  readonly report: StoredReport | null;
  /** Up to when, milliseconds since 1970; `null` for all that was crawled. */
  readonly asOf: number | null;
  /** What is done with what wallets do. */
  readonly infer: Infer;
  readonly onProgress: (progress: TraceProgress) => void;
}

/** What a trace is at: reading so many transfers, or following so many of all by a rule. */
export type TraceProgress =
  | { readonly kind: 'reading'; readonly rows: number }
  | { readonly kind: 'following'; readonly rule: ConservingRule; readonly rows: number; readonly of: number };

export interface LoadedTrace {
  readonly request: TraceRequest;
  readonly plan: Plan;
  /** The same without what wallets held at first, where a wallet does not add up; else `null`. */
  readonly planWithoutOpenings: Plan | null;
  readonly inferred: InferredWallets;
  /** The same plan, ending at these wallets too as if they were services. */
  readonly planEndingAt: (wallets: readonly Wallet[]) => Plan;
  readonly openings: readonly Opening[];
  /** Wallets of the crawl whose transfers are not proven to be all they have. */
  readonly unproven: UnprovenWallets;
  /** As far as the crawl knows. */
  readonly frozen: FrozenWallets;
  readonly context: Context;
  readonly notes: readonly Note[];
  /** Up to when transfers are followed, milliseconds since 1970. */
  readonly until: number;
  /** Digest of what the order of the rows rests on beside the transfers themselves: their places in blocks, and burns. */
  readonly order: string;
  /** Digest of all that decides where the money goes beside the rows: every source, covered wallets, victims' own. */
  readonly scope: string;
  /**
   * Wallets of victims, and those that confirmed payments came from, which are never ranked; who paid for recruitment alone is
   * among them only while no other money can have reached the wallet.
   */
  readonly victims: readonly Wallet[];
  /** Wallets that confirmed payments came from, by `walletKey`. */
  readonly payers: ReadonlySet<string>;
}

/**
 * @throws UserError `NO_SOURCES`; UsageError `AS_OF_TOO_EARLY`
 */
export async function loadTrace(pool: Pool, wanted: TraceRequest): Promise<LoadedTrace> {
  // The store may know more by now than when the run ended: a result names the transfers that it rests on.
  const graphHash = await hashRun(pool, wanted.run.id);
  const request = { ...wanted, run: { ...wanted.run, graphHash } };
  const { run, stops } = request;
  const decimals = await readDecimals(pool);
  const sources = await readCaseSources(pool, request.case.id, request.report, decimals);
  const wallets = await readCaseWallets(pool, run.id);
  const heads = [...(await readHeads(pool, run.id)).values()].map(({ timestamp }) => timestamp);
  const until = Math.min(request.asOf ?? Number.MAX_SAFE_INTEGER, Math.max(0, ...heads));
  const { table, crawled, order } = await readRunTable(pool, run.id, until, {
    named: sources.named,
    onRows: (rows) => request.onProgress({ kind: 'reading', rows }),
  });
  const returns = returnsOf(sources, stops);
  // A service that pays for its customers is no victim.
  const services = new Set(stops.map(walletKey));
  const isNoService = (wallet: Wallet) => !services.has(walletKey(wallet));
  const payers = sources.payers.filter(isNoService);
  const told = [...stops.map(asService), ...returns];
  const inferred = await inferWallets(pool, request, { table, sources, ends: told });
  const ends = [...told, ...inferred.deposits.map(asService)];
  const unproven = await readUnprovenWallets(pool, run.id);
  const frozen = (await readFreezes(pool, run.id)).filter((wallet) => wallet.frozen === true);
  const { openings, notes: unbalanced } = openingsOf(unproven, ends, request.case.name);
  const input: PlanInput = {
    covered: wallets.filter(({ state }) => state === 'expanded'),
    stops: ends,
    openings,
    sources: sources.named.filter((source) => crawled.has(keyOf(source))),
    unverified: sources.unverified,
  };
  const made = makePlan(table, input);
  const scope = digestOf(made, input, returns);
  const named = nameSources(made, sources);
  const asked = askedOf(named, request.report);
  const plan = { ...made, asked };
  const missing = notesOnMissing(
    request,
    sources.named.filter((source) => isAsked(source, request.report) && !crawled.has(keyOf(source))),
  );
  if (!asked.includes(1)) {
    const first = Math.min(...(await firstPayments(pool, run.id, sources, request.report)));
    throw noSources(request, [...sources.notes, ...missing, ...notesOnShared(request, sources)], first);
  }
  const notes = [
    ...[...sources.notes, ...missing],
    ...notesOnStops(request, sources),
    ...unbalanced,
    ...(await notesOnRun(pool, run)),
    ...(graphHash === wanted.run.graphHash ? [] : [STORE_CHANGED]),
  ];
  return {
    ...{
      request,
      plan,
      openings,
      unproven,
      notes,
      until,
      order,
      scope,
      inferred,
      frozen: new Map(frozen.map((wallet) => [walletKey(wallet), wallet])),
      victims: [...returns, ...payers, ...reachedByOwnAlone(plan, sources.recruiters.filter(isNoService))],
      payers: new Set(payers.map(walletKey)),
    },
    planWithoutOpenings: openings.length === 0 ? null : { ...makePlan(table, { ...input, openings: [] }), asked },
    planEndingAt: (others) => ({ ...makePlan(table, { ...input, stops: [...ends, ...others.map(asService)] }), asked }),
    context: {
      decimals,
      named,
      asked,
      stops: namedStops(stops, inferred),
      reasons: new Map(wallets.map((wallet) => [walletKey(wallet), reasonOf(wallet)])),
    },
  };
}

function asService({ chain, address }: Wallet): Stop {
  return { chain, address, kind: 'service' };
}

/** What is known of the services at which a trace ends, by `walletKey`. */
function namedStops(stops: readonly ListedStop[], { deposits }: InferredWallets): Context['stops'] {
  return new Map([
    ...deposits.map(
      ({ named: { name, source, others }, confidence, reason, sinks, ...wallet }): [string, NamedStop] => [
        walletKey(wallet),
        { category: 'deposit-address', name, inferred: { confidence, reason, source, others, sinks } },
      ],
    ),
    ...stops.map(({ category, name, ...wallet }): [string, NamedStop] => [
      walletKey(wallet),
      { category, name, inferred: null },
    ]),
  ]);
}

/** Follows all sources of a loaded case, and tells how far it is. */
export function followLoaded({ plan, request }: LoadedTrace, rule: ConservingRule, other: Plan = plan): Flow {
  const of = plan.table.rows;
  return followPlan(other, rule, {
    onProgress: (rows) => request.onProgress({ kind: 'following', rule, rows, of }),
  });
}

function digestOf({ table, sources }: Plan, { covered }: PlanInput, returns: readonly Wallet[]): string {
  const hash = createHash('sha256');
  for (const { row, kind } of sources) hash.update(`${kind},${keyOf(table.transfer(row))}\n`);
  for (const wallets of [covered, returns]) hash.update(`${wallets.map(walletKey).sort().join(',')}\n`);
  return hash.digest('hex');
}

/** 1 for each source of the report; without one, for all. */
function askedOf(named: Context['named'], report: StoredReport | null): Uint8Array {
  return Uint8Array.from(named, ({ reports }) => (report === null || reports.includes(report.number) ? 1 : 0));
}

function reasonOf({ state, reason }: CaseWallet): string {
  return reason ?? state;
}
