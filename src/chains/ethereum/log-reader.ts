/**
 * Event logs of a node, range by range: the same stretch of blocks for several questions, which shrinks whenever the node
 * finds one of them too large. A range is answered whole or not at all.
 */
import { z } from 'zod';
import { RetryableError, UserError } from '../../errors.ts';
import type { Asset, Call, Remark } from '../chain.ts';
import { type Place, wordsOf } from '../reply.ts';
import { type LogLimits, type LogRefusal, narrowLimits, readLogRefusal, widenLimits } from './log-range.ts';
import { blockSchema, hex, invalid, type Logged, logSchema, type RawLog } from './logs.ts';
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

/** A node with what has been learnt of its limits; they are learnt anew by each process. */
export interface LogReader {
  readonly rpc: Rpc;
  readonly place: Place;
  limits: LogLimits;
  /** Times of blocks that had to be asked for, in seconds. */
  readonly times: Map<number, number>;
}

/** Logs that may be asked for in parts: those of some wallets, or of some kinds. */
export interface Question<Part> {
  readonly parts: readonly Part[];
}

/** How logs are asked for, and read. */
export interface Reading<Asked, Found extends Logged> {
  readonly topics: (question: Asked) => (string | readonly string[] | null)[];
  /** Reads the logs of an answer. @throws RetryableError for one that does not answer the question */
  readonly read: (question: Asked) => (log: RawLog) => Found;
}

export interface Answer<Asked, Found extends Logged> {
  readonly question: Asked;
  readonly logs: readonly Found[];
}

export interface AnsweredRange<Asked, Found extends Logged> {
  /** Some may go on beyond `to`. */
  readonly answers: readonly Answer<Asked, Found>[];
  /** The last block for which all questions are answered. */
  readonly to: number;
  readonly remarks: readonly Remark[];
}

/**
 * Asks until all questions are answered for one range of blocks from `from` on.
 *
 * @param request `last`: the last block of interest
 */
export async function readRange<Part, Asked extends Question<Part>, Found extends Logged>(
  reader: LogReader,
  request: Call & { readonly asset: Asset },
  { from, last }: { readonly from: number; readonly last: number },
  questions: readonly Asked[],
  reading: Reading<Asked, Found>,
): Promise<AnsweredRange<Asked, Found>> {
  let limits = reader.limits;
  let to = Math.min(last, from + limits.blocks - 1);
  let open = inParts(questions, limits);
  const answers: Answer<Asked, Found>[] = [];
  for (let refusals = 0; ; ) {
    const [question, ...rest] = open;
    if (question === undefined) {
      const logs = answers.reduce((sum, answer) => sum + answer.logs.length, 0);
      // A range that ends with the window says nothing of what else the node would bear.
      if (to - from + 1 >= limits.blocks) limits = widenLimits(limits, logs);
      reader.limits = limits;
      return { answers, to, remarks: narrowed(refusals) };
    }
    try {
      answers.push({ question, logs: await askLogs(reader, request, { from, to }, question, reading) });
      open = rest;
    } catch (error) {
      const refusal = refusalIn(error, reader.place, to - from + 1);
      refusals += 1;
      const narrower = narrowLimits(limits, { from, to, wallets: question.parts.length }, refusal);
      if (narrower === null || refusals > MOST_REFUSALS) throw stuck(reader.place, error, from);
      limits = narrower;
      reader.limits = limits;
      to = Math.min(to, from + limits.blocks - 1);
      open = inParts(open, limits);
    }
  }
}

/** Limits speak of wallets; what else is asked for in one topic is limited as they are. */
function inParts<Part, Asked extends Question<Part>>(questions: readonly Asked[], { wallets }: LogLimits): Asked[] {
  return questions.flatMap((question) => chunks(question.parts, wallets).map((parts) => ({ ...question, parts })));
}

/** Asks one question, once. */
export async function askLogs<Asked, Found extends Logged>(
  { rpc, place }: LogReader,
  request: Call & { readonly asset: Asset },
  { from, to }: { readonly from: number; readonly to: number },
  question: Asked,
  { topics, read }: Reading<Asked, Found>,
): Promise<Found[]> {
  const filter = {
    address: request.asset.contract,
    fromBlock: hex(from),
    toBlock: hex(to),
    topics: topics(question),
  };
  const logs = await rpc('eth_getLogs', [filter], logsSchema, request);
  const readLog = read(question);
  return logs.map((log) => {
    const found = readLog(log);
    if (found.block < from || found.block > to) throw invalid(place, 'a log is of a block that was not asked for');
    return found;
  });
}

function narrowed(refusals: number): Remark[] {
  if (refusals === 0) return [];
  const text = 'questions were too large for the node and were asked again in smaller parts';
  return [{ code: 'QUESTION_NARROWED', count: refusals, text }];
}

/** In the order of the chain. @throws RetryableError where their times are in another */
export function inOrder<Found extends Logged>(logs: Iterable<Found>, place: Place): Found[] {
  const sorted = [...logs].sort((a, b) => a.block - b.block || a.index - b.index);
  const timed = sorted.filter(({ seconds }) => seconds !== null);
  const back = timed.some(({ seconds }, n) => (seconds ?? 0) < (timed[n - 1]?.seconds ?? 0));
  if (back) throw invalid(place, 'a later block is of an earlier time');
  return sorted;
}

/** The logs with their times, in milliseconds; the page ends early where too many blocks would have to be asked for theirs. */
export async function withTimes<Found extends Logged>(
  reader: LogReader,
  request: Call & { readonly asset: Asset },
  logs: readonly Found[],
  to: number,
): Promise<{ timed: (Found & { readonly timestamp: number })[]; to: number }> {
  const untimed = [...new Set(logs.filter(({ seconds }) => seconds === null).map(({ block }) => block))];
  const beyond = untimed[MOST_BLOCK_TIMES];
  const end = beyond === undefined ? to : beyond - 1;
  const { times, place } = reader;
  if (times.size > MOST_REMEMBERED) times.clear();
  for (const block of untimed.slice(0, MOST_BLOCK_TIMES)) {
    // What is known stays known when the page has to be asked for again.
    if (!times.has(block)) times.set(block, await timeOf(reader.rpc, place, block, request));
  }
  const timed = logs
    .filter(({ block }) => block <= end)
    .map((log) => {
      const time = log.seconds ?? times.get(log.block);
      if (time === undefined) throw new Error(`Block ${log.block} has no time`);
      if (time * 1000 < request.asset.since) throw invalid(place, 'a log is older than its token');
      return { ...log, timestamp: time * 1000 };
    });
  return { timed, to: end };
}

async function timeOf(rpc: Rpc, place: Place, block: number, call: Call): Promise<number> {
  const found = await rpc('eth_getBlockByNumber', [hex(block), false], blockSchema.nullable(), call).catch((error) => {
    throw error instanceof RpcRefusal ? refused(place, error) : error;
  });
  if (found === null || found.number !== block) throw invalid(place, 'a block with logs is not known');
  return found.timestamp;
}

/** Why a question was refused for its size. @throws the error where it is about something else */
export function refusalIn(error: unknown, place: Place, blocks: number): LogRefusal {
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
