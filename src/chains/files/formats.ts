/**
 * The kinds of CSV files that hold transfers, told apart by their headers.
 *
 * Column names are compared by their letters and digits alone, so that `DateTime (UTC)`, `datetime_utc` and
 * `"DateTimeUTC"` are one. Names are as the explorers wrote them over the years:
 *
 * - Etherscan: https://etherscan.io/exportData, kind "ERC-20 token transfers"; a token's own page exports the same without
 *   the contract, and with `Quantity` for the amount.
 * - TronScan: the rows of its API as it exported them until about 2022, with `quant` in base units and no contract, and
 *   the newer `tokenTransfer` export with decimals and the contract.
 */
import { UserError } from '../../errors.ts';
import type { ChainId } from '../chain.ts';

export type TransferFormat = 'etherscan' | 'tronscan' | 'plain' | 'economy';

/** What a column holds, its unit included. */
export type Field =
  | 'chain'
  | 'asset'
  | 'contract'
  | 'symbol'
  | 'transaction'
  | 'block'
  /** Since 1970. */
  | 'seconds'
  | 'milliseconds'
  /** Date and time as text, in UTC. */
  | 'utc'
  | 'from'
  | 'to'
  /** The amount in whole tokens, with a decimal point. */
  | 'decimal'
  /** The amount in base units. */
  | 'units'
  /** Whether the block can no longer be undone. */
  | 'confirmed'
  /** How the transaction ended; always told. */
  | 'result'
  /** How the transaction ended, told only where it failed. */
  | 'status';

export interface Layout {
  readonly format: TransferFormat;
  /** What people call it. */
  readonly title: string;
  /** `null` where each row names its own. */
  readonly chain: ChainId | null;
  /** The names that a field may go by. Of several that a header has, the first here counts. */
  readonly names: { readonly [F in Field]?: readonly string[] };
  /** Of each group one has to be there. */
  readonly required: readonly (readonly Field[])[];
  /** What a file is of that has no column for the token. */
  readonly unnamed: 'usdt' | 'unknown';
}

/** Names under which a token goes that say nothing of which it is. */
const SYMBOLS = ['TokenSymbol', 'symbol', 'TokenName', 'tokenAbbr', 'token', 'asset', 'currency'];

const LAYOUTS: readonly Layout[] = [
  {
    format: 'economy',
    title: "the transfers.csv of an economy's folder",
    chain: null,
    names: {
      chain: ['chain'],
      asset: ['asset'],
      transaction: ['transaction'],
      block: ['block'],
      milliseconds: ['timestamp_ms'],
      from: ['from'],
      to: ['to'],
      units: ['value'],
    },
    required: [['chain'], ['asset'], ['transaction'], ['block'], ['milliseconds'], ['from'], ['to'], ['units']],
    unnamed: 'unknown',
  },
  {
    format: 'plain',
    title: 'plain transfers of USDT on Tron',
    chain: 'tron',
    names: {
      contract: ['contract_address', 'token_address', 'contract'],
      symbol: SYMBOLS,
      transaction: ['transaction_id'],
      block: ['block'],
      milliseconds: ['block_timestamp_ms'],
      from: ['from'],
      to: ['to'],
      units: ['value'],
    },
    required: [['transaction'], ['milliseconds'], ['from'], ['to'], ['units']],
    unnamed: 'usdt',
  },
  {
    format: 'tronscan',
    title: "TronScan's rows of TRC-20 transfers",
    chain: 'tron',
    names: {
      contract: ['contract_address', 'tokenAddress'],
      symbol: SYMBOLS,
      transaction: ['transaction_id', 'txn hash', 'tx hash', 'transaction hash', 'hash'],
      block: ['block', 'blockHeight'],
      milliseconds: ['block_ts'],
      from: ['from_address', 'from'],
      to: ['to_address', 'to'],
      units: ['quant'],
      confirmed: ['confirmed'],
      result: ['contractRet'],
    },
    required: [['transaction'], ['milliseconds'], ['from'], ['to'], ['units']],
    unnamed: 'unknown',
  },
  {
    format: 'tronscan',
    title: "TronScan's export of token transfers",
    chain: 'tron',
    names: {
      // Here "Token" holds the contract; a cell that holds a name instead is refused as no address.
      contract: ['tokenAddress', 'Contract Address', 'Token'],
      symbol: SYMBOLS,
      transaction: ['Tx Hash', 'Txn Hash', 'Transaction Hash', 'transaction_id', 'hash'],
      block: ['blockHeight', 'Block'],
      utc: ['blockTime(UTC)', 'Time(UTC)'],
      from: ['from', 'from_address'],
      to: ['to', 'to_address'],
      decimal: ['value', 'Amount', 'Amount/TokenID'],
      confirmed: ['isConfirm', 'confirmed'],
      result: ['contractRet', 'Result', 'status'],
    },
    required: [['transaction'], ['utc'], ['from'], ['to'], ['decimal']],
    unnamed: 'unknown',
  },
  {
    format: 'etherscan',
    title: "Etherscan's export of ERC-20 transfers",
    chain: 'ethereum',
    names: {
      contract: ['ContractAddress', 'tokenAddress'],
      symbol: SYMBOLS,
      transaction: ['Txhash', 'Transaction Hash'],
      block: ['Blockno', 'Block', 'Block Number'],
      seconds: ['UnixTimestamp'],
      utc: ['DateTime (UTC)'],
      from: ['From'],
      to: ['To'],
      decimal: ['TokenValue', 'Quantity', 'Amount', 'Value'],
      status: ['Status'],
    },
    required: [['transaction'], ['seconds', 'utc'], ['from'], ['to'], ['decimal']],
    unnamed: 'unknown',
  },
];

