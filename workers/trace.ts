/** A trace of a case under one rule: computed, hashed and stored. */

import { runHash } from '../graphs/run-hash.ts';
import { reachPlan } from '../graphs/trace/follow.ts';
import {
  type ResultJson,
  reachJson,
  type SourceJson,
  sourceId,
  tracedJson,
  type WalletJson,
} from '../graphs/trace/json.ts';
import { traced } from '../graphs/trace/result.ts';
import { TTR_DEFAULTS } from '../graphs/trace/ttr.ts';
import { isConserving, type Rule } from '../graphs/trace/types.ts';
import { stopsDigest } from '../src/cases/stops-file.ts';
import { formatAmount } from '../src/money.ts';
import type { Pool } from '../src/store/db.ts';
import type { Declaration } from '../src/store/declarations.ts';
import { storeTrace } from '../src/store/traces.ts';
import {
  type Alternatives,
  type AtPossible,
  alternativesOf,
  NO_ALTERNATIVES,
  type WithoutOpenings,
} from './trace-alternatives.ts';
import { type AskJson, askJson } from './trace-inferred.ts';
import { followLoaded, type LoadedTrace, type TraceRequest } from './trace-load.ts';
import { type MarkedResult, markResult } from './trace-marks.ts';
import { rankedJson } from './trace-rank.ts';
import type { Note } from './trace-sources.ts';

/** A trace as it is printed and stored. */
export interface TraceJson extends MarkedResult {
  readonly case: string;
  readonly rule: Rule;
  /** Who chose the rule and why; `null` where nobody has. */
  readonly declared: { readonly by: string; readonly why: string; readonly at: string } | null;
  readonly report: number | null;
  readonly asOf: string | null;
  /** How many wallets of services the trace would end at, and a digest of their list. */
  readonly stops: { readonly wallets: number; readonly sha256: string };
  readonly graphHash: string;
  readonly runHash: string;
  readonly withoutOpenings: WithoutOpenings | null;
  readonly atPossible: AtPossible | null;
  /** Services that can be asked about wallets that were paid. */
  readonly ask: readonly AskJson[];
  readonly notes: readonly Note[];
}

/** Computes a trace. The same rows, sources, stops and rule give the same `runHash`. */
function computeTrace(loaded: LoadedTrace, rule: Rule, declaration: Declaration | null): TraceJson {
  const { request, notes } = loaded;
  const { run } = request;
  const { withoutOpenings, atPossible, ...results } = resultOf(loaded, rule);
  const parameters = parametersOf(loaded);
  return {
    case: request.case.name,
    rule,
    declared:
      declaration === null
        ? null
        : { by: declaration.declaredBy, why: declaration.why, at: declaration.declaredAt.toISOString() },
    ...scopeJson(request),
    graphHash: run.graphHash,
    runHash: runHash({
      ...{ graphHash: run.graphHash, rule, parameters },
      seeds: results.sources.map(({ kind, chain, asset, transaction, from, to, value }) => ({
        ...{ kind, chain, asset, transaction, from, to, value },
      })),
      results: { ...results, sources: results.sources.map(withoutNumbers), withoutOpenings, atPossible },
    }),
    ...markResult(results, loaded.unproven, loaded.frozen),
    withoutOpenings,
    atPossible,
    ask: askJson(loaded.inferred, new Set(results.wallets.map(keyOfNamed))),
    notes: [...notes, ...notesOnWallets(results), ...notesOnPayers(loaded, results)],
  };
}

/** Money that comes back to where a payment came from may be a victim's, or lie in a service that paid for one. */
function notesOnPayers({ payers }: LoadedTrace, { exits, beyond, resting }: ResultJson): Note[] {
  const places = [...exits.filter(({ end }) => end !== 'returned'), ...beyond, ...resting];
  const back = places.filter(({ chain, address }) => payers.has(`${chain}:${address}`));
  return [...new Set(back.map(({ address }) => address))].map((address) => ({
    code: 'BACK_TO_PAYER',
    text: `Money came back to ${address}, from where a confirmed payment had come. If it is the victim's own wallet, report it as such (--role own): then it counts as returned.`,
  }));
}

/** As `walletKey` has it. */
function keyOfNamed({ chain, address }: WalletJson): string {
  return `${chain}:${address}`;
}

