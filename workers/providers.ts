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
import type { Provider } from './provider.ts';

interface Place {
  readonly pool: Pool;
  readonly queues: Queues;
  /** Names the database in queues that several share. */
  readonly instance: string;
  readonly assets: readonly StoredAsset[];
}

interface Configured {
  readonly source: ChainSource;
  readonly rate: number | null;
  /** What a limit holds for: the provider's address and key. */
  readonly account: readonly string[];
  /** What else tells its queue from others. */
  readonly scope?: readonly string[];
  /** Asked where what this one lists does not add up. */
  readonly second?: Configured | null;
}

/** One provider for each chain that is configured. */
export async function openProviders(config: Config, place: Place): Promise<Map<ChainId, Provider>> {
  const configured = [tron(config), ethereum(config)].filter((each) => each !== null);
  const opened = new Map<ChainId, Provider>();
  for (const each of configured) opened.set(each.source.chain, await open(each, place));
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
    opened.set(asset.chain, await open({ source, rate: null, account: [asset.chain] }, place));
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

async function open(configured: Configured, place: Place): Promise<Provider> {
  const { source, rate, account, scope = [], second = null } = configured;
  const { pool, queues, instance, assets } = place;
  const name = queueName('crawl', instance, [source.provider, ...account, ...scope]);
  const asset = assets.find(({ chain }) => chain === source.chain);
  if (asset === undefined) throw new Error(`The database knows no asset of ${source.chain}`);
  const id = await providerId(pool, source.provider, source.unit);
  return {
    id,
    source,
    asset,
    queue: queues.queue<CrawlJob>(name),
    rate,
    queueName: name,
    second: second === null ? null : await open(second, place),
    account: queueName('turns', instance, account),
  };
}

function tron({ tron: first, tronSecond }: Config): Configured {
  const configured = ({ url, key, rate }: ProviderConfig, isSecond: boolean): Configured => {
    return { source: createTronGrid({ url, key, isSecond }), rate, account: [url, key ?? ''] };
  };
  return { ...configured(first, false), second: tronSecond === null ? null : configured(tronSecond, true) };
}

/** Histories from Etherscan, proof from the node, where both are given; either alone does both. */
function ethereum({ ethereumNode, etherscan }: Config): Configured | null {
  const node =
    ethereumNode === null ? null : createEthereumNode({ url: ethereumNode.url, needsHistory: etherscan === null });
  if (etherscan === null) {
    return node === null || ethereumNode === null
      ? null
      : { source: node, rate: ethereumNode.rate, account: [ethereumNode.url] };
  }
  const history = createEtherscan(etherscan);
  return {
    source: node === null ? history : combineSources(history, node),
    rate: Math.min(etherscan.rate, ethereumNode?.rate ?? etherscan.rate),
    // The key's limit is one, whichever node stands beside it.
    account: [etherscan.url, etherscan.key ?? ''],
    scope: [ethereumNode?.url ?? ''],
    // Its own logs, where Etherscan's lists do not add up.
    second:
      node === null || ethereumNode === null
        ? null
        : { source: node, rate: ethereumNode.rate, account: [ethereumNode.url], scope: ['second'] },
  };
}
