/** What an import came to, as people and programs read it. */
import type { Address } from '../chains/chain.ts';
import { type Case, readSeeds } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import type { ListedChains } from '../store/imports.ts';
import { count, counted, harmless, time } from './output.ts';

/** Refused rows, and lines of rows that were left out for one reason, that are shown; `--json` has all. */
const SHOWN = 20;
const SHOWN_LINES = 5;

export interface Refusal {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

export interface ImportResult {
  readonly name: string;
  readonly format: string;
  readonly title: string;
  readonly dryRun: boolean;
  /** When the case was given the same file before; nothing is added then. */
  readonly known: Date | null;
  readonly taken: number;
  /** Transfers that nothing had listed before. */
  readonly fresh: number;
  /** Rows that are equal in all to another of their transaction. */
  readonly equal: number;
  /** Lines of rows that were left out, by reason. */
  readonly leftOut: ReadonlyMap<string, readonly number[]>;
  readonly refused: readonly Refusal[];
  readonly chains: ListedChains;
  /** The wallets that stand in every row: whose history the file may be. */
  readonly common: readonly Address[];
}

export function importJson(found: Case, result: ImportResult) {
  const { name, format, dryRun, known, taken, fresh, leftOut, refused, equal, chains } = result;
  return {
    case: found.name,
    file: name,
    format,
    dryRun,
    known: known !== null,
    taken,
    new: fresh,
    leftOut: [...leftOut].map(([reason, lines]) => ({ reason, rows: lines.length, lines })),
    refused,
    equal,
    chains,
  };
}

export async function importText(pool: Pool, found: Case, result: ImportResult): Promise<string> {
  const { name, title, dryRun, known, taken, fresh, chains } = result;
  if (known !== null) {
    return `${harmless(name)} was imported into the case "${found.name}" on ${time(known)}; nothing was added.\n`;
  }
  const lines = [`${harmless(name)}: ${title}.\n`];
  if (dryRun) lines.push(`${counted(taken, 'transfer')} would be taken.\n`);
  else {
    lines.push(`${counted(taken, 'transfer')} taken into the case "${found.name}", ${count(fresh)} of them new.\n`);
    for (const { chain, transfers, wallets } of chains) {
      lines.push(`  ${chain}: ${counted(transfers, 'transfer')} between ${counted(wallets, 'wallet')}\n`);
    }
  }
  lines.push(...oddRows(result));
  if (!dryRun && taken > 0) lines.push(...(await nextSteps(pool, found, result)));
  return lines.join('');
}

/** What is to be said of single rows. */
function oddRows({ equal, leftOut, refused }: ImportResult): string[] {
  const lines: string[] = [];
  if (equal > 0) {
    lines.push(
      `${counted(equal, 'row')} ${equal === 1 ? 'is' : 'are'} equal to another of the same transaction; each counts as a transfer on the files alone; a crawl of the chain settles them by the receipt.\n`,
    );
  }
  for (const [reason, rows] of leftOut) {
    const shown = rows.slice(0, SHOWN_LINES).join(', ');
    const more = rows.length > SHOWN_LINES ? ', …' : '';
    lines.push(`${counted(rows.length, 'row')} left out, line ${shown}${more}: ${harmless(reason)}.\n`);
  }
  if (refused.length === 0) return lines;
  lines.push(`${counted(refused.length, 'row')} refused:\n`);
  lines.push(...refused.slice(0, SHOWN).map(({ line, message }) => `  line ${line}: ${harmless(message)}\n`));
  if (refused.length > SHOWN) lines.push(`  … and ${counted(refused.length - SHOWN, 'more row')}; --json lists all\n`);
  lines.push(
    'A transfer may be missing for each of them. Correct the file and import it again: nothing is stored twice.\n',
  );
  return lines;
}

async function nextSteps(pool: Pool, found: Case, { common }: ImportResult): Promise<string[]> {
  const seeds = new Set((await readSeeds(pool, found.id)).map(({ address }) => `${address}`));
  const lines = ['\n'];
  const [only, ...others] = common;
  if (only !== undefined && others.length === 0 && !seeds.has(only)) {
    lines.push(`All rows are of ${only}, which no report of the case names. If it is to be one:\n`);
    lines.push(`  npx downstream report add "${found.name}" --wallet ${only}\n`);
  }
  if (seeds.size === 0) {
    lines.push(
      `The case has no report to start from; name a wallet: npx downstream report add "${found.name}" --wallet ADDRESS\n`,
    );
  }
  lines.push(
    `Crawl on the files alone with: npx downstream crawl "${found.name}" --offline\n`,
    `Or read the same wallets from the chain: npx downstream crawl "${found.name}"\n`,
  );
  return lines;
}