/** How a case numbers its reports and disclosures is nothing that a result depends on. */
function withoutNumbers({ reports: _reports, disclosure: _disclosure, ...source }: SourceJson) {
  return source;
}

/** Whose money is followed, up to when, and where it stops. */
export function scopeJson({ report, asOf, stops }: TraceRequest): Pick<TraceJson, 'report' | 'asOf' | 'stops'> {
  return {
    report: report?.number ?? null,
    asOf: asOf === null ? null : new Date(asOf).toISOString(),
    stops: { wallets: stops.length, sha256: stopsDigest(stops) },
  };
}

/** Computes a trace and stores it. */
export async function traceCase(
  pool: Pool,
  loaded: LoadedTrace,
  { rule, declaration, now }: { rule: Rule; declaration: Declaration | null; now: Date },
): Promise<TraceJson> {
  const result = computeTrace(loaded, rule, declaration);
  const { graphHash, runHash: hash } = result;
  await storeTrace(
    pool,
    loaded.request.run.id,
    {
      ...{ rule, declarationId: declaration?.id ?? null, parameters: parametersOf(loaded) },
      ...{ graphHash, runHash: hash, result },
    },
    now,
  );
  return result;
}

/** All that a result depends on beside the transfers, its sources and the rule. */
export function parametersOf({
  request: { asOf, stops },
  openings,
  inferred,
  context,
  plan,
  order,
  scope,
}: LoadedTrace): Record<string, unknown> {
  return {
    // Which sources are told, what decides beside the rows, their order as far as it is known, and what ranks depend on.
    asked: [...plan.asked.keys()].filter((number) => plan.asked[number] === 1).map(sourceId),
    order,
    scope,
    ttr: Object.fromEntries(Object.entries(TTR_DEFAULTS).map(([name, part]) => [name, `${part}`])),
    asOf,
    stops: stopsDigest(stops),
    inference: inferred.parameters,
    openings: openings.map(({ chain, asset, address, value }) => ({
      ...{ chain, asset, address, value: formatAmount(value, context.decimals) },
    })),
  };
}

function resultOf(loaded: LoadedTrace, rule: Rule): ResultJson & Alternatives {
  const { plan, context } = loaded;
  if (isConserving(rule)) {
    const result = traced(followLoaded(loaded, rule), plan.asked);
    return { ...tracedJson(result, context), ...alternativesOf(loaded, rule, result) };
  }
  const result = rule === 'ttr' ? rankedJson(loaded) : reachJson(plan, reachPlan(plan), context);
  return { ...result, ...NO_ALTERNATIVES };
}

/** What is not known of the wallets that a trace reached. */
export function notesOnMarks(wallets: readonly Pick<WalletJson, 'incomplete' | 'orderUnknown'>[]): Note[] {
  const notes: Note[] = [];
  const incomplete = wallets.filter((wallet) => wallet.incomplete).length;
  if (incomplete > 0) {
    const text = `${incomplete} ${incomplete === 1 ? 'wallet' : 'wallets'} on the way paid more than ${incomplete === 1 ? 'it is' : 'they are'} known to have held; the rest is of unknown origin.`;
    notes.push({ code: 'WALLETS_INCOMPLETE', text });
  }
  const unordered = wallets.filter((wallet) => wallet.orderUnknown).length;
  if (unordered > 0) {
    const text = `${unordered} ${unordered === 1 ? 'wallet has' : 'wallets have'} transfers of one block whose order nobody has told; another order may give other amounts.`;
    notes.push({ code: 'ORDER_UNKNOWN', text });
  }
  return notes;
}

function notesOnWallets({ wallets, exits, sources }: ResultJson): Note[] {
  const notes = notesOnMarks(wallets);
  const straight = exits.filter((exit) => exit.end === 'service' && exit.sources.some(({ hops }) => hops === 0));
  for (const { address, name, category } of straight) {
    const text = `A payment went straight to a service: ${name ?? category}, ${address}. It is to be asked whose account that is.`;
    notes.push({ code: 'PAID_TO_SERVICE', text });
  }
  const carried = sources.filter(
    ({ amount, value, kind }) => amount !== null && amount !== value && kind !== 'unverified',
  );
  if (carried.length > 0) {
    const text = `${carried.map(({ id }) => id).join(', ')} carried money of earlier sources, which is counted there.`;
    notes.push({ code: 'SOURCE_CARRIES', text });
  }
  return notes;
}
