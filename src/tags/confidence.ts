/**
 * How far a tag is to be trusted: the terms and levels of GraphSense's confidence taxonomy (graphsense-tagpack-tool,
 * `confidence.csv`). They tell how an attribution was come by, and are no probabilities.
 */
import { quoted, UserError } from '../errors.ts';

const LEVELS = {
  override: 100,
  ownership: 100,
  ledger_immanent: 100,
  manual_transaction: 90,
  service_api: 70,
  forensic_investigation: 70,
  authority_data: 60,
  trusted_provider: 50,
  service_data: 50,
  forensic: 50,
  untrusted_transaction: 40,
  web_crawl: 20,
  heuristic: 10,
  unknown: 5,
} as const;

export type ConfidenceTerm = keyof typeof LEVELS;

export interface Confidence {
  /** The publisher's own term; `null` where it gave a number. */
  readonly term: string | null;
  /** 0 to 100. */
  readonly level: number;
}

export function confidenceOf(term: ConfidenceTerm): Confidence {
  return { term, level: LEVELS[term] };
}

/** A term of the taxonomy, whichever way it is spelt, or another publisher's, which is kept and counts as unknown. */
export function publishedConfidence(text: string): Confidence {
  const term = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return isTerm(term) ? confidenceOf(term) : { term: text.trim(), level: LEVELS.unknown };
}

/**
 * What a person wrote into a list: a whole number from 0 to 100, or a term.
 *
 * @throws UserError `CONFIDENCE_INVALID`
 */
export function parseConfidence(text: string): Confidence {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return { term: null, level: Number(text) };
  const { term, level } = publishedConfidence(text);
  if (term !== null && isTerm(term)) return { term, level };
  throw new UserError('CONFIDENCE_INVALID', `${quoted(text)} is no confidence.`, {
    right: `A confidence is a whole number from 0 to 100, or one of: ${Object.keys(LEVELS).join(', ')}.`,
    todo: 'Correct it, or leave it out.',
  });
}

function isTerm(text: string): text is ConfidenceTerm {
  return Object.hasOwn(LEVELS, text);
}
