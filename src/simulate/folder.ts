/**
 * An economy as a folder of CSV files, so that it can be looked at, imported, and served, whoever made it:
 *
 *   transfers.csv  chain,asset,transaction,block,position,timestamp_ms,from,to,value,signer
 *   reports.csv    ref,wallet,role,tx,amount,at
 *   wallets.csv    chain,address,owner,role,network,service
 *   payments.csv   ref,chain,transaction,network
 *   exits.csv      ref,chain,address,service,value
 *
 * `value` is in base units. `amount` is a decimal and `at` an ISO time, as people write them; both may be empty.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { parseAddress, parseTransaction } from '../chains/address.ts';
import { CHAINS, type ChainId } from '../chains/chain.ts';
import { UserError } from '../errors.ts';
import { formatAmount } from '../money.ts';
import { USDT_TOKEN } from './tron.ts';
import type {
  Economy,
  SimulatedExit,
  SimulatedPayment,
  SimulatedReport,
  SimulatedTransfer,
  SimulatedWallet,
} from './types.ts';

const COLUMNS = {
  transfers: ['chain', 'asset', 'transaction', 'block', 'position', 'timestamp_ms', 'from', 'to', 'value', 'signer'],
  reports: ['ref', 'wallet', 'role', 'tx', 'amount', 'at'],
  wallets: ['chain', 'address', 'owner', 'role', 'network', 'service'],
  payments: ['ref', 'chain', 'transaction', 'network'],
  exits: ['ref', 'chain', 'address', 'service', 'value'],
} as const;
type FileName = keyof typeof COLUMNS;
type Row<Name extends FileName> = Record<(typeof COLUMNS)[Name][number], string>;

/** Writes the five files into a folder, which is made where it is missing. Same economy, same bytes. */
export async function writeEconomy(folder: string, economy: Economy): Promise<void> {
  await mkdir(folder, { recursive: true });
  await write(folder, 'transfers', economy.transfers.map(transferRow));
  await write(folder, 'reports', economy.reports.map(reportRow));
  await write(folder, 'wallets', economy.wallets.map(walletRow));
  await write(folder, 'payments', economy.payments.map(paymentRow));
  await write(folder, 'exits', economy.exits.map(exitRow));
}

/**
 * Reads the transfers of a folder, for a ledger.
 *
 * @throws UserError `SIMULATION_INVALID` when the file is missing or a row is not of the form above
 */
export async function readTransfers(folder: string): Promise<SimulatedTransfer[]> {
  return read(folder, 'transfers', (row) => ({
    chain: chainOf(row.chain),
    asset: row.asset,
    transaction: parseTransaction(row.transaction),
    block: whole(row.block),
    position: whole(row.position),
    timestamp: whole(row.timestamp_ms),
    from: parseAddress(chainOf(row.chain), row.from),
    to: parseAddress(chainOf(row.chain), row.to),
    value: units(row.value),
    signer: parseAddress(chainOf(row.chain), row.signer),
  }));
}

/** What only a simulated world knows: the folder without its transfers and reports. */
export type Truth = Pick<Economy, 'wallets' | 'payments' | 'exits'>;

/**
 * Reads the truth of a folder.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readTruth(folder: string): Promise<Truth> {
  return {
    wallets: await read(folder, 'wallets', (row): SimulatedWallet => {
      const chain = chainOf(row.chain);
      // Roles are words for people and tests; another generator may have further ones.
      const role = row.role as SimulatedWallet['role'];
      const { owner, network, service } = row;
      return { chain, address: parseAddress(chain, row.address), owner, role, network, service };
    }),
    payments: await read(folder, 'payments', (row): SimulatedPayment => {
      const { ref, network } = row;
      return { ref, chain: chainOf(row.chain), transaction: parseTransaction(row.transaction), network };
    }),
    exits: await read(folder, 'exits', (row): SimulatedExit => {
      const chain = chainOf(row.chain);
      const { ref, service } = row;
      return { ref, chain, address: parseAddress(chain, row.address), service, value: units(row.value) };
    }),
  };
}

function transferRow(transfer: SimulatedTransfer): Row<'transfers'> {
  const { chain, asset, transaction, from, to, signer } = transfer;
  const [block, position] = [String(transfer.block), String(transfer.position)];
  const [timestamp_ms, value] = [String(transfer.timestamp), String(transfer.value)];
  return { chain, asset, transaction, block, position, timestamp_ms, from, to, value, signer };
}

function reportRow({ ref, wallet, role, transaction, amount, at }: SimulatedReport): Row<'reports'> {
  return {
    ref,
    wallet,
    role,
    tx: transaction ?? '',
    amount: amount === null ? '' : formatAmount(amount, USDT_TOKEN.decimals),
    at: at === null ? '' : new Date(at).toISOString(),
  };
}

function walletRow({ chain, address, owner, role, network, service }: SimulatedWallet): Row<'wallets'> {
  return { chain, address, owner, role, network, service };
}

function paymentRow({ ref, chain, transaction, network }: SimulatedPayment): Row<'payments'> {
  return { ref, chain, transaction, network };
}

function exitRow({ ref, chain, address, service, value }: SimulatedExit): Row<'exits'> {
  return { ref, chain, address, service, value: String(value) };
}

async function write<Name extends FileName>(folder: string, name: Name, rows: readonly Row<Name>[]): Promise<void> {
  const text = stringify([...rows], { header: true, columns: [...COLUMNS[name]] });
  await writeFile(join(folder, `${name}.csv`), text);
}

async function read<Name extends FileName, Item>(
  folder: string,
  name: Name,
  convert: (row: Row<Name>) => Item,
): Promise<Item[]> {
  const path = join(folder, `${name}.csv`);
  let line = 1;
  try {
    const rows = parse<Row<Name>>(await readFile(path, 'utf8'), {
      bom: true,
      columns: true,
      skip_empty_lines: true,
    });
    if (rows[0] !== undefined) checkColumns(name, rows[0]);
    return rows.map((row) => {
      line += 1;
      return convert(row);
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('SIMULATION_INVALID', `${path} cannot be read${line > 1 ? ` at row ${line}` : ''}: ${reason}`, {
      right: `It has the columns ${COLUMNS[name].join(',')}.`,
      todo: 'Name a folder that a generator has written, or generate one anew.',
      cause,
    });
  }
}

function checkColumns(name: FileName, first: object): void {
  const missing = COLUMNS[name].filter((column) => !(column in first));
  if (missing.length > 0) throw new Error(`it lacks the column ${missing.join(', ')}`);
}

function chainOf(text: string): ChainId {
  const chain = CHAINS.find((id) => id === text);
  if (chain === undefined) throw new Error(`"${text}" is no chain`);
  return chain;
}

function whole(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new Error(`"${text}" is no whole number`);
  return number;
}

function units(text: string): bigint {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is no amount in base units`);
  return BigInt(text);
}
