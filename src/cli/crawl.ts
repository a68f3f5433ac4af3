/** `downstream crawl`: reads the transfers of a case's wallets and of those that the money reached. */
import type { Command } from 'commander';
import type { CrawlProgress, Stage } from '../../workers/crawl-setup.ts';
import { crawlCase } from '../../workers/waves.ts';
import { differenceOf, readBalances } from '../store/balances.ts';
import { countStored } from '../store/case-graph.ts';
import { findCase } from '../store/cases.ts';
import { countCaseWallets } from '../store/frontier.ts';
import { readGains } from '../store/gains.ts';
import { countUnconfirmed } from '../store/imports.ts';
import { readIssuerKnowledge } from '../store/issuer-events.ts';
import { REQUEST_KINDS, type RequestKind, type Run, readFaults, readHeads, readRequests } from '../store/runs.ts';
import { type CliContext, stopSignal, withEngine } from './context.ts';
import {
  addPolicyOptions,
  headText,
  issuerText,
  newSinceText,
  OFFLINE_NOTE,
  type PolicyOptions,
  policyOf,
  unconfirmedText,
} from './crawl-command.ts';
import { faultsText } from './faults.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { count, counted, EXIT, harmless, harmlessLines, jsonLine, type Terminal, table } from './output.ts';
import { progressLine } from './progress.ts';

interface CrawlOptions extends PolicyOptions {
  readonly offline?: boolean;
  readonly json?: boolean;
}

