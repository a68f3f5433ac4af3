/** A history of hundreds of pages on TronGrid: exact, in hardly more pages than it fills, whatever becomes of fingerprints. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Cursor, HistoryRow } from '../../src/chains/chain.ts';
import { USDT } from '../../src/chains/tron/assets.ts';
import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { RetryableError } from '../../src/errors.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';

const ROWS = 30_000;
const PAGE = 200;
const START = blockAt(Date.UTC(2026, 2, 1));
const busy = addressFor('busy');

/** Blocks have seven each, so that pages end within them. */
const transfers = Array.from({ length: ROWS }, (_, n): SimulatedTransfer => {
  const block = START + 40 * Math.floor(n / 7);
  const [from, to] = n % 3 === 0 ? [busy, addressFor('other')] : [addressFor(`customer ${n % 7}`), busy];
  return {
    ...{ chain: 'tron', asset: 'USDT', transaction: transactionFor(`long ${n}`), block, position: n % 7 },
    ...{ timestamp: timeOf(block), from, to, value: 1_000_000n, signer: from },
  };
});
const ledger = new Ledger(transfers);

describe('a history of 30,000 transfers', { timeout: 180_000 }, () => {
  let server: SimulatedTronGrid | undefined;
  afterEach(() => server?.close());

  const read = async (options: TronGridOptions, again = false) => {
    server = await serveTronGrid(ledger, options);
    const source = createTronGrid({ url: server.url, key: null });
    const window = { from: USDT.since, until: ledger.head.timestamp + 1 };
    const rows: HistoryRow[] = [];
    let refusals = 0;
    let cursor: Cursor | null = { position: window.from, held: [], token: null };
    while (cursor !== null) {
      const at: Cursor = cursor;
      try {
        const page = await source.history({ wallets: [busy], asset: USDT, window, cursor: at, again });
        rows.push(...page.rows);
        cursor = page.next;
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        if (error.code !== 'CURSOR_REFUSED') continue;
        // As the crawl does: where the provider refuses its own cursor, the position still holds.
        refusals += 1;
        cursor = { position: at.position, held: [], token: null };
      }
    }
    const followed = server.log.filter(({ params }) => params.fingerprint !== undefined).length;
    return { hashes: rows.map(({ transaction }) => transaction).sort(), pages: server.log.length, followed, refusals };
  };
  const expected = transfers.map(({ transaction }) => transaction).sort();

  it('costs no more than a page above what it fills', async () => {
    const { hashes, pages, followed, refusals } = await read({});
    expect(hashes).toEqual(expected);
    expect(pages).toBeLessThanOrEqual(ROWS / PAGE + 1);
    expect(followed).toBeGreaterThan(40);
    expect(refusals).toBe(0);
  });

  it('is whole where fingerprints are refused, go missing or come with short pages', async () => {
    const rates = { 'refused-fingerprint': 0.1, 'short-page': 0.1, 'empty-page': 0.05 };
    const { hashes, refusals } = await read({ faults: { seed: 'long', rates } });
    expect(hashes).toEqual(expected);
    expect(refusals).toBeGreaterThan(0);
  });

  it('is read again without any fingerprint', async () => {
    const { hashes, followed } = await read({}, true);
    expect(hashes).toEqual(expected);
    expect(followed).toBe(0);
  });
});
