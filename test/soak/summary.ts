/** The table of docs/soak.md: how much of the matrix has been run, when, on what, and what it came to. */
import type { Result } from './matrix.ts';

const HEAD = ['data and queue', 'workers', 'crawls', 'the same', 'named', 'in silence', 'days', 'revisions'];

export function summaryOf(results: readonly Result[]): string {
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const key = `${result.pair} ${result.workers}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const lines = [...groups.values()].map((group) => {
    const of = (verdict: Result['verdict']) => `${group.filter((each) => each.verdict === verdict).length}`;
    const [first] = group;
    return [
      ...[`${first?.pair}`, `${first?.workers}`, `${new Set(group.map(({ plan }) => plan)).size} of 200`],
      ...[of('same'), of('named'), of('silent')],
      ...[range(group.map(({ day }) => day)), [...new Set(group.map(({ revision }) => revision))].join(' ')],
    ];
  });
  const silent = results.filter(({ verdict }) => verdict === 'silent').map(({ plan }) => plan);
  const found = silent.length === 0 ? '' : `\nWrong in silence: plans ${[...new Set(silent)].join(', ')}\n`;
  return `${[HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n${found}`;
}

function range(days: readonly string[]): string {
  const [first, last] = [[...days].sort()[0], [...days].sort().at(-1)];
  return first === last ? `${first}` : `${first} to ${last}`;
}
