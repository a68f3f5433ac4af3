/** `downstream doctor`: is everything there that a crawl needs? */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { createTronGrid } from '../chains/tron/trongrid.ts';
import type { Config } from '../config.ts';
import { messageOf, UserError } from '../errors.ts';
import { openQueues } from '../queue/queue.ts';
import { one } from '../store/db.ts';
import { openStore, type Store } from '../store/store.ts';
import { type CliContext, configure } from './context.ts';
import { type Done, VERSION } from './main.ts';
import { jsonOption } from './options.ts';
import { duration, EXIT, harmless, jsonLine, table } from './output.ts';

/** Finality lags by a minute; a clock that is further off than this from the head is wrong, or the node is behind. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const LIBRARIES = ['bullmq', 'pg', 'tronweb', 'graphology', 'graphology-communities-louvain'] as const;

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
    .description('check versions, database, queue, provider, key and clock')
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
    ...(await examineProvider(config, context)),
  );
  await store?.close();
  return findings;
}

async function examineProvider(config: Config, { clock, env }: CliContext): Promise<Finding[]> {
  const { url, key, rate } = config.tron;
  const { host } = new URL(url);
  let headTime: number | undefined;
  const provider = await find('tron', async () => {
    const head = await createTronGrid(config.tron).head();
    headTime = head.timestamp;
    return `${host} answers; finalised up to block ${head.block}`;
  });
  const keyed: Finding = {
    what: 'tron key',
    ok: true,
    says: `${keyText(key, env)}; ${rate} requests a second at most`,
  };
  if (headTime === undefined) {
    return [provider, keyed, { what: 'clock', ok: null, says: 'not compared: the provider does not answer' }];
  }
  const off = clock.now() - headTime;
  return [
    provider,
    keyed,
    {
      what: 'clock',
      ok: Math.abs(off) < CLOCK_TOLERANCE_MS,
      says:
        off < 0
          ? `by this machine's clock the newest finalised block comes in ${duration(-off)}`
          : `by this machine's clock the newest finalised block is ${duration(off)} old`,
    },
  ];
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
