import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TTR_SCALE } from '../../graphs/trace/ttr.ts';
import { makeCase, type RankCase } from '../bench/tracing/cases.ts';
import { comparable, readHeist, readTracerCases, readTransfers, wholeNumber } from '../bench/tracing/labelled.ts';
import { byPoison, bySearch, byTransfers, byTtr, hopsInTime } from '../bench/tracing/rules.ts';
import { meansOf, type Score, scoreRanking, scoreRule } from '../bench/tracing/scores.ts';

//                                V pays B: the source, B pays C, C pays S, B pays itself, S pays D, E pays B, C pays F nothing
const ROWS = ['V B 10 source', 'B C 10', 'C S 10', 'B B 10', 'S D 10', 'E B 10', 'C F 0'];
const tried = caseOf(ROWS, { stops: ['S'], given: ['V'], targets: ['C', 'S', 'E', 'B', 'gone'] });

describe('a case', () => {
  it('leaves out what moves nothing, and what the sources name from the targets', () => {
    expect(tried.wallets).toEqual(['V', 'B', 'C', 'S', 'D', 'E']);
    expect(tried.seeds).toEqual([{ account: 1, transfer: 0, weight: 10n }]);
    expect(names(tried, tried.targets)).toEqual(['C', 'S', 'E']);
    expect(names(tried, tried.given)).toEqual(['V', 'B']);
    expect(tried.absent).toBe(1);
  });
});

describe('what rules find', () => {
  it('poison: who was paid later, up to a stop', () => {
    expect(names(tried, byPoison(tried))).toEqual(['B', 'C', 'S']);
    expect([...hopsInTime(tried.graph, tried.seeds)]).toEqual([-1, 0, 1, 2, -1, -1]);
  });

  it('search: whoever is two transfers away, in any direction, at any time', () => {
    expect(names(tried, bySearch(tried)).sort()).toEqual(['B', 'C', 'E', 'S', 'V']);
  });

  it('TTR: whom it pushed, by rank', () => {
    expect(names(tried, byTtr(tried, TTR_SCALE / 1_000n))).toEqual(['S', 'B', 'C']);
  });

  it('transfers: everybody', () => {
    expect(names(tried, byTransfers(tried))).toEqual(['B', 'C', 'S', 'V', 'D', 'E']);
  });
});

describe('scores', () => {
  it('count what was found of what was sought, but for the wallets given', () => {
    const { ms, ...score } = scoreRule(tried, () => [1, 2, 3, 4]);
    expect(score).toEqual({ recall: 2 / 4, precision: 2 / 3, wallets: 3, depth: 2 });
    expect(ms).toBeGreaterThanOrEqual(0);
  });

  it('have no precision where nothing was found', () => {
    expect(scoreRule(tried, () => [1])).toMatchObject({ recall: 0, precision: null, wallets: 0, depth: 0 });
  });

  it('look at the first of a ranking', () => {
    const ranking = [1000, ...Array.from({ length: 49 }, (_, index) => index), 1001, 1002];
    const sought = { given: new Set([0]), targets: new Set([1000, 1001, 1002, 1003]) };
    expect(scoreRanking(ranking, sought)).toEqual({ at50: 2 / 4, at100: 3 / 4, wallets: 51 });
  });

  it('are averaged by rule', () => {
    const score = (recall: number, precision: number | null): Score => ({
      ...{ recall, precision, wallets: 2, depth: 1, ms: 1 },
    });
    const means = meansOf([new Map([['fifo', score(1, null)]]), new Map([['fifo', score(0, 0.5)]])]);
    expect([...means]).toEqual([['fifo', { recall: 0.5, precision: 0.5, wallets: 2, depth: 1, ms: 1 }]]);
  });
});

