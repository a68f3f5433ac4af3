/**
 * Histories from a node's event logs: all transfers of many wallets in a range of blocks, by two questions, one for
 * senders and one for recipients. A range is whole or it is not stored at all, so the cursor is a block number alone.
 */
import { z } from 'zod';
import { RetryableError, UserError } from '../../errors.ts';
import type { Address, Call, HistoryPage, HistoryRequest, HistoryRow, Remark } from '../chain.ts';
import { type Place, wordsOf } from '../reply.ts';
import { TRANSFER_TOPIC, topicOf } from './erc20.ts';
import { type LogLimits, type LogRefusal, narrowLimits, readLogRefusal, widenLimits } from './log-range.ts';
import { blockSchema, hex, invalid, type LoggedTransfer, logSchema, readLog } from './logs.ts';
import { noHistory } from './node-faults.ts';
import { type Rpc, RpcRefusal, refused } from './rpc.ts';

/** Where logs come without their time, the time of each of their blocks costs a request; so many a page are enough. */
const MOST_BLOCK_TIMES = 100;
const MOST_REMEMBERED = 20_000;
/** So few blocks no node takes long to search. */
const SMALL_RANGE = 1_000;
/** Each refusal leads to less, so that a question of any size is answered or given up long before. */
const MOST_REFUSALS = 100;

const logsSchema = z.array(logSchema);

type Side = 'sender' | 'recipient';

interface Question {
  readonly side: Side;
  readonly wallets: readonly Address[];
}

/** A node with what has been learnt of its limits; they are learnt anew by each process. */
export interface LogReader {
  readonly rpc: Rpc;
  readonly place: Place;
  limits: LogLimits;
  /** Times of blocks that had to be asked for, in seconds. */
  readonly times: Map<number, number>;
}

/** Reads the next range of blocks. */
export async function readLogs(reader: LogReader, request: HistoryRequest): Promise<HistoryPage> {
  const from = request.cursor.position;
  const found = await askBothSides(reader, request, from, request.window.until - 1);
  const transfers = merge(found.answers, new Set(request.wallets), found.to, reader.place);
  const { rows, to } = await withTimes(reader, request, transfers, found.to);
  const remarks: Remark[] = [];
  if (found.refusals > 0) {
    const text = 'questions were too large for the node and were asked again in smaller parts';
    remarks.push({ code: 'QUESTION_NARROWED', count: found.refusals, text });
  }
  const next = to + 1 >= request.window.until ? null : { position: to + 1, held: [], token: null };
  return { rows, next, remarks };
}

interface Answer extends Question {
  readonly transfers: readonly LoggedTransfer[];
}

/** Asks until both sides of all wallets are answered for one range, which shrinks whenever the node finds it too large. */
async function askBothSides(
  reader: LogReader,
  request: HistoryRequest,
  from: number,
  last: number,
): Promise<{ answers: Answer[]; to: number; refusals: number }> {
  let limits = reader.limits;
  let to = Math.min(last, from + limits.blocks - 1);
  let open: Question[] = [
    ...chunks(request.wallets, limits.wallets).map((wallets) => ({ side: 'sender' as const, wallets })),
    ...chunks(request.wallets, limits.wallets).map((wallets) => ({ side: 'recipient' as const, wallets })),
  ];
  const answers: Answer[] = [];
  for (let refusals = 0; ; ) {
    const [question, ...rest] = open;
    if (question === undefined) {
      const logs = answers.reduce((sum, { transfers }) => sum + transfers.length, 0);
      // A range that ends with the window says nothing of what else the node would bear.
      if (to - from + 1 >= limits.blocks) limits = widenLimits(limits, logs);
      reader.limits = limits;
      return { answers, to, refusals };
    }
    try {
      answers.push({ ...question, transfers: await ask(reader, request, question, from, to) });
      open = rest;
    } catch (error) {
      const refusal = refusalIn(error, reader.place, to - from + 1);
      refusals += 1;
      const narrowed = narrowLimits(limits, { from, to, wallets: question.wallets.length }, refusal);
      if (narrowed === null || refusals > MOST_REFUSALS) throw stuck(reader.place, error, from);
      limits = narrowed;
      reader.limits = limits;
      to = Math.min(to, from + limits.blocks - 1);
      open = open.flatMap(({ side, wallets }) =>
        chunks(wallets, limits.wallets).map((part) => ({ side, wallets: part })),
      );
    }
  }
}

async function ask(
  { rpc, place }: LogReader,
  request: HistoryRequest,
  { side, wallets }: Question,
  from: number,
  to: number,
): Promise<LoggedTransfer[]> {
  const topics = wallets.map(topicOf);
  const filter = {
    address: request.asset.contract,
    fromBlock: hex(from),
    toBlock: hex(to),
    topics: side === 'sender' ? [TRANSFER_TOPIC, topics] : [TRANSFER_TOPIC, null, topics],
  };
  const logs = await rpc('eth_getLogs', [filter], logsSchema, request);
  const asked = new Set(wallets);
  return logs.map((log) => {
    const transfer = readLog(log, request.asset, place);
    if (transfer === null) throw invalid(place, 'a log is of another token or event');
    if (transfer.block < from || transfer.block > to)
      throw invalid(place, 'a log is of a block that was not asked for');
    if (!asked.has(side === 'sender' ? transfer.from : transfer.to)) throw invalid(place, 'a log is of another wallet');
    return transfer;
  });
}

