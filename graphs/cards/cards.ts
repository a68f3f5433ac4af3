/** Cluster cards: one run of the case's rule, that looks on at every row that carries followed money. */
import type { Communities } from '../communities/types.ts';
import { type CaseView, STANDING, sortedAccounts } from '../findings/view.ts';
import { ROLES, type RoleFinding, type RoleName } from '../roles/types.ts';
import type { FollowOptions } from '../trace/engine.ts';
import { runRule } from '../trace/follow.ts';
import { KIND } from '../trace/table.ts';
import { SOURCE_KINDS, type SourceKind } from '../trace/types.ts';
import type { ClusterCard, Exit, ExitKind, Passage } from './types.ts';

/** A passage names so many rows. */
const NAMED_ROWS = 20;
const HOUR_MS = 3_600_000;
const NONE = -1;

/** @param findings in any order */
export function makeCards(
  view: CaseView,
  { cluster, clusters }: Communities,
  findings: readonly RoleFinding[],
  options: Pick<FollowOptions, 'onProgress'> = {},
): ClusterCard[] {
  const drafts = Array.from({ length: clusters }, startCard);
  const of = (account: number) => drafts[cluster[account] ?? NONE];
  for (const account of sortedAccounts(view)) {
    const draft = of(account);
    draft?.accounts.push(account);
    if (view.reported[account] === 1) draft?.reported.push(account);
  }
  addMoney(view, drafts, cluster, options);
  addActivity(view, drafts, cluster);
  for (const { account, role } of findings) {
    const draft = of(account);
    if (draft === undefined) continue;
    draft.roles.set(role, (draft.roles.get(role) ?? new Set()).add(account));
  }
  return drafts.map((draft, number) => finish(view, draft, number));
}

interface Draft {
  readonly accounts: number[];
  readonly reported: number[];
  readonly sources: Set<number>;
  readonly by: Record<SourceKind, bigint>;
  readonly entries: Map<number, OpenPassage>;
  readonly exits: Map<number, OpenPassage>;
  /** At a wallet of the cluster, by its account. */
  readonly burns: Map<number, OpenPassage>;
  readonly hours: number[];
  readonly roles: Map<RoleName, Set<number>>;
  readonly rests: Map<number, bigint>;
  came: bigint;
  left: bigint;
  transfers: number;
  total: bigint;
  first: number;
  last: number;
}

interface OpenPassage {
  amount: bigint;
  readonly rows: number[];
  rowCount: number;
}

