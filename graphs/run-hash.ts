/** `runHash`: what says that two runs came to the same results from the same transfers by the same rule. */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

export interface RunToHash {
  readonly graphHash: string;
  /** Name of the rule or method, such as `louvain`. */
  readonly rule: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What the run started from, in any order. */
  readonly seeds: readonly unknown[];
  /** In the order in which the run states them. */
  readonly results: unknown;
}

/**
 * SHA-256 over the canonical JSON of the run, as 64 lower-case hex digits.
 *
 * @throws TypeError when a part of it has no JSON
 */
export function runHash(run: RunToHash): string {
  const { graphHash, rule, parameters, results } = run;
  const seeds = run.seeds.map((seed) => ({ seed, text: canonicalJson(seed) }));
  seeds.sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)));
  const text = canonicalJson({ graphHash, rule, parameters, seeds: seeds.map(({ seed }) => seed), results });
  return createHash('sha256').update(text).digest('hex');
}
