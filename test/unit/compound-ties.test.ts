import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findInLabel, findName, indexNames, sharedNames } from '../../graphs/compounds/names.ts';
import { ambiguousNames, tieClusters } from '../../graphs/compounds/ties.ts';
import type { CompoundReport, CompoundTag, KnownCompound, TieInput } from '../../graphs/compounds/types.ts';
import type { Address, TransactionHash, Wallet } from '../../src/chains/chain.ts';
import { builtInCompounds } from '../../src/compounds/registry.ts';
import { namesOfEntries } from '../../workers/compounds.ts';

const REGISTRY = namesOfEntries(builtInCompounds());
const INDEX = indexNames(REGISTRY);
const idOf = (name: string) => {
  const found = findName(INDEX, name);
  return found === null ? null : 'ambiguous' in found ? found.ambiguous : `${found.compound} by ${found.by}`;
};
const labelled = (label: string) =>
  findInLabel(INDEX, label).map((found) => ('ambiguous' in found ? found.ambiguous : found.compound));

describe('a name that a victim tells', () => {
  test.each([
    ['KK Park', 'kk-park by name'],
    ['  the kk-park  ', 'kk-park by name'],
    ['ＫＫ　ＰＡＲＫ', 'kk-park by name'],
    ['KK Park scam compound', 'kk-park by name'],
    ['Shwe Kokko', 'shwe-kokko-yatai-new-city by name'],
    ['亞太新城', 'shwe-kokko-yatai-new-city by name'],
    ["O'Smach resort", 'o-smach-resort by name'],
    ['Bai family criminal group', 'bai-family-group by name'],
    ['8 Park', 'number-8-park by name'],
    ['tickmilleas.com', 'tai-chang by platform'],
    ['she zhijiang', 'shwe-kokko-yatai-new-city by operator'],
    ['白所成', 'bai-family-group by operator'],
    // A name of its own comes before that of an operator of another.
    ['Karen National Army', 'karen-national-army by name'],
    ['Huione Group', 'huione-group by name'],
  ])('is told by whole names: %s', (name, found) => {
    expect(idOf(name)).toBe(found);
  });

  test.each([
    'Park',
    'KK Parking',
    'KK Parks',
    '18 Park',
    '8 Park Avenue',
    'Huanyan',
    'KK',
    'kkpark',
    '',
    '—',
    'Tai Chan',
  ])('is no part of a longer name, and no longer one: %s', (name) => {
    expect(idOf(name)).toBeNull();
  });

  test('that is an operator of several is ambiguous', () => {
    expect(idOf('Chen Zhi')).toEqual(['golden-fortune', 'jinbei', 'prince-group-tco']);
  });

  test('does not name who stands in the registry by a finding alone', () => {
    const operators = [{ name: 'River Pay', instrument: 'FinCEN final rule', grounds: ['finding'] as const }];
    expect(findName(indexNames([compound('a', 'A Market', { operators })]), 'River Pay')).toBeNull();
  });
});

describe('the words of a tag', () => {
  test.each([
    ['Huione Pay', ['huione-pay']],
    ['Huione Pay: hot wallet 7', ['huione-pay']],
    ['Scam (KK Park)', ['kk-park']],
    ['KK Park compound wallet', ['kk-park']],
    ['Huione Group, Xinbi Guarantee', ['huione-group', 'xinbi']],
    ['Lucky South 99', ['lucky-south-99']],
    ['Silver Huanya Trading', []],
    ['8 Park Avenue Exchange', []],
    ['wallet 7', []],
  ])('name compounds by whole parts: %s', (label, found) => {
    expect(labelled(label)).toEqual(found);
  });
});

test('the registry has no name twice', () => {
  expect(sharedNames(REGISTRY)).toEqual([]);
});

function compound(id: string, name: string, more: Partial<KnownCompound> = {}): KnownCompound {
  return { ...{ id, name, kind: 'compound', aliases: [], platforms: [], operators: [] }, ...more };
}
const wallet = (name: string): Wallet => ({ chain: 'tron', address: name as Address });
const transfer = (from: string, to: string) => ({
  ...{
    chain: 'tron' as const,
    asset: 'USDT',
    from: from as Address,
    to: to as Address,
    value: 5_000_000n,
    occurrence: 0,
  },
  transaction: `${from}${to}` as TransactionHash,
});
const RIVER = compound('river', 'River Park', {
  aliases: ['The Bend'],
  platforms: ['riverfx.example'],
  operators: [{ name: 'Li River', instrument: 'OFAC 2025-09-08', grounds: ['sanction'] }],
});
const LAKE = compound('lake', 'Lake Market', { kind: 'marketplace', aliases: ['The Bend'] });
const EMPTY: TieInput = {
  clusters: [
    { id: 'C1', wallets: ['A', 'B'].map(wallet) },
    { id: 'C2', wallets: ['X', 'Y'].map(wallet) },
  ],
  ...{ neighbours: [], tags: [], reports: [], compounds: [RIVER, LAKE] },
};
const report = (number: number, to: string, payment: CompoundReport['payment'], ...names: string[]) => ({
  ...{ number, wallet: wallet(to), names, payment },
});
const tag = (of: string, text: string, source = 'a list'): CompoundTag => ({ wallet: wallet(of), text, source });
const outline = (input: Partial<TieInput>) =>
  tieClusters({ ...EMPTY, ...input }).map((tie) => `${tie.cluster} ${tie.compound} ${tie.kind} ${tie.strength}`);
