/** What every chain source promises of what the issuer destroys, redeems and freezes: run as `chain-source.ts` is. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Asset, Call, ChainSource, Remark, Window } from '../../src/chains/chain.ts';
import type { IssuerEvent } from '../../src/chains/off-history.ts';
import { RetryableError } from '../../src/errors.ts';
import { Ledger, type LedgerOptions } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { Network } from '../../src/simulate/network.ts';
import type { SimulatedBurn, SimulatedDeed, SimulatedFreeze, SimulatedTransfer } from '../../src/simulate/types.ts';
import type { Manner, OpenedSource, SourceUnderTest } from './chain-source.ts';

const FIRST_BLOCK = 60_000_000;
const SEED = 20_261_125;

/** How many funds are destroyed and how many redemptions there are in a block. */
type Burns = readonly [destroyed: number, redeemed: number];

export function describeIssuerEvents(subject: SourceUnderTest): void {
  const { name, network, manners, pageRows, open, isLive, runs = 40 } = subject;
  const owner = network.addressFor('the owner');
  const ledgerOf = (counts: readonly Burns[], options: LedgerOptions = {}) =>
    new Ledger([transferIn(network)], { network, owner, ...options, burns: burnsOf(network, counts) });

  describe(`issuer events of ${name}`, () => {
    let opened: OpenedSource | null = null;
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    async function reader(ledger: Ledger, manner: Manner = 'honest'): Promise<Reader> {
      await opened?.close();
      opened = await open(ledger, manner);
      const [asset] = opened.assets;
      if (asset === undefined) throw new Error('the source has no asset');
      return new Reader(opened.source, asset, ledger);
    }

    test.runIf(!isLive)('are none, for no file lists them', async () => {
      const read = await reader(ledgerOf([[2, 1]]));
      expect(await read.page()).toEqual({ events: [], next: null, remarks: [] });
    });

    test.runIf(isLive)('end at once when they are aborted', async () => {
      const read = await reader(ledgerOf([[1, 0]]), 'silence');
      const controller = new AbortController();
      const running = read.page({ signal: controller.signal });
      setTimeout(() => controller.abort(new Error('enough')), 20);
      await expect(running).rejects.toThrow('enough');
    });

    describe.runIf(isLive)('read page by page, are those of the chain', () => {
      const L = pageRows;
      test.each<[string, Burns[]]>([
        ['none', []],
        ['one of a kind', [[1, 0]]],
        ['one of the other', [[0, 1]]],
        [
          'both in several blocks',
          [
            [2, 1],
            [0, 3],
            [1, 0],
            [1, 1],
          ],
        ],
        ['a full page at one time', [[L, 0]]],
        ['a page and one more at one time', [[L + 1, 1]]],
        [
          'a full page of both at one time, and more before and after',
          [
            [1, 1],
            [L, L],
            [1, 1],
          ],
        ],
        ['a full page of one kind before the first of the other', [...many(L), [0, 1], [1, 0]]],
        [
          'a block across the border of a page',
          [
            [L - 3, 0],
            [7, 0],
            [2, 2],
          ],
        ],
        ['a full page of single ones', many(L)],
        ['a full page of single ones and one more', many(L + 1)],
      ])('%s', async (_, counts) => {
        const read = await reader(ledgerOf(counts));
        expect(await read.all()).toEqual(read.expected());
      });

      test.each(manners)('with %s', async (manner) => {
        const read = await reader(
          ledgerOf([
            [1, 0],
            [pageRows + 40, 2],
            [3, 1],
            [0, 1],
          ]),
          manner,
        );
        expect(await read.all()).toEqual(read.expected());
      });

      test('whatever the ledger, the window and the manner', async () => {
        const size = fc.oneof({ weight: 6, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.constantFrom(L, L + 1) });
        const counts = fc.array(fc.tuple(size, size), { maxLength: 6 });
        await fc.assert(
          fc.asyncProperty(
            counts,
            fc.tuple(fc.nat(8), fc.nat(8)),
            fc.constantFrom<Manner>('honest', ...manners),
            async (blocks, cut, manner) => {
              const read = await reader(ledgerOf(blocks, { head: FIRST_BLOCK + 20 }), manner);
              const window = read.windowOf(Math.min(...cut), Math.max(...cut));
              expect(await read.all(window)).toEqual(read.expected(window));
            },
          ),
          { seed: SEED, numRuns: Math.ceil(runs * 0.5) },
        );
      }, 30_000);
    });

    test.runIf(isLive)('hold nothing above the head, and the rest once it is higher', async () => {
      const ledger = ledgerOf(
        [
          [2, 1],
          [1, 1],
          [3, 1],
        ],
        { head: FIRST_BLOCK + 1 },
      );
      const read = await reader(ledger);
      const first = await read.all();
      expect(first).toHaveLength(5);
      const position = read.window().until;
      ledger.moveHead(FIRST_BLOCK + 2);
      expect([...first, ...(await read.all(read.window(), position))]).toEqual(read.expected());
    });

    test.runIf(isLive)('of one transaction count as often as they happened, in the order of its logs', async () => {
      const [one] = burnsOf(network, [[1, 0]]) as [SimulatedBurn];
      const redeemed = { ...one, kind: 'redeemed', wallet: owner, value: 7n } as const;
      const burns = [redeemed, one, redeemed, { ...one, value: 0n }].map((burn, position) => ({ ...burn, position }));
      const read = await reader(new Ledger([transferIn(network)], { network, owner, burns }));
      expect(await read.all()).toEqual(read.expected());
    });

    test.runIf(isLive)('are also freezes and their ends, of no amount', async () => {
      const [one, other, last] = burnsOf(network, [
        [1, 0],
        [1, 0],
        [1, 0],
      ]) as [SimulatedBurn, SimulatedBurn, SimulatedBurn];
      const freezeOf = ({ value: _, ...place }: SimulatedBurn, kind: SimulatedFreeze['kind']) => ({ ...place, kind });
      const freezes = [freezeOf(one, 'frozen'), freezeOf(other, 'unfrozen'), freezeOf(last, 'frozen')];
      const destroyed = { ...last, position: last.position + 1 };
      const read = await reader(new Ledger([transferIn(network)], { network, owner, burns: [destroyed], freezes }));
      expect(await read.all()).toEqual(read.expected());
      expect((await read.all()).map(({ kind, value }) => [kind, value])).toEqual([
        ['frozen', 0n],
        ['unfrozen', 0n],
        ['frozen', 0n],
        ['destroyed', last.value],
      ]);
    });

    test.runIf(isLive)('leave redemptions out, with a word, where the contract names no owner', async () => {
      const read = await reader(
        ledgerOf(
          [
            [1, 2],
            [1, 0],
          ],
          { owner: null },
        ),
      );
      const { events, remarks } = await read.page({}, read.windowOf(0, 9));
      expect(events.map(({ kind }) => kind)).toEqual(['destroyed', 'destroyed']);
      expect(remarks).toEqual([expect.objectContaining({ code: 'OWNER_UNKNOWN', count: 2 })]);
    });

    test.runIf(isLive)('ask for the owner only where something was redeemed, and tell of each request', async () => {
      const requests = async (counts: readonly Burns[]) => {
        const read = await reader(ledgerOf(counts));
        let told = 0;
        const onRequest = () => {
          told += 1;
        };
        await read.page({ onRequest }, read.windowOf(0, 9));
        return told;
      };
      const without = await requests([[1, 0]]);
      expect(without).toBeGreaterThan(0);
      expect(await requests([[1, 1]])).toBeGreaterThan(without);
    });
  });
}

