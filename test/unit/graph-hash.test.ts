import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../graphs/canonical-json.ts';
import { runHash } from '../../graphs/run-hash.ts';
import { createGraphHasher, graphHash, transferLine } from '../../graphs/transfers-hash.ts';
import type { Transfer } from '../../src/chains/chain.ts';
import { day, transfer } from '../fixtures/graph-rows.ts';

const first = transfer('TA', 'TB', 5_000_000n);
const again: Transfer = { ...first, occurrence: 1 };
const later = transfer('TB', 'TC', 10n, { transaction: 2, timestamp: day(2) });

describe('the hash of transfers', () => {
  it('is what sha256sum says of the sorted lines', () => {
    expect(graphHash([later, again, first])).toBe('0daf80014b0ac004b89dc07caa3a7f3c848f176c0ea86894242791982cfce658');
  });

  it('of no transfers is that of an empty text', () => {
    expect(graphHash([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('names the chain, asset, transaction, both wallets, value, occurrence and time of a transfer', () => {
    expect(transferLine(again)).toBe(
      'tron,USDT,0000000000000000000000000000000000000000000000000000000000000001,TA,TB,5000000,1,1704067200000',
    );
  });

  it('changes with each of these, and not with the block, which not every provider tells', () => {
    const changes: Partial<Transfer>[] = [
      { asset: 'USDD' },
      { transaction: later.transaction },
      { from: later.from },
      { to: later.to },
      { value: 5_000_001n },
      { occurrence: 2 },
      { timestamp: day(3) },
    ];
    const hashes = changes.map((change) => graphHash([{ ...first, ...change }, again]));
    expect(new Set([...hashes, graphHash([first, again])]).size).toBe(changes.length + 1);
    expect(graphHash([{ ...first, block: 77 }, again])).toBe(graphHash([first, again]));
  });

  it('is the same in any order, and the same when sorted lines are streamed', () => {
    const count = fc.integer({ min: 0, max: 2_000 });
    fc.assert(
      fc.property(count, fc.infiniteStream(fc.nat()), (size, random) => {
        const rows = Array.from({ length: size }, (_, index) =>
          transfer(`T${index % 7}`, 'TB', 1n, { transaction: index }),
        );
        const ranks = new Map(rows.map((row) => [row, random.next().value]));
        const shuffled = [...rows].sort((a, b) => Number(ranks.get(a)) - Number(ranks.get(b)));
        const hasher = createGraphHasher();
        for (const line of rows.map(transferLine).sort()) hasher.add(line);
        expect(graphHash(shuffled)).toBe(hasher.digest());
      }),
      { numRuns: 20 },
    );
  });

  it('is refused for a transfer that comes twice, for unsorted lines and for anything but printable ASCII', () => {
    expect(() => graphHash([first, first])).toThrow('comes twice');
    const hasher = createGraphHasher();
    hasher.add('b');
    expect(() => hasher.add('a')).toThrow('not sorted');
    expect(() => hasher.add('é')).toThrow('not printable ASCII');
    expect(() => hasher.add('c\nd')).toThrow('not printable ASCII');
  });
});

describe('the hash of a run', () => {
  const run = {
    graphHash: 'ab',
    rule: 'louvain',
    parameters: { resolution: 1, deep: { z: [1.5, true], a: null, absent: undefined } },
    seeds: ['b', 'a'],
    results: [{ total: 12345678901234567890n }],
  };

  it('is what sha256sum says of the canonical JSON', () => {
    expect(runHash(run)).toBe('4e8e511068801d70effefdee1bba9f4b2e4ae84da5af8e535749a2df16c65ebc');
  });

  it('does not depend on the order of keys and seeds', () => {
    const { deep, resolution } = run.parameters;
    const turned = {
      results: run.results,
      seeds: ['a', 'b'],
      parameters: { deep, resolution },
      rule: 'louvain',
      graphHash: 'ab',
    };
    expect(runHash(turned)).toBe(runHash(run));
  });

  it('changes with the graph, the rule, the parameters, the seeds, the results and their order', () => {
    const changed = [
      run,
      { ...run, graphHash: 'ac' },
      { ...run, rule: 'fifo' },
      { ...run, parameters: { resolution: 1.5 } },
      { ...run, seeds: ['a'] },
      { ...run, results: [1n, 2n] },
      { ...run, results: [2n, 1n] },
    ];
    expect(new Set(changed.map(runHash)).size).toBe(changed.length);
  });
});

describe('canonical JSON', () => {
  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is refused for what JSON cannot say', () => {
    for (const value of [Number.NaN, Infinity, () => 1, undefined, [undefined], new Date(0), new Map()]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });
});
