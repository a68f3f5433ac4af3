/** What each difficulty changes, and that it leaves ordinary life alone. */
import { describe, expect, test } from 'vitest';
import { DIFFICULTIES, type DifficultyName } from '../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { type EconomyIndex, groupBy, indexOf, staysIn } from '../fixtures/economy-index.ts';

const SIZE = { users: 160, victims: 48, networks: 8, exchanges: 3, days: 75, slowness: 2 };
const SEEDS = ['one', 'two'];

const economies = new Map<DifficultyName, readonly EconomyIndex[]>(
  DIFFICULTIES.map((difficulty) => [
    difficulty,
    SEEDS.map((seed) => indexOf(generateEconomy({ seed, size: SIZE, difficulty }))),
  ]),
);

/** A figure of all seeds together, from easy to hard. */
function figures(measure: (index: EconomyIndex) => number): number[] {
  return DIFFICULTIES.map((difficulty) =>
    (economies.get(difficulty) ?? []).reduce((sum, index) => sum + measure(index), 0),
  );
}

function expectRising([easy = 0, normal = 0, hard = 0]: number[]): void {
  expect(normal).toBeGreaterThan(easy);
  expect(hard).toBeGreaterThan(normal);
}

describe('the harder', () => {
  test('the fewer victims are told the same wallet', () => {
    expectRising(
      figures(
        ({ withRole, received }) => withRole('collection').filter((wallet) => received(wallet).length > 0).length,
      ),
    );
  });

  test('the more victims pay straight into accounts at exchanges', () => {
    const paid = figures(
      ({ victims, roleOf }) => [...victims.values()].flat().filter(({ to }) => roleOf(to) === 'deposit').length,
    );
    expect(paid[0]).toBe(0);
    expectRising(paid);
  });

  test('the more wallets serve for layering, and each for less', () => {
    const wallets = figures(({ withRole }) => withRole('layering').length);
    const uses = figures(
      ({ usdt, who, roleOf }) =>
        usdt.filter(({ from, to }) => roleOf(to) === 'layering' && who(from).network !== '').length,
    );
    expectRising(wallets);
    expectRising(wallets.map((count, place) => count / (uses[place] ?? 1)));
  });

  test('the longer money rests in them', () => {
    expectRising(figures((index) => median(index.withRole('layering').flatMap((wallet) => staysIn(index, wallet)))));
  });

  test('the more strangers deal with them', () => {
    expectRising(
      figures(
        ({ withRole, received, roleOf }) =>
          withRole('layering')
            .flatMap((wallet) => received(wallet))
            .filter(({ from }) => roleOf(from) === 'user').length,
      ),
    );
  });

  test('the more networks share a broker', () => {
    const perBroker = figures(({ withRole, who, received }) => {
      const brokers = [...groupBy(withRole('broker'), (wallet) => who(wallet).owner).values()];
      const shared = brokers.map((own) => {
        const payers = own.flatMap((wallet) => received(wallet)).map(({ from }) => who(from).network);
        return new Set(payers.filter((network) => network !== '')).size;
      });
      return Math.max(...shared);
    });
    expect(perBroker[0]).toBe(SEEDS.length);
    expectRising(perBroker);
  });

  test('the more look-alikes there are', () => {
    expectRising(figures(({ withRole }) => withRole('look-alike').length));
  });
});

test('ordinary life is the same at every difficulty', () => {
  const people = figures(
    ({ economy }) => new Set(economy.wallets.filter(({ role }) => role === 'user').map(({ owner }) => owner)).size,
  );
  expect(new Set(people).size).toBe(1);
  const [easy = 0, ...others] = figures(
    ({ usdt, who, roleOf }) =>
      usdt.filter(({ from, to }) => roleOf(from) === 'user' && who(to).network === '' && roleOf(to) !== 'broker')
        .length,
  );
  for (const other of others) expect(Math.abs(other - easy)).toBeLessThan(easy / 10);
});

test('at every difficulty the money balances', () => {
  for (const { economy } of [...economies.values()].flat()) {
    expect(economy.holdings.every(({ issued, held, burnt }) => issued === held + burnt)).toBe(true);
  }
});

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}