function startCard(): Draft {
  return {
    ...{
      accounts: [],
      reported: [],
      sources: new Set<number>(),
      entries: new Map(),
      exits: new Map(),
      burns: new Map(),
    },
    ...{ hours: new Array<number>(24).fill(0), roles: new Map(), rests: new Map() },
    by: { payment: 0n, disclosed: 0n, unverified: 0n },
    ...{ came: 0n, left: 0n, transfers: 0, total: 0n, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
  };
}

function addMoney(
  { plan, rule }: CaseView,
  drafts: readonly Draft[],
  cluster: Int32Array,
  options: Pick<FollowOptions, 'onProgress'>,
): void {
  const { from, to } = plan.table;
  const { sources, asked } = plan;
  // What a row carries comes from its payer's ledger, but for what becomes a source's with this very row.
  runRule(plan, rule, {
    ...options,
    onMove(row, lots) {
      const payee = cluster[to[row] ?? NONE] ?? NONE;
      const payer = plan.places[from[row] ?? NONE] === 0 ? (cluster[from[row] ?? NONE] ?? NONE) : NONE;
      let [carried, fresh] = [0n, 0n];
      for (let lot = 0; lot < lots.size; lot += 1) {
        const source = lots.origin[lot] ?? NONE;
        if (asked[source] !== 1) continue;
        const amount = lots.amount[lot] ?? 0n;
        // Only what has just become a source's has come by no transfer.
        const isFresh = plan.sourceOf[row] === source && lots.hop[lot] === 0;
        if (isFresh) fresh += amount;
        else carried += amount;
        const kind = sources[source]?.kind;
        if (payee === NONE || kind === undefined || (payee === payer && !isFresh)) continue;
        const draft = drafts[payee];
        if (draft === undefined) continue;
        draft.by[kind] += amount;
        draft.sources.add(source);
      }
      const came = payee === payer ? fresh : fresh + carried;
      const into = drafts[payee];
      if (into !== undefined && came > 0n) {
        into.came += came;
        pass(into.entries, to[row] ?? NONE, row, came);
      }
      const out = drafts[payer];
      if (out !== undefined && payee !== payer && carried > 0n) {
        out.left += carried;
        pass(out.exits, to[row] ?? NONE, row, carried);
      }
      move(drafts, from[row] ?? NONE, payer, -carried);
      move(drafts, to[row] ?? NONE, payee, fresh + carried);
    },
    onBurn(row, lots) {
      const [account, amount] = [from[row] ?? NONE, lots.followed(asked)];
      const draft = drafts[cluster[account] ?? NONE];
      if (draft === undefined) return;
      draft.left += amount;
      pass(draft.burns, account, row, amount);
      move(drafts, account, cluster[account] ?? NONE, -amount);
    },
  });
}

function pass(passages: Map<number, OpenPassage>, account: number, row: number, amount: bigint): void {
  const passage = passages.get(account) ?? { amount: 0n, rows: [], rowCount: 0 };
  passages.set(account, passage);
  passage.amount += amount;
  passage.rows.push(row);
  passage.rowCount += 1;
}

function move(drafts: readonly Draft[], account: number, cluster: number, amount: bigint): void {
  const draft = drafts[cluster];
  if (draft !== undefined && amount !== 0n) draft.rests.set(account, (draft.rests.get(account) ?? 0n) + amount);
}

/** All transfers of its wallets count here, whosever money they moved. */
function addActivity({ table }: CaseView, drafts: readonly Draft[], cluster: Int32Array): void {
  for (let row = 0; row < table.rows; row += 1) {
    if (table.kind[row] !== KIND.transfer) continue;
    const payer = cluster[table.from[row] ?? NONE] ?? NONE;
    const payee = cluster[table.to[row] ?? NONE] ?? NONE;
    const at = table.timestamp[row] ?? 0;
    for (const draft of payer === payee ? [drafts[payer]] : [drafts[payer], drafts[payee]]) {
      if (draft === undefined) continue;
      draft.first = Math.min(draft.first, at);
      draft.last = Math.max(draft.last, at);
    }
    const paying = drafts[payer];
    if (paying === undefined) continue;
    const hour = Math.floor(at / HOUR_MS) % 24;
    paying.hours[hour] = (paying.hours[hour] ?? 0) + 1;
    if (payer !== payee) continue;
    paying.transfers += 1;
    paying.total += table.value[row] ?? 0n;
  }
}

function finish(view: CaseView, draft: Draft, cluster: number): ClusterCard {
  const resting = [...draft.rests].filter(([, amount]) => amount !== 0n);
  const rests = resting.reduce((sum, [, amount]) => sum + amount, 0n);
  // Rule 5 of the house: nothing is lost on the way through a cluster.
  if (draft.came !== draft.left + rests)
    throw new Error(`Of the money of cluster ${cluster}, ${draft.came - draft.left - rests} units went nowhere.`);
  const order = placesOf(view);
  const byAmount = <T extends { readonly amount: bigint; readonly account: number }>(a: T, b: T): number =>
    a.amount === b.amount ? (order[a.account] ?? 0) - (order[b.account] ?? 0) : a.amount > b.amount ? -1 : 1;
  const exits: Exit[] = [
    ...closed(draft.exits).map((passage) => ({
      ...{ ...passage, kind: kindOf(view, passage.account), service: view.services.get(passage.account) ?? null },
    })),
    ...closed(draft.burns).map((passage) => ({ ...passage, kind: 'issuer' as const, service: null })),
  ];
  const { accounts, reported, by, transfers, total, hours, first, last, came, left } = draft;
  return {
    ...{ cluster, accounts, reported, hours, first, last },
    sources: [...draft.sources].sort((a, b) => a - b),
    money: { came, left, rests, by: Object.fromEntries(SOURCE_KINDS.map((kind) => [kind, by[kind]])) as typeof by },
    inside: { transfers, total },
    roles: ROLES.flatMap((role) => {
      const wallets = draft.roles.get(role)?.size ?? 0;
      return wallets === 0 ? [] : [{ role, wallets }];
    }),
    entries: closed(draft.entries).sort(byAmount),
    exits: exits.sort(byAmount),
    resting: resting.map(([account, amount]) => ({ account, amount })).sort(byAmount),
  };
}

const KINDS: Readonly<Record<number, ExitKind>> = {
  [STANDING.account]: 'account',
  [STANDING.possible]: 'possible',
  [STANDING.service]: 'service',
  [STANDING.victim]: 'victim',
};

function kindOf({ standing }: CaseView, account: number): ExitKind {
  return KINDS[standing[account] ?? STANDING.wallet] ?? 'wallet';
}

function closed(passages: Map<number, OpenPassage>): Passage[] {
  return [...passages].map(([account, { amount, rows, rowCount }]) => ({
    ...{ account, amount, rowCount },
    rows: rows.sort((a, b) => a - b).slice(0, NAMED_ROWS),
  }));
}

/** The place of each account in the order in which accounts are told. Kept for a view: every card asks for it. */
const PLACES = new WeakMap<CaseView, Int32Array>();

function placesOf(view: CaseView): Int32Array {
  const known = PLACES.get(view);
  if (known !== undefined) return known;
  const places = new Int32Array(view.count);
  sortedAccounts(view).forEach((account, place) => {
    places[account] = place;
  });
  PLACES.set(view, places);
  return places;
}
