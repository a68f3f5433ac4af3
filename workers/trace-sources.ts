/** Which transfers a case's reports and disclosures name as sources, and what is to be said of those that they do not. */
import type { Context } from '../graphs/trace/context.ts';
import type { Plan } from '../graphs/trace/plan.ts';
import type { NamedSource, PlacedTransfer, Stop, TransferKey } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Wallet } from '../src/chains/chain.ts';
import { displayAmount } from '../src/money.ts';
import { readReports, type StoredReport } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import { type Disclosure, readDisclosures } from '../src/store/disclosures.ts';
import { readPayments } from '../src/store/trace-rows.ts';
import { recruitersOf } from './trace-recruiters.ts';

/** Something that whoever reads a result has to know. */
export interface Note {
  readonly code: string;
  readonly text: string;
}

/** A source that a person named, with where it is named. */
export interface CaseSource extends NamedSource {
  readonly timestamp: number;
  readonly reports: readonly number[];
  readonly disclosure: number | null;
}

export interface CaseSources {
  readonly named: readonly CaseSource[];
  /** Wallets that reports name alone, with the numbers of the reports. */
  readonly unverified: readonly (Wallet & { readonly reports: readonly number[] })[];
  /** Wallets of reports that tell of a payment which nobody has confirmed: a trace does not follow it, a crawl has to. */
  readonly unconfirmed: readonly Wallet[];
  /** Wallets of reporting victims, to which money can return; the second kind is where, by a report, its confirmed payment came from. */
  readonly own: readonly Wallet[];
  readonly origins: readonly Wallet[];
  /** Wallets that confirmed payments came from, whosever they are: never to be examined for having paid. */
  readonly payers: readonly Wallet[];
  /** Those who paid for recruitment alone, and are not among the payers: not to be examined for that, but no victims. */
  readonly recruiters: readonly Wallet[];
  readonly reported: readonly Wallet[];
  readonly notes: readonly Note[];
}

/**
 * All sources of a case: what a payout takes of one depends on the others, so all are followed whoever asks.
 *
 * @param only the one report that is asked about: notes are on it alone
 */
export async function readCaseSources(
  pool: Pool,
  caseId: number,
  only: StoredReport | null,
  decimals: number,
): Promise<CaseSources> {
  const reports = await readReports(pool, caseId);
  const asked = only === null ? reports : reports.filter(({ number }) => number === only.number);
  const payments = await readPayments(pool, caseId);
  const disclosures = await readDisclosures(pool, caseId);
  const recruiters = recruitersOf(payments, reports);
  const recruiting = new Set(recruiters.map(walletKey));
  const isVictims = (wallet: Wallet) => !isReported(wallet) && !recruiting.has(walletKey(wallet));
  const paidTo = reports.filter(({ role }) => role === 'paid-to');
  const reported = paidTo.map(walletOf);
  const isReported = ({ chain, address }: Wallet) =>
    reported.some((wallet) => wallet.chain === chain && wallet.address === address);
  return {
    named: [
      ...payments.map((payment) => ({ ...payment, kind: 'payment' as const, disclosure: null })),
      ...disclosures.flatMap(disclosedSource),
    ],
    unverified: unverifiedWallets(reports),
    unconfirmed: paidTo.filter((each) => each.payments === 0 && !isWalletOnly(each)).map(walletOf),
    own: reports
      .filter(({ role }) => role === 'own')
      .map(walletOf)
      .filter((wallet) => !isReported(wallet)),
    origins: paidTo
      .filter(({ number, payer }) => payments.some((each) => each.reports.includes(number) && each.from === payer))
      .flatMap(({ chain, payer }) => (payer === null ? [] : [{ chain, address: payer }]))
      .filter(isVictims),
    payers: payments.map(({ chain, from }) => ({ chain, address: from })).filter(isVictims),
    recruiters: recruiters.filter((wallet) => !isReported(wallet)),
    reported,
    notes: [...notesOnReports(asked, payments, decimals), ...(only === null ? notesOnDisclosures(disclosures) : [])],
  };
}

/** Whether a source is one that a report names; without a report all are. */
export function isAsked({ reports }: CaseSource, report: StoredReport | null): boolean {
  return report === null || reports.includes(report.number);
}

/** Who named each source of a plan, by the sources' numbers: reports, or a disclosure. */
export function nameSources({ table, sources }: Plan, { named, unverified }: CaseSources): Context['named'] {
  const byKey = new Map(named.map((source) => [keyOf(source), source]));
  const byWallet = new Map(unverified.map((wallet) => [walletKey(wallet), wallet.reports]));
  return sources.map(({ row, kind }) => {
    const transfer: PlacedTransfer = table.transfer(row);
    const source = byKey.get(keyOf(transfer));
    const reports =
      kind === 'unverified'
        ? byWallet.get(walletKey({ chain: transfer.chain, address: transfer.to }))
        : source?.reports;
    return { reports: reports ?? [], disclosure: source?.disclosure ?? null };
  });
}

