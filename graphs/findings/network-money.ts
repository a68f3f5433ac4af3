/** How much of what moves had come by way of wallets that reports name, whoever paid them. */
import { counts } from '../row-index.ts';
import { type Amounts, createAmounts } from '../trace/amounts.ts';
import { runRule } from '../trace/follow.ts';
import type { Plan } from '../trace/plan.ts';
import type { ConservingRule } from '../trace/types.ts';

/**
 * Of each row, what had come by way of a reported wallet, under the case's rule, in base units.
 *
 * A view's `traced` follows what is reported. Not all victims report, so next to what a report confirms, a wallet that it names
 * holds others' payments. They are no loss that anybody may add up, but who is paid from them is paid by the same people: here, all
 * that reported wallets receive is followed.
 *
 * @param reported 1 for each account that reports name
 * @param merged a plan whose sources are merged
 */
export function networkMoney(merged: Plan, rule: ConservingRule, reported: Uint8Array): Amounts {
  const { table } = merged;
  const unverified = merged.sources.findIndex(({ kind }) => kind === 'unverified');
  const sourceOf = merged.sourceOf.slice();
  for (let row = 0; row < table.rows; row += 1) {
    if (reported[table.to[row] ?? 0] === 1 && counts(table, row) && (sourceOf[row] ?? -1) < 0)
      sourceOf[row] = unverified;
  }
  const money = createAmounts(table.rows, merged.most);
  runRule({ ...merged, sourceOf }, rule, {
    onMove: (row, lots) => {
      money[row] = lots.followed(merged.asked);
    },
  });
  return money;
}
