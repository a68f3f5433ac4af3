/**
 * Histories from a node's event logs: all transfers of many wallets in a range of blocks, by two questions, one for
 * senders and one for recipients. A range is whole or it is not stored at all, so the cursor is a block number alone.
 */
import { RetryableError } from '../../errors.ts';
import type { Address, Asset, HistoryPage, HistoryRequest, HistoryRow } from '../chain.ts';
import type { Place } from '../reply.ts';
import { TRANSFER_TOPIC, topicOf } from './erc20.ts';
import {
  type Answer,
  inOrder,
  type LogReader,
  type Question,
  type Reading,
  readRange,
  withTimes,
} from './log-reader.ts';
import { invalid, type LoggedTransfer, readLog } from './logs.ts';
import { requireLogs } from './missing-logs.ts';

export type Side = 'sender' | 'recipient';

interface OneSide extends Question<Address> {
  readonly side: Side;
}

/** Reads the next range of blocks. */
export async function readLogs(reader: LogReader, request: HistoryRequest): Promise<HistoryPage> {
  const { wallets, window, cursor } = request;
  const stretch = { from: cursor.position, last: window.until - 1 };
  const sides = (['sender', 'recipient'] as const).map((side) => ({ side, parts: wallets }));
  const found = await readRange(reader, request, stretch, sides, readingOf(request.asset, reader.place));
  const transfers = merge(found.answers, new Set(wallets), found.to, reader.place);
  if (transfers.length === 0) await requireLogs(reader, request, { from: stretch.from, to: found.to });
  const { timed, to } = await withTimes(reader, request, transfers, found.to);
  const { chain, symbol: asset } = request.asset;
  const rows = timed.map(({ block, index, timestamp, transaction, from, to: payee, value }): HistoryRow => {
    return { chain, asset, transaction, from, to: payee, value, timestamp, block, position: index };
  });
  const next = to + 1 >= window.until ? null : { position: to + 1, held: [], token: null };
  return { rows, next, remarks: found.remarks };
}

/** How transfers of wallets are asked for, from one side, and read. */
export function readingOf(asset: Asset, place: Place): Reading<OneSide, LoggedTransfer> {
  return {
    topics: ({ side, parts }) => {
      const wallets = parts.map(topicOf);
      return side === 'sender' ? [TRANSFER_TOPIC, wallets] : [TRANSFER_TOPIC, null, wallets];
    },
    read({ side, parts }) {
      const asked = new Set(parts);
      return (log) => {
        const transfer = readLog(log, asset, place);
        if (transfer === null) throw invalid(place, 'a log is of another token or event');
        if (!asked.has(side === 'sender' ? transfer.from : transfer.to)) {
          throw invalid(place, 'a log is of another wallet');
        }
        return transfer;
      };
    },
  };
}

/**
 * Both sides together, each log once, in the order of the chain. A transfer between two of the wallets must stand in the
 * answers for both: else the node has left something out.
 */
function merge(
  answers: readonly Answer<OneSide, LoggedTransfer>[],
  wallets: ReadonlySet<Address>,
  to: number,
  place: Place,
): LoggedTransfer[] {
  const sides: Record<Side, Map<string, LoggedTransfer>> = { sender: new Map(), recipient: new Map() };
  for (const { question, logs } of answers) {
    for (const transfer of logs) {
      if (transfer.block > to) continue;
      if (sides[question.side].has(transfer.place)) throw invalid(place, 'a log comes twice');
      sides[question.side].set(transfer.place, transfer);
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
  return inOrder(all.values(), place);
}

function isSame(one: LoggedTransfer, other: LoggedTransfer): boolean {
  return (
    one.transaction === other.transaction && one.from === other.from && one.to === other.to && one.value === other.value
  );
}
