/**
 * `npm run bench:frontier`: how much of planted networks' money a crawl of few requests follows to where it leaves, beside a
 * crawl that reads everybody whom a wallet paid. Simulated economies, of which the truth is known.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followInput } from '../../graphs/trace/follow.ts';
import type { PlacedTransfer, TraceInput } from '../../graphs/trace/types.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import type { Wallet } from '../../src/chains/chain.ts';
import { pagesOf } from '../../src/crawl/frontier.ts';
import { serveEconomy } from '../../src/simulate/serve.ts';
import { STOP_COLUMNS, stopRows } from '../../src/simulate/stops.ts';
import { downstream } from '../fixtures/program.ts';
import { inputOfEconomy, networkNames, type OpenedEconomy, openEconomy } from './tracing/economies.ts';
import { mean } from './tracing/scores.ts';
import { percent, printLine, printTable } from './tracing/tables.ts';

const REQUESTS = 300;
const SEED = 'frontier-1';
const NETWORKS = 8;
/** Peel chains are long, and fragments small: with so few requests it is these that limit, and not hops or shares. */
const POLICY = ['--max-requests', String(REQUESTS), '--max-hops', '20', '--min-share', '0.01'];
const PER_PAGE = { tron: 200, ethereum: 1_000 } as const;
const HOPS = 20;

const opened = openEconomy(SEED, 'normal', 'medium');
const crawls = await openCrawls(opened);
const shares: number[][] = [];
const rows: string[][] = [];
try {
  for (const network of networkNames(opened).slice(0, NETWORKS)) {
    const { cells, found } = await measure(network, inputOfEconomy(opened, network));
    rows.push(cells);
    shares.push(found);
  }
} finally {
  await crawls.close();
}
const average = (place: number) => percent(mean(shares.map((found) => found[place] ?? 0)));
rows.push(['mean', '', '', ...[0, 1, 2, 3, 4].flatMap((place) => [average(place), '']).slice(0, -1)]);
printTable(
  `Money of planted networks (${opened.name}, medium) followed to services, of all that gets there, with ${REQUESTS} requests each (target: 95 %, and twice breadth-first's)`,
  [
    'network',
    'payments',
    'USDT',
    'by money',
    'wallets',
    'with a list',
    'wallets',
    'breadth-first',
    'wallets',
    'most paid first',
    'wallets',
    'with a list',
  ],
  rows,
);
printLine(
  '"Most paid first": in breadth, and within a hop those first that were paid most. "With a list": the wallets of all services are known beforehand. Without one, services are told by what they do.',
);

async function measure(network: string, input: TraceInput): Promise<{ cells: string[]; found: number[] }> {
  const all = exitsOf(input, input.covered);
  const read = [
    await crawls.crawl(`${network} alone`, input),
    await crawls.crawl(`${network} with a list`, input, '--stops', crawls.stops),
    breadthFirst(input, new Set(), 'found'),
    breadthFirst(input, new Set(), 'most-paid'),
    breadthFirst(input, servicesOf(input), 'most-paid'),
  ];
  const found = read.map((covered) => Number((exitsOf(input, covered) * 10_000n) / all) / 10_000);
  const told = read.flatMap(({ length }, place) => [percent(found[place] ?? 0), `${length}`]).slice(0, -1);
  return { cells: [network, `${input.sources.length}`, `${all / 1_000_000n}`, ...told], found };
}

/** What of the sources comes to services where only some wallets are read, by first in, first out. */
function exitsOf(input: TraceInput, covered: readonly Wallet[]): bigint {
  const read = new Set(covered.map(walletKey));
  const known = ({ chain, from, to }: PlacedTransfer) =>
    read.has(walletKey({ chain, address: from })) || read.has(walletKey({ chain, address: to }));
  const transfers = input.transfers.filter(known);
  return followInput({ ...input, transfers, covered }, 'fifo').arrivals.reduce(
    (sum, { end, amount }) => (end === 'service' ? sum + amount : sum),
    0n,
  );
}

