/** `downstream doctor`: is everything there that a crawl needs? */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { ChainSource } from '../chains/chain.ts';
import { createEtherscan } from '../chains/ethereum/etherscan.ts';
import { createEthereumNode } from '../chains/ethereum/node.ts';
import { createTronGrid } from '../chains/tron/trongrid.ts';
import type { Config } from '../config.ts';
import { messageOf, UserError } from '../errors.ts';
import { openQueues } from '../queue/queue.ts';
import { one } from '../store/db.ts';
import { openStore, type Store } from '../store/store.ts';
import { type CliContext, configure } from './context.ts';
import { examineLimits } from './doctor-limits.ts';
import { type Done, VERSION } from './main.ts';
import { jsonOption } from './options.ts';
import { duration, EXIT, harmless, jsonLine, table } from './output.ts';

/** A block from further in the future than this means a wrong clock. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** Finality lags by a minute on Tron, and by a quarter to half an hour on Ethereum; what is far older means a node that is behind. */
const TRON_TOLERANCE_MS = 5 * 60_000;
const ETHEREUM_TOLERANCE_MS = 60 * 60_000;
const LIBRARIES = ['bullmq', 'pg', 'tronweb', 'ethers', 'graphology', 'graphology-communities-louvain'] as const;

interface Finding {
  readonly what: string;
  /** `null` where it could not be looked at. */
  readonly ok: boolean | null;
  readonly says: string;
}

export function addDoctorCommand(program: Command, context: CliContext, done: Done): void {
  const { terminal } = context;
  program
    .command('doctor')
    .description('check versions, database, queue, provider, key, clock and limits')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ npx downstream doctor\n\nJSON: {ok, findings: [{what, ok, says}]}; ok is null where it could not be looked at',
    )
    .action(async (options: { json?: boolean }) => {
      const { config } = configure(context);
      const findings = await examine(config, context);
      const ok = findings.every((finding) => finding.ok !== false);
      if (options.json) terminal.out(jsonLine({ ok, findings }));
      else {
        const rows = findings.map(({ what, ok: fine, says }) => [
          fine === null ? '–' : fine ? 'ok' : 'NO',
          what,
          harmless(says),
        ]);
        terminal.out(`${table(rows)}\n${ok ? 'Everything is there.' : 'Something is missing: see NO above.'}\n`);
      }
      if (!ok) done(EXIT.failed);
    });
}

async function examine(config: Config, context: CliContext): Promise<Finding[]> {
  const findings: Finding[] = [
    { what: 'Downstream', ok: true, says: `${VERSION} on Node ${process.versions.node}` },
    { what: 'libraries', ok: true, says: LIBRARIES.map((name) => `${name} ${versionOf(name)}`).join(', ') },
  ];
  let store: Store | undefined;
  findings.push(
    await find('database', async () => {
      store = await openStore(config);
      const { version } = await one<{ version: string }>(
        store.pool,
        `select current_setting('server_version') as version`,
      );
      return store.embedded
        ? `Postgres ${version}, embedded, in ${config.dataFolder}`
        : `Postgres ${version} of DATABASE_URL`;
    }),
    await find('queue', async () => {
      const open: Store['openPool'] =
        store?.openPool ?? (() => refuse('it is kept in the database, which is not ready: see above'));
      const queues = await openQueues(config.redisUrl, { open, embedded: store?.embedded ?? false });
      await queues.close();
      return queues.kind === 'redis' ? 'Redis of REDIS_URL' : 'in the database';
    }),
    ...(await examineTron(config, context)),
    ...(await examineEthereum(config, context)),
    ...(await examineLimits(config, store)),
  );
  await store?.close();
  return findings;
}

async function examineTron(config: Config, context: CliContext): Promise<Finding[]> {
  const { url, key } = config.tron;
  const [provider, clock] = await examineProvider('tron', new URL(url).host, createTronGrid(config.tron), context);
  return [provider, { what: 'tron key', ok: true, says: keyText(key, context.env) }, clock];
}

/** Without any provider Ethereum is not read, which is no fault: a case on Tron needs none. */
async function examineEthereum({ ethereumNode, etherscan }: Config, context: CliContext): Promise<Finding[]> {
  if (ethereumNode === null && etherscan === null) {
    const says =
      'not set up: a free key from etherscan.io in ETHERSCAN_API_KEY, or a node in ETHEREUM_RPC_URL, or best both';
    return [{ what: 'ethereum', ok: null, says }];
  }
  const findings: Finding[] = [];
  if (etherscan !== null) {
    const { host } = new URL(etherscan.url);
    const source = createEtherscan(etherscan);
    findings.push(...(await examineProvider('etherscan', host, source, context)));
  }
  if (ethereumNode !== null) {
    const { host } = new URL(ethereumNode.url);
    const source = createEthereumNode({ ...ethereumNode, needsHistory: etherscan === null });
    findings.push(...(await examineProvider('ethereum node', host, source, context)));
  }
  return findings;
}

/** Whether a provider answers for the right chain, and how old its newest finalised block is. */
async function examineProvider(
  what: string,
  host: string,
  source: ChainSource,
  { clock }: CliContext,
): Promise<[Finding, Finding]> {
  let headTime: number | undefined;
  const provider = await find(what, async () => {
    await source.genesis();
    const head = await source.head();
    headTime = head.timestamp;
    return `${host} answers; read up to block ${head.block}, ${source.finality}`;
  });
  const compared = what === 'tron' ? 'clock' : `${what}'s clock`;
  if (headTime === undefined) {
    return [provider, { what: compared, ok: null, says: 'not compared: the provider does not answer' }];
  }
  const off = clock.now() - headTime;
  const tolerance = source.chain === 'tron' ? TRON_TOLERANCE_MS : ETHEREUM_TOLERANCE_MS;
  const says =
    off < 0
      ? `by this machine's clock the newest block that is read comes in ${duration(-off)}`
      : `by this machine's clock the newest block that is read is ${duration(off)} old`;
  return [provider, { what: compared, ok: off > -CLOCK_TOLERANCE_MS && off < tolerance, says }];
}

function keyText(key: string | null, env: NodeJS.ProcessEnv): string {
  if (key !== null) return 'TRON_API_KEY is set';
  return (env.TRON_API_RATE ?? '') === '' ? 'TRON_API_KEY is not set: it works, slowly' : 'TRON_API_KEY is not set';
}

async function find(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, says: await look() };
  } catch (error) {
    return { what, ok: false, says: error instanceof UserError ? error.text.replaceAll('\n', ' ') : messageOf(error) };
  }
}

function refuse(says: string): never {
  throw new Error(says);
}

function versionOf(name: string): string {
  const url = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')).version;
}
