/** The USDT transfers of 40 wallets named in seizure orders: real data, with all that is wrong in it. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { buildGraph } from '../../graphs/build.ts';
import { graphHash } from '../../graphs/transfers-hash.ts';
import type { Address, TransactionHash, Transfer } from '../../src/chains/chain.ts';
import { wallet } from '../fixtures/graph-rows.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

function read(file: string): Record<string, string>[] {
  return parse(readFileSync(sharedData(`tron-usdt-seized/${file}`)), { columns: true });
}

function readTransfers(): Transfer[] {
  return read('transfers.csv').map((row) => ({
    chain: 'tron',
    asset: 'USDT',
    transaction: row.transaction_id as TransactionHash,
    from: row.from as Address,
    to: row.to as Address,
    value: BigInt(row.value ?? ''),
    occurrence: 0,
    timestamp: Number(row.block_timestamp_ms),
    block: null,
  }));
}

describe.skipIf(!hasSharedData)('the graph of the seized wallets', () => {
  const transfers = hasSharedData ? readTransfers() : [];
  const seeds = hasSharedData
    ? read('seeds.csv').map(({ address = '' }) => wallet(address, { hop: 0, report: 'paid-to' }))
    : [];

  it('holds every transfer that moved something, to the base unit', () => {
    const graph = buildGraph({ wallets: seeds, transfers });
    const count = graph.reduceEdges((sum, _, attributes) => sum + attributes.count, 0);
    const total = graph.reduceEdges((sum, _, attributes) => sum + attributes.total, 0n);
    // Of 10,525 rows 163 have no value, and one, of 250 USDT, is of a wallet to itself.
    const toItself = transfers.filter(({ from, to }) => from === to);
    expect([transfers.length, count, toItself.length]).toEqual([10_525, 10_361, 1]);
    expect(total + (toItself[0]?.value ?? 0n)).toBe(transfers.reduce((sum, { value }) => sum + value, 0n));
    expect([graph.order, graph.size]).toEqual([1_635, 2_213]);
  });

  it('has the same hash from the last row to the first', () => {
    const turned = [...transfers].reverse();
    expect(graphHash(turned)).toBe(graphHash(transfers));
  });
});
