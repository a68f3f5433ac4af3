/** What the crawl of the seized wallets has to come to, read from the file itself and not through our own code. */
import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.ts';
import { many, one } from '../../src/store/db.ts';
import { openStore } from '../../src/store/store.ts';
import { sharedData } from '../shared-data.ts';

export const TRANSFERS = sharedData('tron-usdt-seized/transfers.csv');
export const SEEDS = sharedData('tron-usdt-seized/seeds.csv');

export interface Sums {
  readonly sent: bigint;
  readonly received: bigint;
}

/** Sent and received by each seed, as the file has it. */
export function seedSums(): Map<string, Sums> {
  const lines = (path: string) => readFileSync(path, 'utf8').trim().split(/\r?\n/).slice(1);
  const sums = new Map(lines(SEEDS).map((line) => [line.split(',')[0] ?? '', { sent: 0n, received: 0n }]));
  for (const line of lines(TRANSFERS)) {
    const [, , from = '', to = '', value = ''] = line.split(',');
    const sender = sums.get(from);
    if (sender !== undefined) sender.sent += BigInt(value);
    const recipient = sums.get(to);
    if (recipient !== undefined) recipient.received += BigInt(value);
  }
  return sums;
}

export interface Stored {
  readonly transfers: number;
  readonly distinct: number;
  readonly wallets: number;
  readonly total: bigint;
  readonly seeds: Map<string, Sums>;
}

/** The same, as a database has it. */
export async function storedIn(env: Record<string, string>): Promise<Stored> {
  const store = await openStore(readConfig(env));
  try {
    const counts = await one<Omit<Stored, 'seeds'>>(
      store.pool,
      `select count(*) as transfers, count(distinct (transaction, from_id, to_id, value)) as distinct,
         sum(value) as total,
         (select count(*) from (select from_id from transfers union select to_id from transfers) as w) as wallets
       from transfers`,
    );
    const seeds = await many<{ address: string } & Sums>(
      store.pool,
      `select w.address, (select coalesce(sum(value), 0) from transfers where from_id = w.id) as sent,
         (select coalesce(sum(value), 0) from transfers where to_id = w.id) as received
       from reports r join wallets w on w.id = r.wallet_id`,
    );
    return { ...counts, seeds: new Map(seeds.map(({ address, sent, received }) => [address, { sent, received }])) };
  } finally {
    await store.close();
  }
}
