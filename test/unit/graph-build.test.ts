import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGraph, buildGraphFromEdges } from '../../graphs/build.ts';
import type { GraphWallet } from '../../graphs/rows.ts';
import type { Transfer } from '../../src/chains/chain.ts';
import { day, edge, transfer, wallet } from '../fixtures/graph-rows.ts';

const seed = wallet('TSeed', { hop: 0, report: 'paid-to' });

describe('the transfer graph', () => {
  it('has a node per wallet and an edge per payer, payee and asset', () => {
    const graph = buildGraph({
      wallets: [seed, wallet('TNext', { hop: 1, state: 'pending' })],
      transfers: [
        transfer('TSeed', 'TNext', 20n, { transaction: 1, timestamp: day(3) }),
        transfer('TSeed', 'TNext', 5n, { transaction: 2, timestamp: day(1) }),
        transfer('TSeed', 'TNext', 7n, { transaction: 3, asset: 'USDD' }),
        transfer('TNext', 'TSeed', 1n, { transaction: 4, timestamp: day(9) }),
      ],
    });
    expect(graph.mapNodes((key, attributes) => [key, attributes])).toEqual([
      ['tron:TNext', { chain: 'tron', address: 'TNext', hop: 1, state: 'pending', report: null }],
      ['tron:TSeed', { chain: 'tron', address: 'TSeed', hop: 0, state: 'expanded', report: 'paid-to' }],
    ]);
    expect(graph.mapEdges((key, attributes) => [key, attributes])).toEqual([
      ['tron:TNext>tron:TSeed:USDT', { asset: 'USDT', count: 1, total: 1n, first: day(9), last: day(9) }],
      ['tron:TSeed>tron:TNext:USDD', { asset: 'USDD', count: 1, total: 7n, first: day(1), last: day(1) }],
      ['tron:TSeed>tron:TNext:USDT', { asset: 'USDT', count: 2, total: 25n, first: day(1), last: day(3) }],
    ]);
  });

  it('leaves out transfers of no value, and wallets that appear only in these', () => {
    const graph = buildGraph({
      wallets: [seed, wallet('TLookalike', { state: 'seen' })],
      transfers: [transfer('TSeed', 'TLookalike', 0n), transfer('TPoison', 'TSeed', 0n), transfer('TSeed', 'TB', 1n)],
    });
    expect(graph.nodes()).toEqual(['tron:TB', 'tron:TSeed']);
    expect(graph.edges()).toEqual(['tron:TSeed>tron:TB:USDT']);
  });

  it('leaves out transfers of a wallet to itself', () => {
    const graph = buildGraph({
      wallets: [seed],
      transfers: [transfer('TSeed', 'TSeed', 9n), transfer('TX', 'TX', 9n)],
    });
    expect(graph.nodes()).toEqual(['tron:TSeed']);
    expect(graph.size).toBe(0);
  });

  it('keeps a wallet of the case that moved nothing: its emptiness is a finding', () => {
    const own = wallet('TVictim', { state: 'seen', report: 'own' });
    const failed = wallet('TFailed', { hop: 2, state: 'failed' });
    const graph = buildGraph({ wallets: [own, failed, wallet('TNobody', { state: 'seen' })], transfers: [] });
    expect(graph.nodes()).toEqual(['tron:TFailed', 'tron:TVictim']);
  });

  it('takes a wallet that only transfers name as merely seen', () => {
    const graph = buildGraph({ wallets: [], transfers: [transfer('TA', 'TB', 1n)] });
    expect(graph.getNodeAttributes('tron:TA')).toMatchObject({ hop: null, state: 'seen', report: null });
  });

  it('is refused when a wallet comes twice, for the two may contradict each other', () => {
    expect(() => buildGraphFromEdges({ wallets: [seed, seed], edges: [] })).toThrow('Wallet tron:TSeed comes twice');
  });

  it('joins edges of the same payer, payee and asset', () => {
    const edges = [edge('TA', 'TB', 2, 10n), { ...edge('TA', 'TB', 3, 5n), first: day(4), last: day(6) }];
    expect(buildGraphFromEdges({ wallets: [], edges }).getEdgeAttributes('tron:TA>tron:TB:USDT')).toEqual({
      asset: 'USDT',
      count: 5,
      total: 15n,
      first: day(1),
      last: day(6),
    });
  });
});

const name = fc.constantFrom('TA', 'TB', 'TC', 'TD', 'TE');
const rowOfTransfer = fc
  .record({
    from: name,
    to: name,
    value: fc.bigInt(0n, 10n ** 18n),
    asset: fc.constantFrom('USDT', 'USDD'),
    at: fc.nat(9),
  })
  .map(({ from, to, value, asset, at }) => transfer(from, to, value, { asset, timestamp: day(1 + at) }));
const rowsOfWallets = fc.uniqueArray(
  fc.record({
    address: fc.constantFrom('TA', 'TB', 'TC', 'TX', 'TY'),
    hop: fc.option(fc.nat(5)),
    state: fc.constantFrom('expanded' as const, 'seen' as const, 'stopped' as const),
  }),
  { selector: (row) => row.address },
);

function pictureOf(wallets: readonly GraphWallet[], transfers: readonly Transfer[]) {
  const graph = buildGraph({ wallets, transfers });
  return { nodes: [...graph.nodeEntries()], edges: graph.mapEdges((key, attributes) => [key, attributes]) };
}

describe('properties of the transfer graph', () => {
  const rows = fc.tuple(rowsOfWallets, fc.array(rowOfTransfer, { maxLength: 40 })).chain(([wallets, transfers]) =>
    fc.record({
      wallets: fc.constant(wallets.map(({ address, ...rest }) => wallet(address, rest))),
      transfers: fc.constant(transfers),
      shuffled: fc.shuffledSubarray(transfers, { minLength: transfers.length }),
    }),
  );

  it('the same rows in any order give the same graph, in the same order', () => {
    fc.assert(
      fc.property(rows, ({ wallets, transfers, shuffled }) => {
        expect(pictureOf([...wallets].reverse(), shuffled)).toEqual(pictureOf(wallets, transfers));
      }),
    );
  });

  it('every base unit and every transfer that moved something is on one edge', () => {
    fc.assert(
      fc.property(rows, ({ wallets, transfers }) => {
        const moving = transfers.filter(({ from, to, value }) => from !== to && value > 0n);
        const graph = buildGraph({ wallets, transfers });
        const total = graph.reduceEdges((sum, _, attributes) => sum + attributes.total, 0n);
        const count = graph.reduceEdges((sum, _, attributes) => sum + attributes.count, 0);
        expect(total).toBe(moving.reduce((sum, { value }) => sum + value, 0n));
        expect(count).toBe(moving.length);
      }),
    );
  });
});