const only = (input: Partial<TieInput>) => {
  const ties = tieClusters({ ...EMPTY, ...input });
  expect(ties).toHaveLength(1);
  return ties[0];
};

describe('a cluster is tied', () => {
  test('by a wallet in it that somebody tags', () => {
    expect(only({ tags: [tag('A', 'River Park: wallet 1')] })).toEqual({
      ...{ cluster: 'C1', compound: 'river', kind: 'tagged-inside', strength: 70 },
      text: '1 wallet of the cluster is tagged as of River Park by a list: consistent with a link to it.',
      evidence: { reports: [], wallets: [wallet('A')], source: ['a list'], transfers: [] },
    });
  });

  test('by a tag whose publisher tells the entry itself', () => {
    expect(outline({ tags: [{ ...tag('A', 'S-17'), compound: 'river' }] })).toEqual(['C1 river tagged-inside 70']);
    expect(outline({ tags: [{ ...tag('A', 'River Park'), compound: 'gone' }] })).toEqual([]);
  });

  test('by a tagged wallet that it traded with, and with which', () => {
    const neighbours = [{ cluster: 'C2', wallet: wallet('N'), transfers: [transfer('X', 'N')] }];
    expect(only({ neighbours, tags: [tag('N', 'River Park'), tag('N', 'river-park', 'another')] })).toEqual({
      ...{ cluster: 'C2', compound: 'river', kind: 'tagged-next-to', strength: 43 },
      text: 'The cluster traded directly with 1 wallet tagged as of River Park by a list, another: consistent with dealings with it, and no sign of who runs the cluster.',
      evidence: {
        ...{ reports: [], wallets: [wallet('N')], source: ['a list', 'another'], transfers: [transfer('X', 'N')] },
      },
    });
    // Whom thousands trade with ties less.
    expect(outline({ neighbours, tags: [tag('N', 'Lake Market')] })).toEqual(['C2 lake tagged-next-to 15']);
  });

  test('by a report that names it, by a platform or by an operator', () => {
    expect(only({ reports: [report(4, 'B', null, 'river park'), report(2, 'A', 'investment', 'River Park')] })).toEqual(
      {
        ...{ cluster: 'C1', compound: 'river', kind: 'report-names', strength: 53 },
        text: 'Reports 2, 4 of payments into the cluster name River Park: reported by victims, consistent with a link to it.',
        evidence: { reports: [2, 4], wallets: [wallet('A'), wallet('B')], source: [], transfers: [] },
      },
    );
    expect(only({ reports: [report(1, 'A', null, 'RiverFX.example')] })).toMatchObject({
      strength: 35,
      text: 'Report 1 of payments into the cluster names riverfx.example, by the registry a platform of River Park: reported by victims, consistent with a link to it.',
    });
    expect(only({ reports: [report(1, 'A', null, 'li river')] })).toMatchObject({
      strength: 30,
      text: 'Report 1 of payments into the cluster names Li River, named as an operator of River Park by OFAC 2025-09-08: reported by victims, consistent with a link to it.',
      evidence: { source: ['OFAC 2025-09-08'] },
    });
  });

  test('by ransom and recruitment that are reported into it, also where nobody names the compound', () => {
    const paid = { ...report(3, 'A', 'ransom', 'River Park'), transfers: [transfer('F', 'A')] };
    expect(only({ reports: [paid] })).toEqual({
      ...{ cluster: 'C1', compound: 'river', kind: 'ransom-payment', strength: 60 },
      text: 'Report 3 tells of ransom paid into the cluster and names River Park: consistent with a wallet in which ransoms were taken; who paid is a victim.',
      // Who paid stands in the transfers, and nowhere as a wallet to look at.
      evidence: { reports: [3], wallets: [wallet('A')], source: [], transfers: [transfer('F', 'A')] },
    });
    expect(only({ reports: [report(3, 'A', 'ransom', 'a park that nobody knows')] })).toMatchObject({
      ...{ compound: null, strength: 25 },
      text: 'Report 3 tells of ransom paid into the cluster, and no compound is named that is known: consistent with a wallet in which ransoms were taken; who paid is a victim.',
    });
    expect(only({ reports: [report(3, 'A', 'recruitment'), report(5, 'A', 'recruitment')] })).toMatchObject({
      ...{ compound: null, strength: 28 },
      text: 'Reports 3, 5 tell of payments for recruitment into the cluster, and no compound is named that is known: consistent with a wallet that took money for recruitment; who paid is not to be examined for that alone.',
    });
  });

  test('the more, the more say so, up to a bound; the same publisher says it once', () => {
    const reports = Array.from({ length: 9 }, (_, number) => report(number + 1, 'A', null, 'River Park'));
    expect(outline({ reports: reports.slice(0, 3) })).toEqual(['C1 river report-names 61']);
    expect(outline({ reports })).toEqual(['C1 river report-names 69']);
    expect(outline({ tags: ['A', 'B'].map((of) => tag(of, 'River Park')) })).toEqual(['C1 river tagged-inside 70']);
    const publishers = ['a', 'b', 'c', 'd', 'e'].map((source) => tag('A', 'River Park', source));
    expect(outline({ tags: publishers })).toEqual(['C1 river tagged-inside 94']);
  });

  test('less by a tag that is little trusted', () => {
    expect(outline({ tags: [{ ...tag('A', 'River Park'), confidence: 20 }] })).toEqual(['C1 river tagged-inside 42']);
  });
});

