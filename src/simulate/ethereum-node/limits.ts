/** Holds a request for logs to the limits of a dialect, and suggests what would have fitted. */
import type { Found, LogQuery } from '../ethereum/log-search.ts';
import { DIALECTS, type Dialect, type Limits, type Refusal } from './dialects.ts';
import type { NodeOptions } from './options.ts';
import { RpcRefusal } from './rpc.ts';

/**
 * Suggestions as providers have been seen to give them: `right` has the largest range that fits, or the first block alone where
 * none does; `inverted` has its ends exchanged; `same` is the range that was asked for; `wider` goes beyond it.
 */
export type Suggestion = 'right' | 'inverted' | 'same' | 'wider';

/** Refuses what is too much before anything is searched. */
export function mindRequest(options: NodeOptions, query: LogQuery): void {
  const { dialect, limits } = rulesOf(options);
  const topics = topicsIn(query, dialect);
  const about = { from: query.from, to: query.to, topics };
  if (limits.topics !== undefined && topics > limits.topics) {
    throw refusal(dialect.topics({ ...about, limit: limits.topics, suggested: query }));
  }
  if (limits.blocks !== undefined && query.to > lastOf(query, limits.blocks, dialect)) {
    const fitting = lastOf(query, limits.blocks, dialect);
    throw refusal(
      dialect.blocks({ ...about, limit: limits.blocks, suggested: suggest(options.suggestion, query, fitting) }),
    );
  }
}

/** Refuses what was found where it is too much. */
export function mindResults(options: NodeOptions, query: LogQuery, { blocks }: Found): void {
  const { dialect, limits } = rulesOf(options);
  if (limits.results === undefined || blocks.length <= limits.results) return;
  const fitting = Math.max(query.from, (blocks[limits.results] ?? query.to) - 1);
  const excess = { from: query.from, to: query.to, topics: topicsIn(query, dialect), limit: limits.results };
  throw refusal(dialect.results({ ...excess, suggested: suggest(options.suggestion, query, fitting) }));
}

function rulesOf({ dialect: name = 'geth', limits = {} }: NodeOptions): { dialect: Dialect; limits: Limits } {
  const dialect: Dialect = DIALECTS[name];
  return { dialect, limits: { ...dialect.usual, ...limits } };
}

function suggest(manner: Suggestion = 'right', { from, to }: LogQuery, fitting: number): { from: number; to: number } {
  switch (manner) {
    case 'right':
      return { from, to: fitting };
    case 'inverted':
      return { from: fitting, to: from };
    case 'same':
      return { from, to };
    case 'wider':
      return { from, to: to + (to - from) + 1 };
  }
}

/** The last block of the largest range that is allowed. */
function lastOf({ from }: LogQuery, blocks: number, { counts }: Dialect): number {
  return counts === 'distance' ? from + blocks : from + blocks - 1;
}

/** How many the dialect counts: of all places, addresses among them, the one with the most, or all together. */
function topicsIn({ addresses, topics }: LogQuery, { topicsTogether }: Dialect): number {
  const places = [addresses?.length ?? 0, ...topics.map((allowed) => allowed?.length ?? 0)];
  return topicsTogether ? places.reduce((sum, count) => sum + count, 0) : Math.max(...places);
}

function refusal({ status, ...body }: Refusal): RpcRefusal {
  return new RpcRefusal(body, status);
}
