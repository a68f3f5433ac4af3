import { describe, expect, it } from 'vitest';
import { EXPORT_FORMATS, type ExportFormat, exportFiles } from '../../graphs/export/index.ts';
import type { ExportSnapshot } from '../../graphs/export/snapshot.ts';
import { escapeXml } from '../../graphs/export/xml.ts';
import { edge } from '../fixtures/graph-rows.ts';
import { header, rows, snapshotOf } from '../fixtures/graph-snapshot.ts';

function textOf(format: ExportFormat, snapshot: ExportSnapshot, name?: string): string {
  const files = exportFiles(format, snapshot).filter((file) => name === undefined || file.name === name);
  return files.map(({ chunks }) => [...chunks].join('')).join('');
}

describe('every format', () => {
  it('has its files', () => {
    const names = EXPORT_FORMATS.map((format) => exportFiles(format, snapshotOf()).map(({ name }) => name));
    expect(names).toEqual([
      ['graph.gexf'],
      ['graph.graphml'],
      ['nodes.csv', 'edges.csv', 'coverage.csv', 'poison.csv', 'case.csv'],
      ['graph.json'],
    ]);
  });

  it.each(EXPORT_FORMATS)('%s: the same data give the same bytes, in whatever order they came', (format) => {
    const turned = { wallets: [...rows.wallets].reverse(), edges: [...rows.edges].reverse() };
    const decimals = { USDD: 18, USDT: 6 };
    expect(Object.keys(decimals)).not.toEqual(Object.keys(header.decimals));
    expect(textOf(format, snapshotOf(turned, { decimals }))).toBe(textOf(format, snapshotOf()));
  });

  it.each(EXPORT_FORMATS)('%s: writes amounts and times as text, with every digit', (format) => {
    const text = textOf(format, snapshotOf());
    expect(text).toContain('9007199254.740993');
    expect(text).toContain('123456789.012345678901234567');
    expect(text).toContain('2024-01-02T00:00:00.000Z');
    expect(text).not.toMatch(/e\+\d|1704\d{9}/);
  });

  it.each(EXPORT_FORMATS)('%s: lets nothing out that the types do not name', (format) => {
    const secret = 'SECRET';
    const graph = snapshotOf().graph;
    graph.setAttribute('note', secret);
    graph.updateEachNodeAttributes((_, attributes) => Object.assign(attributes, { note: secret, reference: secret }));
    graph.updateEachEdgeAttributes((_, attributes) => Object.assign(attributes, { note: secret }));
    const careless = Object.assign({}, header, {
      victim: secret,
      coverage: Object.assign({}, header.coverage, { note: secret }),
      stored: Object.assign({}, header.stored, { note: secret }),
      proofs: Object.assign({}, header.proofs, { note: secret }),
      poison: Object.assign({}, header.poison, { note: secret }),
    });
    const coverage = snapshotOf().coverage.map((seen) => Object.assign({}, seen, { note: secret, reference: secret }));
    const poison = snapshotOf().poison.map((row) => Object.assign({}, row, { note: secret }));
    const whole = { ...snapshotOf(), graph, coverage, poison, header: careless };
    expect(textOf(format, whole)).not.toContain(secret);
  });

  it.each(EXPORT_FORMATS)('%s: is refused for an asset whose decimals nobody named', (format) => {
    const snapshot = snapshotOf(rows, { decimals: { USDT: 6 } });
    expect(() => textOf(format, snapshot)).toThrow('no decimals for USDD');
  });

  it.each(EXPORT_FORMATS)('%s: is written for an empty graph and without clusters', (format) => {
    const empty = { ...snapshotOf({ wallets: [], edges: [] }), clusters: null };
    expect(textOf(format, empty).length).toBeGreaterThan(0);
  });

  it.each(EXPORT_FORMATS)('%s: comes in pieces', (format) => {
    const edges = Array.from({ length: 3_000 }, (_, index) => edge('TA', `T${index}`, 1));
    const snapshot = snapshotOf({ wallets: [], edges });
    const poison = Array.from({ length: 3_000 }, () => snapshot.poison).flat();
    for (const { name, chunks } of exportFiles(format, { ...snapshot, poison })) {
      if (name === 'case.csv' || name === 'coverage.csv') continue; // They do not grow with the graph.
      const pieces = [...chunks];
      expect(pieces.length).toBeGreaterThan(1);
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(400_000);
    }
  });
});

