/** All that is known of a wallet, as people read it: who it is said to be first, what is only inferred last. */
import type { Tie, WalletInference } from '../../graphs/attribution/types.ts';
import { CONSERVING_RULES, type ConservingRule } from '../../graphs/trace/types.ts';
import type { CaseOfWallet, CrawledWallet, NativeFacts, Said, WalletFacts } from '../../workers/wallet-facts.ts';
import type { CaseInference } from '../../workers/wallet-inferences.ts';
import type { ChainId, Wallet } from '../chains/chain.ts';
import type { NativeReceipt } from '../chains/off-history.ts';
import { displayAmount } from '../money.ts';
import type { WalletFreeze } from '../store/freezes.ts';
import type { StoredAsset } from '../store/reference.ts';
import type { WalletCoverage } from '../store/wallet-coverage.ts';
import { ORDER, serviceText } from './attribution-text.ts';
import { firstLine } from './coverage-text.ts';
import { freezeEvent, freezeStatus } from './freeze-text.ts';
import { count, counted, harmless, indented, table, time } from './output.ts';
import { claimsText } from './tags-text.ts';
import { assetText, saidText } from './wallet-activity-text.ts';

/** Numbers of reports that are listed. */
const REPORTS_SHOWN = 8;

/** What fees are paid in. */
const COINS: Readonly<Record<ChainId, { readonly symbol: string; readonly decimals: number }>> = {
  ethereum: { symbol: 'ETH', decimals: 18 },
  tron: { symbol: 'TRX', decimals: 6 },
};

/** @param asset in which amounts of cases are told */
export function walletText(facts: WalletFacts, asset: StoredAsset): string {
  const { wallet, victims, tags, cases, assets, freezes, native, inferences } = facts;
  const read = cases.some(({ crawls }) => crawls.some(({ state }) => state === 'expanded'));
  return [
    `${wallet.address} (${wallet.chain})\n`,
    'All that is stored of this wallet, over all cases. None of it is a finding about whoever owns it.\n',
    victims ? victimsText(cases) : '',
    `\nTags\n${tags.length === 0 ? '  Nothing is said of it in the tags that were imported.\n' : indented(claimsText(tags))}`,
    `\nCases\n${cases.length === 0 ? '  No case names it, and no crawl has read it or stopped at it.\n' : ''}`,
    ...cases.map((each) => caseText(each, asset)),
    ...assets.map((each) => assetText(each, { read, victims, destroyed: destroyedAt(freezes, each.asset.symbol) })),
    assets.length === 0 ? `\nTransfers\n  None is stored.\n` : '',
    `\nFreezes\n${freezes.length === 0 ? '  None is known, and the contract was not asked.\n' : freezes.map(freezeText).join('')}`,
    native === null ? '' : nativeText(native, wallet.chain),
    victims ? '' : inferencesText(inferences, wallet),
    cases.length === 0 ? todoText(wallet) : '',
  ].join('');
}

function destroyedAt(freezes: readonly WalletFreeze[], symbol: string): bigint {
  const events = freezes.filter(({ asset }) => asset === symbol).flatMap((freeze) => freeze.events);
  return events.reduce((sum, { value }) => sum + value, 0n);
}

/** What is said of a wallet of which nothing is known. */
export function unknownText(wallet: Wallet): string {
  return [
    `Nothing is known of ${wallet.address} (${wallet.chain}): no case names it, no crawl has met it, and no tag speaks of it.\n`,
    'That says nothing of the wallet: nobody has asked about it yet.\n',
    todoText(wallet),
  ].join('');
}

function todoText({ chain, address }: Wallet): string {
  const rows = [
    ['Who is it said to be?', 'npx downstream tags update, or tags import FILE'],
    ['What has it done?', `npx downstream report add CASE --chain ${chain} --wallet ${address}, then crawl CASE`],
  ];
  return `\nTo learn more\n${table(rows)}`;
}

function victimsText(cases: readonly CaseOfWallet[]): string {
  const named = cases.filter(({ own }) => own.length > 0).map(({ name, own }) => `${reportsText(own)} of "${name}"`);
  return `\nA victim's own wallet, by ${named.join('; ')}. Nothing is inferred of it; hours and fees are not shown.\n`;
}

