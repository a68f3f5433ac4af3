/**
 * Funnel: several wallets that one payer paid within a short time pay the same payee, where the sum meets again.
 *
 * The domain's pattern 7, "spray and funnel", of the indictment of the Prince Group (press).
 */
import { type CaseView, STANDING } from '../findings/view.ts';
import { counted, during, judged, makeFinding, percentOf, room, roomAbove, spell, strengthOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface FunnelPolicy {
  readonly on: boolean;
  /** So many wallets have to carry parts of the sum. */
  readonly leastCarriers: number;
  /** From the first payment of the sprayer to the last that meets, in milliseconds. */
  readonly within: number;
  /** A carrier pays on at least so much of what it was paid, in percent. */
  readonly leastCarried: number;
}

/** A single wallet between two is a hop, and two may be chance; the others by `bench:roles --calibrate`. */
export const FUNNEL: FunnelPolicy = { on: true, within: 3_600_000, leastCarriers: 3, leastCarried: 90 };

/** One part of a sum: what the sprayer paid the carrier, and what that paid on. */
interface Carried {
  readonly carrier: number;
  readonly sprayed: number;
  readonly met: number;
}

interface Meeting {
  readonly parts: readonly Carried[];
  readonly carriers: number;
  /** Milliseconds. */
  readonly span: number;
}

/** One finding for each wallet in which sums met. Figures: meetings, and of the one with most carriers: carriers, minutes. */
export function findFunnels(view: CaseView, policy: FunnelPolicy): RoleFinding[] {
  return policy.on ? [...judged(view)].flatMap((account) => judge(view, account, policy) ?? []) : [];
}

function judge(view: CaseView, account: number, policy: FunnelPolicy): RoleFinding | null {
  if (view.receipts(account).length < policy.leastCarriers) return null;
  const meetings = [...bySprayer(view, account, policy).values()].flatMap((parts) => meetingsOf(view, parts, policy));
  const [widest] = [...meetings].sort((a, b) => b.carriers - a.carriers || a.span - b.span);
  if (widest === undefined) return null;
  const { carriers, span } = widest;
  return makeFinding({
    ...{ role: 'funnel', account },
    rows: meetings.flatMap(({ parts }) => parts.flatMap(({ sprayed, met }) => [sprayed, met])),
    figures: { meetings: meetings.length, carriers, minutes: Math.round(span / 60_000) },
    strength: strengthOf(roomAbove(carriers, policy.leastCarriers - 1), room(span, policy.within, 0)),
    reason:
      `Was paid by ${counted(carriers, 'wallet')} that one wallet had paid just before: the sum was split and met here again, ` +
      `within ${spell(span)}.`,
  });
}

/** What carriers brought, by who had paid them shortly before; each payment of a sprayer once. */
function bySprayer(view: CaseView, account: number, policy: FunnelPolicy): Map<number, Carried[]> {
  const { table, standing } = view;
  const sprayers = new Map<number, Carried[]>();
  const taken = new Set<number>();
  for (const met of view.receipts(account)) {
    const carrier = table.from[met] ?? -1;
    // Strangers are paid by the same service and pay the same one all the time.
    if (standing[carrier] !== STANDING.wallet) continue;
    const [at, value] = [table.timestamp[met] ?? 0, table.value[met] ?? 0n];
    for (const sprayed of during(view, view.receipts(carrier), at - policy.within, at)) {
      const sprayer = table.from[sprayed] ?? -1;
      if (standing[sprayer] !== STANDING.wallet || sprayer === account || taken.has(sprayed)) continue;
      if (percentOf(value, table.value[sprayed] ?? 0n) < policy.leastCarried) continue;
      taken.add(sprayed);
      const known = sprayers.get(sprayer);
      if (known === undefined) sprayers.set(sprayer, [{ carrier, sprayed, met }]);
      else known.push({ carrier, sprayed, met });
    }
  }
  return sprayers;
}

/** Parts in the order in which they were sprayed, cut into stretches that each lie within the time. */
function meetingsOf({ table }: CaseView, parts: readonly Carried[], policy: FunnelPolicy): Meeting[] {
  const meetings: Meeting[] = [];
  let open: Carried[] = [];
  const close = () => {
    const carriers = new Set(open.map(({ carrier }) => carrier)).size;
    const [first] = open;
    if (first !== undefined && carriers >= policy.leastCarriers)
      meetings.push({ parts: open, carriers, span: Math.max(...open.map((part) => spanOf(first, part))) });
    open = [];
  };
  const spanOf = (first: Carried, part: Carried) =>
    (table.timestamp[part.met] ?? 0) - (table.timestamp[first.sprayed] ?? 0);
  for (const part of [...parts].sort((a, b) => a.sprayed - b.sprayed || a.met - b.met)) {
    const [first] = open;
    if (first !== undefined && spanOf(first, part) > policy.within) close();
    open.push(part);
  }
  close();
  return meetings;
}
