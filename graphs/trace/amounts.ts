/** Columns of amounts: 64-bit where all of them together fit into that, else of any size. */

/** Base units, none below zero. */
export type Amounts = BigInt64Array | bigint[];

const LARGEST = 2n ** 63n - 1n;

/**
 * Zeros for so many amounts.
 *
 * @param most what no amount in the column can exceed, such as the sum of all transfers
 */
export function createAmounts(size: number, most: bigint): Amounts {
  return most <= LARGEST ? new BigInt64Array(size) : new Array<bigint>(size).fill(0n);
}

/** The same amounts in a column of another size, and wide where `most` asks for it. */
export function resizeAmounts(amounts: Amounts, size: number, most: bigint): Amounts {
  const kept = Math.min(size, amounts.length);
  if (amounts instanceof BigInt64Array && most <= LARGEST) {
    const resized = new BigInt64Array(size);
    resized.set(amounts.subarray(0, kept));
    return resized;
  }
  const resized = new Array<bigint>(size).fill(0n);
  for (let index = 0; index < kept; index += 1) resized[index] = amounts[index] ?? 0n;
  return resized;
}

/** A larger copy of a column of numbers. */
export function grown<T extends Int32Array | Float64Array | Uint8Array>(column: T, size: number): T {
  const larger = new (column.constructor as new (length: number) => T)(size);
  larger.set(column);
  return larger;
}

/** The column, made wide where an amount does not fit into 64 bits. */
export function fitting(amounts: Amounts, amount: bigint): Amounts {
  if (amount <= LARGEST || !(amounts instanceof BigInt64Array)) return amounts;
  return resizeAmounts(amounts, amounts.length, amount);
}

/** Of the two halves of 64 bits, which the lower one is. */
const [LOW, HIGH] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];
const HALF = 2 ** 32;

/** The amounts as floating-point numbers, for weights and shares alone: exact below 2^53, and rounded as `Number` does. */
export function approximate(amounts: Amounts): Float64Array {
  const numbers = new Float64Array(amounts.length);
  if (!(amounts instanceof BigInt64Array)) {
    amounts.forEach((amount, place) => {
      numbers[place] = Number(amount);
    });
    return numbers;
  }
  // Reading a bigint from a column allocates one; halves of 32 bits do not.
  const halves = new Uint32Array(amounts.buffer, amounts.byteOffset, 2 * amounts.length);
  for (let place = 0; place < amounts.length; place += 1)
    numbers[place] = (halves[2 * place + HIGH] ?? 0) * HALF + (halves[2 * place + LOW] ?? 0);
  return numbers;
}
