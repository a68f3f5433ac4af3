/**
 * Processor sweep: many addresses, each of which forwards all it receives to one of a few hot wallets, and these pay a few payees again
 * and again. An exchange is filled in the same way, but pays its customers, who are as many; a processor pays merchants, in rounds.
 *
 * The domain's pattern 9: Huione Pay, 57.2 bn out, some 150,000 transfers a day. The role is told of services too, possible ones and
 * accounts: it says what they are consistent with, and names nobody.
 */
import { forwardsTo } from '../attribution/forwarding.ts';
import { type CaseView, STANDING } from '../findings/view.ts';
import { counted, makeFinding, payeesOf, payersOf, roomAbove, strengthOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface ProcessorSweepPolicy {
  readonly on: boolean;
  /** Of a hot wallet's payers that were read to their end, so many percent forward nearly all to it, so much of what came in. */
  readonly leastForwarding: number;
  readonly leastForwarded: number;
  /** A hot wallet that was read: so many payers, as many times its payees, each of which is paid so often. */
  readonly read: {
    readonly addresses: number;
    readonly payers: number;
    readonly payersPerPayee: number;
    readonly payoutsPerPayee: number;
  };
  /** One that was not read: so many addresses that forward to it, and so many percent of its payouts leave with another at once. */
  readonly unread: { readonly addresses: number; readonly together: number };
}

/**
 * That the share forwarded is nine tenths is the figure of deposit addresses. Of a wallet that was read, each of the figures alone could be
 * a third of it or half as large again in the calibrating economies: many more pay than are paid, and these are paid by the day. Of one that was
 * not, only a part is seen, and what tells it from an exchange is that payouts leave together: without that a quarter would be wrong.
 */
export const PROCESSOR_SWEEP: ProcessorSweepPolicy = {
  ...{ on: true, leastForwarding: 80, leastForwarded: 90 },
  read: { addresses: 2, payers: 30, payersPerPayee: 2.5, payoutsPerPayee: 3 },
  unread: { addresses: 10, together: 50 },
};

/** A wallet that is filled by sweeps. */
interface Hot {
  readonly account: number;
  readonly payers: number;
  readonly payees: number;
  readonly payouts: number;
  /** Wallets that forward nearly all to it. */
  readonly addresses: readonly number[];
  /** Payers that were read to their end. */
  readonly seen: number;
}

/** One finding for each hot wallet, and for each address that forwards to one. */
export function findProcessorSweeps(view: CaseView, policy: ProcessorSweepPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const found: RoleFinding[] = [];
  for (let account = 0; account < view.count; account += 1) {
    const hot = view.standing[account] === STANDING.victim ? null : hotWallet(view, account, policy);
    if (hot !== null)
      found.push(ofHotWallet(view, hot, policy), ...hot.addresses.map((each) => ofAddress(view, each, hot, policy)));
  }
  return found;
}

function hotWallet(view: CaseView, account: number, policy: ProcessorSweepPolicy): Hot | null {
  const { read, unread } = policy;
  const isRead = view.complete[account] === 1;
  const payers = payersOf(view, view.receipts(account));
  if (payers.size < (isRead ? read.payers : unread.addresses)) return null;
  const payouts = view.payouts(account);
  const payees = payeesOf(view, payouts).size;
  if (isRead ? !isProcessors(payers.size, payees, payouts.length, read) : !isInRounds(view, payouts, unread.together))
    return null;
  const seen = [...payers].filter((payer) => view.complete[payer] === 1);
  const dealings = { table: view.table, complete: view.complete, received: view.receipts, paid: view.payouts };
  const addresses = seen.filter((payer) =>
    forwardsTo(dealings, payer, policy.leastForwarded, (payee) => payee === account),
  );
  const enough = addresses.length >= (isRead ? read : unread).addresses;
  if (!enough || addresses.length * 100 < seen.length * policy.leastForwarding) return null;
  return { account, payers: payers.size, payees, payouts: payouts.length, addresses, seen: seen.length };
}

function isProcessors(payers: number, payees: number, payouts: number, least: ProcessorSweepPolicy['read']): boolean {
  return payees > 0 && payers >= payees * least.payersPerPayee && payouts >= payees * least.payoutsPerPayee;
}

/** Whether so many percent of payouts leave at one instant with another. */
function isInRounds({ table }: CaseView, payouts: Int32Array, least: number): boolean {
  const at = (place: number) => table.timestamp[payouts[place] ?? -1];
  const together = payouts.filter((_, place) => at(place) === at(place - 1) || at(place) === at(place + 1)).length;
  return payouts.length > 0 && together * 100 >= payouts.length * least;
}

function ofHotWallet(view: CaseView, hot: Hot, { read }: ProcessorSweepPolicy): RoleFinding {
  const { account, payers, payees, payouts, addresses, seen } = hot;
  return makeFinding({
    ...{
      role: 'processor-sweep',
      account,
      figures: { payers, payees, payouts, addresses: addresses.length, read: seen },
    },
    rows: [...view.receipts(account), ...view.payouts(account)],
    strength: strengthOf(roomAbove(addresses.length, 1), roomAbove(payouts / payees, read.payoutsPerPayee)),
    reason:
      `Was filled by ${counted(payers, 'wallet')}, of which ${addresses.length} of ${seen} that were read forward nearly all to it, and ` +
      `made ${counted(payouts, 'payout')} to ${counted(payees, 'wallet')}: consistent with a payment processor.`,
  });
}

function ofAddress(view: CaseView, address: number, hot: Hot, { unread }: ProcessorSweepPolicy): RoleFinding {
  const sweeps = [...view.payouts(address)].filter((row) => view.table.to[row] === hot.account);
  return makeFinding({
    ...{ role: 'processor-sweep', account: address, figures: { sweeps: sweeps.length, payers: hot.payers } },
    rows: [...view.receipts(address), ...sweeps],
    strength: strengthOf(roomAbove(sweeps.length, 1), roomAbove(hot.payers, unread.addresses)),
    reason:
      `Forwarded nearly all it received, in ${counted(sweeps.length, 'transfer')}, to a wallet that ${counted(hot.payers, 'wallet')} fill ` +
      `and that pays ${counted(hot.payees, 'wallet')}: consistent with a customer's address at a payment processor.`,
  });
}