/** What tells a source from all other transfers. */
export function keyOf({ chain, asset, transaction, from, to, value, occurrence }: TransferKey): string {
  return [chain, asset, transaction, from, to, value, occurrence].join(' ');
}

/** Where money counts as returned. A list of services knows better than a report whose wallet a payment came from. */
export function returnsOf({ own, origins }: Pick<CaseSources, 'own' | 'origins'>, stops: readonly Wallet[]): Stop[] {
  const services = new Set(stops.map(walletKey));
  return [...own, ...origins.filter((wallet) => !services.has(walletKey(wallet)))].map(({ chain, address }) => ({
    ...{ chain, address, kind: 'returned' },
  }));
}

function walletOf({ chain, wallet }: StoredReport): Wallet {
  return { chain, address: wallet };
}

function disclosedSource({ number, chain, asset, transfer }: Disclosure): CaseSource[] {
  if (transfer === null) return [];
  const { transaction, from, to, value, occurrence, timestamp } = transfer;
  const key = { chain, asset, transaction, from, to, value, occurrence };
  return [{ ...key, kind: 'disclosed', timestamp, reports: [], disclosure: number }];
}

/** A report that names a wallet and nothing to find a payment by. */
function isWalletOnly({ role, transaction, amount, paidAt, payments }: StoredReport): boolean {
  return role === 'paid-to' && payments === 0 && transaction === null && amount === null && paidAt === null;
}

function unverifiedWallets(reports: readonly StoredReport[]): CaseSources['unverified'] {
  const wallets = new Map<string, Wallet & { reports: number[] }>();
  for (const report of reports.filter(isWalletOnly)) {
    const { chain, address } = walletOf(report);
    const own = wallets.get(`${chain}:${address}`) ?? { chain, address, reports: [] };
    wallets.set(`${chain}:${address}`, own);
    own.reports.push(report.number);
  }
  return [...wallets.values()];
}

function notesOnReports(
  reports: readonly StoredReport[],
  payments: readonly { readonly reports: readonly number[]; readonly value: bigint }[],
  decimals: number,
): Note[] {
  const notes: Note[] = [];
  const unconfirmed = reports.filter((each) => each.role === 'paid-to' && each.payments === 0 && !isWalletOnly(each));
  if (unconfirmed.length > 0) {
    const text = `${namesOf(unconfirmed)} ${unconfirmed.length === 1 ? 'tells' : 'tell'} of a payment that nobody has confirmed, so it is not followed as theirs. See: npx downstream report match CASE`;
    notes.push({ code: 'REPORT_UNCONFIRMED', text });
  }
  const own = reports.filter((each) => each.role === 'own' && each.payments === 0);
  if (own.length > 0) {
    const text = `${namesOf(own)} ${own.length === 1 ? "names a victim's own wallet" : "name victims' own wallets"}: what it paid is followed once a payment is confirmed. Money that comes to it counts as returned.`;
    notes.push({ code: 'REPORT_OWN_WALLET', text });
  }
  for (const report of reports) {
    const confirmed = payments.filter((payment) => payment.reports.includes(report.number));
    const paid = confirmed.reduce((sum, { value }) => sum + value, 0n);
    if (report.amount === null || confirmed.length === 0 || report.amount <= paid) continue;
    const [told, found] = [report.amount, paid].map((amount) => displayAmount(amount, decimals));
    const text = `Report ${report.number} tells of ${told}; the ${confirmed.length === 1 ? 'payment' : 'payments'} confirmed for it ${confirmed.length === 1 ? 'is' : 'are'} ${found}. What the chain has is followed.`;
    notes.push({ code: 'AMOUNT_ABOVE_PAYMENT', text });
  }
  return notes;
}

const WAITING: Readonly<Record<NonNullable<Disclosure['waiting']>, string>> = {
  'not-crawled': 'its payee was not crawled yet: crawl again',
  'not-found': 'the crawl has no such transfer to its payee; check the transaction',
  'other-amount': 'the transaction pays other amounts; check the amount',
  several: 'several transfers of the transaction fit; give the amount',
  payment: 'it is a confirmed payment already',
  disclosed: 'another disclosure names it already',
};

function notesOnDisclosures(disclosures: readonly Disclosure[]): Note[] {
  return disclosures.flatMap(({ number, waiting }) =>
    waiting === null
      ? []
      : [{ code: 'DISCLOSURE_WAITING', text: `Disclosure ${number} is not followed: ${WAITING[waiting]}.` }],
  );
}

const SHOWN = 8;

function namesOf(reports: readonly StoredReport[]): string {
  const shown = reports.slice(0, SHOWN).map(({ number }) => number);
  const more = reports.length - shown.length;
  return `${reports.length === 1 ? 'Report' : 'Reports'} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
