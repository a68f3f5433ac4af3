/** How fast a provider is asked: what always holds, and how much of a simulated allowance is used. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginPace, type Pace, type PaceLimits, refusePace, reviewPace } from '../../src/crawl/pace.ts';
import { rateMeter, tokenBucket } from '../../src/simulate/http/access.ts';
import { Random } from '../../src/simulate/random.ts';
import { ask, figuresOf } from '../fixtures/paced.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FLOOR = 0.1;

/** What happens to a limiter: turns that are given, time that passes, refusals. */
type Event =
  | { readonly turns: number; readonly ms: number }
  | { readonly answered: boolean; readonly late: boolean; readonly waitMs: number; readonly named: number | null }
  | { readonly quota: number };

const limits = fc
  .record({ start: fc.double({ min: 0.2, max: 5_000, noNaN: true }), isMost: fc.boolean() })
  .map(({ start, isMost }): PaceLimits => ({ start, most: isMost ? start : null }));
const events = fc.array(
  fc.oneof(
    fc.record({ turns: fc.nat(100_000), ms: fc.nat(2 * HOUR) }),
    fc.record({
      ...{ answered: fc.boolean(), late: fc.boolean(), waitMs: fc.nat(HOUR) },
      named: fc.option(fc.double({ min: 0.2, max: 100, noNaN: true })),
    }),
    fc.record({ quota: fc.nat(HOUR) }),
  ) as fc.Arbitrary<Event>,
  { maxLength: 60 },
);

/** Lets it all happen, and has each change looked at. */
function live(
  set: PaceLimits,
  happens: readonly Event[],
  look: (before: Pace, after: Pace, event: Event) => void,
): void {
  let now = 1_000_000;
  let pace = beginPace(set, now);
  for (const event of happens) {
    const before = pace;
    if ('turns' in event) {
      now += event.ms;
      pace = reviewPace({ ...pace, turns: pace.turns + event.turns }, set, now);
    } else if ('quota' in event) {
      pace = refusePace(pace, set, { epoch: pace.epoch, waitMs: event.quota, named: null, aboutRate: false }, now);
    } else {
      const { answered, late, waitMs, named } = event;
      const refusal = { epoch: pace.epoch - (late ? 1 : 0), waitMs, named, aboutRate: true };
      pace = refusePace({ ...pace, answered: pace.answered || answered }, set, refusal, now);
    }
    look(before, pace, event);
  }
}

