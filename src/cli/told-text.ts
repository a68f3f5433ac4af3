/** What the reports of a case tell of compounds: what payments were for, and whom victims name. Told inside the case alone. */
import type { StoredReport } from '../store/cases.ts';
import { counted, harmless } from './output.ts';

export interface Told {
  /** How many reports tell of each; those that do not tell are in none. */
  readonly payments: { readonly investment: number; readonly ransom: number; readonly recruitment: number };
  /** In the words of the reports, with their numbers; those that most reports name first. */
  readonly names: readonly { readonly name: string; readonly reports: readonly number[] }[];
}

export function toldOf(reports: readonly Pick<StoredReport, 'number' | 'payment' | 'names'>[]): Told {
  const payments = { investment: 0, ransom: 0, recruitment: 0 };
  const names = new Map<string, number[]>();
  for (const report of reports) {
    if (report.payment !== null) payments[report.payment] += 1;
    for (const name of report.names) names.set(name, [...(names.get(name) ?? []), report.number]);
  }
  return {
    payments,
    names: [...names]
      .map(([name, numbers]) => ({ name, reports: numbers }))
      .sort((a, b) => b.reports.length - a.reports.length || (a.name < b.name ? -1 : Number(a.name > b.name))),
  };
}

/** Names that are shown; `--json` has all. */
const SHOWN = 10;

/** Lines of the table of facts; none where nothing is told. */
export function toldFacts({ payments, names }: Told): string[][] {
  const { ransom, recruitment } = payments;
  const shown = names
    .slice(0, SHOWN)
    .map(
      ({ name, reports }) => `${harmless(name)} (${reports.length === 1 ? 'report' : 'reports'} ${reports.join(', ')})`,
    );
  const more = names.length > SHOWN ? [`and ${names.length - SHOWN} more`] : [];
  return [
    ...(ransom === 0 ? [] : [['Ransom', `${counted(ransom, 'report')}; who paid it is a victim, and is never ranked`]]),
    ...(recruitment === 0 ? [] : [['Recruitment', counted(recruitment, 'report')]]),
    ...(names.length === 0 ? [] : [['Named', [...shown, ...more].join('; ')]]),
  ];
}
