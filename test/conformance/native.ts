/** What every chain source that tells a wallet's native receipts promises of them; run over each by `chain-source.test.ts`. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Address, Head } from '../../src/chains/chain.ts';
import type { NativeHistory, NativeReceipt } from '../../src/chains/off-history.ts';
import { RetryableError } from '../../src/errors.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import type { Manner, OpenedSource, SourceUnderTest } from './chain-source.ts';

const FIRST_BLOCK = 60_000_000;
/** So far below the tip that every source takes it for final. */
const DEEP = 300;
const TRIES = 5;

/** @param first how many transactions of a wallet the source looks at; `null` where it can never tell */
export function describeNative({ name, network, manners, open, headOf }: SourceUnderTest, first: number | null): void {
  const { chain, coin } = network;
  const wallet = network.addressFor('the wallet');
  const [exchange, funder] = ['an exchange', 'a funder'].map((each) => network.addressFor(each)) as [Address, Address];
  const made = chain === 'tron' ? 'activation' : 'coin';

  function moved(block: number, from: Address, to: Address, more: Partial<SimulatedTransfer> = {}): SimulatedTransfer {
    return {
      ...{
        chain,
        asset: coin.symbol,
        transaction: transactionFor(`${block}/${from}/${to}`),
        block: FIRST_BLOCK + block,
      },
      ...{
        position: 0,
        timestamp: network.timeOf(FIRST_BLOCK + block),
        from,
        to,
        value: BigInt(block + 1),
        signer: from,
      },
      ...more,
    };
  }
  /** What a receipt of the ledger is to be told as. */
  function told({ transaction, from, to, value, timestamp }: SimulatedTransfer, kind: NativeReceipt['kind'] = 'coin') {
    return { chain, kind, transaction, from, to, value, timestamp };
  }
  function ledgerOf(transfers: readonly SimulatedTransfer[]): Ledger {
    const last = Math.max(...transfers.map(({ block }) => block), FIRST_BLOCK);
    return new Ledger(transfers, { network, head: last + DEEP });
  }

  describe(`the native receipts of chain source ${name}`, () => {
    let opened: OpenedSource | null = null;
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    async function native(
      ledger: Ledger,
      { manner = 'honest', head = headOf(ledger), of = wallet }: { manner?: Manner; head?: Head; of?: Address } = {},
    ): Promise<NativeHistory & { requests: number }> {
      opened ??= await open(ledger, manner);
      const ask = opened.source.native?.bind(opened.source);
      if (ask === undefined) throw new Error('the source tells none');
      for (let attempt = 1; ; attempt += 1) {
        let requests = 0;
        const onRequest = () => {
          requests += 1;
        };
        try {
          return { ...(await ask({ wallet: of, head, onRequest })), requests };
        } catch (error) {
          // As a crawl does: a fault that may pass is tried again.
          if (!(error instanceof RetryableError) || attempt === TRIES) throw error;
        }
      }
    }
    const withoutBlocks = ({ receipts }: NativeHistory) => receipts.map(({ block: _, ...rest }) => rest);

    test.runIf(first === null)('are told by none, which it says before it is asked', async () => {
      opened = await open(ledgerOf([moved(0, funder, wallet)]), 'honest');
      expect(opened.source.native).toBeUndefined();
    });
    if (first === null) return;

    test('are what came to the wallet, oldest first, and not what left it', async () => {
      const ledger = ledgerOf([
        moved(9, wallet, exchange),
        moved(7, exchange, wallet),
        moved(2, funder, wallet),
        moved(8, wallet, wallet),
        moved(3, funder, exchange),
        moved(4, funder, wallet, { asset: network.token.symbol, signer: funder }),
        moved(5, wallet, funder, { asset: network.token.symbol, signer: wallet }),
      ]);
      const read = await native(ledger);
      expect(withoutBlocks(read)).toEqual([told(moved(2, funder, wallet), made), told(moved(7, exchange, wallet))]);
      expect(read.receipts.map(({ block }) => block)).toEqual([FIRST_BLOCK + 2, FIRST_BLOCK + 7]);
      expect(read).toMatchObject({ whole: true, until: headOf(ledger).timestamp });
      expect(read.requests).toBeLessThanOrEqual(2);
    });

    test('are none of a wallet that has none', async () => {
      const of = network.addressFor('somebody new');
      const read = await native(ledgerOf([moved(1, funder, wallet)]), { of });
      expect(read).toMatchObject({ receipts: [], whole: true });
      expect(read.requests).toBeLessThanOrEqual(2);
    });

    test('end at the head that is asked for', async () => {
      const ledger = ledgerOf([0, 1, 2, 3].map((block) => moved(block, funder, wallet)));
      const head = { block: FIRST_BLOCK + 1, timestamp: network.timeOf(FIRST_BLOCK + 1) };
      const read = await native(ledger, { head });
      expect(withoutBlocks(read)).toEqual([told(moved(0, funder, wallet), made), told(moved(1, funder, wallet))]);
      expect(read).toMatchObject({ whole: true, until: head.timestamp });
    });

    test('are the first of many, whole blocks of them, and it is said up to when', async () => {
      const twoEach = Array.from({ length: first }, (_, block) => [
        moved(block, funder, wallet),
        moved(block, exchange, wallet, { position: 1 }),
      ]);
      const ledger = ledgerOf(twoEach.flat());
      const read = await native(ledger);
      const until = network.timeOf(FIRST_BLOCK + first / 2 - 1) - 1;
      expect(read).toMatchObject({ whole: false, until });
      expect(read.receipts).toHaveLength(first - 2);
      expect(read.receipts.every(({ timestamp }) => timestamp <= until)).toBe(true);
      expect(read.requests).toBeLessThanOrEqual(2);
    });

    test.each(manners)('begin alike with %s', async (manner) => {
      const blocks = Array.from({ length: 45 }, (_, block) => block);
      const transfers = blocks.map((block) => moved(block, block % 3 === 0 ? exchange : funder, wallet));
      const read = await native(ledgerOf(transfers), { manner });
      const all = transfers.map((transfer, index) => told(transfer, index === 0 ? made : 'coin'));
      expect(read.receipts.length).toBeGreaterThan(10);
      expect(withoutBlocks(read)).toEqual(all.slice(0, read.receipts.length));
      expect(read.whole).toBe(read.receipts.length === all.length);
      expect(read.requests).toBeLessThanOrEqual(2);
    });

    test('end at once when they are aborted', async () => {
      opened = await open(ledgerOf([moved(0, funder, wallet)]), 'silence');
      const controller = new AbortController();
      const head = { block: FIRST_BLOCK, timestamp: network.timeOf(FIRST_BLOCK) };
      const running = opened.source.native?.({ wallet, head, signal: controller.signal });
      setTimeout(() => controller.abort(new Error('enough')), 20);
      await expect(running).rejects.toThrow('enough');
    });
  });
}
