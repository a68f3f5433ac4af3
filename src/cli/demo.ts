/** `downstream demo`: the whole way on a simulated economy whose truth is known, without a server or a network. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { EXPORT_FORMATS } from '../../graphs/export/index.ts';
import { displayAmount, parseAmount, smaller } from '../money.ts';
import { generateEconomy } from '../simulate/economy.ts';
import { writeEconomy } from '../simulate/folder.ts';
import { serveEconomy } from '../simulate/serve.ts';
import type { Economy } from '../simulate/types.ts';
import { type CliContext, stopSignal } from './context.ts';
import { makeFolder } from './folder.ts';
import { type Done, main } from './main.ts';
import { EXIT, table } from './output.ts';
import { serveOn } from './serve-on.ts';

const SEED = 'downstream demo';
const CASE = 'demo';
/** No limit that anybody would notice. */
const RATES = { TRON_API_RATE: '10000', ETHEREUM_RPC_RATE: '10000', ETHERSCAN_API_RATE: '10000' };
const USDT_DECIMALS = 6;
/** The truth of the economy is told by this rule, so that the two can be set side by side. */
const CHOICE = ['--rule', 'fifo', '--by', 'the demo', '--why', "the economy's truth is told by this rule"];

export function addDemoCommand(program: Command, context: CliContext, done: Done): void {
  program
    .command('demo')
    .description('run the whole way on a simulated economy, and set what was found beside the planted truth')
    .option('--out <folder>', 'folder for the economy and the exports', 'demo')
    .option('--serve', 'keep the simulated network running afterwards, to try the commands on it from another terminal')
    .addHelpText('after', '\nExamples:\n  $ npm run demo\n  $ npx downstream demo --serve')
    .action(async (options: DemoOptions) => done(await runDemo(context, options)));
}

interface DemoOptions {
  readonly out: string;
  readonly serve?: boolean;
}

async function runDemo(context: CliContext, { out, serve = false }: DemoOptions): Promise<number> {
  const { terminal } = context;
  const began = context.clock.now();
  const say = (text: string) => terminal.out(text);
  say(
    'A simulated month of USDT on Tron and Ethereum, with a planted scam network on each. Nothing leaves this machine.\n\n',
  );
  const economy = generateEconomy({ seed: SEED });
  await makeFolder(join(out, 'economy'));
  await writeEconomy(join(out, 'economy'), economy);
  // Over the whole demo and not only its crawl: whenever it is stopped, its folder goes.
  const stop = stopSignal();
  const server = await serveEconomy(economy.transfers, { limits: 'none', delegations: economy.delegations });
  const data = await mkdtemp(join(tmpdir(), 'downstream-demo-'));
  try {
    const env = {
      PATH: context.env.PATH,
      ...server.settings,
      ...RATES,
      DOWNSTREAM_DATA: data,
      LOG_LEVEL: context.env.LOG_LEVEL,
    };
    const run = async (...argv: string[]): Promise<string> => {
      say(`$ npx downstream ${argv.map(asTyped).join(' ')}\n`);
      const { text, code } = await capture(argv, { ...context, env });
      say(`${text}\n`);
      if (stop.signal.aborted) throw new DemoFailed(EXIT.failed);
      if (code !== EXIT.done) throw new DemoFailed(code);
      return text;
    };
    const quietly = async (...argv: string[]): Promise<unknown> => {
      const { text, code } = await capture([...argv, '--json'], { ...context, env });
      if (stop.signal.aborted) throw new DemoFailed(EXIT.failed);
      if (code !== EXIT.done) throw new DemoFailed(code);
      return JSON.parse(text);
    };
    await run('case', 'create', CASE);
    await run('report', 'import', CASE, relative('.', join(out, 'economy', 'reports.csv')));
    const stops = relative('.', join(out, 'economy', 'stops.csv'));
    await run('crawl', CASE, '--stops', stops);
    const matches = (await quietly('report', 'match', CASE)) as MatchJson;
    say('Each payment that "report match" proposes first is confirmed, as a person would after looking at it.\n\n');
    await quietly('report', 'match', CASE, ...matches.reports.flatMap(confirmation));
    await run('trace', CASE, ...CHOICE, '--stops', stops);
    const trace = (await quietly('trace', CASE, '--stops', stops)) as TraceJson;
    await run('clusters', CASE, '--top', '2');
    await run('suspects', CASE, '--top', '5');
    for (const format of EXPORT_FORMATS) await run('export', CASE, '--format', format, '--out', out);
    const clusters = (await quietly('clusters', CASE)) as ClustersJson;
    const suspects = (await quietly('suspects', CASE)) as SuspectsJson;
    say(comparison(economy, { clusters, suspects, matches, trace }));
    say(
      `\nDone in ${((context.clock.now() - began) / 1000).toFixed(1)} s. The files are in ${out}/: open graph.gexf in Gephi, nodes.csv in a spreadsheet.\n`,
    );
    if (serve) await serveOn(context, { ...server.settings, ...RATES }, stop.signal);
    return EXIT.done;
  } catch (error) {
    if (stop.signal.aborted) terminal.err('The demo was stopped.\n');
    if (error instanceof DemoFailed) return error.code;
    throw error;
  } finally {
    await server.close();
    // The database's server may take a moment to stop, and writes until it has.
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    stop.release();
  }
}