describe('cases from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'downstream-bench-'));
  const write = (name: string, lines: readonly string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  const head = 'hash,from,to,value,timeStamp,blockNumber,tokenSymbol,contractAddress,isError';
  beforeAll(() => {
    write('all-tx.csv', [
      head,
      '0x1,0xVICTIM,0xthief,4e+18,1,10,,,',
      '0x2,0xthief,0xmule,4e+18,2,20,,,0.0',
      '0x2,0xthief,0xmule,4000000000000000000.0,2,20,,,',
      '0x3,0xmule,0xshop,7,3,30,USDT,0xtoken,',
      '0x4,0xmule,0xother,9,3,30,USDT,0xtoken,1.0',
      '0x5,0xmule,0xother,0,3,30,USDT,0xtoken,',
      '0x0,0xshop,0xfriend,1,1,5,USDT,0xtoken,',
    ]);
    write('all-address.csv', [
      'address,name_tag,label',
      '0xTHIEF,Thief,heist',
      '0xmule,ml_transit_1,heist',
      '0xshop,Shop,exchange',
      '0xother,,',
    ]);
    const tracer = { name: 'A theft', blockAt: 10, source: [{ address: '0xThief' }], target: [{ address: '0xShop' }] };
    write('theft.json', [JSON.stringify(tracer)]);
    write('late.json', [JSON.stringify({ ...tracer, blockAt: 11 })]);
    write('missing.json', [JSON.stringify(tracer)]);
    const rows = ['0x1,0xVICTIM,0xthief,40,1,10,,', '0x2,0xthief,0xshop,40,2,20,,'];
    write('theft.csv', [head.replace(',isError', ''), ...rows]);
    write('late.csv', [head.replace(',isError', ''), ...rows]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('have no failed, empty or repeated transfers, and stand in the order of blocks', () => {
    expect(readTransfers(join(folder, 'all-tx.csv')).map(({ hash, to, value }) => [hash, to, value])).toEqual([
      ['0x0', '0xfriend', 1n],
      ['0x1', '0xthief', 4n * 10n ** 18n],
      ['0x2', '0xmule', 4n * 10n ** 18n],
      ['0x3', '0xshop', 7n],
    ]);
  });

  it('make tokens comparable by their usual transfer', () => {
    const row = { hash: '', from: '', to: '', block: 0 };
    const rows = [2n, 4n, 4_000_000_000n].map((value) => ({ ...row, value, token: 'a' }));
    expect(comparable([...rows, { ...row, value: 77n, token: 'b' }])).toEqual([
      500_000n,
      10n ** 6n,
      10n ** 15n,
      10n ** 6n,
    ]);
  });

  it('read a heist: its thief given, its transit wallets sought, its services stops', () => {
    const heist = readHeist(folder, 'heist');
    expect(names(heist, heist.given)).toEqual(['0xthief']);
    expect(names(heist, heist.targets)).toEqual(['0xmule']);
    expect(heist.seeds.map(({ transfer }) => transfer)).toEqual([1]);
    expect(heist.wallets.filter((_, wallet) => heist.graph.absorbs[wallet] === 1)).toEqual(['0xshop']);
  });

  it("read TRacer's, and say what was left out", () => {
    const { cases, leftOut } = readTracerCases(folder);
    expect(cases.map((each) => [each.name, names(each, each.targets), each.seeds.length])).toEqual([
      ['A theft', ['0xshop'], 1],
    ]);
    expect(leftOut.map((text) => text.replaceAll(folder, 'FOLDER'))).toEqual([
      'late.json: no transfer pays a source from block 11 on',
      'missing.json: there are no transfers, FOLDER/missing.csv is missing',
    ]);
  });

  it('refuse what is no whole number', () => {
    expect(['25', '25.0', '2.5e+1', '0.0'].map(wholeNumber)).toEqual([25n, 25n, 25n, 0n]);
    for (const text of ['', '2.5', '-1', 'NaN', '1e-3']) expect(() => wholeNumber(text)).toThrow('base units');
  });
});

function caseOf(
  rows: readonly string[],
  { stops, given, targets }: { stops: readonly string[]; given: readonly string[]; targets: readonly string[] },
): RankCase {
  return makeCase(
    'a case',
    rows.map((row) => {
      const [from = '', to = '', value = '', source] = row.split(' ');
      return { from, to, value: BigInt(value), source: source === undefined ? 0n : BigInt(value) };
    }),
    { absorbs: (wallet) => stops.includes(wallet), given, targets },
  );
}

function names({ wallets }: RankCase, numbers: Iterable<number>): string[] {
  return [...numbers].map((number) => wallets[number] ?? '');
}
