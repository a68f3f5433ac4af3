/** How texts tell of wallets whose transfers are not proven to be all they have. */
import { displayAmount } from '../money.ts';
import type { WalletCoverage } from '../store/wallet-coverage.ts';
import { counted } from './output.ts';

/** `+12.00`: it held so much more than its transfers add up to. */
export function differenceText({ difference, decimals }: Pick<WalletCoverage, 'difference' | 'decimals'>): string {
  if (difference === null) return 'balance unknown';
  return `${difference > 0n ? '+' : ''}${displayAmount(difference, decimals)}`;
}

/** How many wallets are unproven, and where they are listed; empty where none are. */
export function unprovenText(wallets: number, name: string): string {
  if (wallets === 0) return '';
  const [are, them] = wallets === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${counted(wallets, 'wallet')} ${are} unproven: transfers of ${them} may be missing. See: npx downstream coverage "${name}" --unproven\n`;
}
