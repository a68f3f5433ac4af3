/** What every chain source promises, whatever its provider: run over each implementation by `chain-source.test.ts`. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type {
  Address,
  Asset,
  Call,
  ChainSource,
  Cursor,
  Head,
  HistoryPage,
  HistoryRow,
  Window,
} from '../../src/chains/chain.ts';
import { RetryableError } from '../../src/errors.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { Network } from '../../src/simulate/network.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';

/** How the provider behaves besides answering rightly. Whatever it does, the history must come out the same. */
export type Manner =
  | 'honest'
  /** Pages with half the rows that would fit. */
  | 'short pages'
  /** Each page is empty when it is first asked for, and says that more follows. */
  | 'empty pages'
  /** Rows of one time come in another order with every request. */
  | 'shuffled ties'
  /** Rows of another token and rows that are no transfers stand among the rows. */
  | 'other rows'
  /** Nothing is ever answered. */
  | 'silence';

export interface OpenedSource {
  readonly source: ChainSource;
  readonly assets: readonly Asset[];
  close(): Promise<void>;
}

export interface SourceUnderTest {
  readonly name: string;
  readonly network: Network;
  /** Those that its provider is capable of. */
  readonly manners: readonly Manner[];
  /** The most rows of one reply, around which borders are tried. */
  readonly pageRows: number;
  /** What the source holds for the newest finalised block of a ledger. */
  headOf(ledger: Ledger): Head;
  /** True where the provider itself shows nothing above the head: else the window alone keeps it out. */
  readonly endsAtHead: boolean;
  /** False for a copy: it does not grow, knows no balance, and asks nobody. */
  readonly isLive: boolean;
  /** How many ledgers are tried at random: 40 unless told. */
  readonly runs?: number;
  open(ledger: Ledger, manner: Manner): Promise<OpenedSource>;
}

const FIRST_BLOCK = 60_000_000;
const SEED = 20_260_103;

