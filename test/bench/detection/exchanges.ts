/** The exchanges' wallets on Tron that public lists name. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import type { Address, Wallet } from '../../../src/chains/chain.ts';
import { sharedData } from '../../shared-data.ts';

const TAGPACKS = ['binance', 'huobi', 'okx', 'kucoin'] as const;

export function readExchanges(): Wallet[] {
  const listed: { chain: string; address: string }[] = parse(
    readFileSync(sharedData('tags/exchanges/defillama_cex_wallets.csv')),
    { columns: true },
  );
  const packed = TAGPACKS.flatMap((name) => {
    const path = sharedData(`tags/graphsense/exchange-wallets-${name}.yaml`);
    const { tags }: { tags: { address: string }[] } = parseYaml(readFileSync(path, 'utf8'));
    return tags.map(({ address }) => address).filter((address) => address.startsWith('T'));
  });
  const addresses = [...listed.filter(({ chain }) => chain === 'tron').map(({ address }) => address), ...packed];
  // Lists have a few words that are no addresses: these are nobody's.
  return [...new Set(addresses)].map((address) => ({ chain: 'tron', address: address as Address }));
}
