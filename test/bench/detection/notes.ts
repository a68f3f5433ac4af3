/** What a folder has that makes figures mean less than they seem to, or leaves some of them out. */
import { walletKey } from '../../../graphs/wallet-key.ts';
import { paymentTransfers } from '../../../src/simulate/views.ts';
import { assetsOf, isCoin, isUsdt } from './assets.ts';
import { payeesOf, reportedKey } from './checks.ts';
import { sayWhere } from './economies.ts';
import type { ReadEconomy } from './folder.ts';
import { isMember } from './members.ts';

/** A sentence or two for each, the gravest first. */
export function notesOn(economy: ReadEconomy): string[] {
  return [...notesOnReports(economy), ...notesOnWallets(economy), ...notesOnAssets(economy)];
}

function notesOnReports({ transfers, wallets, payments, reports }: ReadEconomy): string[] {
  const notes: string[] = [];
  const paidTo = reports.filter(({ role }) => role === 'paid-to');
  const note = (what: string, count: number, so: string) => {
    if (count > 0) notes.push(`${what}: ${count} of ${paidTo.length}. ${so}`);
  };
  const known = new Set(wallets.map(walletKey));
  const paid = payeesOf(transfers);
  const unknown = paidTo.filter((report) => !known.has(reportedKey(report)));
  const unpaid = paidTo.filter((report) => !paid.has(reportedKey(report)));
  note(
    'Reports on wallets that wallets.csv does not have',
    unknown.length,
    "Such a wallet counts as no network's, so that it is wrong to find it.",
  );
  note('Reports on wallets that were paid no USDT', unpaid.length, 'Nothing is followed from there.');
  const found = new Set<string>();
  for (const [{ chain, to }, { ref }] of paymentTransfers(transfers.filter(isUsdt), payments))
    found.add(sayWhere({ ref, chain, wallet: to }));
  const exact = paidTo.filter(({ transaction, amount }) => transaction !== null || amount !== null);
  const confirmed = exact.filter((report) => found.has(sayWhere(report)));
  if (confirmed.length > 0) {
    note(
      'Reports on payments that transfers.csv does not have',
      exact.length - confirmed.length,
      'They count as if they named the wallet alone.',
    );
  } else {
    notes.push(
      'No report names a payment of transfers.csv by its transaction, or by amount and time. So all are unverified, and no cluster can be called likely: that takes a confirmed payment, however many reports there are (docs/detection.md).',
    );
  }
  return notes;
}

function notesOnWallets({ wallets }: ReadEconomy): string[] {
  const notes: string[] = [];
  if (!wallets.some(({ owner }) => owner.startsWith('victim-'))) {
    notes.push(
      "No owner in wallets.csv begins with victim-, by which victims are known. Victims' wallets that have a network count as wallets that it runs, and lower the recall.",
    );
  }
  const deposits = wallets.filter(({ role, service }) => role === 'deposit' && service === '');
  if (deposits.length > 0) {
    const members = deposits.filter(isMember).length;
    notes.push(
      `Wallets with the role deposit and no service: ${deposits.length}, of which ${members} have a network. An account at a service has the name of that service: without it, it counts as a wallet that its network runs itself, or as a person's.`,
    );
  }
  return notes;
}

function notesOnAssets({ transfers }: ReadEconomy): string[] {
  const others = assetsOf(transfers.filter((transfer) => !isUsdt(transfer) && !isCoin(transfer)));
  const notes = others.map(
    ({ asset, count }) =>
      `Transfers of ${asset}: ${count}. They are passed over: USDT is followed, and TRX on Tron and ETH on Ethereum pay for fees.`,
  );
  if (!transfers.some(isCoin)) {
    notes.push('There are no transfers of TRX or ETH, so that nobody is seen to pay the fees of others.');
  }
  return notes;
}
