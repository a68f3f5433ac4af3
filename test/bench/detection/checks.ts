/**
 * What a folder must have for detection to be measured on it. Where nothing is sought nothing can be missed, and a folder that
 * was misread would look like perfect detection.
 */
import { join } from 'node:path';
import { walletKey } from '../../../graphs/wallet-key.ts';
import { UserError } from '../../../src/errors.ts';
import type { SimulatedReport, SimulatedTransfer, SimulatedWallet } from '../../../src/simulate/types.ts';
import { assetsOf, isUsdt } from './assets.ts';
import type { ReadEconomy } from './folder.ts';
import { isMember } from './members.ts';
import type { CaseScore } from './score.ts';

/** @throws UserError `SIMULATION_INVALID` when two transfers have the same place; `transfers` are in the order of the file */
export function checkPlaces(folder: string, transfers: readonly SimulatedTransfer[]): void {
  const places = new Map<string, number>();
  for (const [index, { chain, block, position }] of transfers.entries()) {
    const place = `block ${block} of ${chain}, position ${position}`;
    const before = places.get(place);
    if (before !== undefined) {
      throw invalid(
        `Rows ${before} and ${index + 2} of ${join(folder, 'transfers.csv')} have the same place: ${place}.`,
        {
          right: 'A position orders the transfers of a block, of whatever asset, and is unique in it.',
          todo: 'Number the transfers of each block, and leave out rows that are there twice.',
        },
      );
    }
    // As the reader counts: the header is the first row.
    places.set(place, index + 2);
  }
}

/** @throws UserError `SIMULATION_INVALID` when there is nothing to follow, nobody to follow it from, or nobody to find */
export function checkMeasurable(folder: string, { transfers, wallets, reports }: ReadEconomy): void {
  checkWallets(join(folder, 'wallets.csv'), wallets);
  checkTransfers(join(folder, 'transfers.csv'), transfers);
  checkReports(folder, reports, { transfers, wallets });
}

/** @throws UserError `SIMULATION_INVALID` when no transfer of the case names a wallet of a network */
export function checkReached(folder: string, { methods, inEconomy }: CaseScore): void {
  if (methods.Downstream.membership.sought > 0) return;
  throw invalid(`The reports of ${folder} lead to none of the wallets that networks run (${inEconomy}).`, {
    right: 'Reports name wallets that victims paid, and that networks run or that paid on to these.',
    todo: 'Say in wallets.csv which network runs the wallets that reports.csv names.',
  });
}

function checkWallets(file: string, wallets: readonly SimulatedWallet[]): void {
  if (wallets.length === 0) {
    throw invalid(`${file} has no rows.`, {
      right: 'It says whose each wallet is, and which network runs it: that is what findings are measured against.',
      todo: 'Add the wallets of the economy.',
    });
  }
  const rows = new Map<string, number>();
  for (const [index, wallet] of wallets.entries()) {
    const before = rows.get(walletKey(wallet));
    if (before !== undefined) {
      throw invalid(`Rows ${before} and ${index + 2} of ${file} are about the same wallet, ${wallet.address}.`, {
        right: 'Each wallet of a chain has one row.',
        todo: 'Keep the one that is true.',
      });
    }
    rows.set(walletKey(wallet), index + 2);
  }
  if (wallets.some(isMember)) return;
  throw invalid(`No wallet in ${file} is run by a network.`, {
    right:
      'A wallet that a network runs has the column network set and the column service empty, and its owner does not begin with victim-.',
    todo: 'Set the network of the wallets that are to be found.',
  });
}

function checkTransfers(file: string, transfers: readonly SimulatedTransfer[]): void {
  if (transfers.some(isUsdt)) return;
  const words = assetsOf(transfers).map(({ asset, count }) => `${asset} (${count})`);
  throw invalid(
    transfers.length === 0
      ? `${file} has no rows.`
      : `${file} has no transfer of USDT: its assets are ${words.join(', ')}.`,
    {
      right: 'Money is followed in USDT. The asset of such a transfer is USDT, in capitals; the coins are TRX and ETH.',
      todo: transfers.length === 0 ? 'Add the transfers of the economy.' : 'Name the asset of these transfers so.',
    },
  );
}

function checkReports(
  folder: string,
  reports: readonly SimulatedReport[],
  { transfers, wallets }: Pick<ReadEconomy, 'transfers' | 'wallets'>,
): void {
  const file = join(folder, 'reports.csv');
  const right = 'A report with the role paid-to names a wallet that a victim paid: money is followed from there.';
  if (reports.length === 0) throw invalid(`${file} has no rows.`, { right, todo: 'Add what victims report.' });
  const paidTo = reports.filter(({ role }) => role === 'paid-to').map(reportedKey);
  if (paidTo.length === 0) {
    throw invalid(`No report in ${file} has the role paid-to.`, {
      right,
      todo: 'Add a report for each wallet that a victim paid and reports.',
    });
  }
  const known = new Set(wallets.map(walletKey));
  const paid = payeesOf(transfers);
  const none = `Of the reports with the role paid-to in ${file} (${paidTo.length}), none names a wallet`;
  const todo = 'Name wallets by the same chain and address in all files.';
  if (!paidTo.some((key) => known.has(key))) throw invalid(`${none} that wallets.csv has.`, { right, todo });
  if (!paidTo.some((key) => paid.has(key)))
    throw invalid(`${none} that a transfer of USDT in transfers.csv pays.`, { right, todo });
}

/** Keys of the wallets that were paid USDT. */
export function payeesOf(transfers: readonly SimulatedTransfer[]): ReadonlySet<string> {
  const paid = transfers.filter((transfer) => isUsdt(transfer) && transfer.value > 0n);
  return new Set(paid.map(({ chain, to }) => walletKey({ chain, address: to })));
}

export function reportedKey({ chain, wallet }: SimulatedReport): string {
  return walletKey({ chain, address: wallet });
}

function invalid(wrong: string, guidance: { right: string; todo: string }): UserError {
  return new UserError('SIMULATION_INVALID', wrong, guidance);
}
