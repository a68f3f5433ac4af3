/** Transfers and burns as columns, in the order in which a store feeds them. */
import type { TransactionHash } from '../../src/chains/chain.ts';
import { DUST } from '../../src/money.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { type Amounts, createAmounts, fitting, grown, resizeAmounts } from './amounts.ts';
import type { Burn, PlacedTransfer } from './types.ts';

/** What a row is: a transfer, or money that the issuer took out of a wallet. */
export const KIND = { transfer: 0, destroyed: 1, redeemed: 2 } as const;
const NO_POSITION = -1;
const HASH_BYTES = 32;
const FIRST_SIZE = 1_024;

export interface TransferTable {
  readonly rows: number;
  readonly accounts: Accounts;
  /** Numbers of accounts; the same on both sides of a burn. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly value: Amounts;
  readonly timestamp: Float64Array;
  /** -1 where it is not known. */
  readonly position: Int32Array;
  readonly occurrence: Int32Array;
  readonly kind: Uint8Array;
  /** 1 for transfers that are no dust: asked for so often that amounts would be looked at for most of the time. */
  readonly counted: Uint8Array;
  /** Sum of all values: no balance that they make can exceed it. */
  readonly total: bigint;
  /** The row as people name it; a burn has its wallet on both sides. */
  transfer(row: number): PlacedTransfer;
}

export interface TableBuilder {
  /**
   * Takes the next transfer, by time, chain, asset, transaction, sender, recipient, value and occurrence. Transfers of zero
   * and to oneself are left out.
   *
   * @throws Error when it does not come after the one before it
   */
  addTransfer(transfer: PlacedTransfer): void;
  /** Takes the next burn; among transfers it stands where one from its wallet to itself would. */
  addBurn(burn: Burn): void;
  build(): TransferTable;
}

/** @param expected how many rows are expected: spares copies of what is large */
export function createTable(expected = FIRST_SIZE): TableBuilder {
  const accounts = createAccounts();
  let size = Math.max(expected, 1);
  let from = new Int32Array(size);
  let to = new Int32Array(size);
  let timestamp = new Float64Array(size);
  let position = new Int32Array(size);
  let occurrence = new Int32Array(size);
  let kind = new Uint8Array(size);
  let counted = new Uint8Array(size);
  let hash = Buffer.alloc(size * HASH_BYTES);
  let value = createAmounts(size, 0n);
  let rows = 0;
  let largest = 0n;
  let total = 0n;
  let last: PlacedTransfer | undefined;

  const grow = () => {
    size *= 2;
    from = grown(from, size);
    to = grown(to, size);
    timestamp = grown(timestamp, size);
    position = grown(position, size);
    occurrence = grown(occurrence, size);
    kind = grown(kind, size);
    counted = grown(counted, size);
    hash = Buffer.concat([hash], size * HASH_BYTES);
    value = resizeAmounts(value, size, largest);
  };
  const add = (transfer: PlacedTransfer, is: number) => {
    if (last !== undefined && compareTransfers(last, transfer) > 0)
      throw new Error(`Transfers to trace are not sorted: ${transfer.transaction} comes after ${last.transaction}.`);
    last = transfer;
    if (rows === size) grow();
    if (transfer.value > largest) {
      largest = transfer.value;
      value = fitting(value, largest);
    }
    const { chain, asset } = transfer;
    from[rows] = accounts.enter(chain, asset, transfer.from);
    to[rows] = is === KIND.transfer ? accounts.enter(chain, asset, transfer.to) : (from[rows] ?? 0);
    value[rows] = transfer.value;
    timestamp[rows] = transfer.timestamp;
    position[rows] = transfer.position ?? NO_POSITION;
    occurrence[rows] = transfer.occurrence;
    kind[rows] = is;
    counted[rows] = is === KIND.transfer && transfer.value >= DUST ? 1 : 0;
    hash.write(transfer.transaction, rows * HASH_BYTES, HASH_BYTES, 'hex');
    total += transfer.value;
    rows += 1;
  };
  const hashAt = (row: number) => hash.toString('hex', row * HASH_BYTES, (row + 1) * HASH_BYTES) as TransactionHash;
  return {
    addTransfer(transfer) {
      if (transfer.value > 0n && transfer.from !== transfer.to) add(transfer, KIND.transfer);
    },
    addBurn(burn) {
      if (burn.value > 0n) add(burnAsTransfer(burn), KIND[burn.kind]);
    },
    build: () => ({
      ...{ rows, accounts, from, to, value, timestamp, position, occurrence, kind, counted, total },
      transfer(row) {
        const sender = accounts.list[from[row] ?? -1];
        const recipient = accounts.list[to[row] ?? -1];
        if (row < 0 || row >= rows || sender === undefined || recipient === undefined)
          throw new Error(`There is no row ${row}.`);
        const at = position[row] ?? NO_POSITION;
        return {
          ...{ chain: sender.chain, asset: sender.asset, transaction: hashAt(row) },
          ...{ from: sender.address, to: recipient.address, value: value[row] ?? 0n },
          ...{ occurrence: occurrence[row] ?? 0, timestamp: timestamp[row] ?? 0, position: at < 0 ? null : at },
        };
      },
    }),
  };
}

/** A table of rows in any order. */
export function tableOf(transfers: readonly PlacedTransfer[], burns: readonly Burn[]): TransferTable {
  const builder = createTable(transfers.length + burns.length);
  const rows = [
    ...transfers.map((transfer) => ({ transfer, add: () => builder.addTransfer(transfer) })),
    ...burns.map((burn) => ({ transfer: burnAsTransfer(burn), add: () => builder.addBurn(burn) })),
  ];
  rows.sort((a, b) => compareTransfers(a.transfer, b.transfer));
  for (const { add } of rows) add();
  return builder.build();
}

/** A burn as a row: its wallet stands on both sides. */
export function burnAsTransfer(burn: Burn): PlacedTransfer {
  const { chain, asset, transaction, wallet, value, timestamp, position, occurrence = 0 } = burn;
  return { chain, asset, transaction, from: wallet, to: wallet, value, occurrence, timestamp, position };
}

/** By time, chain, asset, transaction, sender, recipient, value and occurrence. */
export function compareTransfers(a: PlacedTransfer, b: PlacedTransfer): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  return (
    compare(a.chain, b.chain) ||
    compare(a.asset, b.asset) ||
    compare(a.transaction, b.transaction) ||
    compare(a.from, b.from) ||
    compare(a.to, b.to) ||
    compare(a.value, b.value) ||
    a.occurrence - b.occurrence
  );
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
