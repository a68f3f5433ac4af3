/** What every chain source promises of wallets themselves, and of freezes that wait: run as `chain-source.ts` is. */
import { afterEach, describe, expect, test } from 'vitest';
import { addressBytes } from '../../src/chains/address.ts';
import type { Address, Asset, ChainSource, Head } from '../../src/chains/chain.ts';
import { Ledger, type LedgerOptions } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { SimulatedFreeze, SimulatedSubmission, SimulatedTransfer } from '../../src/simulate/types.ts';
import type { Manner, OpenedSource, SourceUnderTest } from './chain-source.ts';

const FIRST_BLOCK = 60_000_000;
/** Of the newest submissions so many are looked at. */
const LOOKED_AT = 50;

export function describeStandings({ name, network, open, headOf, isLive }: SourceUnderTest): void {
  const named = (of: string): Address => network.addressFor(of);
  const [payer, wallet, contract, multisig] = [
    named('a payer'),
    named('the wallet'),
    named('a contract'),
    named('owner'),
  ];
  const place = (block: number, position: number) => ({
    ...{ chain: network.chain, asset: 'USDT', transaction: transactionFor(`${block}/${position}`), position },
    ...{ block: FIRST_BLOCK + block, timestamp: network.timeOf(FIRST_BLOCK + block) },
  });
  const pay = (block: number, to: Address): SimulatedTransfer => {
    return { ...place(block, 0), from: payer, to, value: 5n, signer: payer };
  };
  const freeze = (block: number, kind: SimulatedFreeze['kind'], of: Address): SimulatedFreeze => {
    return { ...place(block, 1), kind, wallet: of };
  };
  const submit = (of: Address, executed: number | null = null, more: Partial<SimulatedSubmission> = {}) => ({
    ...{ destination: network.token.address, data: `0ecb93c0${addressBytes(of).padStart(64, '0')}` },
    ...{ block: FIRST_BLOCK, executed, ...more },
  });
  const ledgerOf = (options: LedgerOptions = {}) =>
    new Ledger([pay(0, wallet), pay(0, contract)], { network, head: FIRST_BLOCK + 1_000, ...options });

  describe(`wallets themselves, of ${name}`, () => {
    let opened: OpenedSource | null = null;
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    async function reader(ledger: Ledger, manner: Manner = 'honest') {
      await opened?.close();
      opened = await open(ledger, manner);
      const [asset] = opened.assets;
      if (asset === undefined) throw new Error('the source has no asset');
      return new Reader(opened.source, asset, headOf(ledger));
    }

    test.runIf(!isLive)('are told nothing of, for no file does', async () => {
      const read = await reader(ledgerOf());
      expect(await read.standings([wallet])).toEqual([{ contract: null, frozen: null }]);
      expect(await read.pending()).toMatchObject({ multisig: null, submissions: [] });
    });

    describe.runIf(isLive)('of a provider', () => {
      test('tell whether they are contracts, and frozen at the head', async () => {
        const freezes = [
          freeze(1, 'frozen', wallet),
          freeze(2, 'frozen', contract),
          freeze(3, 'unfrozen', contract),
          freeze(5_000, 'frozen', payer),
        ];
        const read = await reader(ledgerOf({ freezes, contracts: new Set([contract]) }));
        const asked = [wallet, contract, payer, named('nobody')].slice(0, read.source.most.balances);
        const told = [
          { contract: false, frozen: true },
          { contract: true, frozen: false },
          { contract: false, frozen: false },
          { contract: false, frozen: false },
        ];
        expect(await read.standings(asked)).toEqual(told.slice(0, asked.length));
        for (const [number, each] of asked.entries()) expect(await read.standings([each])).toEqual([told[number]]);
      });

      test('cost less where it is known whether they are contracts', async () => {
        const read = await reader(ledgerOf());
        expect(await read.standings([wallet], new Set([wallet]))).toEqual([{ contract: null, frozen: false }]);
        const known = read.requests;
        await read.standings([wallet]);
        expect(read.requests - known).toBe(known + 1);
      });

      test('end at once when they are aborted', async () => {
        const read = await reader(ledgerOf(), 'silence');
        const controller = new AbortController();
        const running = read.standings([wallet], new Set(), controller.signal);
        setTimeout(() => controller.abort(new Error('enough')), 20);
        await expect(running).rejects.toThrow('enough');
      });

      test('are about to be frozen where that was submitted and not executed', async () => {
        const submissions = [
          submit(contract, FIRST_BLOCK),
          submit(wallet),
          submit(payer, null, { destination: named('another token') }),
          submit(payer, null, { data: `e4997dc5${addressBytes(payer).padStart(64, '0')}` }),
          submit(payer, null, { data: '' }),
        ];
        const read = await reader(ledgerOf({ owner: multisig, submissions }));
        expect(await read.pending()).toEqual({
          multisig,
          untold: null,
          submissions: [
            { number: 0, wallet: contract, executed: true },
            { number: 1, wallet, executed: false },
            ...[2, 3, 4].map((number) => ({ number, wallet: null, executed: false })),
          ],
        });
        const settled = { multisig, numbers: new Set([0, 2, 3, 4]) };
        const before = read.requests;
        expect((await read.pending(settled)).submissions).toEqual([{ number: 1, wallet, executed: false }]);
        expect(read.requests - before).toBe(3);
        // Another multisig's numbers are others.
        expect((await read.pending({ ...settled, multisig: payer })).submissions).toHaveLength(5);
      });

      test('are looked for among the newest submissions alone', async () => {
        const submissions = Array.from({ length: LOOKED_AT + 7 }, () => submit(wallet));
        const read = await reader(ledgerOf({ owner: multisig, submissions }));
        const told = await read.pending();
        expect(told.submissions.map(({ number }) => number)).toEqual(
          Array.from({ length: LOOKED_AT }, (_, n) => n + 7),
        );
      });

      test.each<[string, LedgerOptions]>([
        ['nobody', { owner: null }],
        ['a wallet', { owner: payer }],
        ['a contract of another kind', { owner: contract, contracts: new Set([contract]) }],
      ])('are not known to be about to be frozen where the contract belongs to %s', async (_, options) => {
        const read = await reader(ledgerOf(options));
        expect(await read.pending()).toEqual({ multisig: null, submissions: [], untold: expect.any(String) });
      });
    });
  });
}

class Reader {
  readonly source: ChainSource;
  readonly #asset: Asset;
  readonly #head: Head;
  /** That were told of. */
  requests = 0;

  constructor(source: ChainSource, asset: Asset, head: Head) {
    this.source = source;
    this.#asset = asset;
    this.#head = head;
  }

  standings(wallets: readonly Address[], told: ReadonlySet<Address> = new Set(), signal?: AbortSignal) {
    return this.source.standings({ wallets, asset: this.#asset, head: this.#head, told, signal, ...this.#counting() });
  }

  pending(settled: { multisig: Address; numbers: ReadonlySet<number> } | null = null) {
    return this.source.pendingFreezes({ asset: this.#asset, head: this.#head, settled, ...this.#counting() });
  }

  #counting() {
    return {
      onRequest: () => {
        this.requests += 1;
      },
    };
  }
}
