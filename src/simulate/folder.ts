/**
 * An economy as a folder of CSV files, so that it can be looked at, imported, and served, whoever made it:
 *
 *   transfers.csv    chain,asset,transaction,block,position,timestamp_ms,from,to,value,signer
 *   delegations.csv  chain,transaction,block,timestamp_ms,from,to,value
 *   reports.csv      chain,ref,wallet,role,tx,amount,at
 *   wallets.csv      chain,address,owner,role,network,service
 *   payments.csv     ref,chain,transaction,network
 *   exits.csv        ref,chain,address,service,value
 *   parts.csv        chain,address,part
 *   stops.csv        address,chain,category,name,source
 *
 * `value` is in base units. `amount` is a decimal and `at` an ISO time, as people write them; both may be empty.
 * `stops.csv` is written for whoever traces and never read back: it says nothing that `wallets.csv` does not. Files
 * are written and read row by row, since the largest have millions. Whoever reads an economy reads this folder.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAddress, parseTransaction } from '../chains/address.ts';
import { type Address, CHAINS, type ChainId } from '../chains/chain.ts';
import { formatAmount, parseAmount } from '../money.ts';
import { readCsv, writeCsv } from './csv-file.ts';
import { NETWORKS } from './network.ts';
import { STOP_COLUMNS, stopRows } from './stops.ts';
import {
  type Economy,
  PARTS,
  type SimulatedDelegation,
  type SimulatedExit,
  type SimulatedPart,
  type SimulatedPayment,
  type SimulatedReport,
  type SimulatedTransfer,
  type SimulatedWallet,
} from './types.ts';

const COLUMNS = {
  transfers: ['chain', 'asset', 'transaction', 'block', 'position', 'timestamp_ms', 'from', 'to', 'value', 'signer'],
  delegations: ['chain', 'transaction', 'block', 'timestamp_ms', 'from', 'to', 'value'],
  reports: ['chain', 'ref', 'wallet', 'role', 'tx', 'amount', 'at'],
  wallets: ['chain', 'address', 'owner', 'role', 'network', 'service'],
  payments: ['ref', 'chain', 'transaction', 'network'],
  exits: ['ref', 'chain', 'address', 'service', 'value'],
  parts: ['chain', 'address', 'part'],
} as const;
/** March 1973 in milliseconds, and the year 5138 in seconds. */
const LEAST_TIME = 10 ** 11;
type FileName = keyof typeof COLUMNS;
type Row<Name extends FileName> = Record<(typeof COLUMNS)[Name][number], string>;

/** Writes the eight files into a folder, which is made where it is missing. Same economy, same bytes. */
export async function writeEconomy(folder: string, economy: Economy): Promise<void> {
  await mkdir(folder, { recursive: true });
  await write(folder, 'transfers', economy.transfers, transferRow);
  await write(folder, 'delegations', economy.delegations, delegationRow);
  await write(folder, 'reports', economy.reports, reportRow);
  await write(folder, 'wallets', economy.wallets, walletRow);
  await write(folder, 'payments', economy.payments, paymentRow);
  await write(folder, 'exits', economy.exits, exitRow);
  await write(folder, 'parts', economy.parts, partRow);
  await writeCsv(join(folder, 'stops.csv'), STOP_COLUMNS, stopRows(economy.wallets));
}

/**
 * The transfers of a folder, one by one, in the order of the file.
 *
 * @throws UserError `SIMULATION_INVALID` when the file is missing or a row is not of the form above
 */
export function streamTransfers(folder: string): AsyncGenerator<SimulatedTransfer> {
  const address = addressReader();
  return read(folder, 'transfers', (row) => {
    const chain = chainOf(row.chain);
    return {
      chain,
      asset: row.asset,
      transaction: parseTransaction(row.transaction),
      block: whole(row.block),
      position: whole(row.position),
      timestamp: moment(row.timestamp_ms),
      from: address(chain, row.from),
      to: address(chain, row.to),
      value: units(row.value),
      signer: address(chain, row.signer),
    };
  });
}

/**
 * Reads the transfers of a folder, for a ledger.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readTransfers(folder: string): Promise<SimulatedTransfer[]> {
  return all(streamTransfers(folder));
}

/**
 * Reads who lends energy to whom; nobody does where the folder has no such file.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readDelegations(folder: string): Promise<SimulatedDelegation[]> {
  if (!existsSync(join(folder, 'delegations.csv'))) return [];
  const address = addressReader();
  const delegations = read(folder, 'delegations', (row): SimulatedDelegation => {
    const chain = chainOf(row.chain);
    const place = { chain, transaction: parseTransaction(row.transaction), block: whole(row.block) };
    const [from, to] = [address(chain, row.from), address(chain, row.to)];
    return { ...place, timestamp: moment(row.timestamp_ms), from, to, value: units(row.value) };
  });
  return all(delegations);
}

/** What only a simulated world knows: the folder without its transfers, delegations, reports and parts. */
export type Truth = Pick<Economy, 'wallets' | 'payments' | 'exits'>;