function servicesOf({ stops }: TraceInput): Set<string> {
  return new Set(stops.filter(({ kind }) => kind === 'service').map(walletKey));
}

/**
 * Everybody whom the wallets of a hop paid, hop by hop, until the requests are used up: within a hop in the order in which they were
 * found, or those first that were paid most, which already is half of what a crawl by money does.
 */
function breadthFirst(input: TraceInput, stops: ReadonlySet<string>, order: 'found' | 'most-paid'): Wallet[] {
  const rowsOf = new Map<string, PlacedTransfer[]>();
  for (const transfer of input.transfers) {
    for (const address of new Set([transfer.from, transfer.to])) {
      const key = walletKey({ chain: transfer.chain, address });
      const own = rowsOf.get(key) ?? [];
      own.push(transfer);
      rowsOf.set(key, own);
    }
  }
  const read: Wallet[] = [];
  const met = new Set<string>();
  let left = REQUESTS;
  let wave: Wallet[] = input.sources.map(({ chain, to }) => ({ chain, address: to }));
  for (let hop = 0; hop <= HOPS && left > 0; hop += 1) {
    const paid = new Map<string, { wallet: Wallet; amount: bigint }>();
    for (const wallet of wave) {
      const key = walletKey(wallet);
      if (met.has(key)) continue;
      met.add(key);
      const own = rowsOf.get(key) ?? [];
      const pages = pagesOf(own.length, PER_PAGE[wallet.chain]);
      if (pages > left) continue;
      left -= pages;
      read.push(wallet);
      for (const { chain, from, to, value } of own) {
        const payee = { chain, address: to };
        if (from !== wallet.address || stops.has(walletKey(payee))) continue;
        paid.set(walletKey(payee), { wallet: payee, amount: value + (paid.get(walletKey(payee))?.amount ?? 0n) });
      }
    }
    const found = [...paid.values()];
    if (order === 'most-paid') found.sort((a, b) => (a.amount < b.amount ? 1 : -1));
    wave = found.map(({ wallet }) => wallet);
  }
  return read;
}

/** Reads the economy through its simulated providers, with the program as it is used. */
async function openCrawls({ economy }: OpenedEconomy) {
  const folder = await mkdtemp(join(tmpdir(), 'downstream-frontier-'));
  const data = await mkdtemp(join(tmpdir(), 'downstream-frontier-data-'));
  const server = await serveEconomy(economy.transfers, { limits: 'none', delegations: economy.delegations });
  const rate = '10000';
  const env = {
    ...server.settings,
    ...{ TRON_API_RATE: rate, ETHEREUM_RPC_RATE: rate, ETHERSCAN_API_RATE: rate, DOWNSTREAM_DATA: data },
  };
  const stops = join(folder, 'stops.csv');
  const list = [...stopRows(economy.wallets)].map((cells) => cells.join(','));
  await writeFile(stops, `${STOP_COLUMNS.join(',')}\n${list.join('\n')}\n`);
  return {
    stops,
    /** The wallets that a crawl of the case of these sources reads. */
    async crawl(name: string, { sources }: TraceInput, ...options: string[]): Promise<Wallet[]> {
      const reports = join(folder, 'reports.csv');
      const lines = sources.map(({ to, transaction }) => `${to},${transaction}`);
      await writeFile(reports, `wallet,transaction\n${lines.join('\n')}\n`);
      await downstream(['case', 'create', name], env);
      await downstream(['report', 'import', name, reports], env);
      await downstream(['crawl', name, '--max-hops', '0'], env);
      const confirmed = sources.map(({ transaction }, index) => ['--confirm', `${index + 1}:${transaction}`]);
      await downstream(['report', 'match', name, ...confirmed.flat()], env);
      await downstream(['crawl', name, ...POLICY, ...options], env);
      await downstream(['export', name, '--format', 'json', '--out', folder], env);
      const { nodes } = JSON.parse(await readFile(join(folder, 'graph.json'), 'utf8'));
      return nodes.filter(({ state }: { state: string }) => state === 'expanded');
    },
    async close() {
      await server.close();
      for (const each of [folder, data])
        await rm(each, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