export function describeChainSource(subject: SourceUnderTest): void {
  const { name, network, manners, pageRows, open, headOf, endsAtHead, isLive, runs = 40 } = subject;
  const wallet = network.addressFor('the wallet');
  const stranger = network.addressFor('a stranger');
  const timeOf = (block: number) => network.timeOf(block);
  const ledgerOf = (counts: readonly number[], options: { head?: number } = {}) =>
    ledgerOfBlocks(network, counts, options);
  const anyLedger = ledgers(network, pageRows);
  const anyManner = fc.constantFrom<Manner>('honest', ...manners);

  describe(`chain source ${name}`, () => {
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
      return new Reader(opened.source, asset, ledger, wallet);
    }

    describe('the head', () => {
      test('is the newest finalised block, and stays until the chain goes on', async () => {
        const ledger = ledgerOf([1, 1, 1]);
        const { source } = await reader(ledger);
        const before = headOf(ledger);
        expect(await source.head()).toEqual(before);
        expect(await source.head()).toEqual(before);
        if (!isLive) return;
        ledger.moveHead(ledger.head.block + 7);
        const after = await source.head();
        expect(after).toEqual(headOf(ledger));
        expect(after.block).toBe(before.block + 7);
        expect(after.timestamp).toBeGreaterThan(before.timestamp);
      });

      test.runIf(endsAtHead)('ends what is shown: no row above it, however far the window reaches', async () => {
        const ledger = ledgerOf([3, 2, 4, 1], { head: FIRST_BLOCK + 1 });
        const read = await reader(ledger);
        const rows = await read.all({ from: 0, until: read.place(ledger.tip) + 1 });
        expect(rows).toHaveLength(5);
        read.check(rows);
      });
    });

    describe('a history, read page by page through stored cursors, is that of the chain', () => {
      const L = pageRows;
      test.each<[string, number[]]>([
        ['one row', [1]],
        ['several blocks on one page', [2, 1, 3]],
        ['a page less one', [L - 1]],
        ['all rows of a full page at one time', [L]],
        ['a page and one more at one time', [L + 1]],
        ['two full pages at one time', [2 * L]],
        ['three pages and one more at one time', [3 * L + 1]],
        ['a full page of single rows', Array<number>(L).fill(1)],
        ['a full page of single rows and one more', Array<number>(L + 1).fill(1)],
        ['two full pages of single rows', Array<number>(2 * L).fill(1)],
        ['a block across the border of a page', [L - 3, 7, 2]],
        ['a block that ends with the page', [L - 3, 3, 2]],
        ['a block that begins with the next page', [L, 3]],
        ['a block of more than a page behind a few rows', [5, L + 40, 5]],
        ['a full page at one time between others', [1, L, 1]],
        ['a full page at one time at the end', [1, L]],
        ['two full pages at one time at the end', [7, 2 * L]],
        ['full pages at each of several times', [L, L, L]],
      ])('%s', async (_, blocks) => {
        const read = await reader(ledgerOf(blocks));
        read.check(await read.all());
      });

      test.each(manners)('with %s', async (manner) => {
        const read = await reader(ledgerOf([1, pageRows + 40, 3, 2, 1]), manner);
        read.check(await read.all());
      });

      test('a wallet without one has no row, and costs one request where wallets are read one by one', async () => {
        const read = await reader(ledgerOf([2]));
        expect(await read.all(read.window(), read.start(), [stranger])).toEqual([]);
        if (read.source.most.histories > 1) return;
        const page = await read.page([stranger], read.window(), read.start());
        expect(page).toMatchObject({ rows: [], next: null });
      });

      test('each of several equal rows of one transaction counts, also across the border of a page', async () => {
        const equal = (count: number, name: string) => Array.from({ length: count }, () => payment(network, 1, name));
        const rows = [
          ...Array.from({ length: pageRows - 2 }, (_, n) => payment(network, 0, `a${n}`)),
          ...equal(5, 'equal'),
        ];
        const read = await reader(
          new Ledger(
            rows.map((row, position) => ({ ...row, position })),
            { network },
          ),
        );
        const found = await read.all();
        read.check(found);
        expect(found.filter(({ transaction }) => transaction === transactionFor('equal'))).toHaveLength(5);
      });

      test('the window holds its first moment and not its last', async () => {
        const ledger = ledgerOf([2, 3, 4, 5]);
        const read = await reader(ledger);
        const places = [0, 1, 2, 3].map((block) =>
          read.place({ block: FIRST_BLOCK + block, timestamp: timeOf(FIRST_BLOCK + block) }),
        );
        const [, second = 0, , fourth = 0] = places;
        const rows = await read.all({ from: second, until: fourth });
        expect(rows).toHaveLength(7);
        expect(await read.all({ from: second + 1, until: fourth + 1 })).toHaveLength(9);
        expect(await read.all({ from: fourth + 1, until: fourth + 1_000 })).toHaveLength(0);
      });

      test('whatever the ledger, the window and the manner', async () => {
        await fc.assert(
          fc.asyncProperty(anyLedger, fc.tuple(fc.nat(12), fc.nat(12)), anyManner, async (ledger, cut, manner) => {
            const read = await reader(ledger, manner);
            const window = read.windowOf(Math.min(...cut), Math.max(...cut));
            read.check(await read.all(window), window);
          }),
          { seed: SEED, numRuns: runs },
        );
      }, 30_000);
    });

    describe('a history that is taken up again', () => {
      test('at any durable cursor loses nothing and doubles nothing', async () => {
        await fc.assert(
          fc.asyncProperty(anyLedger, anyManner, async (ledger, manner) => {
            const read = await reader(ledger, manner);
            for (const { cursor, before } of await read.stops()) {
              const rest = await read.all(read.window(), { position: cursor.position, held: [], token: null });
              read.check([...before, ...rest]);
            }
          }),
          { seed: SEED, numRuns: Math.ceil(runs * 0.3) },
        );
      }, 30_000);

      test('without the token that the provider refuses, loses nothing', async () => {
        const read = await reader(ledgerOf([3, 2 * pageRows + 5, 2]));
        for (const { cursor, before } of await read.stops()) {
          const rest = await read.all(read.window(), { ...cursor, token: null });
          expect(new Set(keys([...before, ...rest]))).toEqual(new Set(read.expected()));
        }
      });

      test.runIf(isLive)('when the chain has gone on, has the new rows and the old ones once', async () => {
        const ledger = ledgerOf([pageRows - 1, 4, 3, 2], { head: FIRST_BLOCK + 1 });
        const read = await reader(ledger);
        const first = await read.all();
        const position = read.window().until;
        ledger.moveHead(FIRST_BLOCK + 3);
        const later = await read.all(read.window(), { position, held: [], token: null });
        expect(later).toHaveLength(5);
        read.check([...first, ...later]);
      });
    });

    test('the balance is that of the chain at its head, and none for a wallet nobody has paid', async () => {
      const ledger = ledgerOf([4, 3, 2], { head: FIRST_BLOCK + 1 });
      const { source, asset } = await reader(ledger);
      const balanceOf = async (address: Address) => {
        const [balance] = await source.balances({ wallets: [address], asset, head: ledger.head });
        return balance;
      };
      if (!isLive) return expect(await balanceOf(wallet)).toBe(null);
      expect(await balanceOf(wallet)).toBe(ledger.balance(wallet));
      expect(await balanceOf(stranger)).toBe(0n);
      const pinned = { ...ledger.head };
      const held = ledger.balance(wallet, pinned);
      ledger.moveHead(FIRST_BLOCK + 2);
      expect(await balanceOf(wallet)).toBe(ledger.balance(wallet));
      // A run asks as of the head that it pinned, however far the chain has come since.
      expect(await source.balances({ wallets: [wallet], asset, head: pinned })).toEqual([held]);
    });

    test('as many histories and balances as it reads at a time are those of the chain', async () => {
      const wallets = [wallet, stranger, network.addressFor('a payer'), network.addressFor('nobody')];
      const read = await reader(ledgerOf([4, pageRows + 3, 2]));
      const { source, asset, ledger } = read;
      for (let start = 0; start < wallets.length; start += source.most.histories) {
        const group = wallets.slice(start, start + source.most.histories);
        read.check(await read.all(read.window(), read.start(), group), read.window(), group);
      }
      for (let start = 0; start < wallets.length; start += source.most.balances) {
        const group = wallets.slice(start, start + source.most.balances);
        const balances = await source.balances({ wallets: group, asset, head: ledger.head });
        expect(balances).toEqual(group.map((each) => (isLive ? ledger.balance(each) : null)));
      }
    });

    test.runIf(isLive)('each request that is sent is told of', async () => {
      const read = await reader(ledgerOf([2]));
      let told = 0;
      await read.call('history', {
        onRequest: () => {
          told += 1;
        },
      });
      expect(told).toBeGreaterThan(0);
    });

    test('a receipt has each transfer as often as it happened, in order', async () => {
      const transfers = [
        payment(network, 0, 'many'),
        payment(network, 0, 'one'),
        payment(network, 0, 'many'),
        payment(network, 0, 'many', 9n),
      ];
      const { source, asset } = await reader(
        new Ledger(
          transfers.map((row, position) => ({ ...row, position })),
          { network },
        ),
      );
      const row = ({ from, to, value }: Pick<SimulatedTransfer, 'from' | 'to' | 'value'>) => ({ from, to, value });
      const [many, one, , other] = transfers.map(row);
      const receipt = async (name: string) => source.receipt({ transaction: transactionFor(name), asset });
      expect((await receipt('many')).map(row)).toEqual([many, many, other]);
      expect((await receipt('one')).map(row)).toEqual([one]);
    });

    test('a receipt that the provider does not have is a fault that may pass', async () => {
      const { source, asset } = await reader(ledgerOf([1]));
      await expect(source.receipt({ transaction: transactionFor('unheard of'), asset })).rejects.toMatchObject({
        name: 'RetryableError',
      });
    });

    /** A payment, and one that another signed for its sender. */
    const signed = () => {
      const rows = [payment(network, 0, 'own'), { ...payment(network, 1, 'of another'), signer: wallet }];
      return new Ledger(rows, { network });
    };
    const signerOf = ({ source, asset }: Reader, name: string) =>
      source.signer({ transaction: transactionFor(name), asset });

    test.runIf(isLive)('tells who signed a transaction, and its history tells no other', async () => {
      const ledger = signed();
      const read = await reader(ledger);
      for (const { transaction, signer } of ledger.transfers) {
        expect(await read.source.signer({ transaction, asset: read.asset })).toBe(signer);
      }
      const rows = (await read.all()).filter((row) => row.signer !== undefined);
      const signers = new Map(ledger.transfers.map(({ transaction, signer }) => [transaction, signer]));
      for (const { transaction, signer } of rows) expect(signer).toBe(signers.get(transaction));
    });

    test.runIf(isLive)(
      'who signed a transaction that the provider does not know is a fault that may pass',
      async () => {
        const read = await reader(signed());
        await expect(signerOf(read, 'unheard of')).rejects.toMatchObject({
          name: 'RetryableError',
          code: 'RECEIPT_MISSING',
        });
      },
    );

    test.runIf(!isLive)('who signed a transaction is not told by a copy', async () => {
      expect(await signerOf(await reader(signed()), 'own')).toBeNull();
    });

    describe('the places of transfers in their block', () => {
      /** Blocks of transactions of so many transfers each, some of them equal, with all logs of one together. */
      const ledgerOfSizes = (blocks: readonly (readonly number[])[]) => {
        let position = 0;
        const rows = blocks.flatMap((sizes, block) =>
          sizes.flatMap((size, place) =>
            Array.from({ length: size }, (_, log) => ({
              ...payment(network, block, `${block}/${place}`, BigInt(1 + (log % 2))),
              ...(log % 3 === 2 ? { from: wallet, to: stranger } : {}),
              position: position++,
            })),
          ),
        );
        return new Ledger(rows, { network });
      };
      const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
      const key = ({ transaction, from, to, value }: Pick<HistoryRow, 'transaction' | 'from' | 'to' | 'value'>) =>
        [transaction, from, to, value].join(' ');

      test.runIf(isLive)(
        'are in the order of the chain, and those that histories and receipts tell',
        async () => {
          const asked = fc.tuple(sizes, sizes).chain((blocks) => {
            const names = blocks[1].map((_, place) => transactionFor(`1/${place}`));
            return fc.tuple(fc.constant(blocks), fc.shuffledSubarray(names, { minLength: 1 }));
          });
          await fc.assert(
            fc.asyncProperty(asked, async ([blocks, transactions]) => {
              const ledger = ledgerOfSizes(blocks);
              const read = await reader(ledger);
              const { source, asset } = read;
              const placed = await source.positions({ transactions, asset });
              const ordered = [...placed].sort((a, b) => a.position - b.position);
              const expected = ledger.transfers.filter(({ transaction }) => transactions.includes(transaction));
              expect(ordered.map(key)).toEqual(expected.map(key));
              const at = placed.map((row) => `${key(row)} ${row.position}`);
              expect(new Set(at.map((line) => line.split(' ').at(-1))).size).toBe(placed.length);
              // In the order of the transactions asked for and of their logs.
              const byTransaction = transactions.flatMap((each) =>
                ordered.filter(({ transaction }) => transaction === each),
              );
              expect(placed).toEqual(byTransaction);
              const rows = (await read.all()).filter(({ transaction }) => transactions.includes(transaction));
              for (const row of rows) {
                if (row.position !== undefined) expect(at).toContain(`${key(row)} ${row.position}`);
              }
              for (const transaction of transactions) {
                for (const { position, ...row } of await source.receipt({ transaction, asset })) {
                  if (position !== undefined) expect(at).toContain(`${key({ transaction, ...row })} ${position}`);
                }
              }
            }),
            { seed: SEED, numRuns: Math.ceil(runs * 0.5) },
          );
        },
        30_000,
      );

      test.runIf(isLive)('count all logs of the block, so that those of two answers can be compared', async () => {
        const { source, asset } = await reader(ledgerOfSizes([[2], [3, 1, 2]]));
        const places = async (...names: string[]) =>
          (await source.positions({ transactions: names.map(transactionFor), asset })).map(({ position }) => position);
        const [first, second, third] = [await places('1/0'), await places('1/1'), await places('1/2')];
        expect(await places('1/2', '1/0', '1/1')).toEqual([...third, ...first, ...second]);
        expect([...first, ...second, ...third]).toEqual([...first, ...second, ...third].sort((a, b) => a - b));
      });

      test.runIf(isLive)('are a fault that may pass where the provider has no receipt', async () => {
        const { source, asset } = await reader(ledgerOf([2]));
        for (const transactions of [['unheard of'], ['0/0', 'unheard of'], ['unheard of', '0/0']]) {
          const asked = { transactions: transactions.map(transactionFor), asset };
          await expect(source.positions(asked)).rejects.toMatchObject({
            name: 'RetryableError',
            code: 'RECEIPT_MISSING',
          });
        }
      });

      test.runIf(!isLive)('are not told by a copy', async () => {
        const { source, asset } = await reader(ledgerOf([2]));
        expect(await source.positions({ transactions: [transactionFor('0/0')], asset })).toEqual([]);
      });
    });

    test.each(
      (['head', 'history', 'newest', 'balances', 'receipt', 'signer', 'positions'] as const).filter(
        (name) => isLive || (name !== 'balances' && name !== 'signer' && name !== 'positions'),
      ),
    )('%s ends at once when it is aborted', async (method) => {
      const read = await reader(ledgerOf([1]), 'silence');
      const controller = new AbortController();
      const running = read.call(method, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('enough')), 20);
      await expect(running).rejects.toThrow('enough');
      await expect(read.call(method, { signal: controller.signal })).rejects.toThrow('enough');
    });
  });
}

