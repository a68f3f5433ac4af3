/** Logs as a faulty node sends them. */
import { OTHER_TOKEN } from '../ethereum/chain.ts';
import { addressWord, quantity } from '../ethereum/words.ts';
import { ETHEREUM } from '../ethereum.ts';
import { Random } from '../random.ts';
import type { LogFaultKind } from './faults.ts';
import type { LogRow } from './logs.ts';

/** Further than any range that is asked for. */
const BEYOND = 100_000_000;

/** Spoils a reply's logs; one without any has little to spoil, and stays as it is. `seed` decides what is left to chance. */
export function spoil(rows: readonly LogRow[], fault: LogFaultKind, seed: string): readonly LogRow[] {
  const middle = Math.floor(rows.length / 2);
  const one = rows[middle];
  if (one === undefined) return rows;
  const random = new Random(seed);
  const insert = (row: LogRow) => rows.toSpliced(middle, 0, row);
  switch (fault) {
    case 'removed-log':
      return rows.with(middle, { ...one, removed: true });
    case 'other-token':
      return insert({ ...one, address: OTHER_TOKEN });
    case 'other-block': {
      const last = Number(rows.at(-1)?.blockNumber ?? one.blockNumber);
      return [...rows, { ...one, blockNumber: quantity(last + BEYOND) }];
    }
    case 'other-wallet': {
      const [kind = '', ...parties] = one.topics;
      return insert({
        ...one,
        topics: [kind, ...parties.map((_, place) => addressWord(ETHEREUM.addressFor(`nobody ${place}`)))],
      });
    }
    case 'repeated-logs':
      return rows.flatMap((row) => [row, { ...row }]);
    case 'shuffled-logs':
      return random.shuffle(rows);
    case 'malformed-log':
      return rows.with(
        middle,
        random.pick([
          { ...one, data: '0x' },
          { ...one, topics: one.topics.slice(0, 1) },
        ]),
      );
    case 'lost-log':
      return rows.toSpliced(middle, 1);
    case 'no-logs':
      return [];
    case 'newest-only':
      return rows.slice(middle);
    case 'behind':
      return rows.filter(({ blockNumber }) => blockNumber !== rows.at(-1)?.blockNumber);
  }
}
