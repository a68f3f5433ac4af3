/** `downstream crawl`: reads the transfers of a case's wallets and of those that the money reached. */
import type { Command } from 'commander';
import type { CrawlProgress, Stage } from '../../workers/crawl-setup.ts';
import { crawlCase } from '../../workers/waves.ts';
import { findCase } from '../store/cases.ts';
import { type CliContext, stopSignal, withEngine } from './context.ts';
import { addPolicyOptions, type PolicyOptions, policyOf, stopsOf } from './crawl-command.ts';
import { outcomeJson, outcomeText, readOutcome } from './crawl-outcome.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { count, counted, EXIT, harmless, jsonLine, type Terminal } from './output.ts';
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
  $ npx downstream crawl mekong --stops exchanges.csv --max-requests 2000
  $ npx downstream crawl mekong --max-hops 1 --min-share 0
  $ npx downstream crawl mekong --offline

It follows the payments by every rule that loses no money, and reads next the wallets that most of it reached, wave by wave, until
no wallet is left that --min-share of it reached. It stops at services: those of --stops, and those that behave like one. A wallet
that a person decided on is read, or not, all the same: npx downstream wallet --help.

At its end it asks, once for each wallet that it read and that is no service, who made the account, first sent it TRX or ETH, or
lent it energy. --max-requests does not count this: it is one request a wallet on Tron, two through Etherscan.

It goes on where it stopped, up to the finalised block that it pinned; once finished, the next crawl reads what is new.
Progress is printed to standard error.

JSON: {case, offline, chains: [{chain, head: {block, timestamp, finality}}], wallets: {expanded, stopped, pending, failed},
  proofs: {proven, unproven}, transfers, unconfirmed, requests, requestsFor: {history, probe, balance, receipt, positions, signer,
  issuer, native, standing, retry}, followed: [{rule, sources, exited, resting, notFollowed}], notFollowed: [{kind, reason, wallets,
  amounts: {fifo, lifo, pro-rata, libr}}], graphHash, gone: [{chain, transaction, from, to, amount}], state,
  stop: {code, reason} or null, new: {since, transfers, wallets} or null, collisions: [{case, wallets, victims, services, from}]}
proofs counts wallets whose transfers add up to what they held, and those whose do not; gone lists stored transfers that the
provider no longer lists below a final block; collisions counts the wallets that the money of each other case came to as well,
as npx downstream collisions CASE lists them; new is what the crawl before, number since, had not; null for a crawl that has
not come to its end`,
    )
    .action((nameOrId: string, options: CrawlOptions) =>
      withEngine(context, async (engine) => {
        const { terminal } = context;
        const { store, clock } = engine;
        const found = await findCase(store.pool, nameOrId);
        const offline = options.offline === true;
        const providers = offline ? await engine.openFiles(found.id) : engine.providers;
        const stops = await stopsOf(options);
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
                policy: policyOf(options, stops),
                stops,
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
          const [asset] = engine.assets;
          if (asset === undefined) throw new Error('The database knows no asset');
          terminal.out(
            options.json
              ? jsonLine(outcomeJson(outcome, asset))
              : await outcomeText(engine.store.pool, run, outcome, asset),
          );
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
      return `wave ${stage.wave}`;
    case 'signers':
      return `signers of ${counted(stage.transactions, 'small transfer')}`;
    case 'issuer':
      return "issuer's events";
    case 'balances':
      return 'balances';
    case 'repairs':
      return `reads again in ${counted(stage.wallets, 'wallet')}`;
    case 'natives':
      return `who paid the fees of ${counted(stage.wallets, 'wallet')}`;
    case 'standings':
      return 'contracts and freezes';
    case 'positions':
      return `order within ${counted(stage.blocks, 'block')}`;
  }
}
