/**
 * What ties clusters to compounds. Three things do, and each by itself: a wallet that is tagged with a name of the registry, inside a
 * cluster or directly next to it; a report of a payment into the cluster that names one; a ransom, or a payment for
 * recruitment, that is reported into it. No tie leads on to another cluster, wallet or compound. Without a tie nothing is said.
 */
import type { Wallet } from '../../src/chains/chain.ts';
import type { TransferKey } from '../trace/types.ts';
import { byWallet, walletKey } from '../wallet-key.ts';
import { type FoundName, findInLabel, findName, indexNames, type NamedCompound, type NameIndex } from './names.ts';
import { tieText } from './tie-text.ts';
import type {
  AmbiguousName,
  CompoundReport,
  CompoundTag,
  CompoundTie,
  KnownCompound,
  TieInput,
  TieKind,
} from './types.ts';

/**
 * How strong one piece of evidence is. Chosen by hand as an order of hints, since there is no set of labelled clusters to measure
 * them on: what somebody independent says of a wallet inside is most, a wallet next to it least, for a neighbour may be a customer.
 */
const STRENGTH: Readonly<Record<TieKind, number>> = {
  'tagged-inside': 70,
  'ransom-payment': 60,
  'recruitment-payment': 50,
  'report-names': 45,
  'tagged-next-to': 35,
};
/** Ransom and recruitment without a name: that it is a compound's, not whose. */
const UNNAMED = { 'ransom-payment': 25, 'recruitment-payment': 20 } as const;
/** A marketplace or a payment processor deals with thousands of strangers: to have traded with one says little. */
const NEXT_TO_MARKET = 15;
/** Less, where the name is that of a platform, which may be sold to many, or of an operator, who may have run more than this. */
const LESS_BY = { name: 0, platform: 10, operator: 15 } as const;
/** More for each further report, or publisher, that says the same; as many count. */
const MORE_EACH = 8;
const MORE_MOST = 3;

/** Ties by cluster, the strongest first. The same rows in any order give the same ties. */
export function tieClusters(input: TieInput): CompoundTie[] {
  const index = indexNames(input.compounds);
  const drafts = new Drafts(input.compounds);
  const inside = clustersOf(input);
  const next = neighboursOf(input, inside);
  for (const tag of input.tags) {
    for (const found of foundOfTag(index, tag, drafts).filter(isNamed)) {
      const key = walletKey(tag.wallet);
      const piece = { found, wallet: tag.wallet, by: tag.source, tag };
      for (const cluster of inside.get(key) ?? []) drafts.add(cluster, 'tagged-inside', { ...piece, transfers: [] });
      for (const [cluster, transfers] of next.get(key) ?? []) {
        drafts.add(cluster, 'tagged-next-to', { ...piece, transfers });
      }
    }
  }
  for (const report of input.reports) {
    const kind = KIND_OF[report.payment ?? 'investment'];
    const named = report.names.flatMap((name) => findName(index, name) ?? []).filter(isNamed);
    const { wallet, number, transfers = [] } = report;
    const pieces = named.length > 0 ? named : kind === 'report-names' ? [] : [null];
    for (const cluster of inside.get(walletKey(wallet)) ?? []) {
      for (const found of pieces) drafts.add(cluster, kind, { found, wallet, by: number, tag: null, transfers });
    }
  }
  return drafts.ties();
}

/** A report gives a tie of one kind: what it tells is counted once. */
const KIND_OF = {
  investment: 'report-names',
  ransom: 'ransom-payment',
  recruitment: 'recruitment-payment',
} as const satisfies Record<NonNullable<CompoundReport['payment']>, TieKind>;

/** Names of reports and tags that several entries go by, by name: they tie to none, and are to be looked at by a person. */
export function ambiguousNames({
  tags,
  reports,
  compounds,
}: Pick<TieInput, 'tags' | 'reports' | 'compounds'>): AmbiguousName[] {
  const index = indexNames(compounds);
  const found = new Map<string, { compounds: readonly string[]; reports: Set<number>; wallets: Map<string, Wallet> }>();
  const note = (name: string, each: FoundName | null) => {
    if (each === null || !('ambiguous' in each)) return undefined;
    const own = found.get(name) ?? { compounds: each.ambiguous, reports: new Set(), wallets: new Map() };
    found.set(name, own);
    return own;
  };
  for (const { number, names } of reports) {
    for (const name of names) note(name, findName(index, name))?.reports.add(number);
  }
  for (const { text, wallet, compound = null } of tags) {
    if (compound !== null) continue;
    for (const each of findInLabel(index, text)) note(text, each)?.wallets.set(walletKey(wallet), wallet);
  }
  return [...found]
    .sort(([a], [b]) => compare(a, b))
    .map(([name, own]) => ({
      ...{ name, compounds: own.compounds, reports: [...own.reports].sort((a, b) => a - b) },
      wallets: [...own.wallets.values()].sort(byWallet),
    }));
}

function foundOfTag(index: NameIndex, { compound = null, text }: CompoundTag, drafts: Drafts): FoundName[] {
  if (compound === null) return findInLabel(index, text);
  const name = drafts.nameOf(compound);
  return name === null ? [] : [{ compound, by: 'name', as: name, instrument: null }];
}

function isNamed(found: FoundName): found is NamedCompound {
  return !('ambiguous' in found);
}

/** Which clusters have each wallet that a tag or report is of. */
function clustersOf({ clusters, tags, reports }: TieInput): Map<string, Set<string>> {
  const wanted = new Set([...tags, ...reports].map(({ wallet }) => walletKey(wallet)));
  const found = new Map<string, Set<string>>();
  for (const { id, wallets } of clusters) {
    for (const key of wallets.map(walletKey)) {
      if (wanted.has(key)) found.set(key, (found.get(key) ?? new Set()).add(id));
    }
  }
  return found;
}

