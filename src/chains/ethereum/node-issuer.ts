/** What the issuer did, from a node: a question for all of it in a range of blocks, read as histories are. */
import type { Address } from '../chain.ts';
import { ISSUER_EVENT_KINDS, type IssuerEventKind, issuerEventPage } from '../issuer-events.ts';
import type { IssuerEventPage, IssuerEventRequest } from '../off-history.ts';
import { ISSUER_TOPICS, issuerRow, type LoggedIssuerEvent, readIssuerLog, readOwner } from './issuer-logs.ts';
import { inOrder, type LogReader, type Question, type Reading, readRange, withTimes } from './log-reader.ts';
import { invalid, whereabouts } from './logs.ts';
import { contractCalls } from './node-calls.ts';

/** Reads the next range of blocks. */
export async function readIssuerEvents(reader: LogReader, request: IssuerEventRequest): Promise<IssuerEventPage> {
  const { asset, window, position } = request;
  const stretch = { from: position, last: window.until - 1 };
  const found = await readRange(reader, request, stretch, [{ parts: ISSUER_EVENT_KINDS }], readingOf(request, reader));
  const logs = found.answers.flatMap((answer) => answer.logs).filter(({ block }) => block <= found.to);
  if (new Set(logs.map(({ block, index }) => `${block}/${index}`)).size < logs.length) {
    throw invalid(reader.place, 'a log comes twice');
  }
  const { timed, to } = await withTimes(reader, request, inOrder(logs, reader.place), found.to);
  const rows = timed.map((event) => issuerRow(event, asset));
  const next = to + 1 >= window.until ? null : to + 1;
  return issuerEventPage({ rows, remarks: found.remarks }, next, () => ownerOf(reader, request));
}

function readingOf(
  { asset }: IssuerEventRequest,
  { place }: LogReader,
): Reading<Question<IssuerEventKind>, LoggedIssuerEvent> {
  return {
    topics: ({ parts }) => [parts.map((kind) => ISSUER_TOPICS[kind])],
    read: ({ parts }) => {
      return (log) => {
        if (log.removed === true) throw invalid(place, 'a log was undone although its block is final');
        return { ...whereabouts(log), ...readIssuerLog(log, parts, asset, place) };
      };
    },
  };
}

function ownerOf(reader: LogReader, request: IssuerEventRequest): Promise<Address | null> {
  const { asset, head } = request;
  const ask = contractCalls(reader, head, request);
  return readOwner((data) => ask(asset.contract, data), asset, reader.place);
}
