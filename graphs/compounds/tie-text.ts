/** The one sentence that a tie is told in: what is said by whom, and what it does not say. */
import type { NamedCompound } from './names.ts';
import type { CompoundTie, KnownCompound, TieKind } from './types.ts';

/** Reports and sources that a sentence names. */
const SHOWN = 5;

export interface ToldTie {
  readonly kind: TieKind;
  readonly compound: KnownCompound | null;
  /** By which name the strongest of the evidence tells it. */
  readonly best: NamedCompound | null;
  readonly evidence: CompoundTie['evidence'];
  /** Who tagged the wallets. */
  readonly sources: readonly string[];
}

export function tieText({ kind, compound, best, evidence, sources }: ToldTie): string {
  const name = compound?.name ?? '';
  const named = best === null || best.by === 'name' ? name : byOther(best, name);
  const { reports, wallets } = evidence;
  const many = wallets.length > 1;
  switch (kind) {
    case 'tagged-inside':
      return `${wallets.length} ${many ? 'wallets' : 'wallet'} of the cluster ${many ? 'are' : 'is'} tagged as of ${named} by ${shown(sources)}: consistent with a link to it.`;
    case 'tagged-next-to':
      return `The cluster traded directly with ${wallets.length} ${many ? 'wallets' : 'wallet'} tagged as of ${named} by ${shown(sources)}: consistent with dealings with it, and no sign of who runs the cluster.`;
    case 'report-names':
      return `${reportsText(reports)} of payments into the cluster ${reports.length === 1 ? 'names' : 'name'} ${named}: reported by victims, consistent with a link to it.`;
    default:
      return `${reportsText(reports)} ${reports.length === 1 ? 'tells' : 'tell'} of ${PAID[kind]} into the cluster${compound === null ? ', and no compound is named that is known' : ` and ${reports.length === 1 ? 'names' : 'name'} ${named}`}: ${MEANING[kind]}.`;
  }
}

const PAID = {
  'ransom-payment': 'ransom paid',
  'recruitment-payment': 'payments for recruitment',
} as const;

const MEANING = {
  'ransom-payment': 'consistent with a wallet in which ransoms were taken; who paid is a victim',
  'recruitment-payment':
    'consistent with a wallet that took money for recruitment; who paid is not to be examined for that alone',
} as const;

function byOther({ by, as, instrument }: NamedCompound, name: string): string {
  return by === 'platform'
    ? `${as}, by the registry a platform of ${name}`
    : `${as}, named as an operator of ${name} by ${instrument ?? 'the registry'}`;
}

function reportsText(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'Report' : 'Reports'} ${shown(numbers.map(String))}`;
}

function shown(texts: readonly string[]): string {
  const more = texts.length - SHOWN;
  return `${texts.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
