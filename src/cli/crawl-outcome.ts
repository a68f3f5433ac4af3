/** What came of a crawl, as it is told when it ends. */
import { differenceOf, readBalances } from '../store/balances.ts';
import { countStored } from '../store/case-graph.ts';
import type { Pool } from '../store/db.ts';
import { readFollowedMoney, readStopReasons } from '../store/followed-money.ts';
import { countCaseWallets } from '../store/frontier.ts';
import { countUnconfirmed } from '../store/imports.ts';
import { readIssuerKnowledge } from '../store/issuer-events.ts';
import type { StoredAsset } from '../store/reference.ts';
import { type Run, readFaults, readHeads, readRequests } from '../store/runs.ts';
import { headText, issuerText, OFFLINE_NOTE, unconfirmedText } from './crawl-command.ts';
import { faultsText } from './faults.ts';
import { followedText, moneyJson, notFollowedText } from './followed-text.ts';
import { count, counted, harmlessLines, table } from './output.ts';
import { requestsText } from './requests.ts';

/** The crawl as programs read it, in base units. */
export async function readOutcome(pool: Pool, name: string, run: Run) {
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
    followed: await readFollowedMoney(pool, run.id),
    notFollowed: await readStopReasons(pool, run.id),
    graphHash: run.graphHash,
    state: run.state,
    stop: run.stopCode === null ? null : { code: run.stopCode, reason: run.stopReason },
  };
}

type Outcome = Awaited<ReturnType<typeof readOutcome>>;

/** The same with amounts as decimal strings. */
export function outcomeJson(outcome: Outcome, { decimals }: StoredAsset) {
  return { ...outcome, ...moneyJson(outcome, decimals) };
}

export async function outcomeText(pool: Pool, run: Run, outcome: Outcome, asset: StoredAsset): Promise<string> {
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
    followedText(outcome.followed, asset),
    notFollowedText(outcome.notFollowed, asset),
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
  return text.join('');
}

async function balanceText(pool: Pool, run: Run, name: string): Promise<string> {
  const balances = await readBalances(pool, run.id);
  const differ = balances.filter((each) => (differenceOf(each) ?? 0n) !== 0n);
  if (differ.length === 0) return '';
  const hold = differ.length === 1 ? 'holds other than its' : 'hold other than their';
  const of = `${count(differ.length)} of ${counted(balances.length, 'reported wallet')}`;
  return `\n${of} ${hold} transfers add up to: see npx downstream case show "${name}"\n`;
}
