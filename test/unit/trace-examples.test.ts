/** Traces worked out by hand, to the unit. */
import { describe, expect, it } from 'vitest';
import { followInput, reachInput } from '../../graphs/trace/follow.ts';
import { CONSERVING_RULES, type TraceInput } from '../../graphs/trace/types.ts';
import { loadExamples } from '../fixtures/tracing/examples.ts';
import { referenceFlow, referenceReach } from '../fixtures/tracing/reference.ts';

const examples = loadExamples();

const PROGRAMS = [
  { program: 'the engine', follow: followInput, reach: reachInput },
  { program: 'the reference', follow: referenceFlow, reach: referenceReach },
];

describe.each(PROGRAMS)('$program', ({ follow, reach }) => {
  describe.each(examples)('$name: $title', (example) => {
    it.each(CONSERVING_RULES)('%s', (rule) => {
      expect(follow(example.input, rule)).toEqual(example.flows[rule]);
    });

    it('poison', () => {
      expect(reach(example.input)).toEqual(example.reach);
    });

    it('any order of the input', () => {
      const turned = turnedAround(example.input);
      for (const rule of CONSERVING_RULES) expect(follow(turned, rule), rule).toEqual(example.flows[rule]);
      expect(reach(turned)).toEqual(example.reach);
    });
  });
});

function turnedAround(input: TraceInput): TraceInput {
  return {
    transfers: input.transfers.toReversed(),
    burns: input.burns.toReversed(),
    covered: input.covered.toReversed(),
    stops: input.stops.toReversed(),
    openings: input.openings.toReversed(),
    sources: input.sources.toReversed(),
    unverified: input.unverified.toReversed(),
  };
}
