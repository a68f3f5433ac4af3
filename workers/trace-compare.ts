/** All rules on one loaded case. */
import { type Comparison, compareRules } from '../graphs/trace/compare.ts';
import { reachPlan } from '../graphs/trace/follow.ts';
import { type PlaceOfEnd, reached, traced } from '../graphs/trace/result.ts';
import type { ConservingRule } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import { notesOnMarks } from './trace.ts';
import { type AskJson, askJson } from './trace-inferred.ts';
import { followLoaded, type LoadedTrace } from './trace-load.ts';
import type { Note } from './trace-sources.ts';

export interface ComparedCase extends Comparison {
  /** What poison reaches, as it states no amounts. */
  readonly reach: { readonly exits: readonly PlaceOfEnd[]; readonly beyond: readonly PlaceOfEnd[] };
  readonly ask: readonly AskJson[];
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
  const met = new Set(Object.values(results).flatMap((result) => result.wallets.map(walletKey)));
  return {
    ...compareRules(results),
    reach: reached(reachPlan(plan)),
    ask: askJson(loaded.inferred, met),
    notes: [...notes, ...notesOnMarks([...wallets.values()]), ...notesOnPossible(loaded, met)],
  };
}

function notesOnPossible({ inferred }: LoadedTrace, reached: ReadonlySet<string>): Note[] {
  const possible = new Set(inferred.possible.map(walletKey).filter((key) => reached.has(key)));
  if (possible.size === 0) return [];
  const text = `${possible.size} ${possible.size === 1 ? 'wallet' : 'wallets'} on the way ${possible.size === 1 ? 'is a possible service' : 'are possible services'}, or deposit addresses of some, by what they do: it goes on at them. What came from behind them, a trace by one rule tells.`;
  return [{ code: 'POSSIBLE_SERVICES', text }];
}
