/** `module=proxy`: a node's calls with their parameters in the address line. */
import { answerCall } from '../ethereum-node/answer.ts';
import { isRecord } from '../ethereum-node/rpc.ts';
import { ok, type Reply } from '../http/reply.ts';
import type { ProxyFaultKind } from './faults.ts';
import type { Explorer } from './options.ts';
import { refuse, type SimulatedRequest } from './request.ts';

type Params = SimulatedRequest['params'];

/** The calls that are served, each with its parameters in their order. */
const CALLS: Readonly<Record<string, (params: Params) => readonly unknown[]>> = {
  eth_blockNumber: () => [],
  eth_getBlockByNumber: ({ tag, boolean }) => [tag, boolean === 'true'],
  eth_getTransactionReceipt: ({ txhash }) => [txhash],
  eth_call: ({ to, data, tag }) => [{ to, data }, tag],
  eth_getCode: ({ address, tag }) => [address, tag],
};

export function proxy({ node, options }: Explorer, { params }: SimulatedRequest, fault: ProxyFaultKind | null): Reply {
  const method = params.action ?? '';
  const parameters = CALLS[method]?.(params);
  if (parameters === undefined) return refuse('Error! Missing Or invalid Action name');
  const kind = fault === null ? null : { kind: fault };
  const { body } = answerCall(node, { id: 1, method, params: parameters }, kind, method);
  const error = 'error' in body ? body.error : null;
  return options.proxyErrors === 'status' && isRecord(error) ? refuse(`Error! ${error.message}`) : ok(body);
}
