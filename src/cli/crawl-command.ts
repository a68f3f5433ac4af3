/** The command line of a crawl: what holds where nothing is said, and how a crawl is gone on with. */
import type { ChainId } from '../chains/chain.ts';
import type { IssuerKnowledge } from '../store/issuer-events.ts';
import type { CrawlPolicy, PinnedHead } from '../store/runs.ts';
import { count, counted, harmless, time } from './output.ts';

export const MAX_HOPS = 6;
export const MIN_SHARE = '0.1';

/** The command that takes up an unfinished crawl: only the same policy goes on with it. */
export function crawlCommand(
  name: string,
  { maxHops, maxWallets, maxTransfers, maxRequests, minShare, stops }: CrawlPolicy,
  offline: boolean,
): string {
  return [
    `npx downstream crawl "${name}"`,
    offline ? ' --offline' : '',
    maxHops === MAX_HOPS ? '' : ` --max-hops ${maxHops}`,
    maxWallets === null ? '' : ` --max-wallets ${maxWallets}`,
    minShare === MIN_SHARE ? '' : ` --min-share ${minShare}`,
    maxRequests === null ? '' : ` --max-requests ${maxRequests}`,
    maxTransfers === null ? '' : ` --max-transfers ${maxTransfers}`,
    // Where the list lies is not known; the same one goes on with the crawl.
    stops === null ? '' : ' --stops FILE',
  ].join('');
}

/** What is said where reports were added, or payees confirmed, since a crawl began; nothing where none were. */
export function newSeedsText(wallets: number): string {
  if (wallets === 0) return '';
  return wallets === 1
    ? '1 reported wallet is not in this crawl: crawl again.\n'
    : `${wallets.toLocaleString('en-US')} reported wallets are not in this crawl: crawl again.\n`;
}

/** Up to where a crawl has read a chain. */
export function headText({ chain, block, timestamp, finality }: PinnedHead & { chain: ChainId }): string {
  return `${chain} ${block === 0 ? '' : `block ${count(block)} of `}${time(timestamp)}, ${finality}`;
}

/** What is to be known of a crawl that asked nobody. */
export const OFFLINE_NOTE =
  '\nOn imported files alone: a file does not say whether it is whole, and no history here is proven. A crawl without\n--offline reads the same wallets from the chain, and what files list beyond it is left out then.\n';

/** What imported files list beyond the chain; nothing where they do not. */
export function unconfirmedText(transfers: number): string {
  if (transfers === 0) return '';
  const [are, them] = transfers === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${counted(transfers, 'transfer')} of expanded wallets that only files list ${are} left out: the chain's histories do not have ${them}.\n`;
}

/** What is said where a finished crawl could not learn what the issuer destroyed and redeemed; nothing where it could. */
export function issuerText(issuerEvents: readonly IssuerKnowledge[], offline: boolean): string {
  // A crawl on files asks nobody, and says so.
  const unknown = offline ? [] : issuerEvents.filter(({ known }) => !known);
  const lines = unknown.map(({ chain, asset, reason }) => {
    const why = harmless(reason?.split('\n', 1)[0] ?? 'it was not asked for');
    return `What the issuer of ${asset} destroyed and redeemed on ${chain} is not known: ${why}\n`;
  });
  return lines.length === 0 ? '' : `\n${lines.join('')}Crawl again to ask once more.\n`;
}
