/** A small source of random numbers that a seed repeats exactly, on every machine. */

const LARGEST_SEED = 0xffff_ffff;

/**
 * Numbers in [0, 1) by mulberry32: 32 bits of state, period 2^32. Enough to pick starting points; not for secrets.
 *
 * Source: Tommy Ettinger, mulberry32 (2017), public domain.
 *
 * @throws RangeError when the seed is no whole number from 0 to 4,294,967,295
 */
export function createRandom(seed: number): () => number {
  if (!Number.isInteger(seed) || seed < 0 || seed > LARGEST_SEED) {
    throw new RangeError(`A random seed is a whole number from 0 to ${LARGEST_SEED}, not ${seed}.`);
  }
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