/**
 * Reads the truth of a folder.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readTruth(folder: string): Promise<Truth> {
  const exits = read(folder, 'exits', (row): SimulatedExit => {
    const chain = chainOf(row.chain);
    const { ref, service } = row;
    return { ref, chain, address: parseAddress(chain, row.address), service, value: units(row.value) };
  });
  return { wallets: await readWallets(folder), payments: await readPayments(folder), exits: await all(exits) };
}

/**
 * Reads whose the wallets are.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readWallets(folder: string): Promise<SimulatedWallet[]> {
  const wallets = read(folder, 'wallets', (row): SimulatedWallet => {
    const chain = chainOf(row.chain);
    // Roles are words for people and tests; another generator may have further ones.
    const role = row.role as SimulatedWallet['role'];
    const { owner, network, service } = row;
    return { chain, address: parseAddress(chain, row.address), owner, role, network, service };
  });
  return all(wallets);
}

/**
 * Reads what victims paid.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readPayments(folder: string): Promise<SimulatedPayment[]> {
  const payments = read(folder, 'payments', (row): SimulatedPayment => {
    const { ref, network } = row;
    return { ref, chain: chainOf(row.chain), transaction: parseTransaction(row.transaction), network };
  });
  return all(payments);
}

/**
 * Reads what victims say.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readReports(folder: string): Promise<SimulatedReport[]> {
  const reports = read(folder, 'reports', (row): SimulatedReport => {
    const chain = chainOf(row.chain);
    const at = row.at === '' ? null : Date.parse(row.at);
    if (Number.isNaN(at)) throw new Error(`"${row.at}" is no time`);
    return {
      ...{ chain, ref: row.ref, wallet: parseAddress(chain, row.wallet), at },
      role: reportRole(row.role),
      transaction: row.tx === '' ? null : parseTransaction(row.tx),
      amount: row.amount === '' ? null : parseAmount(row.amount, NETWORKS[chain].token.decimals),
    };
  });
  return all(reports);
}

/**
 * Reads what wallets did; nothing where the folder has no such file.
 *
 * @throws UserError `SIMULATION_INVALID` as above
 */
export async function readParts(folder: string): Promise<SimulatedPart[]> {
  if (!existsSync(join(folder, 'parts.csv'))) return [];
  const parts = read(folder, 'parts', (row): SimulatedPart => {
    const chain = chainOf(row.chain);
    const part = PARTS.find((name) => name === row.part);
    if (part === undefined) throw new Error(`"${row.part}" is no part; the parts are ${PARTS.join(', ')}`);
    return { chain, address: parseAddress(chain, row.address), part };
  });
  return all(parts);
}

function transferRow(transfer: SimulatedTransfer): string[] {
  const { chain, asset, transaction, block, position, timestamp, from, to, value, signer } = transfer;
  const [when, sum] = [[`${block}`, `${position}`, `${timestamp}`], `${value}`];
  return [chain, asset, transaction, ...when, from, to, sum, signer];
}

function delegationRow({ chain, transaction, block, timestamp, from, to, value }: SimulatedDelegation): string[] {
  return [chain, transaction, `${block}`, `${timestamp}`, from, to, `${value}`];
}

function reportRow({ chain, ref, wallet, role, transaction, amount, at }: SimulatedReport): string[] {
  const sum = amount === null ? '' : formatAmount(amount, NETWORKS[chain].token.decimals);
  return [chain, ref, wallet, role, transaction ?? '', sum, at === null ? '' : new Date(at).toISOString()];
}

function walletRow({ chain, address, owner, role, network, service }: SimulatedWallet): string[] {
  return [chain, address, owner, role, network, service];
}

function paymentRow({ ref, chain, transaction, network }: SimulatedPayment): string[] {
  return [ref, chain, transaction, network];
}

function partRow({ chain, address, part }: SimulatedPart): string[] {
  return [chain, address, part];
}

function exitRow({ ref, chain, address, service, value }: SimulatedExit): string[] {
  return [ref, chain, address, service, `${value}`];
}

async function write<Item>(
  folder: string,
  name: FileName,
  items: readonly Item[],
  row: (item: Item) => string[],
): Promise<void> {
  await writeCsv(join(folder, `${name}.csv`), COLUMNS[name], rowsOf(items, row));
}

function* rowsOf<Item>(items: readonly Item[], row: (item: Item) => string[]): Generator<string[]> {
  for (const item of items) yield row(item);
}

function read<Name extends FileName, Item>(
  folder: string,
  name: Name,
  convert: (row: Row<Name>) => Item,
): AsyncGenerator<Item> {
  return readCsv<keyof Row<Name> & string, Item>(join(folder, `${name}.csv`), COLUMNS[name], convert);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Checks each address once: a busy one stands in thousands of rows, and a check takes longer than reading the row. */
function addressReader(): (chain: ChainId, text: string) => Address {
  const checked: Record<ChainId, Map<string, Address>> = { ethereum: new Map(), tron: new Map() };
  return (chain, text) => {
    const known = checked[chain].get(text);
    if (known !== undefined) return known;
    const address = parseAddress(chain, text);
    checked[chain].set(text, address);
    return address;
  };
}

/** As `report import` has it: empty is paid-to. */
function reportRole(text: string): SimulatedReport['role'] {
  if (text === 'own') return 'own';
  if (text === '' || text === 'paid-to') return 'paid-to';
  throw new Error(`"${text}" is no role of a reported wallet: it is paid-to or own`);
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

/** A time in milliseconds: what is this small was seconds. */
function moment(text: string): number {
  const time = whole(text);
  if (time < LEAST_TIME) throw new Error(`"${text}" is no time in milliseconds since 1970, but may be one in seconds`);
  return time;
}

function units(text: string): bigint {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is no amount in base units`);
  return BigInt(text);
}
