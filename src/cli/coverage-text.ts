/** The coverage of a case as people read it: sums first, then the wallets that matter most. */
import type { ChainId } from '../chains/chain.ts';
import { PAGE_LIMIT } from '../chains/tron/trongrid-history.ts';
import { displayAmount, larger, largerFirst } from '../money.ts';
import type { WalletState } from '../store/frontier.ts';
import type { RequestKind } from '../store/requests.ts';
import type { PinnedHead, Run } from '../store/runs.ts';
import { countProofs, type WalletCoverage } from '../store/wallet-coverage.ts';
import { headText, OFFLINE_NOTE } from './crawl-command.ts';
import { count, counted, harmless, table } from './output.ts';
import { requestsText } from './requests.ts';
import { differenceText } from './unproven.ts';

/** Wallets, and reasons, that are listed. */
const SHOWN = 50;
const SHOWN_REASONS = 10;
/** A reason in a line of the table is cut off behind so many characters. */
const REASON_WIDTH = 60;

export interface CoverageFacts {
  /** Of the case. */
  readonly name: string;
  readonly run: Run;
  readonly heads: readonly (PinnedHead & { readonly chain: ChainId })[];
  readonly requests: Readonly<Record<RequestKind, number>>;
  /** All wallets of the run, and those that were asked for. */
  readonly wallets: readonly WalletCoverage[];
  readonly asked: readonly WalletCoverage[];
}

export function coverageText({ name, run, heads, requests, wallets, asked }: CoverageFacts): string {
  const of = (state: WalletState) => wallets.filter((wallet) => wallet.state === state);
  const proofs = countProofs(of('expanded'));
  const proven = `${count(proofs.proven)} proven, ${count(proofs.unproven)} unproven, ${count(proofs['not-tried'])} not tried`;
  const facts = [
    ...heads.map((head) => ['Up to', headText(head)]),
    ['Expanded', `${counted(of('expanded').length, 'wallet')}: ${proven}`],
    ...differencesOf(wallets).map((text) => ['Unproven', text]),
    ['Stopped', counted(of('stopped').length, 'wallet')],
    ...(['pending', 'failed'] as const)
      .filter((state) => of(state).length > 0)
      .map((state) => [state === 'pending' ? 'Pending' : 'Failed', counted(of(state).length, 'wallet')]),
    ['Requests', run.offline ? 'none: offline' : requestsText(run.requests, requests)],
    ...pagesOf(wallets).map((text) => ['Pages', text]),
  ];
  return [
    `What crawl ${run.number} of the case "${name}" saw. It is ${run.state === 'finished' ? '' : 'not '}finished.\n\n`,
    table(facts),
    reasonsText('Not followed', of('stopped')),
    reasonsText('Failed', of('failed')),
    walletsText(asked, wallets.length),
    run.offline ? OFFLINE_NOTE : '',
  ].join('');
}

/** What unproven wallets held beside what their transfers add up to, in one line for each asset. */
function differencesOf(wallets: readonly WalletCoverage[]): string[] {
  const unproven = wallets.filter(({ proof }) => proof === 'unproven');
  const kinds = [...new Set(unproven.map(({ asset, decimals }) => `${asset} ${decimals}`))].sort();
  return kinds.map((kind) => {
    const [asset = '', digits = ''] = kind.split(' ');
    const own = unproven.filter((wallet) => `${wallet.asset} ${wallet.decimals}` === kind);
    const side = (word: string, differs: (difference: bigint) => boolean) => {
      const there = own.flatMap(({ difference }) => (difference !== null && differs(difference) ? [difference] : []));
      const sum = there.reduce((total, difference) => total + magnitude(difference), 0n);
      const amount = `${displayAmount(sum, Number(digits))} ${asset} ${word} than their transfers add up to`;
      return there.length === 0 ? [] : [`${amount} in ${counted(there.length, 'wallet')}`];
    };
    const unknown = own.filter(({ difference }) => difference === null).length;
    return [
      ...side('more', (difference) => difference > 0n),
      ...side('less', (difference) => difference < 0n),
      ...(unknown === 0 ? [] : [`nobody could tell what ${counted(unknown, 'wallet')} held`]),
    ].join('; ');
  });
}

