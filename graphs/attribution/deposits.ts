/**
 * Deposit addresses: wallets that forward nearly all they receive to one service's wallets (Victor, "Address Clustering
 * Heuristics for Ethereum", FC 2020). Waiting for days, and being paid by many, do not speak against it.
 *
 * Victor's second step, *reuse*, joins whoever pays the same address. It is left out for good: dozens of strangers pay a
 * trader's account, and victims pay a mule's.
 *
 * Who launders forwards everything too. So the sink has to be a service's: one that tags name, or one that behaves as a
 * service and is filled by such wallets. Without a tag nobody is named: a fake platform's addresses look the same.
 */
import { type Forwarding, forwardingOf, isShare } from './forwarding.ts';
import { evidenceOf, type Histories, type NamedSink, percentOf } from './histories.ts';
import type { AttributionPolicy } from './policy.ts';
import type { DepositAddress, PossibleService, ServiceName } from './types.ts';

/** Sinks that follow each other were never found to need more rounds than a few. */
const MOST_ROUNDS = 20;

export interface Deposits {
  /** By account. */
  readonly addresses: ReadonlyMap<number, DepositAddress>;
  /** Sinks that are services because deposit addresses moved to them from another. */
  readonly successors: ReadonlyMap<number, PossibleService>;
}

/** @param services possible services by their behaviour, by account */
export function findDeposits(
  histories: Histories,
  services: ReadonlyMap<number, PossibleService>,
  policy: AttributionPolicy,
): Deposits {
  const rules = policy.depositAddresses;
  const addresses = new Map<number, DepositAddress>();
  const successors = new Map<number, PossibleService>();
  if (!rules.on) return { addresses, successors };
  const { table, names, possible, received, sorted } = histories;
  const isPossible = (account: number): boolean =>
    !names.has(account) && (possible[account] === 1 || services.has(account) || successors.has(account));
  const isService = (account: number): boolean =>
    isPossible(account) || takesDeposits(names.get(account), rules.categories);
  const candidates = new Map<number, Forwarding>();
  let sought = sorted.filter(isService);
  for (let round = 0; round < MOST_ROUNDS && sought.length > 0; round += 1) {
    for (const sink of sought) {
      for (const row of received(sink)) {
        const account = table.from[row] ?? -1;
        if (candidates.has(account) || names.has(account) || isPossible(account)) continue;
        const forwarding = forwardingOf(histories, account);
        if (forwarding !== null) candidates.set(account, forwarding);
      }
    }
    const found = findSuccessors(histories, candidates, isPossible, policy);
    for (const [account, service] of found) {
      successors.set(account, service);
      candidates.delete(account);
    }
    sought = [...found.keys()];
  }
  const sinks = filledSinks(histories, candidates, isService, policy);
  for (const [account, forwarding] of candidates) {
    const own = inTurn(histories, forwarding, (payee) => sinks.has(payee), rules.leastShare);
    // A named sink among those of no name names nobody: less than the share goes to it. Who pays services of several names, and
    // no other, has an account with each, and is no address of any.
    const possibly = own?.some((sink) => !names.has(sink)) ? { named: null, sinks: own } : null;
    const found = byName(histories, forwarding, policy) ?? possibly;
    if (found === null) continue;
    const confidenceOf = (sink: number): number =>
      sinks.has(sink) ? ((services.get(sink) ?? successors.get(sink))?.confidence ?? UNSEEN) : UNREAD;
    addresses.set(account, describe(histories, account, { forwarding, found, confidenceOf }, rules.leastShare));
  }
  return { addresses, successors };
}

/** A sink that a crawl took for a possible service without more being known of it. */
const UNSEEN = 75;
/** A payee that was not read, and of which no more is known than that a deposit address turned to it. */
const UNREAD = 50;

interface Found {
  readonly named: ServiceName | null;
  readonly sinks: readonly number[];
}

/** To the sinks that tags give one name goes nearly all. */
function byName(
  { names }: Histories,
  { received, payees }: Forwarding,
  { depositAddresses: { leastShare, categories } }: AttributionPolicy,
): Found | null {
  const byService = new Map<string, { named: NamedSink; sinks: number[]; sum: bigint }>();
  for (const [payee, value] of payees) {
    const named = names.get(payee);
    if (named === undefined || !takesDeposits(named, categories)) continue;
    const group = byService.get(named.key) ?? { named, sinks: [], sum: 0n };
    byService.set(named.key, group);
    group.sinks.push(payee);
    group.sum += value;
  }
  for (const { named, sinks, sum } of byService.values()) {
    if (!isShare(sum, received, leastShare)) continue;
    const { name, category, source, others } = named;
    return { named: { name, category, source, others }, sinks };
  }
  return null;
}

function takesDeposits(sink: NamedSink | undefined, categories: readonly string[]): boolean {
  return sink?.categories.some((category) => categories.includes(category)) === true;
}

/**
 * The payees to whom nearly all goes, one after the other, of whom one at least is a sink: an exchange replaces its hot
 * wallets, and nobody's account goes back to an older one. A payee that was not read may be the next of them.
 */
function inTurn(
  { complete }: Histories,
  { received, payees, turns }: Forwarding,
  isSink: (account: number) => boolean,
  leastShare: number,
): number[] | null {
  const counts = (payee: number) => isSink(payee) || complete[payee] !== 1;
  const own = [...payees.keys()].filter(counts);
  const sum = own.reduce((all, payee) => all + (payees.get(payee) ?? 0n), 0n);
  if (!own.some(isSink) || !isShare(sum, received, leastShare)) return null;
  const times = turns.filter(counts).filter((payee, place, all) => all[place - 1] !== payee);
  return times.length === own.length ? own : null;
}

