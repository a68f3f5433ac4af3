/**
 * Histories from a node's event logs: all transfers of many wallets in a range of blocks, by two questions, one for
 * senders and one for recipients. A range is whole or it is not stored at all, so the cursor is a block number alone.
 */
import { z } from 'zod';
import { RetryableError, UserError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type {
  Address,
  Asset,
  Call,
  HistoryPage,
  HistoryRequest,
  HistoryRow,
  Remark,
  TransactionHash,
} from '../chain.ts';
import { type Place, wordsOf } from '../reply.ts';
import { TRANSFER_TOPIC, topicOf } from './erc20.ts';
import { type LogLimits, type LogRefusal, narrowLimits, readLogRefusal, widenLimits } from './log-range.ts';
import { noHistory } from './node-faults.ts';
import { type Rpc, RpcRefusal } from './rpc.ts';

/** Where logs come without their time, the time of each of their blocks costs a request; so many a page are enough. */
const MOST_BLOCK_TIMES = 100;
/** Each refusal leads to less, so that a question of any size is answered or given up long before. */
const MOST_REFUSALS = 100;

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,13}$/i)
  .transform((hex) => Number.parseInt(hex, 16));

export const logSchema = z.object({
  address: z.string(),
  topics: z.array(z.string()),
  data: z.string(),
  blockNumber: quantity,
  blockTimestamp: quantity.nullish(),
  transactionHash: z.string().regex(/^0x[0-9a-f]{64}$/i),
  logIndex: quantity,
  removed: z.boolean().optional(),
});
const logsSchema = z.array(logSchema);

export const blockSchema = z.object({ number: quantity, hash: z.string(), timestamp: quantity });

type Side = 'sender' | 'recipient';

/** A transfer with its place, as a log records it. */
interface LoggedTransfer {
  readonly place: string;
  readonly block: number;
  readonly index: number;
  readonly seconds: number | null;
  readonly transaction: TransactionHash;
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
}

interface Question {
  readonly side: Side;
  readonly wallets: readonly Address[];
}

/** A node with what has been learnt of its limits; they are learnt anew by each process. */
export interface LogReader {
  readonly rpc: Rpc;
  readonly place: Place;
  limits: LogLimits;
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
      const refusal = refusalIn(error, reader.place);
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

/** The transfer that a log records; `null` where it is of another contract or event. */
export function readLog(log: z.infer<typeof logSchema>, asset: Asset, place: Place): LoggedTransfer | null {
  const [topic, from, to, ...more] = log.topics;
  if (topic?.toLowerCase() !== TRANSFER_TOPIC || log.address.toLowerCase() !== asset.contract.toLowerCase())
    return null;
  if (log.removed === true) throw invalid(place, 'a log was undone although its block is final');
  if (from?.length !== 66 || to?.length !== 66 || more.length > 0 || !/^0x[0-9a-f]{64}$/i.test(log.data)) {
    throw invalid(place, 'a transfer cannot be read');
  }
  return {
    place: `${log.blockNumber}/${log.logIndex}`,
    block: log.blockNumber,
    index: log.logIndex,
    seconds: log.blockTimestamp ?? null,
    transaction: log.transactionHash.slice(2).toLowerCase() as TransactionHash,
    from: addressFromWord('ethereum', from),
    to: addressFromWord('ethereum', to),
    value: BigInt(log.data),
  };
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
    const oneSided = wallets.has(from) && wallets.has(payee) && !(sides.sender.has(key) && sides.recipient.has(key));
    if (oneSided) {
      throw new RetryableError(
        'REPLY_INCONSISTENT',
        `${place.host} lists a transfer of its sender that it does not list of its recipient, or the other way round.`,
      );
    }
  }
  return [...all.values()].sort((a, b) => a.block - b.block || a.index - b.index);
}

/** The rows with their times; the page ends early where too many blocks would have to be asked for theirs. */
async function withTimes(
  { rpc, place }: LogReader,
  request: HistoryRequest,
  transfers: readonly LoggedTransfer[],
  to: number,
): Promise<{ rows: HistoryRow[]; to: number }> {
  const untimed = [...new Set(transfers.filter(({ seconds }) => seconds === null).map(({ block }) => block))];
  const beyond = untimed[MOST_BLOCK_TIMES];
  const end = beyond === undefined ? to : beyond - 1;
  const times = new Map<number, number>();
  for (const block of untimed.slice(0, MOST_BLOCK_TIMES)) times.set(block, await timeOf(rpc, place, block, request));
  const rows = transfers
    .filter(({ block }) => block <= end)
    .map(({ block, seconds, transaction, from, to: payee, value }): HistoryRow => {
      const time = seconds ?? times.get(block);
      if (time === undefined) throw new Error(`Block ${block} has no time`);
      const { chain, symbol: asset } = request.asset;
      return { chain, asset, transaction, from, to: payee, value, timestamp: time * 1000, block };
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
function refusalIn(error: unknown, place: Place): LogRefusal {
  if (error instanceof RpcRefusal) {
    if (isPruned(error)) throw noHistory(place, error.said);
    const refusal = readLogRefusal(error.said);
    if (refusal === null) throw refused(place, error);
    return refusal;
  }
  // An answer that is too large for us, or takes too long, is one to a question that is too large.
  if (error instanceof RetryableError && (error.code === 'PROVIDER_TIMEOUT' || error.code === 'REPLY_TOO_LARGE')) {
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

function refused(place: Place, { said }: RpcRefusal): RetryableError {
  return new RetryableError('REPLY_ERROR', `${place.host} answered with an error${wordsOf(said, place)}.`);
}

function stuck(place: Place, error: unknown, block: number): Error {
  if (error instanceof UserError) return error;
  const words = error instanceof RpcRefusal ? wordsOf(error.said, place) : '';
  return new RetryableError(
    'HISTORY_STUCK',
    `${place.host} refuses even the smallest question about block ${block}${words}.`,
  );
}

function invalid({ host }: Place, what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `${host} sent logs that cannot be right: ${what}.`);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}

export function hex(number: number): string {
  return `0x${number.toString(16)}`;
}
