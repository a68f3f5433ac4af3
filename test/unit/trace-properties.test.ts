/** What holds of every trace, whatever the money did. Intermediate states are those of the input up to a time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followInput, reachInput } from '../../graphs/trace/follow.ts';
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import { economies } from '../fixtures/tracing/economies.ts';
import {
  isSource,
  ledgerName,
  ledgersOf,
  movementsInTime,
  receiveOnce,
  restingIn,
  shuffled,
  sumOf,
  transferName,
  upTo,
  withStranger,
} from '../fixtures/tracing/restate.ts';

const SEED = 20_240_101;
const rules = fc.constantFrom(...CONSERVING_RULES);

function check<T extends [unknown, ...unknown[]]>(numRuns: number, property: fc.IProperty<T>): void {
  fc.assert(property, { numRuns, seed: SEED });
}

describe('money', () => {
  it('is conserved for each source: what became its own has arrived or rests, to the unit', () => {
    check(
      1_000,
      fc.property(economies(), rules, (input, rule) => {
        const { sources, arrivals, resting } = followInput(input, rule);
        const ended = sources.map((_, number) =>
          sumOf([...arrivals, ...resting].filter((part) => part.source === number)),
        );
        expect(ended).toEqual(sources.map(({ amount }) => amount));
      }),
    );
  });

  it('is conserved in sum, and no source has more than its transfer', () => {
    check(
      500,
      fc.property(economies(), rules, (input, rule) => {
        const { sources, arrivals, resting } = followInput(input, rule);
        expect(sumOf(arrivals) + sumOf(resting)).toBe(sumOf(sources));
        expect(sources.filter(({ amount, transfer }) => amount < 0n || amount > transfer.value)).toEqual([]);
        expect([...arrivals, ...resting].filter(({ amount }) => amount <= 0n)).toEqual([]);
      }),
    );
  });

  it('is conserved in each wallet with a ledger: what it received it passed on or holds', () => {
    check(
      500,
      fc.property(economies(), rules, (input, rule) => {
        const flow = followInput(input, rule);
        const ledgers = ledgersOf(input);
        for (const wallet of flow.wallets) {
          expect(wallet.passed + wallet.resting).toBe(ledgers.has(wallet) ? wallet.received : 0n);
          expect(wallet.resting).toBe(restingIn(flow, wallet));
        }
      }),
    );
  });
});

describe('the result', () => {
  it('does not depend on the order of the input', () => {
    const pairs = economies().chain((input) => fc.tuple(fc.constant(input), shuffled(input)));
    check(
      500,
      fc.property(pairs, rules, ([input, other], rule) => {
        expect(followInput(other, rule)).toEqual(followInput(input, rule));
        expect(reachInput(other)).toEqual(reachInput(input));
      }),
    );
  });

  it('is the same under FIFO and LIFO where each ledger receives once and had nothing before', () => {
    check(
      500,
      fc.property(economies().map(receiveOnce), (input) => {
        expect(followInput(input, 'lifo')).toEqual(followInput(input, 'fifo'));
      }),
    );
  });

  it('keeps what was followed before a stranger paid, under every rule and for poison', () => {
    const cases = fc.record({
      input: economies(),
      rule: rules,
      time: fc.nat(),
      payee: fc.nat(),
      value: fc.bigInt(1n, 1_000n),
    });
    check(
      1_000,
      fc.property(cases, ({ input, rule, ...payment }) => {
        const { stranger, disturbed } = withStranger(input, payment);
        const isEarlier = ({ transfer }: { transfer: { timestamp: number } }) =>
          transfer.timestamp < stranger.timestamp;
        const [before, after] = [followInput(input, rule), followInput(disturbed, rule)];
        expect(after.arrivals.filter(isEarlier)).toEqual(before.arrivals.filter(isEarlier));
        expect(after.sources.filter(isEarlier)).toEqual(before.sources.filter(isEarlier));
        const [reach, disturbedReach] = [reachInput(input), reachInput(disturbed)];
        expect(disturbedReach.arrivals.filter(isEarlier)).toEqual(reach.arrivals.filter(isEarlier));
      }),
    );
  });

  it('rests as before where a stranger has just paid: nothing is replenished', () => {
    const cases = fc.record({
      input: economies(),
      rule: rules,
      time: fc.nat(),
      payee: fc.nat(),
      value: fc.bigInt(1n, 1_000n),
    });
    check(
      500,
      fc.property(cases, ({ input, rule, ...payment }) => {
        const { stranger, disturbed } = withStranger({ ...input, unverified: [] }, payment);
        const then = upTo(disturbed, stranger.timestamp);
        const without = { ...then, transfers: then.transfers.filter((transfer) => transfer !== stranger) };
        expect(followInput(then, rule).resting).toEqual(followInput(without, rule).resting);
      }),
    );
  });
});

describe('a payout in two parts', () => {
  it.each(CONSERVING_RULES)('takes of each source what one takes, to a unit at most: %s', (rule) => {
    const most = rule === 'fifo' || rule === 'lifo' ? 0n : 1n;
    const cases = fc.record({ input: economies({ calm: true }), index: fc.nat(), parts: fc.bigInt(1n, 9n) });
    let examined = 0;
    check(
      1_000,
      fc.property(cases, ({ input, index, parts }) => {
        const payouts = input.transfers.filter(
          (transfer) => transfer.value > 1n && transfer.from !== transfer.to && !isSource(input, transfer),
        );
        const payout = payouts[index % payouts.length];
        if (payout === undefined) return;
        const payer = { chain: payout.chain, asset: payout.asset, address: payout.from };
        const first = (payout.value * parts) / 10n || 1n;
        const second = payout.value - first;
        const halves = [
          { ...payout, value: first, position: 0 },
          { ...payout, value: second, occurrence: first === second ? 1 : 0, position: 1 },
        ];
        const split = { ...input, transfers: input.transfers.flatMap((one) => (one === payout ? halves : [one])) };
        const whole = followInput(upTo(input, payout.timestamp), rule);
        const parted = followInput(upTo(split, payout.timestamp), rule);
        for (const number of whole.sources.keys()) {
          const difference = restingIn(whole, payer, number) - restingIn(parted, payer, number);
          expect(difference <= most && difference >= -most, `differs by ${difference}`).toBe(true);
        }
        if (restingIn(whole, payer) > 0n) examined += 1;
      }),
    );
    expect(examined).toBeGreaterThan(100);
  });
});

describe('LIBR', () => {
  it('leaves no more followed money than the lowest balance since it arrived', () => {
    let lowered = 0;
    check(
      150,
      fc.property(economies({ calm: true, events: [5, 30] }), (input) => {
        const ledgers = ledgersOf(input);
        const balances = new Map(input.openings.map((opening) => [ledgerName(opening), opening.value]));
        const bounds = new Map<string, bigint>();
        for (const { timestamp, value, payer, payee } of movementsInTime(input)) {
          const flow = followInput(upTo(input, timestamp), 'libr');
          const payerName = ledgerName(payer);
          if (ledgers.has(payer)) {
            const held = balances.get(payerName) ?? 0n;
            const left = held > value ? held - value : 0n;
            balances.set(payerName, left);
            const bound = bounds.get(payerName) ?? 0n;
            if (bound > left) lowered += 1;
            // To the unit: followed money is what it was, or the whole balance if that is less.
            bounds.set(payerName, bound < left ? bound : left);
            expect(restingIn(flow, payer)).toBe(bounds.get(payerName));
          }
          if (payee !== null && ledgers.has(payee)) {
            const payeeName = ledgerName(payee);
            balances.set(payeeName, (balances.get(payeeName) ?? 0n) + value);
            const before = followInput(upTo(input, timestamp - 1), 'libr');
            const brought = restingIn(flow, payee) - restingIn(before, payee);
            expect(brought >= 0n && brought <= value).toBe(true);
            bounds.set(payeeName, (bounds.get(payeeName) ?? 0n) + brought);
          }
        }
      }),
    );
    expect(lowered).toBeGreaterThan(50);
  });
});

describe('poison', () => {
  it('reaches, for each source, all that any rule brings its money to, by as few transfers', () => {
    check(
      1_000,
      fc.property(economies(), rules, (input, rule) => {
        const flow = followInput(input, rule);
        const reach = reachInput(input);
        const arrivals = new Map(reach.arrivals.map(({ transfer, sources }) => [transferName(transfer), sources]));
        const wallets = new Map(reach.wallets.map((wallet) => [ledgerName(wallet), wallet]));
        for (const { transfer, source } of flow.arrivals) {
          expect(arrivals.get(transferName(transfer))).toContain(source);
        }
        for (const part of flow.resting) expect(wallets.get(ledgerName(part))?.sources).toContain(part.source);
        for (const wallet of flow.wallets) expect(wallets.get(ledgerName(wallet))?.hop).toBeLessThanOrEqual(wallet.hop);
        expect(reach.sources).toEqual(flow.sources.map(({ amount: _, ...source }) => source));
      }),
    );
  });
});
