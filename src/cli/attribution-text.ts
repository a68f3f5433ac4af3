/** What is inferred of the wallets of a case, as people and programs read it. */
import type {
  Attribution,
  DepositAddress,
  Evidence,
  ServiceName,
  Tie,
  WalletInference,
} from '../../graphs/attribution/types.ts';
import { formatAmount } from '../money.ts';
import type { StoredAsset } from '../store/reference.ts';
import { count, counted, harmless, table } from './output.ts';

/** So many of a kind are shown; `--json` has all. */
const SHOWN = 30;

export function attributionText(name: string, { wallets, ties }: Attribution): string {
  const deposits = wallets.filter((each): each is DepositAddress => each.kind === 'deposit-address');
  const parts = [
    part('Deposit addresses: the service knows whose they are', deposits.filter(isNamed).map(depositRow)),
    part(
      'Possible deposit addresses: of services that no tag named when the crawl began',
      deposits.filter((each) => !isNamed(each)).map(walletRow),
    ),
    part('Possible services, by what they do', wallets.filter(({ kind }) => kind === 'service').map(walletRow)),
    part('Wallets with a common funder, or emptied into one', ties.map(tieRow)),
  ].filter((text) => text !== '');
  if (parts.length === 0) return `Nothing is inferred of the wallets of the case "${name}".\n`;
  const heading = `What wallets of the case "${name}" do: inferred, and no finding about whoever owns them.\n${ORDER}`;
  return [heading, ...parts].join('');
}

export const ORDER = 'The number, from 1 to 99, puts findings of a kind in order, and is no probability.\n';

function isNamed({ named }: DepositAddress): boolean {
  return named !== null;
}

function part(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const more = rows.length > SHOWN ? `  … and ${count(rows.length - SHOWN)} more; --json has all\n` : '';
  return `\n${title}\n${table(rows.slice(0, SHOWN))}${more}`;
}

function depositRow({ address, named, confidence, reason }: DepositAddress): string[] {
  return [address, `${confidence}`, serviceText(named), harmless(reason)];
}

/** The name of a service, with those that contradict it; nothing where no tag names it. */
export function serviceText(named: ServiceName | null): string {
  const others = named?.others ?? [];
  const contradicted = others.length === 0 ? '' : ` (but others say ${harmless(others.join(', '))})`;
  return `${harmless(named?.name ?? '')}${contradicted}`;
}

function walletRow({ address, confidence, reason }: WalletInference): string[] {
  return [address, `${confidence}`, harmless(reason)];
}

function tieRow({ by, wallets, confidence, reason }: Tie): string[] {
  return [`by ${by.address}`, `${confidence}`, counted(wallets.length, 'wallet'), harmless(reason)];
}

/** With amounts as decimal strings. */
export function attributionJson(name: string, graphHash: string, { wallets, ties }: Attribution, asset: StoredAsset) {
  return {
    case: name,
    graphHash,
    wallets: wallets.map((each) => inferenceJson(each, asset)),
    ties: ties.map((each) => inferenceJson(each, asset)),
  };
}

/** One inference, of a wallet or a tie. */
export function inferenceJson<T extends WalletInference | Tie>(inference: T, asset: StoredAsset) {
  return { ...inference, evidence: evidenceJson(inference.evidence, asset) };
}

function evidenceJson({ figures, transferCount, transfers }: Evidence, asset: StoredAsset) {
  return {
    figures,
    transferCount,
    transfers: transfers.map(({ value, ...row }) => ({
      ...row,
      amount: row.asset === asset.symbol ? formatAmount(value, asset.decimals) : value.toString(),
    })),
  };
}