/** What Tron's histories cost, beside the least that they can: pages of a known size, the last of them not full. */
function pagesOf(wallets: readonly WalletCoverage[]): string[] {
  const read = wallets.filter(({ chain, requests }) => chain === 'tron' && requests > 0);
  if (read.length === 0) return [];
  const pages = read.reduce((sum, { requests }) => sum + requests, 0);
  const least = read.reduce((sum, { rows }) => sum + Math.floor(rows / PAGE_LIMIT) + 1, 0);
  return [
    `${count(pages)} for the histories of ${counted(read.length, 'wallet')} on tron, over all crawls; no fewer than ${count(least)} hold them`,
  ];
}

/** Reasons that differ only in how far a history is stored count as one. */
function reasonsText(title: string, wallets: readonly WalletCoverage[]): string {
  if (wallets.length === 0) return '';
  const counts = new Map<string, number>();
  for (const { reason } of wallets) {
    const short = firstLine(reason ?? 'no reason recorded').replace(/(;|: ).*/, '');
    counts.set(short, (counts.get(short) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, many], [b, other]) => other - many || (a < b ? -1 : 1));
  const rows = sorted.slice(0, SHOWN_REASONS).map(([reason, own]) => [counted(own, 'wallet'), reason]);
  const more = sorted.length - rows.length;
  return `\n${title}\n${table(rows)}${more > 0 ? `  … for ${counted(more, 'further reason')}; --json lists all\n` : ''}`;
}

function walletsText(asked: readonly WalletCoverage[], all: number): string {
  if (asked.length === 0) return all === 0 ? '\nThe crawl has no wallet yet.\n' : '\nNo wallet is as you ask.\n';
  const sorted = [...asked].sort(byConcern);
  const rows = sorted
    .slice(0, SHOWN)
    .map((wallet) => [
      wallet.address,
      wallet.state,
      wallet.proof === 'not-tried' ? '' : wallet.proof,
      wallet.proof === 'unproven' ? differenceText(wallet) : '',
      count(wallet.rows),
      day(wallet.from),
      minute(wallet.to),
      cut(firstLine(wallet.reason ?? '')),
    ]);
  const more = asked.length - rows.length;
  const head = ['WALLET', 'STATE', 'PROOF', 'DIFFERENCE', 'TRANSFERS', 'SEEN FROM', 'TO (UTC)', ''];
  return `\nWallets: unproven ones first, then failed ones, then those with most transfers\n${table([head, ...rows], [3, 4])}${
    more > 0 ? `  … and ${count(more)} more; --json lists all\n` : ''
  }`;
}

/** Unproven ones first, the largest difference first of all; then failed ones, then by their number of transfers. */
function byConcern(a: WalletCoverage, b: WalletCoverage): number {
  return (
    concernOf(a) - concernOf(b) ||
    largerFirst(magnitude(a.difference ?? 0n), magnitude(b.difference ?? 0n)) ||
    b.rows - a.rows ||
    a.hop - b.hop
  );
}

function concernOf({ proof, state }: WalletCoverage): number {
  if (proof === 'unproven') return 0;
  return state === 'failed' ? 1 : 2;
}

function magnitude(difference: bigint): bigint {
  return larger(difference, -difference);
}

function day(time: number | null): string {
  return time === null ? '' : new Date(time).toISOString().slice(0, 10);
}

function minute(time: number | null): string {
  return time === null ? '' : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** Reasons may go on with what would be right and what to do. */
export function firstLine(text: string): string {
  return harmless(text.split('\n', 1)[0] ?? '');
}

function cut(text: string): string {
  return text.length > REASON_WIDTH ? `${text.slice(0, REASON_WIDTH)}…` : text;
}
