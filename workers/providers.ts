/** The providers that the configuration names, each with its queue. */
import type { ChainId, ChainSource } from '../src/chains/chain.ts';
import { combineSources } from '../src/chains/combined.ts';
import { createEtherscan } from '../src/chains/ethereum/etherscan.ts';
import { createEthereumNode } from '../src/chains/ethereum/node.ts';
import { createFileSource, type ListedTransfers } from '../src/chains/files/source.ts';
import { createTronGrid } from '../src/chains/tron/trongrid.ts';
import type { Config, ProviderConfig } from '../src/config.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import { type Queues, queueName } from '../src/queue/queue.ts';
import type { Pool } from '../src/store/db.ts';
import { type CaseFiles, listFiles, newestListed, readListed, readListedTransaction } from '../src/store/imports.ts';
import { providerId, type StoredAsset } from '../src/store/reference.ts';
import { inTurn } from './in-turn.ts';
import { type Account, openLimiter } from './limiter.ts';
import type { Provider } from './provider.ts';

interface Place {
  readonly pool: Pool;
  readonly queues: Queues;
  /** Names the database in queues that several share. */
  readonly instance: string;
  readonly assets: readonly StoredAsset[];
  /** Milliseconds since any moment, on no clock that somebody may set. */
  readonly elapsed: () => number;
}

interface Configured {
  readonly source: ChainSource;
  /** What tells its queue from others: addresses and keys. */
  readonly scope: readonly string[];
  /** Asked where what this one lists does not add up. */
  readonly second?: Configured | null;
}

/** The keys that the configuration has, whose limits hold each for itself; `null` where there is none. */
export function accountsOf(config: Config, instance: string) {
  const account = (scope: readonly string[], limits: Account['limits']): Account => ({
    name: queueName('turns', instance, scope),
    limits,
  });
  const { tron, tronSecond, etherscan, ethereumNode } = config;
  return {
    tron: account([tron.url, tron.key ?? ''], tron.rate),
    tronSecond: tronSecond === null ? null : account([tronSecond.url, tronSecond.key ?? ''], tronSecond.rate),
    etherscan: etherscan === null ? null : account([etherscan.url, etherscan.key ?? ''], etherscan.rate),
    ethereumNode: ethereumNode === null ? null : account([ethereumNode.url], ethereumNode.rate),
  };
}

/** One provider for each chain that is configured. */
export async function openProviders(config: Config, place: Place): Promise<Map<ChainId, Provider>> {
  const accounts = accountsOf(config, place.instance);
  const configured = [await tron(config, accounts, place), await ethereum(config, accounts, place)];
  const opened = new Map<ChainId, Provider>();
  for (const each of configured.filter((each) => each !== null)) opened.set(each.source.chain, await open(each, place));
  return opened;
}

/** The files of a case as providers, one for each chain that they have transfers of. */
export async function openFileProviders(caseId: number, place: Place): Promise<Map<ChainId, Provider>> {
  const { pool } = place;
  const opened = new Map<ChainId, Provider>();
  // What was read of them is void once another file has come.
  const newest = (await listFiles(pool, caseId)).at(-1)?.id ?? 0;
  for (const asset of place.assets) {
    const files = { caseId, asset };
    if ((await newestListed(pool, files)) === undefined) continue;
    const provider = `files of case ${caseId} up to ${newest}`;
    const source = createFileSource({ asset, provider, listed: listedIn(pool, files) });
    opened.set(asset.chain, await open({ source, scope: [asset.chain] }, place));
  }
  return opened;
}

/** What the files of a case list, as a source reads it. */
export function listedIn(pool: Pool, files: CaseFiles): ListedTransfers {
  return {
    newest: () => newestListed(pool, files),
    read: (request) => readListed(pool, files, request),
    transaction: (hash) => readListedTransaction(pool, files, hash),
  };
}

async function open({ source, scope, second = null }: Configured, place: Place): Promise<Provider> {
  const { pool, queues, instance, assets } = place;
  const name = queueName('crawl', instance, [source.provider, ...scope]);
  const asset = assets.find(({ chain }) => chain === source.chain);
  if (asset === undefined) throw new Error(`The database knows no asset of ${source.chain}`);
  const id = await providerId(pool, source.provider, source.unit);
  return {
    id,
    source,
    asset,
    queue: queues.queue<CrawlJob>(name),
    queueName: name,
    second: second === null ? null : await open(second, place),
  };
}

/** TronGrid, and beside it another of its kind, where one is set. */
async function tron(
  { tron: first, tronSecond }: Config,
  accounts: ReturnType<typeof accountsOf>,
  place: Place,
): Promise<Configured> {
  const opened = async ({ url, key }: ProviderConfig, account: Account | null, isSecond: boolean) => {
    return { source: await limited(createTronGrid({ url, key, isSecond }), account, place), scope: [url, key ?? ''] };
  };
  return {
    ...(await opened(first, accounts.tron, false)),
    second: tronSecond === null ? null : await opened(tronSecond, accounts.tronSecond, true),
  };
}

/** Histories from Etherscan, proof from the node, where both are given; either alone does both. */
async function ethereum(
  { ethereumNode, etherscan }: Config,
  accounts: ReturnType<typeof accountsOf>,
  place: Place,
): Promise<Configured | null> {
  const scope = [etherscan?.url ?? '', etherscan?.key ?? '', ethereumNode?.url ?? ''];
  const node = ethereumNode && createEthereumNode({ url: ethereumNode.url, needsHistory: etherscan === null });
  const history = etherscan && createEtherscan(etherscan);
  const proof = node && (await limited(node, accounts.ethereumNode, place));
  const listing = history && (await limited(history, accounts.etherscan, place));
  if (listing === null) return proof === null ? null : { source: proof, scope };
  if (proof === null) return { source: listing, scope };
  // The node's own logs are asked for where Etherscan's lists do not add up.
  return { source: combineSources(listing, proof), scope, second: { source: proof, scope: [...scope, 'second'] } };
}

async function limited(source: ChainSource, account: Account | null, { pool, elapsed }: Place): Promise<ChainSource> {
  return account === null ? source : inTurn(source, await openLimiter(pool, account, elapsed));
}
