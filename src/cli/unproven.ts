/** How texts mark a wallet whose transfers are not proven to be all it has: the difference stands behind its address. */
import type { NamedWallet, UnprovenWallets } from '../../workers/unproven.ts';
import { displayAmount } from '../money.ts';
import type { UnprovenWallet } from '../store/wallet-coverage.ts';
import { counted } from './output.ts';

/** Marks for one text. */
export interface UnprovenMarks {
  /** The wallet's address, with its mark where it is unproven. */
  readonly named: (wallet: NamedWallet) => string;
  /** What the marks mean, for the end of the text; empty where it has none. */
  readonly legend: () => string;
}

/** @param name of the case, for the command that tells more */
export function unprovenMarks(unproven: UnprovenWallets, name: string): UnprovenMarks {
  let marked = false;
  return {
    named: (wallet) => {
      const found = unproven.get(`${wallet.chain}:${wallet.address}`);
      if (found === undefined) return wallet.address;
      marked = true;
      return `${wallet.address} [unproven: ${differenceText(found)}]`;
    },
    legend: () => (marked ? legendText(name) : ''),
  };
}

/** `+12.00`: it held so much more than its transfers add up to. */
export function differenceText({ difference, decimals }: Pick<UnprovenWallet, 'difference' | 'decimals'>): string {
  if (difference === null) return 'balance unknown';
  return `${difference > 0n ? '+' : ''}${displayAmount(difference, decimals)}`;
}

/** How many wallets are unproven, and where they are listed; empty where none are. */
export function unprovenText(wallets: number, name: string): string {
  if (wallets === 0) return '';
  const [are, them] = wallets === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${counted(wallets, 'wallet')} ${are} unproven: transfers of ${them} may be missing. See: npx downstream coverage "${name}" --unproven\n`;
}

function legendText(name: string): string {
  return [
    '\n[unproven: …]: the wallet held so much more (+) or less (-) than its transfers add up to, or nobody could tell what it\n',
    `held: transfers of it may be missing. All of them: npx downstream coverage "${name}" --unproven\n`,
  ].join('');
}