/** Which clusters traded with each tagged wallet, and by which transfers; a cluster is no neighbour of its own wallets. */
function neighboursOf(
  { neighbours, tags }: TieInput,
  inside: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, Map<string, TransferKey[]>> {
  const wanted = new Set(tags.map(({ wallet }) => walletKey(wallet)));
  const found = new Map<string, Map<string, TransferKey[]>>();
  for (const { cluster, wallet, transfers = [] } of neighbours) {
    const key = walletKey(wallet);
    if (!wanted.has(key) || inside.get(key)?.has(cluster)) continue;
    const own = found.get(key) ?? new Map<string, TransferKey[]>();
    found.set(key, own);
    const rows = own.get(cluster) ?? [];
    own.set(cluster, rows);
    for (const transfer of transfers) rows.push(transfer);
  }
  return found;
}

/** One tag or report that speaks for a tie. */
interface Piece {
  /** `null` for a payment whose compound nobody names. */
  readonly found: NamedCompound | null;
  readonly wallet: Wallet;
  /** Who says so: the source of the tag, or the number of the report. */
  readonly by: string | number;
  readonly tag: CompoundTag | null;
  readonly transfers: readonly TransferKey[];
}

class Drafts {
  readonly #compounds: ReadonlyMap<string, KnownCompound>;
  readonly #drafts = new Map<string, { cluster: string; kind: TieKind; pieces: Piece[] }>();

  constructor(compounds: readonly KnownCompound[]) {
    this.#compounds = new Map(compounds.map((each) => [each.id, each]));
  }

  nameOf(id: string): string | null {
    return this.#compounds.get(id)?.name ?? null;
  }

  add(cluster: string, kind: TieKind, piece: Piece): void {
    const key = JSON.stringify([cluster, kind, piece.found?.compound ?? null]);
    const own = this.#drafts.get(key) ?? { cluster, kind, pieces: [] };
    this.#drafts.set(key, own);
    own.pieces.push(piece);
  }

  ties(): CompoundTie[] {
    return [...this.#drafts.values()]
      .map((draft) => this.#tieOf(draft))
      .sort(
        (a, b) =>
          compare(a.cluster, b.cluster) ||
          b.strength - a.strength ||
          compare(a.compound ?? '', b.compound ?? '') ||
          compare(a.kind, b.kind),
      );
  }

  #tieOf({ cluster, kind, pieces }: { cluster: string; kind: TieKind; pieces: readonly Piece[] }): CompoundTie {
    const compound = this.#compounds.get(pieces[0]?.found?.compound ?? '') ?? null;
    const of = (piece: Piece) => strengthOf(kind, compound, piece);
    // The strongest piece says how the tie is told; of equal ones the first by name and source, whatever their order.
    const ordered = [...pieces].sort(
      (a, b) => of(b) - of(a) || compare(a.found?.as ?? '', b.found?.as ?? '') || compare(`${a.by}`, `${b.by}`),
    );
    const speakers = new Set(pieces.map(({ by }) => by)).size;
    const more = MORE_EACH * Math.min(MORE_MOST, speakers - 1);
    const evidence = evidenceOf(pieces);
    const best = ordered[0]?.found ?? null;
    return {
      ...{ cluster, compound: compound?.id ?? null, kind },
      strength: Math.min(99, Math.max(1, (ordered[0] === undefined ? 1 : of(ordered[0])) + more)),
      text: tieText({ kind, compound, best, evidence, sources: sourcesOf(pieces) }),
      evidence,
    };
  }
}

/** Of one piece. Of what a tag is worth half counts in any case, the rest by how far its publisher is to be trusted in it. */
function strengthOf(kind: TieKind, compound: KnownCompound | null, { found, tag }: Piece): number {
  const trust = Math.min(100, Math.max(0, tag?.confidence ?? 100));
  return Math.max(1, Math.floor(((baseOf(kind, compound) - LESS_BY[found?.by ?? 'name']) * (100 + trust)) / 200));
}

function baseOf(kind: TieKind, compound: KnownCompound | null): number {
  if (compound === null) return kind === 'recruitment-payment' ? UNNAMED[kind] : UNNAMED['ransom-payment'];
  const isMarket = compound.kind === 'marketplace' || compound.kind === 'payment-processor';
  return kind === 'tagged-next-to' && isMarket ? NEXT_TO_MARKET : STRENGTH[kind];
}

function evidenceOf(pieces: readonly Piece[]): CompoundTie['evidence'] {
  const wallets = new Map(pieces.map(({ wallet }) => [walletKey(wallet), wallet]));
  const transfers = new Map(pieces.flatMap((piece) => piece.transfers).map((each) => [transferText(each), each]));
  const instruments = pieces.flatMap(({ found }) => found?.instrument ?? []);
  return {
    reports: [...new Set(pieces.flatMap(({ by }) => (typeof by === 'number' ? [by] : [])))].sort((a, b) => a - b),
    wallets: [...wallets.values()].sort(byWallet),
    source: [...new Set([...sourcesOf(pieces), ...instruments])].sort(compare),
    transfers: [...transfers].sort(([a], [b]) => compare(a, b)).map(([, transfer]) => transfer),
  };
}

function sourcesOf(pieces: readonly Piece[]): string[] {
  return [...new Set(pieces.flatMap(({ by }) => (typeof by === 'string' ? [by] : [])))].sort(compare);
}

function transferText({ chain, asset, transaction, from, to, value, occurrence }: TransferKey): string {
  return [chain, asset, transaction, from, to, value, occurrence].join(' ');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
