/** One crawl of one economy, with or without a plan of faults, on one pair of backends, by some workers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { type EthereumNodeOptions, serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import { type EtherscanOptions, serveEtherscan } from '../../src/simulate/etherscan.ts';
import { Random } from '../../src/simulate/random.ts';
import { serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import { openEngine } from '../../workers/run.ts';
import { cli } from '../fixtures/cli.ts';
import type { Backend } from './backends.ts';
import { type Slice, sliceOf } from './economies.ts';
import { type CrawlJson, namedIn, type Outcome, wrongIn } from './outcome.ts';
import type { FaultPlan, Providers } from './plans.ts';

const CASE = 'soak';
/** A crawl that is stopped is begun again so often. */
const MOST_RUNS = 3;
/** No crawl of these economies takes nearly as long. */
const WATCHDOG_MS = 300_000;

export interface Crawled extends Outcome {
  /** How often the command was run. */
  readonly runs: number;
  readonly seconds: number;
  /** How many requests met a fault. */
  readonly faults: number;
}

/** What is crawled, and by whom: a plan, and whether its faults happen. */
export interface Attempt {
  readonly plan: FaultPlan;
  readonly faults: boolean;
  /** Engines in this process that take the crawl's jobs, each with connections of its own; the command's own is one. */
  readonly workers: number;
}

/**
 * Crawls until it is finished or has been begun often enough.
 *
 * @throws Error when the crawl hangs: the process it ran in is of no more use
 */
export async function crawlOnce(backend: Backend, { plan, faults, workers }: Attempt): Promise<Crawled> {
  const begun = performance.now();
  const slice = await sliceOf(plan.economy, plan.providers === 'TronGrid' ? 'tron' : 'ethereum');
  await backend.empty();
  const served = await serve(slice, plan, faults);
  const env = { ...backend.env, ...served.env };
  try {
    await told(env, 'case', 'create', CASE);
    await told(env, 'report', 'import', CASE, slice.reports);
    const watchdog = sleep(WATCHDOG_MS, null, { ref: false });
    const ended = await Promise.race([crawlUntilFinished(env, plan, workers), watchdog]);
    if (ended === null) throw new Error(`plan ${plan.number} on ${backend.pair} hangs`);
    const [named, wrong] = [await namedIn(env, CASE), await wrongIn(backend, slice)];
    return { ...ended, named, wrong, faults: served.faults(), seconds: (performance.now() - begun) / 1_000 };
  } finally {
    await served.close();
  }
}

async function crawlUntilFinished(env: Record<string, string>, plan: FaultPlan, workers: number) {
  const engines = await Promise.all(
    Array.from({ length: workers - 1 }, () => openEngine(readConfig(env), systemClock, createLog('silent'))),
  );
  for (const engine of engines) engine.startCrawl(engine.providers, () => {});
  const options = ['--max-hops', `${plan.hops}`, '--patience', `${plan.patience}`, '--json'];
  let crawl: CrawlJson | null = null;
  let refusal: string | null = null;
  let runs = 0;
  while (runs < MOST_RUNS && crawl?.state !== 'finished') {
    runs += 1;
    const { code, out, err } = await cli(env, 'crawl', CASE, ...options);
    crawl = out.startsWith('{') ? (JSON.parse(out) as CrawlJson) : null;
    refusal = code === 0 || crawl !== null ? null : err;
  }
  for (const engine of engines) await engine.close();
  return { crawl, refusal, runs };
}

async function told(env: Record<string, string>, ...argv: string[]): Promise<void> {
  const { code, err } = await cli(env, ...argv);
  if (code !== 0) throw new Error(`downstream ${argv.join(' ')} ended with ${code}: ${err}`);
}

interface Served {
  readonly env: Record<string, string>;
  faults(): number;
  close(): Promise<void>;
}

/** Serves a slice as the plan's providers do. */
async function serve({ ledger }: Slice, plan: FaultPlan, faulty: boolean): Promise<Served> {
  const { rates, atMost, lossy } = plan;
  const seed = `plan ${plan.number}`;
  const of = (name: Providers) => plan.providers === name || plan.providers.split(' and ').includes(name);
  const planned = <Kind extends string>(rated: Readonly<Partial<Record<Kind, number>>>) =>
    faulty ? { seed, rates: rated, atMost } : { seed, rates: {} };
  const loses = (wallet: string) => faulty && new Random(`${seed}/lossy/${wallet}`).chance(lossy);
  const servers: { readonly log: readonly { readonly fault: string | null }[]; close(): Promise<void> }[] = [];
  const env: Record<string, string> = {};
  if (of('TronGrid')) {
    const options: TronGridOptions = {
      faults: planned(rates.TronGrid),
      faultAt: ({ endpoint, path }) => (endpoint === 'history' && loses(path) ? 'lost-row' : null),
    };
    const server = await serveTronGrid(ledger, options);
    servers.push(server);
    Object.assign(env, { TRON_API_URL: server.url, TRON_API_RATE: '10000' });
  }
  if (of('Etherscan')) {
    const options: EtherscanOptions = {
      faults: planned(rates.Etherscan),
      faultAt: ({ endpoint, params }) => (endpoint === 'tokentx' && loses(params.address ?? '') ? 'lost-row' : null),
    };
    const server = await serveEtherscan(ledger, options);
    servers.push(server);
    Object.assign(env, { ETHERSCAN_API_URL: `${server.url}/v2/api`, ETHERSCAN_API_RATE: '10000' });
  }
  if (of('node')) {
    const options: EthereumNodeOptions = {
      faults: planned(rates.node),
      // A node is asked for many wallets at once: what it loses for good, it loses of a range of blocks.
      faultAt: ({ calls: [call] }) =>
        call?.method === 'eth_getLogs' && loses(JSON.stringify(call.params)) ? 'lost-log' : null,
    };
    const server = await serveEthereumNode(ledger, options);
    servers.push(server);
    Object.assign(env, { ETHEREUM_RPC_URL: server.url, ETHEREUM_RPC_RATE: '10000' });
  }
  const faults = () => servers.reduce((sum, { log }) => sum + log.filter(({ fault }) => fault !== null).length, 0);
  return { env, faults, close: async () => void (await Promise.all(servers.map((server) => server.close()))) };
}
