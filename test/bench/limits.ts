/**
 * `npm run bench:limits [-- REFUSAL [PROCESSES …]]`: how much of what a provider allows is used, and how much is refused.
 *
 * A simulated TronGrid with a bucket of 15 tokens, filled at 15 a second, serves a crawl of many small wallets by one process and by
 * eight. REFUSAL is what it says to whoever is too fast: `bare`, a 429 and nothing else, unless told; or `suspended`, with the
 * wait and the limit in words. Measured is the server's own log, for two minutes after as long to find the rate.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf, USDT } from '../../src/simulate/tron.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import { downstream, type RunningProgram, start } from '../fixtures/program.ts';

const ALLOWED = 15;
const WARM_UP_MS = 120_000;
const MEASURED_MS = 120_000;
/** More than the provider allows in that time. */
const WALLETS = 5_000;

const [refusal = 'bare', ...asked] = process.argv.slice(2);
if (refusal !== 'bare' && refusal !== 'suspended') throw new Error(`"${refusal}" is neither bare nor suspended`);
for (const processes of asked.length === 0 ? [1, 8] : asked.map(Number)) {
  const { used, refused, requests } = await measure(processes, refusal);
  const who = `${processes} ${processes === 1 ? 'process' : 'processes'}, ${refusal}, ${requests} requests in 2 minutes`;
  process.stdout.write(`${who}: ${percent(used)} of the allowance used  target at least 90 %\n`);
  process.stdout.write(`${who}: ${percent(refused)} refused  target under 1 %\n`);
}

async function measure(processes: number, said: 'bare' | 'suspended') {
  const data = await mkdtemp(join(tmpdir(), 'downstream-limits-'));
  const wallets = Array.from({ length: WALLETS }, (_, number) => addressFor(`small/${number}`));
  const payer = addressFor('payer');
  const first = blockAt(Date.UTC(2026, 2, 1));
  const transfers = wallets.map((to, place) => ({
    ...{ chain: 'tron' as const, asset: 'USDT', transaction: transactionFor(`small/${place}`), block: first + place },
    ...{ position: 0, timestamp: timeOf(first + place), from: payer, to, value: USDT, signer: payer },
  }));
  const server = await serveTronGrid(new Ledger(transfers), {
    ...{ ratePerSecond: ALLOWED, bucket: ALLOWED, refusal: said },
  });
  const env = { DOWNSTREAM_DATA: data, TRON_API_URL: server.url, TRON_API_KEY: 'simulated' };
  const running: RunningProgram[] = [];
  try {
    const reports = join(data, '..', `${processes}-${process.pid}-reports.csv`);
    await writeFile(reports, `wallet\n${wallets.join('\n')}\n`);
    await downstream(['case', 'create', 'bench'], env);
    await downstream(['report', 'import', 'bench', reports], env);
    await rm(reports);
    running.push(start(['crawl', 'bench', '--max-hops', '0'], env));
    for (let others = 1; others < processes; others += 1) running.push(start(['worker', '--queue', 'crawl'], env));
    while (server.log.length === 0) await sleep(100);
    await sleep(WARM_UP_MS);
    const from = Date.now();
    await sleep(MEASURED_MS);
    const inside = server.log.filter(({ at }) => at >= from && at < from + MEASURED_MS);
    const refused = inside.filter((each) => each.refused).length;
    const allowance = (ALLOWED * MEASURED_MS) / 1_000;
    process.stderr.write(`${perMinute(server.log)}\n`);
    return {
      used: (inside.length - refused) / allowance,
      refused: refused / inside.length,
      requests: inside.length,
    };
  } finally {
    // The workers first: they do not end by themselves, and the crawl is not to wait for what they hold.
    for (const { child } of running.reverse()) child.kill('SIGTERM');
    await Promise.all(running.map(({ ended }) => ended));
    await server.close();
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Requests and refusals in each half minute, to see how the rate was found. */
function perMinute(log: readonly { readonly at: number; readonly refused: boolean }[]): string {
  const begin = log[0]?.at ?? 0;
  const halves = new Map<number, { answered: number; refused: number }>();
  for (const { at, refused } of log) {
    const half = Math.floor((at - begin) / 30_000);
    const counted = halves.get(half) ?? { answered: 0, refused: 0 };
    halves.set(half, {
      answered: counted.answered + (refused ? 0 : 1),
      refused: counted.refused + (refused ? 1 : 0),
    });
  }
  const parts = [...halves.values()].map(
    ({ answered, refused }) => `${(answered / 30).toFixed(1)}/s (${refused} refused)`,
  );
  return `half minute by half minute: ${parts.join(', ')}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
