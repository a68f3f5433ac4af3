/** What an import came to, as people and programs read it. */
import type { Address } from '../chains/chain.ts';
import { type Case, readSeeds } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import type { ImportedFile, ListedChains } from '../store/imports.ts';
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
  /** The file as the case has it, where it was given it before; nothing is added then. */
  readonly known: ImportedFile | null;
  readonly taken: number;
  /** Transfers that nothing had listed before. */
  readonly fresh: number;
  /** Rows that are equal in all to another of their transaction. */
  readonly equal: number;
  /** Rows that were left out, by reason, with the lines of the first of them. */
  readonly leftOut: ReadonlyMap<string, { readonly rows: number; readonly lines: readonly number[] }>;
  readonly refused: number;
  /** The first of them: a file may have a million. */
  readonly refusals: readonly Refusal[];
  readonly chains: ListedChains;
  /** The wallets that stand in every row: whose history the file may be. */
  readonly common: readonly Address[];
}

export function importJson(found: Case, result: ImportResult) {
  const { name, format, dryRun, known, taken, fresh, leftOut, refused, refusals, equal, chains } = result;
  return {
    case: found.name,
    file: name,
    format,
    dryRun,
    known: known !== null,
    taken,
    new: fresh,
    leftOut: [...leftOut].map(([reason, { rows, lines }]) => ({ reason, rows, lines })),
    refused,
    refusals,
    equal,
    chains,
  };
}

export async function importText(pool: Pool, found: Case, result: ImportResult): Promise<string> {
  const { name, title, dryRun, known, taken, fresh, chains } = result;
  if (known !== null) {
    return `${harmless(name)} was imported into the case "${found.name}" on ${time(known.importedAt)}; nothing was added.\n${
      known.refused === 0 ? '' : `${counted(known.refused, 'row')} of it had been refused.\n`
    }`;
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
function oddRows({ equal, leftOut, refused, refusals }: ImportResult): string[] {
  const lines: string[] = [];
  if (equal > 0) {
    lines.push(
      `${counted(equal, 'row')} ${equal === 1 ? 'is' : 'are'} equal to another of the same transaction; each counts as a transfer on the files alone; a crawl of the chain settles them by the receipt.\n`,
    );
  }
  for (const [reason, { rows, lines: at }] of leftOut) {
    const shown = at.slice(0, SHOWN_LINES).join(', ');
    lines.push(
      `${counted(rows, 'row')} left out, line ${shown}${rows > SHOWN_LINES ? ', …' : ''}: ${harmless(reason)}.\n`,
    );
  }
  if (refused === 0) return lines;
  lines.push(`${counted(refused, 'row')} refused:\n`);
  lines.push(...refusals.slice(0, SHOWN).map(({ line, message }) => `  line ${line}: ${harmless(message)}\n`));
  if (refused > SHOWN) lines.push(`  … and ${counted(refused - SHOWN, 'more row')}; --json lists up to 1,000\n`);
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