function reportsText(numbers: readonly number[]): string {
  const shown = numbers.slice(0, REPORTS_SHOWN).join(', ');
  const more = numbers.length - REPORTS_SHOWN;
  return `${numbers.length === 1 ? 'report' : 'reports'} ${shown}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

function caseText(told: CaseOfWallet, asset: StoredAsset): string {
  const lines = [
    ...namedLines(told),
    ...told.crawls.flatMap(crawlLines),
    ...reachedLines(told, asset),
    ...told.decisions.map(({ decision, why, decidedAt }) => {
      return `decided ${time(decidedAt)}: ${decision}, since ${harmless(why)}`;
    }),
  ];
  return `  "${told.name}"\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** Who of the case names it, and as what. */
function namedLines({ paidTo, own, origin, paymentsTo, paymentsFrom, disclosedTo, listed }: CaseOfWallet): string[] {
  return [
    paidTo.length === 0 ? '' : `victims paid to it, by ${reportsText(paidTo)}`,
    own.length === 0 ? '' : `a victim's own, by ${reportsText(own)}`,
    origin.length === 0 ? '' : `a victim's payment came from it, by ${reportsText(origin)}`,
    paymentsTo === 0 ? '' : `${counted(paymentsTo, 'confirmed payment')} of reports came to it`,
    paymentsFrom === 0 ? '' : `${counted(paymentsFrom, 'confirmed payment')} of reports came from it`,
    disclosedTo === 0 ? '' : `${counted(disclosedTo, 'disclosed withdrawal')} went to it`,
    listed === null ? '' : listedText(listed),
  ].filter((line) => line !== '');
}

function listedText({ category, name, source, taggedBy }: NonNullable<CaseOfWallet['listed']>): string {
  const what = `${harmless(category)}${name === null ? '' : `, ${harmless(name)}`}`;
  if (taggedBy !== null)
    return `by a tag it is a service's: ${what}, says ${harmless(taggedBy)}; a crawl reads it none the less where it is reported`;
  return `the list of its crawl names it: ${what}${source === null ? '' : ` (${harmless(source)})`}`;
}

function crawlLines(crawl: CrawledWallet): string[] {
  const { number, finished, of, newest, coverage } = crawl;
  const what = `crawl ${number}${finished ? '' : ', which is not finished,'}`;
  const others = of > 1 ? [`  ${counted(of - 1, 'other crawl')} of the case met it too`] : [];
  const gone = newest > number ? [`  the newest, crawl ${newest}, has it ${finished ? 'no more' : 'not'}`] : [];
  return [...coverage.flatMap((each) => coverageLines(what, each, crawl)), ...others, ...gone];
}

function coverageLines(what: string, seen: WalletCoverage, { offline }: CrawledWallet): string[] {
  const { state, reason, hop, rows, provider } = seen;
  const by = offline ? ', from files' : provider === null ? '' : `, by ${harmless(provider)}`;
  const stored = `${counted(rows, 'transfer')} of ${seen.asset}${spanText(seen)}${by}`;
  if (state === 'expanded') return [`${what} read it at hop ${hop}: ${stored}`, `  ${proofText(seen)}`];
  const why = reason === null ? '' : `: ${firstLine(reason)}`;
  const words = { stopped: 'did not read it', pending: 'has not read it yet', failed: 'failed to read it' };
  return [
    `${what} ${words[state]}, at hop ${hop}${why}`,
    ...(provider === null ? [] : [`  seen of it before: ${stored}`]),
  ];
}

function spanText({ from, to }: WalletCoverage): string {
  const start = from === null ? '' : ` from ${new Date(from).toISOString().slice(0, 10)}`;
  return `${start}${to === null ? '' : ` to ${time(to)}`}`;
}

function proofText({ proof, difference, asset, decimals }: WalletCoverage): string {
  if (proof === 'proven') return 'proven: they add up to what it held';
  if (proof === 'not-tried') return 'not proven: nobody was asked what it held';
  if (difference === null) return 'unproven: nobody could tell what it held';
  const [more, units] = difference < 0n ? ['less', -difference] : ['more', difference];
  return `unproven: it held ${displayAmount(units, decimals)} ${asset} ${more} than they add up to`;
}

function reachedLines({ reached }: CaseOfWallet, { symbol, decimals }: StoredAsset): string[] {
  if (reached === null) return [];
  const { hop, amounts } = reached;
  if (CONSERVING_RULES.every((rule) => amounts[rule] === 0n))
    return ['no followed money of the case is known to have come to it'];
  const amount = (rule: ConservingRule) => displayAmount(amounts[rule], decimals);
  const agree = CONSERVING_RULES.every((rule) => amounts[rule] === amounts.fifo);
  const each = agree
    ? `${amount('fifo')} ${symbol} by every rule`
    : `${CONSERVING_RULES.map((rule) => `${amount(rule)} by ${rule}`).join(', ')} (${symbol})`;
  return [`followed money that came to it in all, from hop ${hop} on: ${each}`];
}

function freezeText(freeze: WalletFreeze): string {
  const { asset, contract, asked, events } = freeze;
  const status =
    asked === null ? freezeStatus(freeze) : `${freezeStatus(freeze)}; the contract was last asked as of ${time(asked)}`;
  const rows = [
    [asset, status],
    ...(contract === true ? [['', 'the wallet is itself a contract']] : []),
    ...events.map((event) => ['', freezeEvent(event, freeze)]),
  ];
  return table(rows);
}

function nativeText({ coverage, receipts, funded }: NativeFacts, chain: ChainId): string {
  const told =
    coverage === null
      ? '  It was not asked who first paid its fees.\n'
      : receipts.length === 0
        ? `  Nobody had paid its fees up to ${time(coverage.until)}, as ${harmless(coverage.provider)} tells.\n`
        : `${table(receiptRows(receipts, chain))}${
            coverage.whole ? '' : `  These are the first of them, up to ${time(coverage.until)}.\n`
          }`;
  const given =
    funded === 0 ? '' : `  It is itself among the first who paid fees of ${counted(funded, 'other wallet')}.\n`;
  return `\nFees\n${told}${given}`;
}

const RECEIPTS: Readonly<Record<NativeReceipt['kind'], string>> = {
  activation: 'account made by',
  coin: 'coin sent by',
  energy: 'energy lent by',
};

/** One row for each who paid, in the order in which they first did. */
function receiptRows(receipts: NativeFacts['receipts'], chain: ChainId): string[][] {
  const bySender = new Map<string, (NativeReceipt & Said)[]>();
  for (const receipt of receipts) {
    const key = `${receipt.kind} ${receipt.from}`;
    bySender.set(key, [...(bySender.get(key) ?? []), receipt]);
  }
  const { symbol, decimals } = COINS[chain];
  return [...bySender.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const value = own.reduce((sum, receipt) => sum + receipt.value, 0n);
    const amount = `${first.kind === 'energy' ? 'for a stake of ' : ''}${displayAmount(value, decimals)} ${symbol}`;
    const times = own.length === 1 ? '' : `, ${own.length} times in all`;
    return [[time(first.timestamp), RECEIPTS[first.kind], first.from, `${amount}${times}`, saidText(first)]];
  });
}

