/** Wallets with long histories, and what is known of them: from simulated economies, and from real data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Address, HistoryRow, TransactionHash } from '../../../src/chains/chain.ts';
import { newestOf } from '../../../src/chains/rows.ts';
import { type Behaviour, EXCHANGING, observe, PAYING_OUT, PROBED_FROM } from '../../../src/crawl/behaviour.ts';
import type { DifficultyName } from '../../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../../src/simulate/economy.ts';
import type { SizeName } from '../../../src/simulate/sizes.ts';

const TOKEN = 1_000_000n;
/** Windows over a wallet's past begin so many transfers apart. */
const STEP = 10;

export interface ProbedWallet {
  readonly address: Address;
  /** What it is, as the data has it. */
  readonly kind: string;
  readonly service: boolean;
  readonly rows: readonly HistoryRow[];
}

/** What a probe sees at the end. */
export function now({ address, rows }: ProbedWallet): Behaviour {
  return observe(address, newestOf(rows), TOKEN);
}

/** What probes would have seen, had they been made after every tenth transfer. */
export function anyTime({ address, rows }: ProbedWallet): Behaviour[] {
  const seen: Behaviour[] = [];
  for (let end = PROBED_FROM; end <= rows.length; end += STEP) {
    seen.push(observe(address, newestOf(rows.slice(end - PROBED_FROM, end)), TOKEN));
  }
  return seen;
}

/** How much of what makes a service is there: the least fulfilled of each rule's figures, of the rule that is nearer. */
export function nearness({ counterparties, payers, payees, perDay }: Behaviour): number {
  const exchanging = Math.min(
    counterparties / EXCHANGING.counterparties,
    payers / EXCHANGING.payers,
    payees / EXCHANGING.payees,
    perDay / EXCHANGING.perDay,
  );
  return Math.max(exchanging, Math.min(payees / PAYING_OUT.payees, perDay / PAYING_OUT.perDay));
}

export function readEconomy(seed: string, size: SizeName, difficulty: DifficultyName): ProbedWallet[] {
  const { transfers, wallets } = generateEconomy({ seed, size, difficulty });
  const histories = longHistories(transfers.filter(({ asset }) => asset === 'USDT'));
  return wallets.flatMap(({ chain, address, role, service }) => {
    const rows = histories.get(`${chain} ${address}`);
    return rows === undefined ? [] : [{ address, kind: role, service: service !== '', rows }];
  });
}

/** The seized wallets, whose histories are whole, and those of their counterparties that dealt with them as often. */
export function readSeizedWallets(folder: string): ProbedWallet[] {
  const read = (name: string): Record<string, string>[] => parse(readFileSync(join(folder, name)), { columns: true });
  const seized = new Set(read('seeds.csv').map(({ address }) => address));
  const rows = read('transfers.csv').map(
    (row): HistoryRow => ({
      ...{ chain: 'tron', asset: 'USDT', transaction: row.transaction_id as TransactionHash },
      ...{ from: row.from as Address, to: row.to as Address, value: BigInt(row.value ?? '0') },
      ...{ timestamp: Number(row.block_timestamp_ms), block: null },
    }),
  );
  rows.sort((a, b) => a.timestamp - b.timestamp);
  return [...longHistories(rows)].map(([key, history]) => {
    const address = key.split(' ')[1] as Address;
    const kind = seized.has(address) ? 'seized' : 'counterparty';
    return { address, kind, service: false, rows: history };
  });
}

function longHistories(transfers: readonly HistoryRow[]): Map<string, HistoryRow[]> {
  const histories = new Map<string, HistoryRow[]>();
  for (const transfer of transfers) {
    for (const address of new Set([transfer.from, transfer.to])) {
      const key = `${transfer.chain} ${address}`;
      const rows = histories.get(key);
      if (rows === undefined) histories.set(key, [transfer]);
      else rows.push(transfer);
    }
  }
  return new Map([...histories].filter(([, rows]) => rows.length >= PROBED_FROM));
}
