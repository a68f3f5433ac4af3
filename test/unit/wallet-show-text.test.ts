/** How what is known of a wallet reads: nothing is left unsaid, and nothing drives a terminal. */
import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { hoursPicture } from '../../src/cli/wallet-activity-text.ts';
import { unknownText, walletText } from '../../src/cli/wallet-show-text.ts';
import type { StoredAsset } from '../../src/store/reference.ts';
import type { WalletCoverage } from '../../src/store/wallet-coverage.ts';
import type { CaseOfWallet, CrawledWallet, DirectionFacts, WalletFacts } from '../../workers/wallet-facts.ts';

const WALLET = { chain: 'tron', address: 'TWallet' as Address } as const;
const AT = Date.UTC(2026, 2, 1, 12);
const ASSET: StoredAsset = {
  ...{ id: 1, chainId: 1, chain: 'tron', symbol: 'USDT', contract: 'TToken' as Address, decimals: 6 },
  ...{ since: 0, sinceBlock: 0 },
};
const COVERAGE: WalletCoverage = {
  ...WALLET,
  ...{ state: 'expanded', reason: null, hop: 2, asset: 'USDT', decimals: 6, from: AT, to: AT, rows: 3 },
  ...{ provider: 'trongrid', requests: 1, proof: 'proven', difference: 0n },
};
const CRAWL: CrawledWallet = {
  ...{ id: 1, caseId: 1, number: 1, finished: true, offline: false, role: null, state: 'expanded', kind: null },
  ...{ of: 1, newest: 1, coverage: [COVERAGE] },
};
const CASE: CaseOfWallet = {
  ...{ id: 1, name: 'mekong', paidTo: [], own: [], origin: [], paymentsTo: 0, paymentsFrom: 0, disclosedTo: 0 },
  ...{ finished: { id: 1, number: 1 }, listed: null, reached: null, decisions: [], crawls: [] },
};
const NOWHERE: DirectionFacts = {
  ...{ transfers: 0, first: null, last: null, hours: Array(24).fill(0), counterparties: [], counterpartyCount: 0 },
};
const FACTS: WalletFacts = {
  ...{ wallet: WALLET, known: true, victims: false, tags: [], cases: [], assets: [], freezes: [], native: null },
  inferences: [],
};

const textOf = (facts: Partial<WalletFacts>) => walletText({ ...FACTS, ...facts }, ASSET);
const caseOf = (told: Partial<CaseOfWallet>) => textOf({ cases: [{ ...CASE, ...told }] });
const seen = (coverage: Partial<WalletCoverage>, crawl: Partial<CrawledWallet> = {}) =>
  caseOf({ crawls: [{ ...CRAWL, ...crawl, coverage: [{ ...COVERAGE, ...coverage }] }] });

describe('the picture of a day', () => {
  const day = (hours: Record<number, number>) => Array.from({ length: 24 }, (_, hour) => hours[hour] ?? 0);

  it('has a column for each hour, and none without a transfer looks like one with few', () => {
    expect(hoursPicture(day({}))).toBe(' '.repeat(24));
    expect(hoursPicture(day({ 0: 1, 1: 1_000_000, 23: 500_000 }))).toBe(`.#${' '.repeat(21)}=`);
    expect(hoursPicture(day({ 5: 1 }))).toBe(`${' '.repeat(5)}#${' '.repeat(18)}`);
  });
});

describe('what crawls saw', () => {
  it.each<[string, Partial<WalletCoverage>, Partial<CrawledWallet>, string]>([
    [
      'read',
      {},
      {},
      'crawl 1 read it at hop 2: 3 transfers of USDT from 2026-03-01 to 2026-03-01 12:00:00 UTC, by trongrid\n      proven: they',
    ],
    ['with a difference', { proof: 'unproven', difference: 12_000_000n }, {}, 'unproven: it held 12.00 USDT more than'],
    ['of which nobody could tell', { proof: 'unproven', difference: null }, {}, 'nobody could tell what it held'],
    [
      'on files',
      { proof: 'not-tried', from: null, to: null },
      { offline: true },
      'read it at hop 2: 3 transfers of USDT, from files\n      not proven: nobody was asked',
    ],
    [
      'stopped at',
      { state: 'stopped', reason: 'beyond --max-hops 6\nmore', rows: 0, provider: null },
      {},
      'crawl 1 did not read it, at hop 2: beyond --max-hops 6\n',
    ],
    [
      'no more',
      {},
      { newest: 4, of: 2 },
      '1 other crawl of the case met it too\n      the newest, crawl 4, has it no more',
    ],
    [
      'unfinished',
      { state: 'pending', provider: null },
      { finished: false },
      'crawl 1, which is not finished, has not read it yet, at hop 2',
    ],
  ])('%s', (_, coverage, crawl, text) => {
    expect(seen(coverage, crawl)).toContain(text);
  });
});

describe('a wallet', () => {
  it('of which nothing is known is told apart from one that does nothing', () => {
    expect(unknownText(WALLET)).toContain('nobody has asked about it yet');
    expect(unknownText(WALLET)).toContain('report add CASE --chain tron --wallet TWallet');
  });

  it('that is no case has what can be done, and says of each part that it is empty', () => {
    const text = textOf({});
    for (const part of [
      'Nothing is said of it',
      'No case names it',
      'None is stored',
      'None is known',
      'To learn more',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('with many reports has the first of them', () => {
    expect(caseOf({ paidTo: Array.from({ length: 1_010 }, (_, number) => number + 1) })).toContain(
      'victims paid to it, by reports 1, 2, 3, 4, 5, 6, 7, 8 and 1,002 more',
    );
  });

  it('that followed money never reached is told as such', () => {
    const none = { fifo: 0n, lifo: 0n, 'pro-rata': 0n, libr: 0n };
    expect(caseOf({ reached: { hop: 0, amounts: none } })).toContain('no followed money of the case is known');
    expect(caseOf({ reached: { hop: 3, amounts: { ...none, lifo: 2_500_000n } } })).toContain(
      'from hop 3 on: 0.00 by fifo, 2.50 by lifo, 0.00 by pro-rata, 0.00 by libr (USDT)',
    );
  });

  it('that no crawl has read has transfers of others alone', () => {
    const assets = [
      {
        ...{ asset: ASSET, balance: null, received: 5n, sent: 0n, poison: 2, toItself: 1, fromFiles: 1 },
        ...{ in: NOWHERE, out: NOWHERE },
      },
    ];
    const text = textOf({ assets });
    expect(text).toContain('No crawl has read it');
    expect(text).toContain('Left out: 2 transfers of poison, 1 transfer to itself.');
    expect(text).toContain('1 transfer stands in imported files alone');
    expect(text).not.toContain('hint');
    expect(textOf({ assets, cases: [{ ...CASE, crawls: [CRAWL] }] })).not.toContain('No crawl has read it');
  });

  it("of a victim's own names the reports, and hides what strangers could read out of it", () => {
    const text = textOf({ victims: true, inferences: null, cases: [{ ...CASE, own: [7] }] });
    expect(text).toContain('A victim\'s own wallet, by report 7 of "mekong".');
    expect(text).not.toMatch(/^Inferred|^Fees/m);
  });

  it('has signs that drive a terminal shown as such', () => {
    const signs = '\u001b[2J';
    const text = caseOf({
      decisions: [{ decision: 'stop', why: signs, decidedAt: new Date(AT) }],
      listed: { category: signs, name: signs, source: signs, taggedBy: null },
    });
    expect(text).toContain('�[2J');
    expect(text).not.toContain('\u001b');
  });
});
