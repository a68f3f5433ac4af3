/** An economy from a folder in the simulation's format, whoever made it: docs/simulation.md has the columns. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { walletKey } from '../../../graphs/wallet-key.ts';
import { parseAddress, parseTransaction } from '../../../src/chains/address.ts';
import { CHAINS, type ChainId } from '../../../src/chains/chain.ts';
import { UserError } from '../../../src/errors.ts';
import { DUST, parseAmount } from '../../../src/money.ts';
import { readCsv } from '../../../src/simulate/csv-file.ts';
import { readTransfers } from '../../../src/simulate/folder.ts';
import { NETWORKS } from '../../../src/simulate/network.ts';
import type {
  SimulatedPayment,
  SimulatedReport,
  SimulatedTransfer,
  SimulatedWallet,
} from '../../../src/simulate/types.ts';

export interface ReadEconomy {
  readonly transfers: readonly SimulatedTransfer[];
  readonly wallets: readonly SimulatedWallet[];
  readonly payments: readonly SimulatedPayment[];
  readonly reports: readonly SimulatedReport[];
}

const NEEDED = ['transfers.csv', 'wallets.csv', 'reports.csv'] as const;
/** A victim's clock, and the minutes that a wallet's screen shows. */
const WITHIN_MS = 3_600_000;

/**
 * Reads what detection needs. Payments that the folder does not tell are those that reports name, by transaction, or by amount and
 * time.
 *
 * @throws UserError `SIMULATION_INVALID` when a file is missing or cannot be read
 */
export async function readEconomyFolder(folder: string): Promise<ReadEconomy> {
  const missing = NEEDED.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    throw new UserError('SIMULATION_INVALID', `${folder} has no ${missing.join(', no ')}.`, {
      right: `Detection is measured on ${NEEDED.join(', ')}, and payments.csv where there is one.`,
      todo: 'Name a folder in the format of docs/simulation.md.',
    });
  }
  const transfers = await readTransfers(folder);
  const wallets = await all(readCsv(join(folder, 'wallets.csv'), WALLET_COLUMNS, walletOfRow));
  const reports = await all(readCsv(join(folder, 'reports.csv'), REPORT_COLUMNS, reportOfRow));
  const path = join(folder, 'payments.csv');
  const told = existsSync(path) ? await all(readCsv(path, PAYMENT_COLUMNS, paymentOfRow)) : [];
  return { transfers, wallets, reports, payments: [...told, ...derivePayments(transfers, wallets, reports, told)] };
}

/** What reports say was paid, for those of whom no payment is told. */
export function derivePayments(
  transfers: readonly SimulatedTransfer[],
  wallets: readonly SimulatedWallet[],
  reports: readonly SimulatedReport[],
  told: readonly SimulatedPayment[],
): SimulatedPayment[] {
  const known = new Set(told.map(({ ref }) => ref));
  const networks = new Map(wallets.map((wallet) => [walletKey(wallet), wallet.network]));
  const open = reports.filter(({ ref, role }) => role === 'paid-to' && !known.has(ref));
  const asked = new Set(open.map(keyOf));
  const receipts = new Map<string, SimulatedTransfer[]>();
  for (const transfer of transfers) {
    const key = walletKey({ chain: transfer.chain, address: transfer.to });
    if (!asked.has(key) || transfer.asset !== 'USDT' || transfer.value < DUST) continue;
    const own = receipts.get(key);
    if (own === undefined) receipts.set(key, [transfer]);
    else own.push(transfer);
  }
  return open.map((report): SimulatedPayment => {
    const { ref, chain } = report;
    const transaction = report.transaction ?? matching(report, receipts.get(keyOf(report)) ?? [])?.transaction;
    // Without one, the report stands with its wallet alone.
    const unknown = '' as SimulatedPayment['transaction'];
    return { ref, chain, transaction: transaction ?? unknown, network: networks.get(keyOf(report)) ?? '' };
  });
}

/** The payment of such an amount that is nearest in time. */
function matching(
  { amount, at }: SimulatedReport,
  receipts: readonly SimulatedTransfer[],
): SimulatedTransfer | undefined {
  if (amount === null || at === null) return undefined;
  const away = ({ timestamp }: SimulatedTransfer) => Math.abs(timestamp - at);
  return receipts
    .filter((transfer) => transfer.value === amount && away(transfer) <= WITHIN_MS)
    .sort((a, b) => away(a) - away(b))[0];
}

function keyOf({ chain, wallet }: SimulatedReport): string {
  return walletKey({ chain, address: wallet });
}

const WALLET_COLUMNS = ['chain', 'address', 'owner', 'role', 'network', 'service'] as const;
const REPORT_COLUMNS = ['chain', 'ref', 'wallet', 'role', 'tx', 'amount', 'at'] as const;
const PAYMENT_COLUMNS = ['ref', 'chain', 'transaction', 'network'] as const;

function walletOfRow(row: Record<(typeof WALLET_COLUMNS)[number], string>): SimulatedWallet {
  const chain = chainOf(row.chain);
  // Another generator may have other roles: they are words here.
  const role = row.role as SimulatedWallet['role'];
  const { owner, network, service } = row;
  return { chain, address: parseAddress(chain, row.address), owner, role, network, service };
}

function reportOfRow(row: Record<(typeof REPORT_COLUMNS)[number], string>): SimulatedReport {
  const chain = chainOf(row.chain);
  const at = row.at === '' ? null : Date.parse(row.at);
  if (Number.isNaN(at)) throw new Error(`"${row.at}" is no time`);
  return {
    ...{ chain, ref: row.ref, wallet: parseAddress(chain, row.wallet), at },
    role: row.role === 'own' ? 'own' : 'paid-to',
    transaction: row.tx === '' ? null : parseTransaction(row.tx),
    amount: row.amount === '' ? null : parseAmount(row.amount, NETWORKS[chain].token.decimals),
  };
}

function paymentOfRow(row: Record<(typeof PAYMENT_COLUMNS)[number], string>): SimulatedPayment {
  const { ref, network } = row;
  return { ref, chain: chainOf(row.chain), transaction: parseTransaction(row.transaction), network };
}

function chainOf(text: string): ChainId {
  const chain = CHAINS.find((id) => id === text);
  if (chain === undefined) throw new Error(`"${text}" is no chain`);
  return chain;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
