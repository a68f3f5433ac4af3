/** Tags as people and programs read them. Labels are strangers': they are made harmless for a terminal. */
import type { Wallet } from '../chains/chain.ts';
import type { Publisher, TagHistory } from '../store/tags.ts';
import { contradicting, stopsByDefault } from '../tags/categories.ts';
import { count, harmless, table, time } from './output.ts';

export function tagsJson(wallet: Wallet, tags: readonly TagHistory[]) {
  return {
    ...wallet,
    contradicting: contradictions(tags),
    tags: tags.map(({ id: _, chain: _chain, address: _address, confidence, addedIn, removed, ...tag }) => ({
      ...tag,
      confidence: confidence.level,
      confidenceTerm: confidence.term,
      import: addedIn,
      removed: removed === null ? null : { import: removed.in, by: removed.by, at: removed.at },
    })),
  };
}

/** Only what stands can contradict. */
function contradictions(tags: readonly TagHistory[]) {
  return contradicting(tags.filter(({ removed }) => removed === null).map(({ category }) => category));
}

export function tagsText({ chain, address }: Wallet, tags: readonly TagHistory[]): string {
  if (tags.length === 0) return `Nothing is said of ${address} (${chain}) in the tags that were imported.\n`;
  return `${address} (${chain})\n${claimsText(tags)}`;
}

/** What stands first, contradictions named, then what is gone; nothing where nothing was ever said. */
export function claimsText(tags: readonly TagHistory[]): string {
  if (tags.length === 0) return '';
  const standing = tags.filter(({ removed }) => removed === null);
  const gone = tags.filter(({ removed }) => removed !== null);
  const against = contradictions(tags);
  return [
    standing.length === 0 ? '  Nothing stands any more.\n' : '',
    ...standing.map(tagText),
    against.length === 0
      ? ''
      : `Contradictory: ${against.join(', ')} cannot all be true of one wallet. All are kept: look at what each rests on.\n`,
    gone.length === 0 ? '' : 'Gone\n',
    ...gone.map(tagText),
  ].join('');
}

function tagText(tag: TagHistory): string {
  const { category, label, publisher, publisherCategory, source, sourceDate, confidence, context, removed } = tag;
  const stops =
    removed === null && stopsByDefault(category) ? ' (a trace stops there unless the case decides otherwise)' : '';
  return [
    `  ${category}: ${harmless(label)}${stops}\n`,
    `    says ${harmless(publisher)}, ${harmless(source)}${sourceDate === null ? '' : ` of ${sourceDate}`}\n`,
    `    confidence ${confidence.level} of 100${confidence.term === null ? '' : ` (${harmless(confidence.term)})`}\n`,
    publisherCategory === null ? '' : `    its own word: ${harmless(publisherCategory)}\n`,
    context === null ? '' : `    ${harmless(context)}\n`,
    `    added by ${harmless(tag.addedBy)} on ${time(tag.addedAt)}, import ${tag.addedIn}\n`,
    removed === null ? '' : `    gone since ${time(removed.at)}, import ${removed.in} by ${harmless(removed.by)}\n`,
  ].join('');
}

export function publishersText(publishers: readonly Publisher[]): string {
  if (publishers.length === 0) return 'No tags were imported yet. Import some with: npx downstream tags import FILE\n';
  const rows = publishers.map(({ publisher, tags, wallets, newest }) => [
    ...[harmless(publisher), count(tags), count(wallets), String(newest.number), time(newest.at)],
    ...[harmless(newest.by), harmless(newest.source)],
  ]);
  return table([['PUBLISHER', 'TAGS', 'WALLETS', 'IMPORT', 'AT', 'BY', 'FROM'], ...rows], [1, 2, 3]);
}