/** A header that was recognised: where its layout's fields stand. */
export interface Table {
  readonly layout: Layout;
  /** Of all columns, those that are not read among them. */
  readonly columns: number;
  readonly index: { readonly [F in Field]?: number };
}

const SHOWN_COLUMNS = 20;

/**
 * The layout whose columns a header has.
 *
 * @throws UserError `CSV_COLUMNS` when it has those of none, or one of them twice
 */
export function recognise(path: string, header: readonly string[]): Table {
  const names = header.map(plainName);
  const layout = LAYOUTS.find(({ names: known, required }) =>
    required.every((group) => group.some((field) => known[field]?.some((name) => names.includes(plainName(name))))),
  );
  if (layout === undefined) throw unknownHeader(path, header);
  const index: { [F in Field]?: number } = {};
  for (const [field, known] of Object.entries(layout.names) as [Field, readonly string[]][]) {
    const found = known.map(plainName).filter((name) => names.includes(name));
    const [name] = found;
    if (name === undefined) continue;
    // Which of two columns is the money must not be guessed.
    const rival = field === 'decimal' || field === 'units' ? found[1] : undefined;
    const first = names.indexOf(name);
    const second = rival === undefined ? names.indexOf(name, first + 1) : names.indexOf(rival);
    if (second >= 0 && field !== 'symbol') throw twice(path, header[first] ?? '', header[second] ?? '');
    index[field] = first;
  }
  return { layout, columns: header.length, index };
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function unknownHeader(path: string, header: readonly string[]): UserError {
  const shown = header.slice(0, SHOWN_COLUMNS).join(', ');
  const more = header.length > SHOWN_COLUMNS ? ` and ${header.length - SHOWN_COLUMNS} more` : '';
  return new UserError(
    'CSV_COLUMNS',
    `${path} has the columns of no kind of transfers that is known: ${shown || 'none'}${more}.`,
    {
      right: `Known are:\n${LAYOUTS.map(({ title, names, required }) => `  ${title}: ${exampleOf(names, required)}`).join('\n')}`,
      todo: 'Export the file again as one of these, or rename its columns accordingly.',
    },
  );
}

function exampleOf(names: Layout['names'], required: Layout['required']): string {
  return required.map((group) => group.flatMap((field) => names[field]?.[0] ?? []).join(' or ')).join(', ');
}

function twice(path: string, first: string, second: string): UserError {
  return new UserError('CSV_COLUMNS', `${path} has two columns for one thing: ${first.trim()} and ${second.trim()}.`, {
    right: 'Each column that is read stands once.',
    todo: 'Rename or remove the one that is not meant.',
  });
}