/** Reads one wallet of a ledger through a source, as the crawl does. */
class Reader {
  readonly source: ChainSource;
  readonly asset: Asset;
  readonly ledger: Ledger;
  readonly #wallet: Address;

  constructor(source: ChainSource, asset: Asset, ledger: Ledger, wallet: Address) {
    this.source = source;
    this.asset = asset;
    this.ledger = ledger;
    this.#wallet = wallet;
  }

  /** Where a block stands in the unit of the source. */
  place(at: { block: number | null; timestamp: number }): number {
    return this.source.unit === 'timestamp' ? at.timestamp : (at.block ?? Number.NaN);
  }

  start(window = this.window()): Cursor {
    return { position: window.from, held: [], token: null };
  }

  /** From before the first block to the head, which belongs to it. */
  window(): Window {
    return {
      from: this.source.unit === 'timestamp' ? this.asset.since : this.asset.sinceBlock,
      until: this.place(this.ledger.head) + 1,
    };
  }

  /** From one block, included, to another, not included, both counted from the first. */
  windowOf(from: number, until: number): Window {
    const { timeOf } = this.ledger.network;
    const at = (block: number) => this.place({ block: FIRST_BLOCK + block, timestamp: timeOf(FIRST_BLOCK + block) });
    return { from: at(from), until: Math.max(at(until), at(from) + 1) };
  }

