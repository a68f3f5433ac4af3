/** The command line of a crawl: what holds where nothing is said, and how a crawl is gone on with. */
import { type Command, Option } from 'commander';
import { type ListedStop, readStopsFile, stopsDigest } from '../cases/stops-file.ts';
import type { ChainId } from '../chains/chain.ts';
import type { Gains } from '../store/gains.ts';
import type { IssuerKnowledge } from '../store/issuer-events.ts';
import type { CrawlPolicy, PinnedHead } from '../store/runs.ts';
import { percent, seconds, wholeNumber } from './options.ts';
import { count, counted, harmless, time } from './output.ts';

const MAX_HOPS = 6;
const MIN_SHARE = '0.1';
const PATIENCE_S = 60;

/** What a crawl is asked for, as commander reads it. */
export interface PolicyOptions {
  readonly maxHops: number;
  readonly maxWallets?: number;
  readonly maxTransfers?: number;
  readonly maxRequests?: number;
  readonly minShare: string;
  readonly stops?: string;
  readonly native: boolean;
  readonly patience: number;
}

/** Adds the options that a crawl takes, whether it begins now or by a schedule. */
export function addPolicyOptions(command: Command): Command {
  for (const option of policyOptions()) command.addOption(option);
  return command;
}

/** The names by which commander knows them. */
export const POLICY_NAMES: readonly string[] = policyOptions().map((option) => option.attributeName());

function policyOptions(): Option[] {
  return [
    new Option('--max-hops <n>', 'how many transfers to follow the money; 0 reads the reported wallets alone')
      .argParser(wholeNumber(0))
      .default(MAX_HOPS),
    new Option('--max-wallets <n>', 'most wallets to read, those with most money first').argParser(wholeNumber(1)),
    new Option('--min-share <percent>', 'read a wallet once this share of all payments reached it, by any rule')
      .argParser(percent)
      .default(MIN_SHARE),
    new Option(
      '--max-requests <n>',
      'most pages of histories to plan; balances, receipts, who paid fees and what faults cost come on top',
    ).argParser(wholeNumber(1)),
    new Option('--max-transfers <n>', 'stop at a wallet that was not reported and has more transfers').argParser(
      wholeNumber(1),
    ),
    new Option(
      '--stops <file>',
      'CSV file of services at which the crawl stops: address, category, and chain, name, source',
    ),
    new Option('--no-native', 'do not ask who paid the fees of the wallets that were read'),
    new Option('--patience <seconds>', 'give up when the provider answers nothing for so long')
      .argParser(seconds)
      .default(PATIENCE_S * 1000, `${PATIENCE_S}`),
  ];
}

/** @param list the services of `--stops` */
export function policyOf(options: PolicyOptions, list: readonly ListedStop[]): CrawlPolicy {
  const { maxHops, maxWallets, maxTransfers, maxRequests, minShare, stops, native } = options;
  return {
    maxHops,
    maxWallets: maxWallets ?? null,
    maxTransfers: maxTransfers ?? null,
    maxRequests: maxRequests ?? null,
    minShare,
    stops: stops === undefined ? null : stopsDigest(list),
    native,
  };
}

/** The services of `--stops`. @throws UserError, see `readStopsFile` */
export async function stopsOf({ stops }: PolicyOptions): Promise<ListedStop[]> {
  return stops === undefined ? [] : readStopsFile(stops);
}

/** The command that takes up an unfinished crawl: only the same policy goes on with it. */
export function crawlCommand(name: string, policy: CrawlPolicy, offline: boolean): string {
  return `npx downstream crawl "${name}"${offline ? ' --offline' : ''}${policyText(policy)}`;
}

/** The options that a policy was asked for with, each behind a space; none where nothing was said. */
export function policyText(policy: CrawlPolicy): string {
  const { maxHops, maxWallets, maxTransfers, maxRequests, minShare, stops, native } = policy;
  return [
    maxHops === MAX_HOPS ? '' : ` --max-hops ${maxHops}`,
    maxWallets === null ? '' : ` --max-wallets ${maxWallets}`,
    minShare === MIN_SHARE ? '' : ` --min-share ${minShare}`,
    maxRequests === null ? '' : ` --max-requests ${maxRequests}`,
    maxTransfers === null ? '' : ` --max-transfers ${maxTransfers}`,
    // Where the list lies is not known; the same one goes on with the crawl.
    stops === null ? '' : ' --stops FILE',
    native ? '' : ' --no-native',
  ].join('');
}

/** What is said where reports were added, or payees confirmed, since a crawl began; nothing where none were. */
export function newSeedsText(wallets: number): string {
  if (wallets === 0) return '';
  return wallets === 1
    ? '1 wallet that a report names, or a source paid, is not in this crawl: crawl again.\n'
    : `${wallets.toLocaleString('en-US')} wallets that reports name, or sources paid, are not in this crawl: crawl again.\n`;
}

/** What a crawl brought; nothing is said of the first, nor of one that has not come to its end. */
export function newSinceText(gains: Gains | null): string {
  if (gains === null || gains.since === null) return '';
  return `\nNew since the crawl before: ${counted(gains.transfers, 'transfer')}, ${counted(gains.wallets, 'wallet')}\n`;
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
