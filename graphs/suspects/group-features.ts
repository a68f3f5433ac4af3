/** What was found of a wallet before: its cluster, and its roles. */
import type { RoleFinding, RoleName } from '../roles/types.ts';
import { type Context, countOf, type Feature, told } from './context.ts';

/** A hint that many ordinary people match as well: it is no role that a wallet could be named by. */
const HINT: RoleName = 'working-hours';

/** So many reported wallets are in its cluster, itself left out. Of a wallet that was not read, its cluster says little. */
export const cluster: Feature = {
  figure({ view, findings, namedIn, reported }, account) {
    const own = findings.communities.cluster[account] ?? -1;
    return own < 0 || view.complete[account] !== 1 ? null : (namedIn[own] ?? 0) - (reported[account] ?? 0);
  },
  tell({ view, findings }, account, figure) {
    const { cluster: clusters } = findings.communities;
    const { from, to } = view.table;
    const isInside = (other = 0) => clusters[other] === clusters[account];
    const rows = [
      ...[...view.receipts(account)].filter((row) => isInside(from[row])),
      ...[...view.payouts(account)].filter((row) => isInside(to[row])),
    ];
    return told(`${countOf(figure, 'reported wallet')} ${figure === 1 ? 'is' : 'are'} in its cluster.`, rows);
  },
};

/** The strength of its strongest role that gives points. */
export const role: Feature = {
  figure: (context, account) => scoring(context, account)?.strength ?? null,
  tell(context, account) {
    const found = scoring(context, account);
    if (found === undefined) return told('', []);
    return { text: found.reason, rows: found.rows, rowCount: found.rowCount, native: found.native };
  },
};

/** The role of an account that was found with the greatest strength, by which it is named; of equal ones the first. */
export function strongestRole({ roles }: Context, account: number): RoleName | null {
  return strongest((roles.get(account) ?? []).filter((each) => each.role !== HINT))?.role ?? null;
}

function scoring({ roles, policy }: Context, account: number): RoleFinding | undefined {
  return strongest((roles.get(account) ?? []).filter((each) => policy.roles.includes(each.role)));
}

function strongest(roles: readonly RoleFinding[]): RoleFinding | undefined {
  return [...roles].sort((a, b) => b.strength - a.strength || (a.role < b.role ? -1 : 1))[0];
}