describe('CSV', () => {
  it('is what a spreadsheet expects: a line of names, CRLF, empty cells for what is not known', () => {
    const window = '2024-01-01T00:00:00.000Z,2024-01-20T00:00:00.000Z';
    expect(textOf('csv', snapshotOf(), 'nodes.csv').split('\r\n')).toEqual([
      'id,chain,address,hop,state,report,cluster,score,roles,reason,proof,difference,from,to,rows,frozen,frozenSince',
      `tron:TA,tron,TA,0,expanded,reported,1,84,"collection, pooling",,proven,0.000000,${window},4,yes,2024-01-05T00:00:00.000Z`,
      `tron:TB,tron,TB,1,stopped,,1,,,beyond --max-hops 1,unproven,-12.500000,${window},4,no,`,
      'tron:TC,tron,TC,,seen,,1,,,,not-tried,,,,,yes,',
      'tron:TD,tron,TD,,seen,,2,,,,not-tried,,,,,,',
      'tron:TE,tron,TE,,seen,,2,,,,not-tried,,,,,,',
      `tron:TEmpty,tron,TEmpty,2,failed,,,,,"'=1+1 was answered,\nfive times",not-tried,,,,0,,`,
      'tron:TF,tron,TF,,seen,,2,,,,not-tried,,,,,,',
      "tron:TVictim,tron,TVictim,,seen,victim's own wallet,,,,,not-tried,,,,,,",
      '',
    ]);
    const edges = textOf('csv', snapshotOf(), 'edges.csv').split('\r\n');
    expect(edges[0]).toBe('id,source,target,asset,count,total,first,last');
    expect(edges).toContain(
      'tron:TC>tron:TD:USDT,tron:TC,tron:TD,USDT,1,9007199254.740993,2024-01-02T00:00:00.000Z,2024-01-03T00:00:00.000Z',
    );
  });

  it('lists what the graph leaves out as poison, with the rule', () => {
    expect(textOf('csv', snapshotOf(), 'poison.csv').split('\r\n')).toEqual([
      'chain,asset,transaction,from,to,amount,time,rule',
      `tron,USDT,${'ef'.repeat(32)},TA,TD,0.000000,2024-01-03T00:00:00.000Z,zero-value`,
      `tron,USDT,${'12'.repeat(32)},TX,TA,0.001000,2024-01-04T00:00:00.000Z,look-alike`,
      '',
    ]);
  });

  it('has only its line of names for an empty graph', () => {
    expect(textOf('csv', snapshotOf({ wallets: [], edges: [] }), 'nodes.csv')).toBe(
      'id,chain,address,hop,state,report,cluster,score,roles,reason,proof,difference,from,to,rows,frozen,frozenSince\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    'gives the cell %j an apostrophe, so that it is no formula',
    (asset) => {
      const snapshot = snapshotOf(
        { wallets: [], edges: [{ ...edge('TA', 'TB', 1), asset }] },
        { decimals: { [asset]: 0 } },
      );
      const [, line] = textOf('csv', snapshot, 'edges.csv').split('\r\n');
      const cell = asset.includes('\r') ? `"'${asset}"` : `'${asset}`;
      expect(line).toContain(`,${cell},1,1,`);
    },
  );

  it('has no line lost or doubled where one batch of lines ends', () => {
    for (const size of [998, 999, 1_000, 1_001, 2_000]) {
      const edges = Array.from({ length: size }, (_, index) => edge('TA', `T${index}`, 1));
      const lines = textOf('csv', { ...snapshotOf({ wallets: [], edges }), clusters: null }, 'edges.csv').split('\r\n');
      expect(lines.pop()).toBe('');
      expect(new Set(lines).size).toBe(size + 1);
      expect(lines).toHaveLength(size + 1);
    }
  });
});

describe('escaping for XML', () => {
  it('writes marks as entities and impossible characters as U+FFFD', () => {
    expect(escapeXml(`a<b>&"c"'\t\r\n]]>`)).toBe('a&lt;b&gt;&amp;&quot;c&quot;&apos;&#9;&#13;&#10;]]&gt;');
    expect(escapeXml('\u0000\u000b\ufffe\ud800x\udc00😀é')).toBe('\ufffd\ufffd\ufffd\ufffdx\ufffd😀é');
  });
});
