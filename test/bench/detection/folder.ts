/** An economy from a folder in the simulation's format, whoever made it: docs/simulation.md has the columns. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { walletKey } from '../../../graphs/wallet-key.ts';
import { UserError } from '../../../src/errors.ts';
import { DUST } from '../../../src/money.ts';
import { readParts, readPayments, readReports, readTransfers, readWallets } from '../../../src/simulate/folder.ts';
import type {
  Economy,
  SimulatedPayment,
  SimulatedReport,
  SimulatedTransfer,
  SimulatedWallet,
} from '../../../src/simulate/types.ts';
import { isUsdt } from './assets.ts';
import { checkPlaces } from './checks.ts';

export type ReadEconomy = Pick<Economy, 'transfers' | 'wallets' | 'payments' | 'reports' | 'parts'>;

const NEEDED = ['transfers.csv', 'wallets.csv', 'reports.csv'] as const;
/** A victim's clock, and the minutes that a wallet's screen shows. */
const WITHIN_MS = 3_600_000;

/**
 * Reads what detection needs, transfers as they happened, in whatever order the rows are. Payments that the folder does not tell are those that reports name, by transaction, or by amount and
 * time.
 *
 * @throws UserError `SIMULATION_INVALID` when a file is missing or cannot be read, or two rows say different things of the same
 */
export async function readEconomyFolder(folder: string): Promise<ReadEconomy> {
  const missing = NEEDED.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    throw new UserError('SIMULATION_INVALID', `${folder} has no ${missing.join(', no ')}.`, {
      right: `Detection is measured on ${NEEDED.join(', ')}, and on payments.csv and parts.csv where there are any.`,
      todo: 'Name a folder in the format of docs/simulation.md.',
    });
  }
  const rows = await readTransfers(folder);
  checkPlaces(folder, rows);
  const transfers = rows.sort(asTheyHappened);
  const [wallets, reports] = [await readWallets(folder), await readReports(folder)];
  const told = existsSync(join(folder, 'payments.csv')) ? await readPayments(folder) : [];
  const payments = [...told, ...derivePayments(transfers, wallets, reports, told)];
  return { transfers, wallets, reports, payments, parts: await readParts(folder) };
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
    if (!asked.has(key) || !isUsdt(transfer) || transfer.value < DUST) continue;
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

/** Blocks of different chains may have the same time. */
function asTheyHappened(a: SimulatedTransfer, b: SimulatedTransfer): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  if (a.chain !== b.chain) return a.chain < b.chain ? -1 : 1;
  return a.block - b.block || a.position - b.position;
}

function keyOf({ chain, wallet }: SimulatedReport): string {
  return walletKey({ chain, address: wallet });
}
