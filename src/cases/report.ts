/** A victim's report: which wallet, and as far as known which payment. Parsed once, from options or a row of a file. */
import { createHash } from 'node:crypto';
import { parseAddress, parseTransaction } from '../chains/address.ts';
import type { Address, Asset, ChainId, TransactionHash } from '../chains/chain.ts';
import { quoted, UserError } from '../errors.ts';
import { formatAmount, parseAmount } from '../money.ts';
import { parseReportedTime } from './time.ts';

/** `paid-to`: the wallet that was paid. `own`: the victim's own wallet, which is never a seed of suspicion. */
export const REPORT_ROLES = ['paid-to', 'own'] as const;
export type ReportRole = (typeof REPORT_ROLES)[number];

/** What a payment was for: said to be invested, to set somebody free, or to have somebody recruited. */
const PAYMENT_KINDS = ['investment', 'ransom', 'recruitment'] as const;
export type PaymentKind = (typeof PAYMENT_KINDS)[number];

/** The fields of a report as they are written, each optional but the wallet. */
export interface RawReport {
  /** Where it is left out, the form of the wallet tells. */
  readonly chain?: string | undefined;
  readonly wallet: string;
  readonly role?: string | undefined;
  readonly tx?: string | undefined;
  readonly amount?: string | undefined;
  /** ISO 4217, such as EUR; without it the amount is in the token itself. */
  readonly currency?: string | undefined;
  readonly at?: string | undefined;
  readonly ref?: string | undefined;
  readonly fromWallet?: string | undefined;
  readonly fromExchange?: string | undefined;
  readonly withdrawal?: string | undefined;
  readonly note?: string | undefined;
  /** What the payment was for. */
  readonly payment?: string | undefined;
  /** Which compounds, platforms or operators the victim names; each text may hold several. */
  readonly names?: string | readonly string[] | undefined;
}

/** Where a payment came from, as the victim tells it. */
export type Origin =
  | { readonly kind: 'wallet'; readonly address: Address }
  | { readonly kind: 'exchange'; readonly exchange: string; readonly withdrawal: string | null };

export interface Report {
  readonly chain: ChainId;
  readonly wallet: Address;
  readonly role: ReportRole;
  readonly origin: Origin | null;
  readonly transaction: TransactionHash | null;
  /** Base units of the token. */
  readonly amount: bigint | null;
  readonly fiat: { readonly amount: string; readonly currency: string } | null;
  readonly paidAt: number | null;
  readonly reference: string | null;
  readonly note: string | null;
  /** What the payment was for; `null` where it was not told. */
  readonly payment: PaymentKind | null;
  /** The compounds, platforms or operators that the victim names, in their words. */
  readonly names: readonly string[];
}

const FIAT_DECIMALS = 4;
const MAX_TEXT = 10_000;
const MAX_NAMES = 20;
const MAX_NAME = 200;

/**
 * Checks a report.
 *
 * @param asset the token that was paid in
 * @throws UserError that names the first field that cannot be right
 */
export function parseReport(raw: RawReport, asset: Asset, now: number): Report {
  const role = blankToNull(raw.role) ?? 'paid-to';
  if (!isRole(role)) {
    throw new UserError('ROLE_INVALID', `${quoted(role)} is no role of a reported wallet.`, {
      right: "A role is paid-to (the wallet that was paid) or own (the victim's own wallet).",
      todo: 'Leave it out if the wallet was paid.',
    });
  }
  const amount = blankToNull(raw.amount);
  const currency = blankToNull(raw.currency)?.toUpperCase() ?? asset.symbol;
  if (currency !== asset.symbol && !/^[A-Z]{3}$/.test(currency)) {
    throw new UserError('CURRENCY_INVALID', `${quoted(currency)} is no currency.`, {
      right: `A currency is ${asset.symbol} or a code of three letters such as EUR.`,
      todo: `Leave it out for amounts in ${asset.symbol}.`,
    });
  }
  const wallet = parseWallet(raw.wallet, asset);
  const tx = blankToNull(raw.tx);
  const at = blankToNull(raw.at);
  return {
    chain: asset.chain,
    wallet,
    role,
    origin: parseOrigin(raw, { asset, wallet, role }),
    transaction: tx === null ? null : parseTransaction(tx),
    amount: amount === null || currency !== asset.symbol ? null : positiveAmount(parseAmount(amount, asset.decimals)),
    fiat:
      amount === null || currency === asset.symbol
        ? null
        : { amount: formatAmount(positiveAmount(parseAmount(amount, FIAT_DECIMALS)), FIAT_DECIMALS), currency },
    paidAt: at === null ? null : parseReportedTime(at, { since: asset.since, now }),
    reference: freeText(raw.ref),
    note: freeText(raw.note),
    payment: parsePayment(raw.payment),
    names: parseNames(raw.names),
  };
}