/** Of the services those that are filled by wallets that forward to them: a desk is paid by its customers themselves. */
function filledSinks(
  histories: Histories,
  candidates: ReadonlyMap<number, Forwarding>,
  isService: (account: number) => boolean,
  { depositAddresses: { leastShare, leastForwarders, leastForwarding } }: AttributionPolicy,
): Set<number> {
  const forwarders = new Map<number, number>();
  const payers = new Map<number, number>();
  const addTo = (counts: Map<number, number>, sink: number) => counts.set(sink, (counts.get(sink) ?? 0) + 1);
  for (const forwarding of candidates.values()) {
    const forwards = inTurn(histories, forwarding, isService, leastShare) !== null;
    for (const payee of forwarding.payees.keys()) {
      if (!isService(payee)) continue;
      addTo(payers, payee);
      if (forwards) addTo(forwarders, payee);
    }
  }
  const sinks = new Set<number>();
  for (const [sink, count] of forwarders) {
    if (count >= leastForwarders && 100 * count >= leastForwarding * (payers.get(sink) ?? 0)) sinks.add(sink);
  }
  return sinks;
}

/**
 * Wallets to which deposit addresses moved for good from a possible service: what most of those that pay it have in common is that they
 * forwarded all to a possible service before.
 */
function findSuccessors(
  histories: Histories,
  candidates: ReadonlyMap<number, Forwarding>,
  isPossible: (account: number) => boolean,
  { depositAddresses: { leastShare, leastMoved, leastForwarding } }: AttributionPolicy,
): Map<number, PossibleService> {
  const { table, complete, names, received, sorted } = histories;
  const moved = new Map<number, number[]>();
  for (const [account, { received: all, payees, turns }] of candidates) {
    const next = turns.at(-1) ?? -1;
    if (complete[next] !== 1 || isPossible(next) || names.has(next) || turns.indexOf(next) !== turns.length - 1)
      continue;
    const before = turns.slice(0, -1);
    if (before.length === 0 || !before.every(isPossible)) continue;
    const sum = [...payees.values()].reduce((total, value) => total + value, 0n);
    if (!isShare(sum, all, leastShare)) continue;
    const movers = moved.get(next);
    if (movers === undefined) moved.set(next, [account]);
    else movers.push(account);
  }
  const found = new Map<number, PossibleService>();
  for (const account of sorted) {
    const movers = moved.get(account) ?? [];
    if (movers.length < leastMoved) continue;
    const receipts = received(account);
    const payers = new Set([...receipts].map((row) => table.from[row] ?? -1));
    if (100 * movers.length < leastForwarding * payers.size) continue;
    const own = new Set(movers);
    const rows = [...receipts].filter((row) => own.has(table.from[row] ?? -1));
    found.set(account, {
      ...histories.wallet(account),
      kind: 'service',
      confidence: Math.floor((100 * movers.length) / (movers.length + 1)),
      reason: `Took the place of a possible service: ${movers.length} of the ${payers.size} wallets that paid it had forwarded all to that one before.`,
      evidence: evidenceOf(histories, rows, { moved: movers.length, payers: payers.size }),
    });
  }
  return found;
}

function describe(
  histories: Histories,
  account: number,
  {
    forwarding: { received, waiting, payees },
    found: { named, sinks },
    confidenceOf,
  }: { forwarding: Forwarding; found: Found; confidenceOf: (sink: number) => number },
  leastShare: number,
): DepositAddress {
  const { table, paid, received: receiptsOf } = histories;
  const own = new Set(sinks);
  const sweeps = [...paid(account)].filter((row) => own.has(table.to[row] ?? -1));
  const sum = sinks.reduce((all, sink) => all + (payees.get(sink) ?? 0n), 0n);
  const share = Math.min(100, percentOf(sum, received));
  const payers = new Set([...receiptsOf(account)].map((row) => table.from[row] ?? -1));
  const sure = named === null ? Math.min(...sinks.map(confidenceOf)) : 100;
  const whose = named === null ? 'a possible service' : named.name;
  const times = sweeps.length === 1 ? 'one transfer' : `${sweeps.length} transfers`;
  const waits = percentOf(waiting, received + waiting);
  const since = waits === 0 ? '' : ` ${waits} % of all that it received came since, and is not forwarded yet.`;
  return {
    ...histories.wallet(account),
    kind: 'deposit-address',
    confidence: Math.max(1, Math.floor((share * sure * sweeps.length) / (100 * (sweeps.length + 1)))),
    reason: `Forwarded ${share} % of what it ${waits === 0 ? 'received' : 'had received by its last payout'} to ${sinks.length === 1 ? 'a wallet' : `${sinks.length} wallets`} of ${whose}, in ${times}.${since}`,
    evidence: evidenceOf(histories, sweeps, {
      share,
      sweeps: sweeps.length,
      payers: payers.size,
      sinks: sinks.length,
      waits,
    }),
    named,
    only:
      sweeps.length === paid(account).length &&
      sinks.every((sink) => !payers.has(sink)) &&
      isShare(sum, received + waiting, leastShare),
    sinks: [...sinks].map(histories.wallet),
  };
}
