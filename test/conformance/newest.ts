/** What every chain source promises of a wallet's newest transfers; run over each implementation by `chain-source.test.ts`. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Address, Head, HistoryRow } from '../../src/chains/chain.ts';
import type { NewestRows } from '../../src/chains/rows.ts';
import { NEWEST } from '../../src/chains/rows.ts';
import { RetryableError } from '../../src/errors.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import type { Manner, OpenedSource, SourceUnderTest } from './chain-source.ts';

const FIRST_BLOCK = 60_000_000;
/** So far below the tip that every source takes it for final. */
const DEEP = 300;

export function describeNewest({ name, network, manners, open, headOf }: SourceUnderTest): void {
  const wallet = network.addressFor('the wallet');
  const stranger = network.addressFor('a stranger');

  /** So many transfers of the wallet in each block, in and out in turn, and one of others beside them. */
  function ledgerOf(counts: readonly number[]): Ledger {
    const rows = counts.flatMap((count, block) =>
      Array.from({ length: count + 1 }, (_, position): SimulatedTransfer => {
        const [from, to] = position === count ? [stranger, network.addressFor('nobody')] : sides(position);
        return {
          ...{ chain: network.chain, asset: 'USDT', transaction: transactionFor(`${block}/${position}`) },
          ...{ block: FIRST_BLOCK + block, position, timestamp: network.timeOf(FIRST_BLOCK + block) },
          ...{ from, to, value: BigInt(position + 1), signer: from },
        };
      }),
    );
    return new Ledger(rows, { network, head: FIRST_BLOCK + counts.length + DEEP });
  }
  const sides = (position: number): [Address, Address] =>
    position % 2 === 0 ? [stranger, wallet] : [wallet, stranger];

  describe(`the newest transfers of chain source ${name}`, () => {
    let opened: OpenedSource | null = null;
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    async function newest(
      ledger: Ledger,
      options: { manner?: Manner; head?: Head; of?: typeof wallet } = {},
    ): Promise<NewestRows & { requests: number }> {
      opened ??= await open(ledger, options.manner ?? 'honest');
      const { source, assets } = opened;
      const [asset] = assets;
      if (asset === undefined) throw new Error('the source has no asset');
      let requests = 0;
      const onRequest = () => {
        requests += 1;
      };
      const head = options.head ?? headOf(ledger);
      for (let attempt = 1; ; attempt += 1) {
        requests = 0;
        try {
          return { ...(await source.newest({ wallet: options.of ?? wallet, asset, head, onRequest })), requests };
        } catch (error) {
          // As a crawl does: a fault that may pass is tried again.
          if (!(error instanceof RetryableError) || attempt === 5) throw error;
        }
      }
    }

    const key = ({ transaction, from, to, value, timestamp }: Omit<HistoryRow, 'chain' | 'asset' | 'block'>) =>
      [timestamp, transaction, from, to, value].join(' ');
    const expected = (ledger: Ledger, until = Number.POSITIVE_INFINITY) =>
      ledger.of(wallet).filter(({ block }) => block <= ledger.head.block && block <= until);

    test('are all of them where there are few, oldest first', async () => {
      const ledger = ledgerOf([3, 1, 2]);
      const { rows, whole, requests } = await newest(ledger);
      expect(rows.map(key).sort()).toEqual(expected(ledger).map(key).sort());
      expect(rows.map(({ timestamp }) => timestamp)).toEqual(expected(ledger).map(({ timestamp }) => timestamp));
      expect(whole).toBe(true);
      expect(requests).toBeLessThanOrEqual(2);
    });

    test('are none of a wallet that has none', async () => {
      expect(await newest(ledgerOf([3]), { of: network.addressFor('somebody new') })).toMatchObject({
        rows: [],
        whole: true,
      });
    });

    test.each<[string, number[]]>([
      ['single ones', Array<number>(NEWEST + 40).fill(1)],
      ['so many in each block that one is cut', [150, 7, 90, 50, 30]],
      ['exactly as many as are told', Array<number>(NEWEST / 2).fill(2)],
      ['more than are told in the newest block', [5, NEWEST + 20]],
    ])('are those of whole blocks where there are many: %s', async (_, counts) => {
      const ledger = ledgerOf(counts);
      const { rows, requests } = await newest(ledger);
      const told = expected(ledger).slice(-NEWEST);
      const inside = told.filter(({ block }) => block !== told[0]?.block);
      if (inside.length > 0) expect(rows.map(key).sort()).toEqual(inside.map(key).sort());
      // One block alone: any of its transfers, for none is newer than another.
      else expect(rows).toHaveLength(NEWEST);
      expect(requests).toBeLessThanOrEqual(2);
    });

    test('end at the head that is asked for', async () => {
      const ledger = ledgerOf([2, 2, 2, 2]);
      const block = FIRST_BLOCK + 1;
      const { rows } = await newest(ledger, { head: { block, timestamp: network.timeOf(block) } });
      expect(rows.map(key).sort()).toEqual(expected(ledger, block).map(key).sort());
    });

    test.each(manners)('are the same with %s', async (manner) => {
      const ledger = ledgerOf(Array<number>(140).fill(3));
      const answer = await newest(ledger, { manner });
      expect(answer.requests).toBeLessThanOrEqual(2);
      const told = expected(ledger).slice(-NEWEST);
      const inside = told.filter(({ block }) => block !== told[0]?.block);
      expect(answer.rows.map(key).sort()).toEqual(inside.map(key).sort());
    });
  });
}