/** 64 hex digits that are equal for equal reports: the same report is stored once, however often it is handed in. */
export function reportDigest(report: Report): string {
  const { chain, wallet, role, origin, transaction, amount, fiat, paidAt, reference, note, payment, names } = report;
  const fields = [chain, wallet, role, origin, transaction, amount?.toString() ?? null, fiat, paidAt, reference, note];
  // Reports that tell of neither keep the digests that they had before either could be told.
  const told = payment === null && names.length === 0 ? fields : [...fields, payment, names];
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

/**
 * A wallet that takes part in a payment. The token's contract is what explorers show beside one, and what people copy by
 * mistake.
 *
 * @throws UserError `ADDRESS_INVALID` or `WALLET_IS_CONTRACT`
 */
export function parseWallet(text: string, asset: Asset): Address {
  const wallet = parseAddress(asset.chain, text);
  if (wallet !== asset.contract) return wallet;
  throw new UserError(
    'WALLET_IS_CONTRACT',
    `${wallet} is the contract of ${asset.symbol} itself and nobody's wallet.`,
    {
      right: 'Explorers show it with every payment; the wallets stand beside it as sender and recipient.',
      todo: 'Copy the address of the recipient, or of the sender where it is the wallet that paid.',
    },
  );
}

function parseOrigin(
  raw: RawReport,
  { asset, wallet: reported, role }: { asset: Asset; wallet: Address; role: ReportRole },
): Origin | null {
  const wallet = blankToNull(raw.fromWallet);
  const exchange = freeText(raw.fromExchange);
  const withdrawal = freeText(raw.withdrawal);
  if (wallet !== null && exchange !== null) {
    throw new UserError('ORIGIN_INVALID', 'A payment came from a wallet or from an exchange, not from both.', {
      right: 'Name the place from which the payment reached the chain.',
      todo: 'Leave one of the two out.',
    });
  }
  if (wallet !== null) {
    const address = parseWallet(wallet, asset);
    if (address !== reported || role === 'own') return { kind: 'wallet', address };
    throw new UserError('ORIGIN_INVALID', 'The wallet that was paid and the wallet that paid are the same.', {
      right: 'A payment goes from the wallet of the victim to another.',
      todo: "Correct one of the two; a victim's own wallet is reported with the role own.",
    });
  }
  if (exchange !== null) return { kind: 'exchange', exchange, withdrawal };
  if (withdrawal === null) return null;
  throw new UserError('ORIGIN_INVALID', 'A withdrawal has an id but no exchange.', {
    right: 'The id of a withdrawal means something to one exchange only.',
    todo: 'Name the exchange too.',
  });
}

function parsePayment(text: string | undefined): PaymentKind | null {
  const word = blankToNull(text)?.toLowerCase() ?? null;
  const kind = PAYMENT_KINDS.find((each) => each === word);
  if (word === null || kind !== undefined) return kind ?? null;
  throw new UserError('PAYMENT_INVALID', `${quoted(word)} is nothing that a payment is for.`, {
    right: 'It is investment, ransom (to set somebody free) or recruitment (to have somebody brought there).',
    todo: 'Leave it out where it is not known.',
  });
}

/** A comma before these belongs to the name of a company. */
const BETWEEN_NAMES = /[;\n]|,(?!\s*(?:Ltd|Limited|Inc|LLC|PLC|Corp|Co)\b)/i;

function parseNames(told: string | readonly string[] | undefined): string[] {
  const texts = typeof told === 'string' ? [told] : (told ?? []);
  const names = texts.flatMap((text) => text.split(BETWEEN_NAMES)).flatMap((text) => freeText(text) ?? []);
  const each = [...new Set(names.map((name) => name.replace(/\s+/g, ' ')))];
  if (each.length <= MAX_NAMES && each.every((name) => name.length <= MAX_NAME)) return each;
  const wrong = each.length > MAX_NAMES ? `The report names ${each.length}.` : 'A name is too long.';
  throw new UserError('NAMES_INVALID', wrong, {
    right: `A report names up to ${MAX_NAMES} compounds, platforms or operators, each in up to ${MAX_NAME} characters.`,
    todo: 'Put further text into the note.',
  });
}

function isRole(text: string): text is ReportRole {
  return (REPORT_ROLES as readonly string[]).includes(text);
}

/** @throws UserError `AMOUNT_INVALID` for zero */
export function positiveAmount(amount: bigint): bigint {
  if (amount > 0n) return amount;
  throw new UserError('AMOUNT_INVALID', 'The amount is zero.', {
    right: 'A payment moved more than nothing.',
    todo: 'Leave the amount out if it is not known.',
  });
}

function blankToNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

/** Text without control characters, which have no meaning in a reference and could drive a terminal. */
function freeText(text: string | undefined): string | null {
  const clean = blankToNull(text?.replace(/[\p{Cc}\p{Cf}]+/gu, ' '));
  if (clean === null || clean.length <= MAX_TEXT) return clean;
  throw new UserError('TEXT_TOO_LONG', `A text of the report has ${clean.length} characters.`, {
    right: `References and notes have up to ${MAX_TEXT} characters.`,
    todo: 'Shorten it, and keep the whole text outside the case.',
  });
}
