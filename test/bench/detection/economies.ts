/**
 * Cases as a program would have them, from economies whose truth is known: all reports of an economy in one case, what a crawl of
 * them reads, and what is inferred of the wallets. No list of services is given but by `listed`.
 */
import { attribute } from '../../../graphs/attribution/attribute.ts';
import { ATTRIBUTION_POLICY } from '../../../graphs/attribution/policy.ts';
import type { NamedService } from '../../../graphs/attribution/types.ts';
import { type CaseInput, type CaseView, viewCase } from '../../../graphs/findings/view.ts';
import { makePlan } from '../../../graphs/trace/plan.ts';
import type { ConservingRule, NamedSource, PlacedTransfer, Stop } from '../../../graphs/trace/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { Wallet } from '../../../src/chains/chain.ts';
import type { Economy, Part, SimulatedWallet } from '../../../src/simulate/types.ts';
import { paymentTransfers } from '../../../src/simulate/views.ts';
import { type CrawlLimits, crawlOf, historiesOf, viewOf } from '../attribution/views.ts';
import { numbered } from '../tracing/followed.ts';
import { isCoin, isUsdt } from './assets.ts';

const RULE: ConservingRule = 'pro-rata';
/** What lists say of a service that they name; the highest there is. */
const LISTED = 100;

/** A case of a whole economy has many networks, of which each is but a part: the crawl goes on for longer than it does by itself. */
const LIMITS: CrawlLimits = { leastOf: 20_000, hops: 16 };

export interface SimulatedCase {
  readonly name: string;
  readonly view: CaseView;
  /** The truth of every wallet, by key. */
  readonly truth: ReadonlyMap<string, SimulatedWallet>;
  /** What each wallet did in its rounds, by key; nothing where the economy does not tell. */
  readonly parts: ReadonlyMap<string, ReadonlySet<Part>>;
  /** Rows that a victim paid into a network, by the network. */
  readonly networks: readonly string[];
}

export interface CaseOptions {
  /** Only reports on these networks; all where it is left out. */
  readonly networks?: readonly string[];
  readonly limits?: CrawlLimits;
  /** Names the wallets of these services, as a public list would. */
  readonly listed?: (wallet: SimulatedWallet) => boolean;
}

/** The case of an economy's reports, as a crawl without lists sees it. */
export function caseOf(
  name: string,
  {
    transfers,
    wallets,
    payments,
    reports,
    parts,
  }: Pick<Economy, 'transfers' | 'wallets' | 'payments' | 'reports' | 'parts'>,
  { networks, limits = LIMITS, listed = () => false }: CaseOptions = {},
): SimulatedCase {
  const simulated = transfers.filter(isUsdt);
  const coins = transfers.filter(isCoin);
  const usdt = numbered(simulated);
  const placed = new Map(simulated.map((transfer, index) => [transfer, usdt[index]]));
  const asked = (network: string) => networks === undefined || networks.includes(network);
  const refs = new Set(payments.filter(({ network }) => asked(network)).map(({ ref }) => ref));
  const told = reports.filter(({ ref }) => refs.has(ref));
  const paidTo = told.filter(({ role }) => role === 'paid-to');
  // A report with a transaction, or an amount and a time, is matched and confirmed by a person.
  const confirmed = new Set(paidTo.filter((each) => each.transaction !== null || each.amount !== null).map(sayWhere));
  const paid: PlacedTransfer[] = [];
  const met = new Set<string>();
  for (const [transfer, payment] of paymentTransfers(simulated, payments)) {
    const row = placed.get(transfer);
    if (row === undefined || !asked(payment.network)) continue;
    met.add(payment.network);
    if (confirmed.has(sayWhere({ ref: payment.ref, chain: row.chain, wallet: row.to }))) paid.push(row);
  }
  const verified = new Set(paid.map(({ chain, to }) => walletKey({ chain, address: to })));
  const reported = unique(paidTo.map(({ chain, wallet }) => ({ chain, address: wallet })));
  const unverified = reported.filter((wallet) => !verified.has(walletKey(wallet)));
  const isReported = new Set(reported.map(walletKey));
  const own = told
    .filter(({ role }) => role === 'own')
    .map(({ chain, wallet }): Wallet => ({ chain, address: wallet }));
  const open = new Set(unverified.map(walletKey));
  const sources = usdt.filter(({ chain, to }) => open.has(walletKey({ chain, address: to })));
  const histories = historiesOf(simulated);
  const { complete, possible } = crawlOf(usdt, histories, new Set([...paid, ...sources]), own, limits);
  const named: NamedService[] = wallets.filter(listed).map(({ chain, address, service, role }) => ({
    ...{ chain, address, name: service, category: role === 'hot' ? 'exchange' : role, source: 'a list' },
    confidence: LISTED,
  }));
  const { input } = viewOf(usdt, coins, { complete, possible, victims: own });
  const { wallets: inferred, ties } = attribute({ ...input, named }, ATTRIBUTION_POLICY);
  const payers = paid.map(({ chain, from }): Wallet => ({ chain, address: from }));
  const atService = new Set(
    [...named, ...possible, ...inferred.filter(({ kind }) => kind !== 'look-alike')].map(walletKey),
  );
  const victims = unique([...own, ...payers.filter((wallet) => !atService.has(walletKey(wallet)))]).filter(
    (wallet) => !isReported.has(walletKey(wallet)),
  );
  const accounts = inferred.filter(({ kind }) => kind === 'deposit-address');
  const services = [...possible, ...inferred.filter(({ kind }) => kind === 'service')];
  const ends: Stop[] = [
    ...[...named, ...[...services, ...accounts].filter((wallet) => !isReported.has(walletKey(wallet)))].map(asStop),
    ...victims.map(({ chain, address }): Stop => ({ chain, address, kind: 'returned' })),
  ];
  const plan = makePlan(input.table, {
    ...{ covered: complete, stops: ends, openings: [], unverified },
    sources: paid.map((transfer): NamedSource => ({ ...transfer, kind: 'payment' })),
  });
  const asCase: CaseInput = {
    ...{ plan, rule: RULE, reported, victims, accounts, complete, ties },
    services: named,
    possible: services,
    native: [...input.native],
  };
  return {
    ...{ name, view: viewCase(asCase), networks: [...met].sort() },
    truth: new Map(wallets.map((wallet) => [walletKey(wallet), wallet])),
    parts: partsOf(parts),
  };
}

function partsOf(parts: Economy['parts']): Map<string, Set<Part>> {
  const all = new Map<string, Set<Part>>();
  for (const { part, ...wallet } of parts)
    all.set(walletKey(wallet), (all.get(walletKey(wallet)) ?? new Set()).add(part));
  return all;
}

function asStop({ chain, address }: Wallet): Stop {
  return { chain, address, kind: 'service' };
}

/** A report's wallet, by whom it is reported. */
export function sayWhere({ ref, chain, wallet }: { ref: string; chain: string; wallet: string }): string {
  return [ref, chain, wallet].join(' ');
}

function unique(wallets: readonly Wallet[]): Wallet[] {
  return [...new Map(wallets.map((wallet) => [walletKey(wallet), wallet])).values()];
}
