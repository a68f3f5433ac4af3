/** All rules on one loaded case. */
import { type Comparison, compareRules } from '../graphs/trace/compare.ts';
import { followPlan, reachPlan } from '../graphs/trace/follow.ts';
import { type PlaceOfEnd, reached, traced } from '../graphs/trace/result.ts';
import type { ConservingRule } from '../graphs/trace/types.ts';
import type { LoadedTrace } from './trace-load.ts';

export interface ComparedCase extends Comparison {
  /** What poison reaches, as it states no amounts. */
  readonly reach: { readonly exits: readonly PlaceOfEnd[]; readonly beyond: readonly PlaceOfEnd[] };
}

export function compareCase({ plan }: LoadedTrace): ComparedCase {
  const of = (rule: ConservingRule) => traced(followPlan(plan, rule));
  const results = { fifo: of('fifo'), lifo: of('lifo'), 'pro-rata': of('pro-rata'), libr: of('libr') };
  return { ...compareRules(results), reach: reached(reachPlan(plan)) };
}
