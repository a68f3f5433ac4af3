/** What came of a crawl, as it is told when it ends. */
import { readCollisions } from '../../workers/collisions.ts';
import { formatAmount } from '../money.ts';
import { type Proof, proofOf, readBalances } from '../store/balances.ts';
import { countStored } from '../store/case-graph.ts';
import type { Pool } from '../store/db.ts';
import { readFollowedMoney, readStopReasons } from '../store/followed-money.ts';
import { countCaseWallets } from '../store/frontier.ts';
import { readGains } from '../store/gains.ts';
import { countUnconfirmed } from '../store/imports.ts';
import { readGone } from '../store/integrity.ts';
import { readIssuerKnowledge } from '../store/issuer-events.ts';
import type { StoredAsset } from '../store/reference.ts';
import { readFaults, readRequests } from '../store/requests.ts';
import { type Run, readHeads } from '../store/runs.ts';
import { collisionsNote, collisionsShortJson } from './collisions-text.ts';
import { headText, issuerText, newSinceText, OFFLINE_NOTE, unconfirmedText } from './crawl-command.ts';
import { faultsText } from './faults.ts';
import { followedText, moneyJson, notFollowedText } from './followed-text.ts';
import { count, harmlessLines, table } from './output.ts';
import { requestsText } from './requests.ts';
import { unprovenText } from './unproven.ts';

/** The crawl as programs read it, in base units. */
export async function readOutcome(pool: Pool, name: string, run: Run) {
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
    followed: await readFollowedMoney(pool, run.id),
    notFollowed: await readStopReasons(pool, run.id),
    graphHash: run.graphHash,
    gone: (await readGone(pool, run.id)).map(({ value, decimals, ...rest }) => {
      return { ...rest, amount: formatAmount(value, decimals) };
    }),
    state: run.state,
    stop: run.stopCode === null ? null : { code: run.stopCode, reason: run.stopReason },
    new: await readGains(pool, run.id),
    collisions: run.state === 'finished' ? await readCollisions(pool, run.caseId) : NONE,
  };
}

const NONE = { collisions: [], notCompared: [] };

type Outcome = Awaited<ReturnType<typeof readOutcome>>;

/** The same with amounts as decimal strings. */
export function outcomeJson(outcome: Outcome, { decimals }: StoredAsset) {
  return {
    ...outcome,
    ...moneyJson(outcome, decimals),
    collisions: collisionsShortJson(outcome.collisions),
  };
}

export async function outcomeText(pool: Pool, run: Run, outcome: Outcome, asset: StoredAsset): Promise<string> {
  const { wallets, transfers, chains, graphHash, offline } = outcome;
  const facts = chains.map(({ chain, head }) => ['Up to', headText({ chain, ...head })]);
  facts.push(
    [
      'Wallets',
      `${count(wallets.expanded)} expanded, ${count(wallets.stopped)} stopped at, ${count(wallets.pending)} pending, ${count(wallets.failed)} failed`,
    ],
    ...(outcome.proofs.proven === 0
      ? []
      : [['Proven', `${count(outcome.proofs.proven)} wallets hold what their transfers add up to`]]),
    ['Transfers', `${count(transfers)} that touch an expanded wallet`],
    ['Requests', offline ? 'none: offline' : requestsText(run.requests, outcome.requestsFor)],
    ['graphHash', graphHash ?? 'none: the crawl is not finished'],
  );
  const text = [
    `Crawl ${run.number} of the case "${outcome.case}" ${run.state === 'finished' ? 'is finished.' : 'is not finished.'}\n\n`,
    table(facts),
    followedText(outcome.followed, asset),
    notFollowedText(outcome.notFollowed, asset, outcome.followed.length > 0),
    collisionsNote(outcome.case, outcome.collisions),
    outcome.proofs.unproven === 0 ? '' : `\n${unprovenText(outcome.proofs.unproven, outcome.case)}`,
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

/** How many wallets are proven, and how many are not. */
async function countProofs(pool: Pool, runId: number) {
  const proofs = (await readBalances(pool, runId)).map(proofOf);
  const of = (wanted: Proof) => proofs.filter((each) => each === wanted).length;
  return { proven: of('proven'), unproven: of('unproven') };
}
