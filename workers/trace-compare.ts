/** All rules on one loaded case. */
import { type Comparison, compareRules } from '../graphs/trace/compare.ts';
import { reachPlan } from '../graphs/trace/follow.ts';
import { type PlaceOfEnd, reached, type Traced, traced } from '../graphs/trace/result.ts';
import type { ConservingRule } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import { notesOnMarks } from './trace.ts';
import { followLoaded, type LoadedTrace } from './trace-load.ts';
import type { Note } from './trace-sources.ts';

export interface ComparedCase extends Comparison {
  /** What poison reaches, as it states no amounts. */
  readonly reach: { readonly exits: readonly PlaceOfEnd[]; readonly beyond: readonly PlaceOfEnd[] };
  readonly notes: readonly Note[];
}

export function compareCase(loaded: LoadedTrace): ComparedCase {
  const { plan, notes } = loaded;
  const of = (rule: ConservingRule) => traced(followLoaded(loaded, rule), plan.asked);
  const results = { fifo: of('fifo'), lifo: of('lifo'), 'pro-rata': of('pro-rata'), libr: of('libr') };
  const wallets = new Map(
    Object.values(results).flatMap((result) =>
      result.wallets.map(({ chain, asset, address, shortfall, orderUnknown }) => [
        `${chain} ${asset} ${address}`,
        { incomplete: shortfall > 0n, orderUnknown },
      ]),
    ),
  );
  return {
    ...compareRules(results),
    reach: reached(reachPlan(plan)),
    notes: [...notes, ...notesOnMarks([...wallets.values()]), ...notesOnPossible(loaded, results)],
  };
}

function notesOnPossible({ inferred }: LoadedTrace, results: Readonly<Record<ConservingRule, Traced>>): Note[] {
  const reached = new Set(Object.values(results).flatMap(({ wallets }) => wallets.map(walletKey)));
  const possible = new Set(inferred.possible.map(walletKey).filter((key) => reached.has(key)));
  if (possible.size === 0) return [];
  const text = `${possible.size} ${possible.size === 1 ? 'wallet' : 'wallets'} on the way ${possible.size === 1 ? 'is a possible service' : 'are possible services'}, or deposit addresses of some, by what they do: it goes on at them. What came from behind them, a trace by one rule tells.`;
  return [{ code: 'POSSIBLE_SERVICES', text }];
}