/** A command of the demo did not end well, and has said why itself; or the demo was stopped. */
class DemoFailed extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`A command of the demo ended with ${code}`);
    this.code = code;
  }
}

async function capture(argv: readonly string[], context: CliContext): Promise<{ text: string; code: number }> {
  let text = '';
  const out = (more: string) => {
    text += more;
  };
  const code = await main(argv, { ...context, terminal: { ...context.terminal, out } });
  return { text, code };
}

/** An argument as it is typed in a shell. */
function asTyped(argument: string): string {
  return /[\s']/.test(argument) ? `"${argument}"` : argument;
}

interface ClustersJson {
  readonly clusters: readonly { readonly id: number; readonly wallets: readonly { readonly address: string }[] }[];
}

interface SuspectsJson {
  readonly suspects: readonly { readonly address: string; readonly likely: boolean }[];
}

interface MatchJson {
  readonly reports: readonly {
    readonly number: number;
    readonly reference: string | null;
    readonly proposals: readonly { readonly transaction: string }[];
  }[];
}

interface TraceJson {
  readonly sources: readonly { readonly id: string; readonly kind: string; readonly transaction: string }[];
  readonly exits: readonly {
    readonly end: string;
    readonly address: string;
    readonly sources: readonly { readonly source: string; readonly amount: string }[];
  }[];
}

function confirmation({ number, proposals: [first] }: MatchJson['reports'][number]): string[] {
  return first === undefined ? [] : ['--confirm', `${number}:${first.transaction}`];
}

/** What was planted beside what was found. */
function comparison(
  economy: Economy,
  found: { clusters: ClustersJson; suspects: SuspectsJson; matches: MatchJson; trace: TraceJson },
): string {
  const { clusters } = found.clusters;
  // Their mules' accounts are run by services.
  const network = new Set(
    economy.wallets
      .filter(({ network: own, service }) => own !== '' && service === '')
      .map(({ address }) => `${address}`),
  );
  const likely = found.suspects.suspects.filter((suspect) => suspect.likely);
  const rightly = count(likely, ({ address }) => network.has(address));
  const best = clusters
    .map(({ id, wallets }) => ({
      id,
      size: wallets.length,
      hits: count(wallets, ({ address }) => network.has(address)),
    }))
    .sort((a, b) => b.hits - a.hits || a.size - b.size)
    .filter(({ hits }) => hits > 0);
  const clustered = best.reduce((sum, { hits }) => sum + hits, 0);
  const payments = new Map(economy.payments.map(({ transaction, ref }) => [`${transaction}`, ref]));
  const proposed = found.matches.reports.flatMap(({ reference, proposals }) =>
    proposals[0] === undefined ? [] : [{ reference, transaction: proposals[0].transaction }],
  );
  const unmatched = found.matches.reports.length - proposed.length;
  const silent = count(economy.reports, ({ transaction, amount, at }) => (transaction ?? amount ?? at) === null);
  const right = count(proposed, ({ transaction, reference }) => payments.get(transaction) === reference);
  const inClusters = best.map(({ id, size, hits }) => `${hits} of the ${size} wallets of C${id}`);
  const cashedOut = economy.exits.reduce((sum, { value }) => sum + value, 0n);
  const traced = exitsFound(economy, found.trace);
  const rows = [
    ['', 'PLANTED', 'FOUND'],
    ["victims' payments", `${payments.size}`, `${right} of the ${proposed.length} that "report match" proposes first`],
    [
      '',
      '',
      `${unmatched} of ${economy.reports.length} reports could not be matched: ${silent} have no time, amount or transaction`,
    ],
    ["the networks' wallets", `${network.size}`, `${clustered} in clusters:`],
    ...inClusters.map((text) => ['', '', text]),
    ['', '', `${likely.length} are likely controlled by a network, ${rightly} of them rightly`],
    [
      'cashed out',
      `${displayAmount(cashedOut, USDT_DECIMALS)} USDT`,
      `${displayAmount(traced.found, USDT_DECIMALS)} USDT of the confirmed payments, ${displayAmount(traced.right, USDT_DECIMALS)} of it where the truth has it`,
    ],
  ];
  return `The planted truth beside what was found\n${table(rows)}`;
}

/** What the trace brings of confirmed payments to services, and how much of it the truth brings to the same wallets. */
function exitsFound({ exits, payments }: Economy, trace: TraceJson): { found: bigint; right: bigint } {
  const refs = new Map(payments.map(({ transaction, ref }) => [`${transaction}`, ref]));
  const sources = new Map(
    trace.sources.filter(({ kind }) => kind === 'payment').map(({ id, transaction }) => [id, transaction]),
  );
  const truth = new Map(exits.map(({ ref, address, value }) => [`${ref} ${address}`, value]));
  const places = new Map<string, bigint>();
  for (const { end, address, sources: shares } of trace.exits) {
    if (end !== 'service') continue;
    for (const { source, amount } of shares) {
      const transaction = sources.get(source);
      if (transaction === undefined) continue;
      const key = `${refs.get(transaction)} ${address}`;
      places.set(key, (places.get(key) ?? 0n) + parseAmount(amount, USDT_DECIMALS));
    }
  }
  let [found, right] = [0n, 0n];
  for (const [key, amount] of places) {
    found += amount;
    right += smaller(amount, truth.get(key) ?? 0n);
  }
  return { found, right };
}

function count<T>(list: readonly T[], fits: (item: T) => boolean): number {
  return list.filter(fits).length;
}