function inferencesText(inferences: readonly CaseInference[] | null, wallet: Wallet): string {
  if (inferences === null) return '\nInferred\n  Left out, as asked.\n';
  if (inferences.length === 0) return '\nInferred\n  Nothing: no finished crawl has read it or stopped at it.\n';
  const parts = inferences.map((each) => {
    const lines = [
      ...each.wallets.map(inferenceLine),
      ...fedLines(each),
      ...each.ties.map((tie) => tieLine(tie, wallet)),
    ];
    return `  "${each.run.case}", crawl ${each.run.number}\n${(lines.length === 0 ? ['nothing'] : lines).map((line) => `    ${line}\n`).join('')}`;
  });
  return `\nInferred from what it does, by the tags as of each crawl's beginning: possible, and no finding\n${indented(ORDER)}${parts.join('')}`;
}

function inferenceLine(inference: WalletInference): string {
  return `${kindText(inference)}: ${harmless(inference.reason)} [${inference.confidence}]`;
}

function kindText(inference: WalletInference): string {
  switch (inference.kind) {
    case 'service':
      return 'possible service';
    case 'look-alike':
      return `looks like ${inference.imitates.address}`;
    case 'deposit-address':
      return inference.named === null
        ? 'possible deposit address of a service that no tag names'
        : `deposit address of ${serviceText(inference.named)}, which knows whose it is`;
  }
}

function fedLines({ fedBy }: CaseInference): string[] {
  if (fedBy.length === 0) return [];
  return fedBy.length === 1
    ? ['1 wallet that is inferred to be a deposit address forwards to it']
    : [`${count(fedBy.length)} wallets that are inferred to be deposit addresses forward to it`];
}

function tieLine({ kind, by, wallets, confidence, reason }: Tie, { chain, address }: Wallet): string {
  const others = counted(wallets.length - 1, 'other wallet');
  const words =
    by.chain === chain && by.address === address
      ? `${counted(wallets.length, 'wallet')} tied by it, ${kind === 'funder' ? 'as their first funder' : 'into which they were emptied'}`
      : `tied to ${others} by ${kind === 'funder' ? 'a common first funder' : 'the wallet into which they were emptied'}, ${by.address}`;
  return `${words}: ${harmless(reason)} [${confidence}]`;
}