export function addCrawlCommand(program: Command, context: CliContext, done: Done): void {
  const command = program
    .command('crawl')
    .description('read the transfers of the reported wallets and of those that their money reached')
    .argument('<case>', 'name or id');
  addPolicyOptions(command)
    .option('--offline', "read the case's imported files alone, and ask no provider; see npx downstream import --help")
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream crawl mekong
  $ npx downstream crawl mekong --max-hops 1 --max-wallets 500
  $ npx downstream crawl mekong --offline

It goes on where it stopped, up to the finalised block that it pinned; once finished, the next crawl reads what is new.
Progress is printed to standard error.

JSON: {case, offline, chains: [{chain, head: {block, timestamp, finality}}], wallets: {expanded, stopped, pending, failed}, transfers,
  unconfirmed, requests, requestsFor: {history, probe, balance, receipt, positions, signer, issuer, retry}, graphHash, state, stop: {code, reason} or null,
  new: {since, transfers, wallets} or null}
new is what the crawl before, number since, had not; null for a crawl that has not come to its end`,
    )
    .action((nameOrId: string, options: CrawlOptions) =>
      withEngine(context, async (engine) => {
        const { terminal } = context;
        const { store, clock } = engine;
        const found = await findCase(store.pool, nameOrId);
        const offline = options.offline === true;
        const providers = offline ? await engine.openFiles(found.id) : engine.providers;
        const stop = stopSignal();
        const fatal = failure();
        const worker = engine.startCrawl(providers, fatal.raise);
        const progress = crawlProgress(terminal, context);
        try {
          const run = await Promise.race([
            fatal.promise,
            crawlCase(
              { pool: store.pool, providers, clock },
              {
                case: found,
                policy: policyOf(options),
                offline,
                patienceMs: options.patience,
                signal: stop.signal,
                onProgress: progress.show,
              },
            ),
          ]);
          progress.clear();
          await worker.close();
          const outcome = await readOutcome(engine.store.pool, found.name, run);
          terminal.out(options.json ? jsonLine(outcome) : await outcomeText(engine.store.pool, run, outcome));
          if (run.state !== 'finished') done(EXIT.failed);
        } finally {
          progress.clear();
          stop.release();
        }
      }),
    );
}

/** A promise that only ever fails, raised from elsewhere. */
function failure(): { promise: Promise<never>; raise: (error: Error) => void } {
  let raise: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, reject) => {
    raise = reject;
  });
  // It may be raised when nobody waits any more.
  promise.catch(() => {});
  return { promise, raise };
}

async function readOutcome(pool: Parameters<typeof countStored>[0], name: string, run: Run) {
  const chains = [...(await readHeads(pool, run.id))].map(([chain, head]) => ({ chain, head }));
  return {
    case: name,
    offline: run.offline,
    chains,
    wallets: await countCaseWallets(pool, run.id),
    transfers: (await countStored(pool, run.id)).transfers,
    unconfirmed: await countUnconfirmed(pool, run.id),
    requests: run.requests,
    requestsFor: await readRequests(pool, run.id),
    graphHash: run.graphHash,
    state: run.state,
    stop: run.stopCode === null ? null : { code: run.stopCode, reason: run.stopReason },
    new: await readGains(pool, run.id),
  };
}

async function outcomeText(
  pool: Parameters<typeof countStored>[0],
  run: Run,
  outcome: Awaited<ReturnType<typeof readOutcome>>,
): Promise<string> {
  const { wallets, transfers, chains, graphHash, offline } = outcome;
  const facts = chains.map(({ chain, head }) => ['Up to', headText({ chain, ...head })]);
  facts.push(
    [
      'Wallets',
      `${count(wallets.expanded)} expanded, ${count(wallets.stopped)} stopped at, ${count(wallets.pending)} pending, ${count(wallets.failed)} failed`,
    ],
    ['Transfers', `${count(transfers)} that touch an expanded wallet`],
    ['Requests', offline ? 'none: offline' : requestsText(run.requests, outcome.requestsFor)],
    ['graphHash', graphHash ?? 'none: the crawl is not finished'],
  );
  const text = [
    `Crawl ${run.number} of the case "${outcome.case}" ${run.state === 'finished' ? 'is finished.' : 'is not finished.'}\n\n`,
    table(facts),
    await balanceText(pool, run, outcome.case),
    run.state === 'finished' ? issuerText(await readIssuerKnowledge(pool, run.id), offline) : '',
    faultsText(await readFaults(pool, run.id)),
    unconfirmedText(outcome.unconfirmed),
    offline ? OFFLINE_NOTE : '',
  ];
  if (run.state !== 'finished') {
    text.push(`\nStopped: ${harmlessLines(run.stopReason ?? 'no reason recorded')}\n`);
    text.push('What was read is kept. Run the same command again to go on from there.\n');
  }
  text.push(newSinceText(outcome.new));
  return text.join('');
}

/** What requests of each kind are, after their number. */
const REQUESTS_FOR: Readonly<Record<RequestKind, string>> = {
  history: 'pages of histories',
  probe: 'looks at newest transfers',
  balance: 'for balances',
  receipt: 'for receipts',
  positions: 'for the order within blocks',
  signer: 'for signers',
  issuer: "for the issuer's events",
  retry: 'that faults cost',
};

function requestsText(requests: number, by: Readonly<Record<RequestKind, number>>): string {
  const parts = REQUEST_KINDS.filter((kind) => by[kind] > 0).map((kind) => `${count(by[kind])} ${REQUESTS_FOR[kind]}`);
  return parts.length === 0 ? count(requests) : `${count(requests)}: ${parts.join(', ')}`;
}

async function balanceText(pool: Parameters<typeof countStored>[0], run: Run, name: string): Promise<string> {
  const balances = await readBalances(pool, run.id);
  const differ = balances.filter((each) => (differenceOf(each) ?? 0n) !== 0n);
  if (differ.length === 0) return '';
  const hold = differ.length === 1 ? 'holds other than its' : 'hold other than their';
  const of = `${count(differ.length)} of ${counted(balances.length, 'reported wallet')}`;
  return `\n${of} ${hold} transfers add up to: see npx downstream case show "${name}"\n`;
}

/** A line of progress with the rate since the first. */
function crawlProgress(terminal: Terminal, { clock }: CliContext) {
  const line = progressLine(terminal, clock);
  let first: { at: number; requests: number } | undefined;
  return {
    show(progress: CrawlProgress): void {
      const now = clock.now();
      first ??= { at: now, requests: progress.requests };
      const elapsed = (now - first.at) / 1000;
      const rate = elapsed < 1 ? 0 : (progress.requests - first.requests) / elapsed;
      line.show(() => progressText(progress, rate));
    },
    clear: line.clear,
  };
}

function progressText({ stage, wallets, covered, rows, requests, waiting }: CrawlProgress, rate: number): string {
  const read = wallets.expanded + wallets.failed;
  const parts = [
    stageText(stage),
    `${count(read)} of ${counted(read + wallets.pending, 'wallet')}`,
    ...(covered === null ? [] : [`${Math.floor(covered * 100)} % of Ethereum's blocks`]),
    `${counted(rows, 'transfer')} read`,
    `${counted(requests, 'request')}, ${rate.toFixed(1)}/s`,
  ];
  if (waiting !== null) parts.push(`waits: ${harmless(waiting)}`);
  return parts.join(' · ');
}

function stageText(stage: Stage): string {
  switch (stage.kind) {
    case 'histories':
      return `hop ${stage.hop}`;
    case 'issuer':
      return "issuer's events";
    case 'balances':
      return 'balances';
    case 'positions':
      return `order within ${counted(stage.blocks, 'block')}`;
  }
}
