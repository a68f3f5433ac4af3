/** The command line of a crawl: what holds where nothing is said, and how a crawl is gone on with. */
import type { CrawlPolicy } from '../store/runs.ts';

export const MAX_HOPS = 2;
export const MAX_TRANSFERS = 20_000;

/** The command that takes up an unfinished crawl: only the same policy goes on with it. */
export function crawlCommand(name: string, { maxHops, maxWallets, maxTransfers }: CrawlPolicy): string {
  return [
    `npx downstream crawl "${name}"`,
    maxHops === MAX_HOPS ? '' : ` --max-hops ${maxHops}`,
    maxWallets === null ? '' : ` --max-wallets ${maxWallets}`,
    maxTransfers === MAX_TRANSFERS ? '' : ` --max-transfers ${maxTransfers ?? 0}`,
  ].join('');
}

/** What is said where reports were added, or payees confirmed, since a crawl began; nothing where none were. */
export function newSeedsText(wallets: number): string {
  if (wallets === 0) return '';
  return wallets === 1
    ? '1 reported wallet is not in this crawl: crawl again.\n'
    : `${wallets.toLocaleString('en-US')} reported wallets are not in this crawl: crawl again.\n`;
}