describe('a pace', () => {
  it('is never above what a person set, and never below the floor', () => {
    fc.assert(
      fc.property(limits, events, (set, happens) =>
        live(set, happens, (_, { rate }) => {
          expect(rate).toBeLessThanOrEqual(set.most ?? Number.POSITIVE_INFINITY);
          expect(rate).toBeGreaterThanOrEqual(FLOOR * 0.9);
        }),
      ),
    );
  });

  it('is never raised by a refusal, and keeps every pause to its end', () => {
    fc.assert(
      fc.property(limits, events, (set, happens) =>
        live(set, happens, (before, after, event) => {
          expect(after.pausedUntil).toBeGreaterThanOrEqual(before.pausedUntil);
          if ('turns' in event) return;
          expect(after.rate).toBeLessThanOrEqual(before.rate);
          expect(after.reviewAt).toBeGreaterThanOrEqual('quota' in event ? event.quota : event.waitMs);
        }),
      ),
    );
  });

  it('goes no further than a twentieth above a ceiling, and only after the rest of a minute', () => {
    fc.assert(
      fc.property(limits, events, (set, happens) => {
        let sinceRefusal = 0;
        live(set, happens, (before, after, event) => {
          sinceRefusal = 'turns' in event ? sinceRefusal + event.ms : 0;
          if (after.ceiling === null) return;
          expect(after.rate).toBeLessThanOrEqual(Math.max(before.rate, after.ceiling * 1.0501));
          const probes = after.rate > after.ceiling && after.rate > before.rate;
          if (probes) expect(sinceRefusal).toBeGreaterThanOrEqual(MINUTE);
        });
      }),
    );
  });

  it('is lowered once for all requests of an episode, and not for a quota', () => {
    const set = { start: 12, most: null };
    const begun = { ...beginPace(set, 0), answered: true };
    const refusal = { epoch: 0, waitMs: 5_000, named: null, aboutRate: true };
    const once = refusePace(begun, set, refusal, 1_000);
    expect(once).toMatchObject({ rate: 10.8, ceiling: 12, epoch: 1, pausedUntil: 6_000 });
    expect(refusePace(once, set, refusal, 1_100)).toMatchObject({ rate: 10.8, epoch: 1, pausedUntil: 6_100 });
    expect(refusePace(once, set, { ...refusal, waitMs: 30_000 }, 1_100)).toMatchObject({ rate: 10.8, epoch: 2 });
    expect(refusePace(begun, set, { ...refusal, aboutRate: false }, 1_000)).toMatchObject({ rate: 12, epoch: 1 });
  });

  it('is not lowered on and on by a provider that answers nothing at all', () => {
    const set = { start: 12, most: null };
    let pace: Pace = { ...beginPace(set, 0), answered: true };
    for (let now = 0; now < 10 * MINUTE; now = pace.pausedUntil) {
      pace = refusePace(pace, set, { epoch: pace.epoch, waitMs: 2_000, named: null, aboutRate: true }, now);
    }
    expect(pace.rate).toBe(10.8);
  });

  it('believes a limit that the provider names, and what it once named is tried again ever more rarely', () => {
    const set = { start: 12, most: null };
    let pace: Pace = { ...beginPace(set, 0), rate: 16 };
    const refuse = (now: number) => {
      const refusal = { epoch: pace.epoch, waitMs: 1_000, named: 15, aboutRate: true };
      pace = refusePace({ ...pace, answered: true }, set, refusal, now);
    };
    refuse(0);
    expect(pace).toMatchObject({ rate: 14.25, ceiling: 15 });
    const rests: number[] = [];
    for (let now = 0, since = 0; now < 6 * HOUR; now += 1_000) {
      pace = reviewPace({ ...pace, turns: pace.turns + 15 }, set, now);
      if (pace.rate <= 15) continue;
      rests.push(Math.round((now - since) / MINUTE));
      since = now;
      refuse(now);
    }
    expect(rests).toEqual([10, 20, 40, 60, 60, 60, 60]);
  });
});

describe('two minutes at a simulated provider, once the rate is found', () => {
  const allowed = 15;
  const bucket = () => tokenBucket(allowed, allowed);
  const cases = [
    { what: 'a bare refusal', start: 12, refusal: { waitMs: 2_000, named: null }, meter: bucket, warmUp: 3 },
    {
      what: 'a suspension that names the limit',
      start: 12,
      refusal: { waitMs: 5_000, named: 15 },
      meter: bucket,
      warmUp: 2,
    },
    { what: 'a start far below', start: 3, refusal: { waitMs: 2_000, named: null }, meter: bucket, warmUp: 7 },
    { what: 'a start far above', start: 10_000, refusal: { waitMs: 2_000, named: null }, meter: bucket, warmUp: 2 },
    {
      what: 'a limit by the second',
      start: 12,
      refusal: { waitMs: 2_000, named: null },
      meter: () => rateMeter(allowed),
      warmUp: 3,
    },
  ];
  it.each(cases.flatMap((each) => [1, 8].map((processes) => ({ ...each, processes }))))(
    'use the allowance after $what, $processes processes',
    ({ start, refusal, meter, warmUp, processes }) => {
      const random = new Random(`pace/${processes}`);
      const isTooMany = meter();
      const { requests } = ask({
        ...{ callers: 8 * processes, limits: { start, most: null }, refusal, latencyMs: 60 },
        isTooMany: (now) => isTooMany('', now),
        draw: () => random.fraction(),
        untilMs: (warmUp + 2) * MINUTE,
      });
      const { answered, refused } = figuresOf(requests, warmUp * MINUTE, (warmUp + 2) * MINUTE);
      expect(answered / allowed).toBeGreaterThanOrEqual(0.9);
      expect(refused).toBeLessThan(0.01);
    },
  );

  it('never exceed what a person set', () => {
    const random = new Random('pace');
    const { requests } = ask({
      ...{ callers: 64, limits: { start: 5, most: 5 }, refusal: { waitMs: 0, named: null }, latencyMs: 0 },
      ...{ isTooMany: () => false, draw: () => random.fraction(), untilMs: 2 * MINUTE },
    });
    expect(figuresOf(requests, MINUTE, 2 * MINUTE)).toEqual({ answered: 5, refused: 0 });
  });
});