  page(wallets: readonly Address[], window: Window, cursor: Cursor) {
    return this.source.history({ wallets, asset: this.asset, window, cursor });
  }

  /** All rows behind a cursor, which goes through the database between any two pages. */
  async all(
    window = this.window(),
    cursor = this.start(window),
    wallets: readonly Address[] = [this.#wallet],
  ): Promise<HistoryRow[]> {
    const rows: HistoryRow[] = [];
    await this.#walk(wallets, window, cursor, (page) => rows.push(...page));
    return rows;
  }

  /** Each cursor on the way, with the rows that came before it. */
  async stops(): Promise<{ cursor: Cursor; before: readonly HistoryRow[] }[]> {
    const stops: { cursor: Cursor; before: readonly HistoryRow[] }[] = [];
    let before: readonly HistoryRow[] = [];
    await this.#walk([this.#wallet], this.window(), this.start(), (rows, cursor) => {
      before = [...before, ...rows];
      if (cursor !== null) stops.push({ cursor, before });
    });
    return stops;
  }

  async #walk(
    wallets: readonly Address[],
    window: Window,
    start: Cursor,
    take: (rows: readonly HistoryRow[], next: Cursor | null) => void,
  ): Promise<void> {
    let cursor = start;
    for (let request = 0; request < 200; request += 1) {
      const { rows, next } = await this.#tryPage(wallets, window, cursor);
      const places = rows.map((row) => this.place(row));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      if (next !== null) {
        expect(places.every((place) => place < next.position)).toBe(true);
        expect(next.held.every((row) => this.place(row) === next.position)).toBe(true);
        expect(next.position).toBeGreaterThanOrEqual(cursor.position);
      }
      take(rows, next);
      if (next === null) return;
      cursor = stored(next);
    }
    throw new Error('the history has no end');
  }

  /** A fault that may pass is tried again, as the crawl does. */
  async #tryPage(wallets: readonly Address[], window: Window, cursor: Cursor): Promise<HistoryPage> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.page(wallets, window, cursor);
      } catch (error) {
        if (!(error instanceof RetryableError) || attempt === 5) throw error;
      }
    }
  }

  /** The wallets' rows inside the window as the ledger has them, a row between two of them once. */
  expected(window = this.window(), wallets: readonly Address[] = [this.#wallet]): string[] {
    const { head } = this.ledger;
    const rows = new Set(wallets.flatMap((wallet) => this.ledger.of(wallet)));
    return keys(
      [...rows].filter(
        (row) => row.block <= head.block && this.place(row) >= window.from && this.place(row) < window.until,
      ),
    );
  }

  /** The rows are those of the ledger inside the window, each as often as there; a difference is shown in short. */
  check(rows: readonly HistoryRow[], window = this.window(), wallets: readonly Address[] = [this.#wallet]): void {
    const surplus = [...keys(rows)];
    const missing = this.expected(window, wallets).filter((key) => {
      const place = surplus.indexOf(key);
      if (place >= 0) surplus.splice(place, 1);
      return place < 0;
    });
    const short = (list: string[]) => ({ count: list.length, first: list.slice(0, 3) });
    const none = { count: 0, first: [] };
    expect({ missing: short(missing), surplus: short(surplus) }).toEqual({ missing: none, surplus: none });
  }

  call(
    method: 'head' | 'history' | 'newest' | 'balances' | 'receipt' | 'signer' | 'positions',
    call: Call,
  ): Promise<unknown> {
    const { source, asset } = this;
    const wallets = [this.#wallet];
    switch (method) {
      case 'head':
        return source.head(call);
      case 'history':
        return source.history({ wallets, asset, window: this.window(), cursor: this.start(), ...call });
      case 'newest':
        return source.newest({ wallet: this.#wallet, asset, head: this.ledger.head, ...call });
      case 'balances':
        return source.balances({ wallets, asset, head: this.ledger.head, ...call });
      case 'receipt':
        return source.receipt({ transaction: transactionFor('0/0'), asset, ...call });
      case 'signer':
        return source.signer({ transaction: transactionFor('0/0'), asset, ...call });
      case 'positions':
        return source.positions({ transactions: [transactionFor('0/0')], asset, ...call });
    }
  }
}

/** A cursor as it comes back from the database, where it stands as JSON. */
function stored({ position, held, token }: Cursor): Cursor {
  const text = JSON.stringify({ position, held: held.map((row) => ({ ...row, value: row.value.toString() })), token });
  const read = JSON.parse(text) as Omit<Cursor, 'held'> & { held: (Omit<HistoryRow, 'value'> & { value: string })[] };
  return { ...read, held: read.held.map((row) => ({ ...row, value: BigInt(row.value) })) };
}

/** Rows as sorted text, so that multisets compare. */
function keys(
  rows: readonly Pick<HistoryRow, 'asset' | 'timestamp' | 'transaction' | 'from' | 'to' | 'value'>[],
): string[] {
  return rows
    .map(({ asset, timestamp, transaction, from, to, value }) =>
      [timestamp, transaction, from, to, value, asset].join(' '),
    )
    .sort();
}

/** A payment to the wallet, in a block counted from the first. */
function payment(network: Network, block: number, transaction: string, value = 5n): SimulatedTransfer {
  const from = network.addressFor('a payer');
  return {
    chain: network.chain,
    asset: 'USDT',
    transaction: transactionFor(transaction),
    block: FIRST_BLOCK + block,
    position: 0,
    timestamp: network.timeOf(FIRST_BLOCK + block),
    from,
    to: network.addressFor('the wallet'),
    value,
    signer: from,
  };
}

/** So many payments in each block, and one between strangers. */
function ledgerOfBlocks(network: Network, counts: readonly number[], options: { head?: number }): Ledger {
  const rows = counts.flatMap((count, block) =>
    Array.from({ length: count }, (_, n) => ({
      ...payment(network, block, `${block}/${n}`, BigInt(n + 1)),
      position: n,
    })),
  );
  const between = { ...payment(network, 0, 'strangers'), to: network.addressFor('nobody'), position: 1_000_000 };
  return new Ledger([...rows, between], { ...options, network });
}

/** Ledgers of a few blocks, each with anything between no row and more than a page, equal rows and payments to oneself. */
function ledgers(network: Network, pageRows: number): fc.Arbitrary<Ledger> {
  const wallet = network.addressFor('the wallet');
  const size = fc.oneof(
    { weight: 6, arbitrary: fc.nat(4) },
    { weight: 2, arbitrary: fc.constantFrom(pageRows - 1, pageRows, pageRows + 1) },
    { weight: 1, arbitrary: fc.constantFrom(2 * pageRows, 2 * pageRows + 1) },
  );
  // Each block: how many rows, how many transactions share them, how many different amounts there are, and its kind.
  const block = fc.tuple(size, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3 }), fc.nat(2));
  return fc.array(block, { maxLength: 8 }).map((blocks) => {
    const rows = blocks.flatMap(([count, transactions, amounts, kind], block) =>
      Array.from({ length: count }, (_, n): SimulatedTransfer => {
        const incoming = payment(network, block, `${block}/${n % transactions}`, BigInt(n % amounts));
        const outgoing = { ...incoming, from: wallet, to: incoming.from };
        const own = { ...incoming, from: wallet };
        return { ...([incoming, outgoing, own][(n + kind) % 3] ?? incoming), position: n };
      }),
    );
    return new Ledger(rows, { network, head: FIRST_BLOCK + 20 });
  });
}
