/** What a provider did wrong, and what is to be remarked of its pages, as people read it. */
import { isRemark } from '../chains/chain.ts';
import type { Fault } from '../store/requests.ts';
import { count, harmless, table } from './output.ts';

/** Both lists with their headings; nothing where there is nothing to tell. */
export function faultsText(all: readonly Fault[]): string {
  return [
    list(
      'Faults of providers',
      all.filter(({ code }) => !isRemark(code)),
    ),
    list(
      'Remarks',
      all.filter(({ code }) => isRemark(code)),
    ),
  ].join('');
}

function list(heading: string, faults: readonly Fault[]): string {
  if (faults.length === 0) return '';
  const rows = faults.map((fault) => [`${count(fault.count)}×`, fault.provider, harmless(fault.lastMessage)]);
  return `\n${heading}\n${table(rows, [0])}`;
}