describe('a cluster is not tied', () => {
  test('without a tag, a name or such a payment', () => {
    expect(outline({ reports: [report(1, 'A', 'investment'), report(2, 'A', null, 'Elsewhere')] })).toEqual([]);
    expect(outline({ tags: [tag('A', 'Some exchange'), tag('Z', 'River Park')] })).toEqual([]);
    expect(outline({ reports: [report(1, 'Z', 'ransom', 'River Park')] })).toEqual([]);
  });

  test('by way of another cluster, wallet or compound', () => {
    // C2 traded with A of C1, and C1 with the tagged N: C2 has no tie.
    const neighbours = [
      { cluster: 'C1', wallet: wallet('N') },
      { cluster: 'C2', wallet: wallet('A') },
    ];
    expect(outline({ neighbours, tags: [tag('N', 'River Park')] })).toEqual(['C1 river tagged-next-to 35']);
    // A report of a payment to a neighbour is none of a payment into the cluster.
    expect(outline({ neighbours, reports: [report(1, 'N', 'ransom', 'River Park')] })).toEqual([]);
  });

  test('by a name of two, which is said', () => {
    const input = { tags: [tag('A', 'The Bend')], reports: [report(7, 'A', null, 'the bend', 'River Park')] };
    expect(outline(input)).toEqual(['C1 river report-names 45']);
    expect(ambiguousNames({ ...EMPTY, ...input })).toEqual([
      { name: 'The Bend', compounds: ['lake', 'river'], reports: [], wallets: [wallet('A')] },
      { name: 'the bend', compounds: ['lake', 'river'], reports: [7], wallets: [] },
    ]);
    expect(sharedNames(EMPTY.compounds)).toEqual([{ name: 'the bend', compounds: ['lake', 'river'] }]);
  });

  test('to its own wallet as a neighbour', () => {
    const neighbours = [{ cluster: 'C1', wallet: wallet('A') }];
    expect(outline({ neighbours, tags: [tag('A', 'River Park')] })).toEqual(['C1 river tagged-inside 70']);
  });
});

test('ties do not depend on the order of the rows, and each has evidence and a strength from 1 to 99', () => {
  const name = fc.constantFrom('River Park', 'Lake Market', 'The Bend', 'Li River', 'Elsewhere');
  const of = fc.constantFrom('A', 'B', 'X', 'N', 'M').map(wallet);
  const input = fc.record({
    tags: fc.array(fc.record({ wallet: of, text: name, source: fc.constantFrom('a', 'b'), confidence: fc.nat(100) })),
    reports: fc
      .array(fc.record({ wallet: of, names: fc.array(name), payment: fc.constantFrom('ransom', 'recruitment', null) }))
      .map((rows) => rows.map((row, place) => ({ ...row, number: place + 1 }))),
    neighbours: fc.array(fc.record({ cluster: fc.constantFrom('C1', 'C2'), wallet: of })),
  });
  fc.assert(
    fc.property(input, ({ tags, reports, neighbours }) => {
      const ties = tieClusters({ ...EMPTY, tags, reports, neighbours });
      const turned = { tags: tags.toReversed(), reports: reports.toReversed(), neighbours: neighbours.toReversed() };
      const { clusters, compounds } = EMPTY;
      expect(tieClusters({ ...turned, clusters: clusters.toReversed(), compounds: compounds.toReversed() })).toEqual(
        ties,
      );
      for (const { strength, evidence } of ties) {
        expect(strength).toBeGreaterThanOrEqual(1);
        expect(strength).toBeLessThanOrEqual(99);
        expect(evidence.reports.length + evidence.source.length).toBeGreaterThan(0);
        expect(evidence.wallets.length).toBeGreaterThan(0);
      }
    }),
  );
});
