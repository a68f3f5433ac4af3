/**
 * Gas funder: one wallet that first paid the fees of many wallets of the case.
 *
 * The domain's pattern 14. Exchanges, stations and rentals do so for thousands: services, and who serves more wallets than a network
 * has, were left out where the ties were made (`graphs/attribution/funders.ts`).
 */
import type { Wallet } from '../../src/chains/chain.ts';
import type { NativeReceipt } from '../../src/chains/off-history.ts';
import { isShare } from '../attribution/forwarding.ts';
import { type CaseView, STANDING } from '../findings/view.ts';
import { walletKey } from '../wallet-key.ts';
import { counted, makeFinding, percentOf, room, roomAbove, strengthOf, sumOf, totalOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

/** A funder may never have held the asset: then it has no account in the view. */
const NO_ACCOUNT = -1;
/** So many receipts are named with a finding: the first. */
const NAMED_RECEIPTS = 20;

export interface GasFunderPolicy {
  readonly on: boolean;
  /** A funded wallet counts where so much of what it received was followed money, in percent, or where a report names it. */
  readonly leastFollowed: number;
  /** So many of them have to count. */
  readonly leastWallets: number;
  /** And so much of them, in percent. */
  readonly leastShare: number;
}

/**
 * Two wallets with one funder may be one person's. Of a station or an exchange that is not known as one, a case sees what it did for
 * brokers and people too, of whose money little is followed: of three such stations in the calibrating economies, a quarter leaves one.
 */
export const GAS_FUNDER: GasFunderPolicy = { on: true, leastFollowed: 25, leastWallets: 3, leastShare: 50 };

/** One finding for each funder. */
export function findGasFunders(view: CaseView, policy: GasFunderPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const receipts = receiptsOf(view.native);
  const found: RoleFinding[] = [];
  for (const { kind, by, wallets } of view.ties) {
    const accounts = view.table.accounts.ofWallet(by);
    if (kind !== 'funder' || accounts.some((account) => view.standing[account] !== STANDING.wallet)) continue;
    const met = wallets.filter((wallet) => isOfCase(view, wallet, policy));
    const share = percentOf(BigInt(met.length), BigInt(wallets.length));
    if (met.length < policy.leastWallets || share < policy.leastShare) continue;
    const own = met.flatMap((wallet) => receipts.get(`${walletKey(by)} ${walletKey(wallet)}`) ?? []).sort(compare);
    const account = accounts[0] ?? NO_ACCOUNT;
    found.push({
      ...makeFinding({
        ...{ role: 'gas-funder', account, rows: [], figures: { wallets: met.length, funded: wallets.length, share } },
        native: own.slice(0, NAMED_RECEIPTS).map(({ transaction }) => transaction),
        strength: strengthOf(roomAbove(met.length, policy.leastWallets - 1), room(share, policy.leastShare, 100)),
        reason: `First paid the fees of ${counted(met.length, 'wallet')} that hold much followed money or that reports name.`,
      }),
      wallet: by,
    });
  }
  return found;
}

/** Whether a report names it, or enough of what it received was followed money; and it is nobody's that is known. */
function isOfCase(view: CaseView, wallet: Wallet, { leastFollowed }: GasFunderPolicy): boolean {
  const { table, standing, reported, traced } = view;
  return table.accounts.ofWallet(wallet).some((account) => {
    if (standing[account] !== STANDING.wallet) return false;
    const receipts = view.receipts(account);
    return reported[account] === 1 || isShare(totalOf(traced, receipts), sumOf(view, receipts), leastFollowed);
  });
}

/** By who paid whose fees. */
function receiptsOf(native: readonly NativeReceipt[]): Map<string, NativeReceipt[]> {
  const receipts = new Map<string, NativeReceipt[]>();
  for (const receipt of native) {
    const { chain, from, to } = receipt;
    const key = `${walletKey({ chain, address: from })} ${walletKey({ chain, address: to })}`;
    const known = receipts.get(key);
    if (known === undefined) receipts.set(key, [receipt]);
    else known.push(receipt);
  }
  return receipts;
}

function compare(a: NativeReceipt, b: NativeReceipt): number {
  return a.timestamp - b.timestamp || (a.transaction < b.transaction ? -1 : Number(a.transaction > b.transaction));
}