class Reader {
  readonly source: ChainSource;
  readonly #asset: Asset;
  readonly #ledger: Ledger;

  constructor(source: ChainSource, asset: Asset, ledger: Ledger) {
    this.source = source;
    this.#asset = asset;
    this.#ledger = ledger;
  }

  place({ block, timestamp }: { block: number; timestamp: number }): number {
    return this.source.unit === 'timestamp' ? timestamp : block;
  }

  window(): Window {
    const { sinceBlock, since } = this.#asset;
    return {
      from: this.source.unit === 'timestamp' ? since : sinceBlock,
      until: this.place(this.#ledger.head) + 1,
    };
  }

  windowOf(from: number, until: number): Window {
    const { timeOf } = this.#ledger.network;
    const at = (block: number) => this.place({ block: FIRST_BLOCK + block, timestamp: timeOf(FIRST_BLOCK + block) });
    return { from: at(from), until: Math.max(at(until), at(from) + 1) };
  }

  page(call: Call = {}, window = this.window(), position = window.from) {
    const head = this.#ledger.head;
    return this.source.issuerEvents({ asset: this.#asset, window, position, head, ...call });
  }

  /** All events from a position on; a fault that may pass is tried again, as the crawl does. */
  async all(window = this.window(), start = window.from): Promise<IssuerEvent[]> {
    const events: IssuerEvent[] = [];
    const remarks: Remark[] = [];
    let position = start;
    for (let tries = 0; tries < 60; tries += 1) {
      const page = await this.page({}, window, position).catch((error: unknown) => {
        if (error instanceof RetryableError) return null;
        throw error;
      });
      if (page === null) continue;
      for (const event of page.events) {
        const place = this.place({ ...event, block: event.block ?? Number.NaN });
        expect(place).toBeGreaterThanOrEqual(position);
        if (page.next !== null) expect(place).toBeLessThan(page.next);
      }
      events.push(...page.events);
      remarks.push(...page.remarks);
      if (page.next === null) return events;
      expect(page.next).toBeGreaterThan(position);
      position = page.next;
    }
    throw new Error(`the events have no end: ${remarks.map(({ text }) => text)}`);
  }

  /** Those of the ledger inside the window; where blocks' log indexes are not told, a block's transactions stand by hash. */
  expected(window = this.window()): unknown[] {
    const { head, deeds } = this.#ledger;
    const told = this.source.chain === 'ethereum';
    return deeds
      .filter((burn) => burn.block <= head.block && this.place(burn) >= window.from && this.place(burn) < window.until)
      .sort((a, b) => a.block - b.block || (told ? 0 : byTransaction(a, b)) || a.position - b.position)
      .map(({ position: _, ...deed }) => ({ value: 0n, ...deed, position: told ? expect.any(Number) : null }));
  }
}

function byTransaction(a: SimulatedDeed, b: SimulatedDeed): number {
  return a.transaction < b.transaction ? -1 : a.transaction > b.transaction ? 1 : 0;
}

function many(count: number): Burns[] {
  return Array.from({ length: count }, () => [1, 0] as const);
}

function burnsOf(network: Network, counts: readonly Burns[]): SimulatedBurn[] {
  return counts.flatMap(([destroyed, redeemed], number) => {
    const block = FIRST_BLOCK + number;
    const place = { chain: network.chain, asset: 'USDT', block, timestamp: network.timeOf(block) } as const;
    return Array.from({ length: destroyed + redeemed }, (_, n): SimulatedBurn => {
      const common = {
        ...place,
        transaction: transactionFor(`burn ${number}/${n}`),
        position: n,
        value: BigInt(n + 1),
      };
      return n < destroyed
        ? { ...common, kind: 'destroyed', wallet: network.addressFor(`frozen ${n}`) }
        : { ...common, kind: 'redeemed', wallet: network.addressFor('the owner') };
    });
  });
}

/** A chain without any transfer has no head. */
function transferIn(network: Network): SimulatedTransfer {
  const from = network.addressFor('a payer');
  const place = { chain: network.chain, asset: 'USDT', block: FIRST_BLOCK, timestamp: network.timeOf(FIRST_BLOCK) };
  const parties = { from, to: network.addressFor('the wallet'), value: 1n, signer: from };
  return { ...place, ...parties, transaction: transactionFor('a transfer'), position: 1_000_000 } as const;
}
