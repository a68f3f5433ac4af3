/** Cases without a scam: ordinary wallets that are reported by mistake, in an economy from which networks and victims are taken out. */

import { createRandom } from '../../../graphs/communities/random.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type {
  SimulatedPayment,
  SimulatedReport,
  SimulatedTransfer,
  SimulatedWallet,
} from '../../../src/simulate/types.ts';
import { isUsdt } from './assets.ts';
import { caseOf, type SimulatedCase } from './economies.ts';
import type { ReadEconomy } from './folder.ts';
import { isMember } from './members.ts';

/** Whoever may be reported by mistake: people and merchants, or where roles are other words, whoever is neither a network's nor a service's. */
const ORDINARY: ReadonlySet<string> = new Set(['user', 'merchant']);
/** So many wallets are reported in a case, and at most so many payments to each. */
const REPORTED = 12;
const PAYMENTS = 3;

/** The case in which some ordinary wallets are reported: every other by a wrong payment that a person confirmed, the rest by name alone. */
export function innocentCase(name: string, economy: ReadEconomy, seed: number): SimulatedCase {
  const random = createRandom(seed);
  const gone = new Set(
    economy.wallets.filter((wallet) => isMember(wallet) || wallet.owner.startsWith('victim-')).map(walletKey),
  );
  const stays = ({ chain, from, to }: SimulatedTransfer) =>
    !gone.has(walletKey({ chain, address: from })) && !gone.has(walletKey({ chain, address: to }));
  const transfers = economy.transfers.filter(stays);
  const isTold = economy.wallets.some(({ role }) => ORDINARY.has(role));
  const isOrdinary = ({ role, network, service }: SimulatedWallet) =>
    isTold ? ORDINARY.has(role) : network === '' && service === '';
  const ordinary = new Set(economy.wallets.filter(isOrdinary).map(walletKey));
  const receipts = new Map<string, SimulatedTransfer[]>();
  for (const transfer of transfers) {
    const payee = walletKey({ chain: transfer.chain, address: transfer.to });
    const payer = walletKey({ chain: transfer.chain, address: transfer.from });
    if (!isUsdt(transfer) || !ordinary.has(payee) || !ordinary.has(payer) || transfer.value === 0n) continue;
    const own = receipts.get(payee);
    if (own === undefined) receipts.set(payee, [transfer]);
    else own.push(transfer);
  }
  const wallets = [...receipts.keys()].sort();
  const payments: SimulatedPayment[] = [];
  const reports: SimulatedReport[] = [];
  for (let each = 0; each < REPORTED && wallets.length > 0; each += 1) {
    const [wallet = ''] = wallets.splice(Math.floor(random() * wallets.length), 1);
    for (const { chain, transaction, to, value, timestamp } of (receipts.get(wallet) ?? []).slice(0, PAYMENTS)) {
      const ref = `R${each}`;
      payments.push({ ref, chain, transaction, network: 'none' });
      const facts = each % 2 === 0 ? { transaction, amount: value, at: timestamp } : NOTHING;
      reports.push({ chain, ref, wallet: to, role: 'paid-to', ...facts });
    }
  }
  return caseOf(name, { transfers, wallets: economy.wallets, payments, reports, parts: [] });
}

const NOTHING = { transaction: null, amount: null, at: null };
