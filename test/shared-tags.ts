/** The real files of tags that stand beside the checkout, and their import through the program. */
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { cli } from './fixtures/cli.ts';
import { hasSharedData, sharedData } from './shared-data.ts';

/** Plain lists: who says so and what the wallets are has to be told. */
export const TAG_LISTS = ['ETH', 'TRX', 'USDT'].map((name) => `ofac/sanctioned_addresses_${name}.txt`);
export const TAG_FILES = [
  ...(hasSharedData ? readdirSync(sharedData('tags/graphsense')).map((name) => `graphsense/${name}`) : []),
  'etherscan/combinedAccountLabels.json',
  'exchanges/defillama_cex_wallets.csv',
  'ofac/ofac-tron-addresses.json',
];

/** What an import tells of a file. */
export interface ImportedFile {
  readonly file: string;
  readonly import: number | null;
  readonly rows: number;
  readonly added: number;
  readonly known: number;
  readonly refused: number;
  readonly counts: readonly { chain: string; category: string; tags: number }[];
}

/** Imports them all, in the order of `TAG_FILES`, then `TAG_LISTS`. */
export async function importSharedTags(env: Record<string, string>): Promise<ImportedFile[]> {
  const path = (name: string) => sharedData(`tags/${name}`);
  const one = await cli(env, 'tags', 'import', ...TAG_FILES.map(path), '--by', 'ana', '--json');
  const sanctions = ['--publisher', 'OFAC', '--category', 'sanctioned', '--label', 'OFAC sanctions list'];
  const other = await cli(env, 'tags', 'import', ...TAG_LISTS.map(path), ...sanctions, '--by', 'ana', '--json');
  expect([one.err, one.code, other.err, other.code]).toEqual(['', 0, '', 0]);
  return [one, other].flatMap(({ out }) => (JSON.parse(out) as { files: ImportedFile[] }).files);
}
