/**
 * Cases of real thefts, in all assets at once and therefore by rank alone.
 *
 * Amounts of different tokens cannot be compared. A transfer counts as its value over the median value of its token's
 * transfers in the case, in millionths: each token's usual transfer counts the same, whatever it is worth and however
 * many decimals it has. Swaps are two transfers like others. Failed transactions and rows of zero are left out; equal rows
 * count once, for a transfer between two wallets stands in both their histories.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type CaseRow, makeCase, type RankCase } from './cases.ts';

const MILLION = 1_000_000n;

export interface AssetRow {
  readonly hash: string;
  readonly from: string;
  readonly to: string;
  readonly value: bigint;
  readonly block: number;
  /** The token's contract; empty for the chain's coin. */
  readonly token: string;
}

interface CsvRow {
  readonly hash: string;
  readonly from: string;
  readonly to: string;
  readonly value: string;
  readonly blockNumber: string;
  readonly tokenSymbol: string;
  readonly contractAddress: string;
  readonly isError?: string;
}

/** The transfers of such a file by block, and in its order within one. */
export function readTransfers(path: string): AssetRow[] {
  const rows: CsvRow[] = parse(readFileSync(path), { columns: true, skip_empty_lines: true, bom: true });
  const once = new Map<string, AssetRow>();
  for (const row of rows) {
    const [from, to, token] = [row.from, row.to, row.contractAddress || row.tokenSymbol].map((text) =>
      text.toLowerCase(),
    );
    const value = wholeNumber(row.value || '0');
    if (value === 0n || Number(row.isError || '0') !== 0 || !from || !to || token === undefined) continue;
    const key = [row.hash, from, to, token, value].join(' ');
    if (!once.has(key)) once.set(key, { hash: row.hash, from, to, value, token, block: Number(row.blockNumber) });
  }
  return [...once.values()].sort((a, b) => a.block - b.block);
}

/** A whole number as spreadsheets write it: `25`, `25.0`, `2.5e+1`. @throws Error when it is none */
export function wholeNumber(text: string): bigint {
  const [, whole, fraction = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:[eE]\+?(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) throw new Error(`${text} is no number of base units.`);
  const digits = fraction.replace(/0+$/, '');
  const zeros = Number(exponent) - digits.length;
  if (zeros < 0) throw new Error(`${text} is no whole number of base units.`);
  return BigInt(whole + digits) * 10n ** BigInt(zeros);
}

/** Values that can stand beside those of other tokens. What moved anything counts for at least one. */
export function comparable(rows: readonly AssetRow[]): bigint[] {
  const values = new Map<string, bigint[]>();
  for (const { token, value } of rows) values.set(token, [...(values.get(token) ?? []), value]);
  const medians = new Map([...values].map(([token, all]) => [token, median(all)]));
  return rows.map(({ token, value }) => (value * MILLION) / (medians.get(token) ?? 1n) || 1n);
}

function median(values: readonly bigint[]): bigint {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : Number(a > b)));
  return sorted[(sorted.length - 1) >> 1] ?? 1n;
}

/**
 * XBlock's EthereumHeist. Its laundering wallets are labelled `heist` and named `ml_transit_N` by how far from the theft
 * they are; others of them are the thief's. Sources are the payments into the thief's and into `ml_transit_0`, targets
 * the other laundering wallets, and the trace stops at whoever has another label: tokens, exchanges, mixers, markets.
 */
export function readHeist(folder: string, name: string): RankCase {
  const labels = new Map<string, { tag: string; label: string }>();
  for (const file of ['accounts-hacker.csv', 'all-address.csv']) {
    if (!existsSync(join(folder, file))) continue;
    const lines: { address: string; name_tag: string; label: string }[] = parse(readFileSync(join(folder, file)), {
      columns: true,
    });
    for (const { address, name_tag: tag, label } of lines) labels.set(address.toLowerCase(), { tag, label });
  }
  const heist = [...labels].filter(([, { label }]) => label === 'heist');
  const given = new Set(heist.filter(([, { tag }]) => !/^ml_transit_[1-9]/.test(tag)).map(([wallet]) => wallet));
  const targets = heist.map(([wallet]) => wallet).filter((wallet) => !given.has(wallet));
  const absorbs = (wallet: string): boolean => !['', 'heist'].includes(labels.get(wallet)?.label ?? '');
  return makeCase(name, paymentsTo(given, readTransfers(join(folder, 'all-tx.csv'))), { absorbs, given, targets });
}

/** A case of TRacer: sources, targets, and the block of the theft. */
interface TracerFile {
  readonly name: string;
  readonly blockAt: number;
  readonly source: readonly { readonly address: string }[];
  readonly target: readonly { readonly address: string }[];
}

export interface TracerCases {
  readonly cases: readonly RankCase[];
  /** What was left out, each with the reason. */
  readonly leftOut: readonly string[];
}

/** The cases of a folder, each `<name>.json` with its transfers in `<name>.csv`. They name no stops. */
export function readTracerCases(folder: string): TracerCases {
  const cases: RankCase[] = [];
  const leftOut: string[] = [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  for (const file of files.sort()) {
    const csv = join(folder, file.replace(/\.json$/, '.csv'));
    if (!existsSync(csv)) {
      leftOut.push(`${file}: there are no transfers, ${csv} is missing`);
      continue;
    }
    const { name, blockAt, source, target }: TracerFile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const given = new Set(source.map(({ address }) => address.toLowerCase()));
    const targets = target.map(({ address }) => address.toLowerCase()).filter((wallet) => !given.has(wallet));
    const made = makeCase(name, paymentsTo(given, readTransfers(csv), blockAt), {
      absorbs: () => false,
      given,
      targets,
    });
    if (made.seeds.length === 0) leftOut.push(`${file}: no transfer pays a source from block ${blockAt} on`);
    else if (targets.length === 0) leftOut.push(`${file}: it names no target that is not a source`);
    else cases.push(made);
  }
  return { cases, leftOut };
}

/** Rows with comparable values. What pays one of the wallets from the block on, and comes from none of them, is a source. */
function paymentsTo(wallets: ReadonlySet<string>, rows: readonly AssetRow[], since = 0): CaseRow[] {
  const values = comparable(rows);
  return rows.map(({ from, to, block }, index) => {
    const value = values[index] ?? 0n;
    const isSource = wallets.has(to) && !wallets.has(from) && block >= since;
    return { from, to, value, source: isSource ? value : 0n };
  });
}
