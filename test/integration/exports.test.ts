/** Exports as other programs read them: parsers that are not ours. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import Graph from 'graphology';
import { parse as parseGexf } from 'graphology-gexf';
import { parse as parseGraphml } from 'graphology-graphml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_FORMATS, type ExportFormat, exportFiles } from '../../graphs/export/index.ts';
import type { GraphDocument } from '../../graphs/export/json.ts';
import { HOSTILE_NAME, HOSTILE_NAME_IN_XML, snapshotOf } from '../fixtures/graph-snapshot.ts';

const snapshot = snapshotOf();
const WALLETS = 8;
const EDGES = 10;

function textOf(format: ExportFormat): string {
  return exportFiles(format, snapshot)
    .map(({ chunks }) => [...chunks].join(''))
    .join('');
}

function csvRows(name: string): Record<string, string>[] {
  const file = exportFiles('csv', snapshot).find((candidate) => candidate.name === name);
  return parseCsv([...(file?.chunks ?? [])].join(''), { columns: true });
}

describe('the graph that is exported', () => {
  it('has the wallets and edges that the readers are to find', () => {
    expect([snapshot.graph.order, snapshot.graph.size]).toEqual([WALLETS, EDGES]);
  });
});

describe.each([
  ['GEXF, read by graphology-gexf', () => parseGexf(Graph, textOf('gexf')), { weight: 3, kind: 'USDT' }],
  ['GraphML, read by graphology-graphml', () => parseGraphml(Graph, textOf('graphml')), {}],
] as const)('%s', (_, read, extra) => {
  const graph = read();

  it('has every wallet and edge', () => {
    expect([graph.order, graph.size]).toEqual([WALLETS, EDGES]);
    expect(graph.nodes()).toEqual(snapshot.graph.nodes());
    expect(graph.edges()).toEqual(snapshot.graph.edges());
  });

  it('has what is known of a wallet', () => {
    expect(graph.getNodeAttributes('tron:TA')).toMatchObject({
      chain: 'tron',
      address: 'TA',
      hop: 0,
      state: 'expanded',
      report: 'reported',
      cluster: 1,
      proof: 'proven',
      difference: '0.000000',
      from: '2024-01-01T00:00:00.000Z',
      to: '2024-01-20T00:00:00.000Z',
      rows: 4,
    });
    expect(graph.getNodeAttributes('tron:TA')).not.toHaveProperty('reason');
    expect(graph.getNodeAttributes('tron:TB')).toMatchObject({
      ...{ state: 'stopped', reason: 'beyond --max-hops 1', proof: 'unproven', difference: '-12.500000' },
    });
    expect(graph.getNodeAttributes('tron:TEmpty')).toMatchObject({ state: 'failed', proof: 'not-tried', rows: 0 });
    const own = graph.getNodeAttributes('tron:TVictim');
    expect(own).toMatchObject({ state: 'seen', report: "victim's own wallet" });
    expect(own).not.toHaveProperty('hop');
    expect(own).not.toHaveProperty('cluster');
    expect(own).toMatchObject({ proof: 'not-tried' });
    expect(own).not.toHaveProperty('rows');
  });

  it('has what moved, to the last digit, and each asset on an edge of its own', () => {
    expect(graph.edges('tron:TA', 'tron:TB').sort()).toEqual(['tron:TA>tron:TB:USDD', 'tron:TA>tron:TB:USDT']);
    expect(graph.getEdgeAttributes('tron:TA>tron:TB:USDT')).toMatchObject({
      asset: 'USDT',
      count: 3,
      total: '0.000003',
      first: '2024-01-01T00:00:00.000Z',
      last: '2024-01-01T00:00:00.000Z',
      ...extra,
    });
    expect(graph.getEdgeAttribute('tron:TA>tron:TB:USDD', 'total')).toBe('123456789.012345678901234567');
  });
});

describe('the header', () => {
  it('stands in the description of a GEXF', () => {
    const description = String(parseGexf(Graph, textOf('gexf')).getAttribute('description'));
    expect(description).toContain(`case: ${HOSTILE_NAME_IN_XML}\n`);
    expect(description).toContain(`graphHash: ${'ab'.repeat(32)}\n`);
    expect(description).toContain('coverage: expanded 4, stopped 1, pending 2, failed 0\n');
    expect(description).toContain('proofs: proven 1, unproven 1, not-tried 1\n');
    expect(description).toContain('poison: zero-value 3, look-alike 2, signed-by-another 1\n');
    expect(description).not.toContain('hidden');
  });

  it('stands as data of the graph in a GraphML', () => {
    expect(parseGraphml(Graph, textOf('graphml')).getAttributes()).toMatchObject({
      case: HOSTILE_NAME_IN_XML,
      generator: 'downstream 0.1.0',
      graphHash: 'ab'.repeat(32),
      runHash: 'cd'.repeat(32),
      heads: 'tron 70000000 2024-01-20T00:00:00.000Z',
      decimals: 'USDD 18, USDT 6',
      coverage: 'expanded 4, stopped 1, pending 2, failed 0',
      proofs: 'proven 1, unproven 1, not-tried 1',
      stored: 'wallets 9, transfers 21',
      poison: 'zero-value 3, look-alike 2, signed-by-another 1',
    });
  });
});

describe('CSV, read by csv-parse', () => {
  it('has every wallet and edge', () => {
    expect(csvRows('nodes.csv')).toHaveLength(WALLETS);
    expect(csvRows('edges.csv')).toHaveLength(EDGES);
    expect(csvRows('case.csv')).toContainEqual({ name: 'graphHash', value: snapshot.header.graphHash });
  });

  it('has what is known of a wallet, and what moved', () => {
    expect(csvRows('nodes.csv').at(-1)).toEqual({
      id: 'tron:TVictim',
      chain: 'tron',
      address: 'TVictim',
      hop: '',
      state: 'seen',
      report: "victim's own wallet",
      cluster: '',
      score: '',
      roles: '',
      reason: '',
      proof: 'not-tried',
      difference: '',
      from: '',
      to: '',
      rows: '',
      frozen: '',
      frozenSince: '',
    });
    expect(csvRows('nodes.csv')).toContainEqual(
      expect.objectContaining({ id: 'tron:TB', proof: 'unproven', difference: '-12.500000', rows: '4' }),
    );
    expect(csvRows('edges.csv')).toContainEqual({
      id: 'tron:TVictim>tron:TA:USDT',
      source: 'tron:TVictim',
      target: 'tron:TA',
      asset: 'USDT',
      count: '1',
      total: '1250.500000',
      first: '2024-01-01T00:00:00.000Z',
      last: '2024-01-01T00:00:00.000Z',
    });
  });
});

describe('the coverage in CSV, read by csv-parse', () => {
  it('has every wallet of the case with what is proven of it, and no formula', () => {
    const own = { hop: '0', asset: 'USDT', provider: 'trongrid', requests: '1' };
    expect(csvRows('coverage.csv')).toEqual([
      {
        ...{ id: 'tron:TA', chain: 'tron', address: 'TA', state: 'expanded', reason: '', rows: '4' },
        ...{ from: '2024-01-01T00:00:00.000Z', to: '2024-01-20T00:00:00.000Z' },
        ...{ proof: 'proven', difference: '0.000000', ...own },
      },
      expect.objectContaining({ address: 'TB', reason: 'beyond --max-hops 1', difference: '-12.500000', hop: '1' }),
      {
        ...{ id: 'tron:TEmpty', chain: 'tron', address: 'TEmpty', state: 'failed', from: '', to: '', rows: '0' },
        ...{ reason: "'=1+1 was answered,\nfive times", proof: 'not-tried', difference: '' },
        ...{ ...own, hop: '2', provider: '', requests: '0' },
      },
    ]);
  });
});

describe('JSON', () => {
  const document = JSON.parse(textOf('json')) as GraphDocument;

  it('has the header, every wallet, edge and cluster', () => {
    expect(document.header).toEqual({
      case: HOSTILE_NAME,
      generator: 'downstream 0.1.0',
      graphHash: 'ab'.repeat(32),
      runHash: 'cd'.repeat(32),
      heads: [{ chain: 'tron', block: 70_000_000, timestamp: '2024-01-20T00:00:00.000Z' }],
      decimals: { USDT: 6, USDD: 18 },
      coverage: { expanded: 4, stopped: 1, pending: 2, failed: 0 },
      proofs: { proven: 1, unproven: 1, 'not-tried': 1 },
      stored: { wallets: 9, transfers: 21 },
      poison: { 'zero-value': 3, 'look-alike': 2, 'signed-by-another': 1 },
      clustering: {
        method: 'leiden',
        seed: 1,
        repeats: 20,
        rule: 'fifo',
        unclustered: 2,
      },
    });
    expect([document.nodes.length, document.edges.length, document.clusters.length]).toEqual([WALLETS, EDGES, 2]);
    expect(document.poison).toHaveLength(2);
    expect(document.poison[1]).toEqual({
      chain: 'tron',
      asset: 'USDT',
      transaction: '12'.repeat(32),
      from: 'TX',
      to: 'TA',
      amount: '0.001000',
      time: '2024-01-04T00:00:00.000Z',
      rule: 'look-alike',
    });
    expect(document.clusters[0]).toEqual({
      id: 1,
      size: 3,
      likely: true,
      transfers: 11,
      total: { USDD: '123456789.012345678901234567', USDT: '0.000009' },
      wallets: ['tron:TA', 'tron:TB', 'tron:TC'],
    });
  });

  it('has of every wallet of the case how far it was seen', () => {
    expect(document.coverage).toHaveLength(3);
    expect(document.coverage[1]).toEqual({
      ...{ id: 'tron:TB', chain: 'tron', address: 'TB', state: 'stopped', reason: 'beyond --max-hops 1', rows: 4 },
      ...{ from: '2024-01-01T00:00:00.000Z', to: '2024-01-20T00:00:00.000Z', proof: 'unproven' },
      ...{ difference: '-12.500000', hop: 1, asset: 'USDT', provider: 'trongrid', requests: 1 },
    });
    expect(document.nodes.find(({ id }) => id === 'tron:TB')).toMatchObject({ difference: '-12.500000', rows: 4 });
  });

  it('names in its edges and clusters only wallets that it has', () => {
    const ids = new Set(document.nodes.map(({ id }) => id));
    const named = [
      ...document.edges.flatMap(({ source, target }) => [source, target]),
      ...document.clusters.flatMap(({ wallets }) => wallets),
    ];
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });
});

const NETWORKX = `
import csv, json, sys, inspect
import networkx as nx
from networkx.readwrite import json_graph
folder = sys.argv[1]
def picture(graph):
    edge = graph.get_edge_data('tron:TC', 'tron:TD')
    return {
        'multi': graph.is_multigraph(), 'directed': graph.is_directed(),
        'nodes': graph.number_of_nodes(), 'edges': graph.number_of_edges(),
        'wallet': {name: graph.nodes['tron:TA'][name] for name in ('address', 'hop', 'state', 'report', 'cluster', 'proof', 'difference', 'rows')},
        'edge': [{name: data[name] for name in ('asset', 'count', 'total', 'first', 'last')} for data in edge.values()],
        'case': graph.graph.get('case'),
    }
with open(folder + '/graph.json') as file:
    document = json.load(file)
names = inspect.signature(json_graph.node_link_graph).parameters
ends = {'edges': 'edges'} if 'edges' in names else {'link': 'edges'}
print(json.dumps({
    'gexf': picture(nx.read_gexf(folder + '/graph.gexf')),
    'graphml': picture(nx.read_graphml(folder + '/graph.graphml')),
    'json': picture(json_graph.node_link_graph(document, **ends)),
}))
`;

const PYTHON = '/usr/bin/python3';

function hasNetworkx(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import networkx'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const networkx = hasNetworkx();

describe(
  networkx ? 'networkx' : 'networkx (left out: no python3 with networkx, such as the package python3-networkx)',
  () => {
    let folder = '';
    let read: Record<string, unknown> = {};

    beforeAll(() => {
      if (!networkx) return;
      folder = mkdtempSync(join(tmpdir(), 'downstream-exports-'));
      for (const { name, chunks } of EXPORT_FORMATS.flatMap((format) => exportFiles(format, snapshot))) {
        writeFileSync(join(folder, name), [...chunks].join(''));
      }
      read = JSON.parse(execFileSync(PYTHON, ['-c', NETWORKX, folder], { encoding: 'utf8' }));
    }, 60_000);

    afterAll(() => {
      if (folder !== '') rmSync(folder, { recursive: true });
    });

    it.skipIf(!networkx).each([
      ['gexf', null],
      ['graphml', HOSTILE_NAME_IN_XML],
      ['json', null],
    ])('reads %s with every wallet, edge and digit', (format, name) => {
      expect(read[format]).toEqual({
        multi: true,
        directed: true,
        nodes: WALLETS,
        edges: EDGES,
        wallet: {
          ...{ address: 'TA', hop: 0, state: 'expanded', report: 'reported', cluster: 1 },
          ...{ proof: 'proven', difference: '0.000000', rows: 4 },
        },
        edge: [
          {
            asset: 'USDT',
            count: 1,
            total: '9007199254.740993',
            first: '2024-01-02T00:00:00.000Z',
            last: '2024-01-03T00:00:00.000Z',
          },
        ],
        case: name,
      });
    });
  },
);