/**
 * Both sides together, each log once, in the order of the chain. A transfer between two of the wallets must stand in the
 * answers for both: else the node has left something out.
 */
function merge(answers: readonly Answer[], wallets: ReadonlySet<Address>, to: number, place: Place): LoggedTransfer[] {
  const sides: Record<Side, Map<string, LoggedTransfer>> = { sender: new Map(), recipient: new Map() };
  for (const { side, transfers } of answers) {
    for (const transfer of transfers) {
      if (transfer.block > to) continue;
      if (sides[side].has(transfer.place)) throw invalid(place, 'a log comes twice');
      sides[side].set(transfer.place, transfer);
    }
  }
  const all = new Map([...sides.sender, ...sides.recipient]);
  for (const [key, { from, to: payee }] of all) {
    const [sent, received] = [sides.sender.get(key), sides.recipient.get(key)];
    if (!wallets.has(from) || !wallets.has(payee)) continue;
    if (sent === undefined || received === undefined || !isSame(sent, received)) {
      throw new RetryableError(
        'REPLY_INCONSISTENT',
        `${place.host} lists a transfer of its sender that it does not list of its recipient, or the other way round.`,
      );
    }
  }
  const sorted = [...all.values()].sort((a, b) => a.block - b.block || a.index - b.index);
  const timed = sorted.filter(({ seconds }) => seconds !== null);
  const back = timed.some(({ seconds }, n) => (seconds ?? 0) < (timed[n - 1]?.seconds ?? 0));
  if (back) throw invalid(place, 'a later block is of an earlier time');
  return sorted;
}

function isSame(one: LoggedTransfer, other: LoggedTransfer): boolean {
  return (
    one.transaction === other.transaction && one.from === other.from && one.to === other.to && one.value === other.value
  );
}

/** The rows with their times; the page ends early where too many blocks would have to be asked for theirs. */
async function withTimes(
  reader: LogReader,
  request: HistoryRequest,
  transfers: readonly LoggedTransfer[],
  to: number,
): Promise<{ rows: HistoryRow[]; to: number }> {
  const untimed = [...new Set(transfers.filter(({ seconds }) => seconds === null).map(({ block }) => block))];
  const beyond = untimed[MOST_BLOCK_TIMES];
  const end = beyond === undefined ? to : beyond - 1;
  const { times, place } = reader;
  if (times.size > MOST_REMEMBERED) times.clear();
  for (const block of untimed.slice(0, MOST_BLOCK_TIMES)) {
    // What is known stays known when the page has to be asked for again.
    if (!times.has(block)) times.set(block, await timeOf(reader.rpc, place, block, request));
  }
  const rows = transfers
    .filter(({ block }) => block <= end)
    .map(({ block, index, seconds, transaction, from, to: payee, value }): HistoryRow => {
      const time = seconds ?? times.get(block);
      if (time === undefined) throw new Error(`Block ${block} has no time`);
      if (time * 1000 < request.asset.since) throw invalid(place, 'a transfer is older than its token');
      const { chain, symbol: asset } = request.asset;
      const timestamp = time * 1000;
      return { chain, asset, transaction, from, to: payee, value, timestamp, block, position: index };
    });
  return { rows, to: end };
}

async function timeOf(rpc: Rpc, place: Place, block: number, call: Call): Promise<number> {
  const found = await rpc('eth_getBlockByNumber', [hex(block), false], blockSchema.nullable(), call).catch((error) => {
    throw error instanceof RpcRefusal ? refused(place, error) : error;
  });
  if (found === null || found.number !== block) throw invalid(place, 'a block with logs is not known');
  return found.timestamp;
}

/** Why a question was refused for its size. @throws the error where it is about something else */
function refusalIn(error: unknown, place: Place, blocks: number): LogRefusal {
  if (error instanceof RpcRefusal) {
    if (isPruned(error)) throw noHistory(place, error.said);
    const refusal = readLogRefusal(error.said);
    if (refusal === null) throw refused(place, error);
    return refusal;
  }
  // An answer that is too large for us is one to a question that is too large. So is one that takes too long, unless the
  // question was small: then the node has a fault that may pass.
  const code = error instanceof RetryableError ? error.code : null;
  if (code === 'REPLY_TOO_LARGE' || (code === 'PROVIDER_TIMEOUT' && blocks > SMALL_RANGE)) {
    return { kind: 'results', fits: null };
  }
  throw error;
}

/** A node without old history, as geth, erigon, reth and their kin word it (EIP-4444). */
export function isPruned({ code, said }: RpcRefusal): boolean {
  return (
    code === 4444 || /pruned|history (?:is )?(?:unavailable|expired|not available)|old data not available/i.test(said)
  );
}

function stuck(place: Place, error: unknown, block: number): Error {
  if (error instanceof UserError) return error;
  const words = error instanceof RpcRefusal ? wordsOf(error.said, place) : '';
  return new RetryableError(
    'HISTORY_STUCK',
    `${place.host} refuses even the smallest question about block ${block}${words}.`,
  );
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
