/** `downstream crawl`: reads the transfers of a case's wallets and of those that the money reached. */
import { type Command, Option } from 'commander';
import type { CrawlProgress, Stage } from '../../workers/crawl-setup.ts';
import { crawlCase } from '../../workers/waves.ts';
import { formatAmount } from '../money.ts';
import { type Proof, proofOf, readBalances } from '../store/balances.ts';
import { countStored } from '../store/case-graph.ts';
import { findCase } from '../store/cases.ts';
import { countCaseWallets } from '../store/frontier.ts';
import { countUnconfirmed } from '../store/imports.ts';
import { readGone } from '../store/integrity.ts';
import { readIssuerKnowledge } from '../store/issuer-events.ts';
import { REQUEST_KINDS, type RequestKind, type Run, readFaults, readHeads, readRequests } from '../store/runs.ts';
import { type CliContext, stopSignal, withEngine } from './context.ts';
import { headText, issuerText, MAX_HOPS, MAX_TRANSFERS, OFFLINE_NOTE, unconfirmedText } from './crawl-command.ts';
import { faultsText } from './faults.ts';
import type { Done } from './main.ts';
import { jsonOption, seconds, wholeNumber } from './options.ts';
import { count, counted, EXIT, harmless, harmlessLines, jsonLine, type Terminal, table } from './output.ts';
import { progressLine } from './progress.ts';

const PATIENCE_S = 60;

interface CrawlOptions {
  readonly maxHops: number;
  readonly maxWallets?: number;
  readonly maxTransfers: number;
  readonly patience: number;
  readonly offline?: boolean;
  readonly json?: boolean;
}

export function addCrawlCommand(program: Command, context: CliContext, done: Done): void {
  program
    .command('crawl')
    .description('read the transfers of the reported wallets and of those that their money reached')
    .argument('<case>', 'name or id')
    .addOption(
      new Option('--max-hops <n>', 'how many transfers to follow the money forward; 0 reads the reported wallets alone')
        .argParser(wholeNumber(0))
        .default(MAX_HOPS),
    )
    .addOption(
      new Option('--max-wallets <n>', 'most wallets to read, those with most money first').argParser(wholeNumber(1)),
    )
    .addOption(
      new Option('--max-transfers <n>', 'stop at a wallet that was not reported and has more transfers; 0 for no limit')
        .argParser(wholeNumber(0))
        .default(MAX_TRANSFERS),
    )
    .addOption(
      new Option('--patience <seconds>', 'give up when the provider answers nothing for so long')
        .argParser(seconds)
        .default(PATIENCE_S * 1000, `${PATIENCE_S}`),
    )
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

JSON: {case, offline, chains: [{chain, head: {block, timestamp, finality}}], wallets: {expanded, stopped, pending, failed},
  proofs: {proven, unproven}, transfers, unconfirmed, requests, requestsFor: {history, probe, balance, receipt, positions, signer, issuer, retry}, graphHash,
  gone: [{chain, transaction, from, to, amount}], state, stop: {code, reason} or null}
proofs counts wallets whose transfers add up to what they held, and those whose do not; gone lists stored transfers that the
provider no longer lists below a final block`,
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
                policy: {
                  maxHops: options.maxHops,
                  maxWallets: options.maxWallets ?? null,
                  maxTransfers: options.maxTransfers === 0 ? null : options.maxTransfers,
                },
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
    proofs: await countProofs(pool, run.id),
    transfers: (await countStored(pool, run.id)).transfers,
    unconfirmed: await countUnconfirmed(pool, run.id),
    requests: run.requests,
    requestsFor: await readRequests(pool, run.id),
    graphHash: run.graphHash,
    gone: (await readGone(pool, run.id)).map(({ value, decimals, ...rest }) => {
      return { ...rest, amount: formatAmount(value, decimals) };
    }),
    state: run.state,
    stop: run.stopCode === null ? null : { code: run.stopCode, reason: run.stopReason },
  };
}

async function countProofs(pool: Parameters<typeof countStored>[0], runId: number) {
  const proofs = (await readBalances(pool, runId)).map(proofOf);
  const count = (wanted: Proof) => proofs.filter((each) => each === wanted).length;
  return { proven: count('proven'), unproven: count('unproven') };
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
    proofText(outcome.case, outcome.proofs),
    run.state === 'finished' ? issuerText(await readIssuerKnowledge(pool, run.id), offline) : '',
    faultsText(await readFaults(pool, run.id)),
    unconfirmedText(outcome.unconfirmed),
    offline ? OFFLINE_NOTE : '',
  ];
  if (run.state !== 'finished') {
    text.push(`\nStopped: ${harmlessLines(run.stopReason ?? 'no reason recorded')}\n`);
    text.push('What was read is kept. Run the same command again to go on from there.\n');
  }
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

/** Which wallets' histories are not proven to be whole, where any are. */
function proofText(name: string, { proven, unproven }: Readonly<Record<'proven' | 'unproven', number>>): string {
  if (unproven === 0) return '';
  const [has, its, it] =
    unproven === 1 ? ['has a history that is', 'Its', 'it holds'] : ['have histories that are', 'Their', 'they hold'];
  const of = `${count(unproven)} of ${counted(unproven + proven, 'wallet')} ${has} not proven to be whole.`;
  return `\n${of}\n${its} transfers do not add up to what ${it}, or nobody could tell: see npx downstream case show "${name}"\n`;
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
    case 'repairs':
      return `reads again in ${counted(stage.wallets, 'wallet')}`;
    case 'positions':
      return `order within ${counted(stage.blocks, 'block')}`;
  }
}
