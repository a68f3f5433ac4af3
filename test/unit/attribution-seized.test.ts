/** Inferences on real histories: 40 seized wallets, with public tags of exchanges. */
import { readFileSync } from 'node:fs';
import { parse as parseCsv } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { attribute } from '../../graphs/attribution/attribute.ts';
import { ATTRIBUTION_POLICY } from '../../graphs/attribution/policy.ts';
import type { Attribution, DepositAddress, NamedService } from '../../graphs/attribution/types.ts';
import { tableOf } from '../../graphs/trace/table.ts';
import type { Address, TransactionHash, Transfer, Wallet } from '../../src/chains/chain.ts';
import { DUST } from '../../src/money.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

const TAGPACKS = ['binance', 'huobi', 'okx', 'kucoin'] as const;
/** A rule of thumb (GraphSense): more incoming transfers make a service. */
const MANY = 500;

describe.skipIf(!hasSharedData)('the seized wallets', () => {
  let transfers: Transfer[];
  let seeds: Address[];
  let tags: NamedService[];
  let withTags: Attribution;

  beforeAll(() => {
    transfers = readTransfers();
    seeds = readCsv('tron-usdt-seized/seeds.csv').map(({ address }) => address as Address);
    tags = readTags();
    withTags = attributeSeeds(tags);
  });

  it('that forward nine tenths to a wallet that a tag names are deposit addresses there', () => {
    const expected = expectedDeposits();
    expect(expected).toHaveLength(24);
    const found = new Map(depositsOf(withTags).map((each) => [each.address, each]));
    expect(expected.filter(({ seed, name }) => found.get(seed)?.named?.name !== name)).toEqual([]);
    expect([...found.values()].filter(({ evidence }) => evidence.transfers.length === 0)).toEqual([]);
    // One more pays two wallets of one exchange, 88 % and 12 %. Eight turn from a named one to one that no list has: nobody's.
    const named = [...found.values()].filter((each) => each.named !== null);
    expect([found.size, named.length]).toEqual([33, 25]);
  });

  it('with hundreds of incoming transfers are no services for that', () => {
    const busy = seeds.filter((seed) => transfers.filter(({ to }) => to === seed).length > MANY);
    expect(busy).toHaveLength(2);
    expect(withTags.wallets.filter(({ kind, address }) => kind === 'service' && busy.includes(address))).toEqual([]);
    expect(withTags.wallets.filter(({ kind }) => kind === 'service')).toEqual([]);
  });

  it('are deposit addresses of nobody where no tag names a sink: what the sinks do is not known', () => {
    expect(depositsOf(attributeSeeds([]))).toEqual([]);
  });

  function attributeSeeds(named: readonly NamedService[]): Attribution {
    return attribute(
      {
        table: tableOf(
          transfers.map(({ block, ...row }) => ({ ...row, position: null })),
          [],
        ),
        dust: transfers.filter(({ value }) => value < DUST),
        complete: seeds.map((address): Wallet => ({ chain: 'tron', address })),
        ...{ named, possible: [], native: [], victims: [] },
      },
      ATTRIBUTION_POLICY,
    );
  }

  /** Counted anew: what a seed received, and what of it went to one tagged wallet. */
  function expectedDeposits(): { seed: Address; name: string | undefined }[] {
    const names = new Map(tags.map(({ address, name }) => [address, name]));
    return seeds.flatMap((seed) => {
      const received = total(transfers.filter(({ from, to }) => to === seed && from !== seed));
      const payouts = transfers.filter(({ from, to }) => from === seed && names.has(to));
      const sinks = [...new Set(payouts.map(({ to }) => to))].filter(
        (sink) => total(payouts.filter(({ to }) => to === sink)) * 10n >= received * 9n,
      );
      return sinks.map((sink) => ({ seed, name: names.get(sink) }));
    });
  }
});

function depositsOf({ wallets }: Attribution): DepositAddress[] {
  return wallets.filter((each) => each.kind === 'deposit-address');
}

function total(transfers: readonly Transfer[]): bigint {
  return transfers.reduce((sum, { value }) => sum + value, 0n);
}

function readTransfers(): Transfer[] {
  const counts = new Map<string, number>();
  return readCsv('tron-usdt-seized/transfers.csv').map((row): Transfer => {
    const key = [row.transaction_id, row.from, row.to, row.value].join(' ');
    const occurrence = counts.get(key) ?? 0;
    counts.set(key, occurrence + 1);
    return {
      ...{ chain: 'tron', asset: 'USDT', transaction: row.transaction_id as TransactionHash, occurrence, block: null },
      ...{ from: row.from as Address, to: row.to as Address, value: BigInt(row.value ?? '0') },
      timestamp: Number(row.block_timestamp_ms),
    };
  });
}

/** The exchanges' wallets on Tron, each under the first name that is found for it. */
function readTags(): NamedService[] {
  const listed = readCsv('tags/exchanges/defillama_cex_wallets.csv')
    .filter(({ chain }) => chain === 'tron')
    .map(({ address, exchange }): NamedService => tagOf(address, exchange, 'defillama'));
  const packed = TAGPACKS.flatMap((name) => {
    const pack: { tags: { address: string }[] } = parseYaml(
      readFileSync(sharedData(`tags/graphsense/exchange-wallets-${name}.yaml`), 'utf8'),
    );
    return pack.tags
      .filter(({ address }) => address.startsWith('T'))
      .map(({ address }) => tagOf(address, name, 'graphsense'));
  });
  const first = new Map<string, NamedService>();
  for (const tag of [...listed, ...packed]) if (!first.has(tag.address)) first.set(tag.address, tag);
  return [...first.values()];
}

function tagOf(address = '', name = '', source = ''): NamedService {
  return { chain: 'tron', address: address as Address, name, category: 'exchange', source, confidence: 50 };
}

function readCsv(path: string): Record<string, string>[] {
  return parseCsv(readFileSync(sharedData(path)), { columns: true });
}
