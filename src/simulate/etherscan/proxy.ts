/** `module=proxy`: a node's calls with their parameters in the address line. */
import { answerCall } from '../ethereum-node/answer.ts';
import { isRecord } from '../ethereum-node/rpc.ts';
import { ok, type Reply } from '../http/reply.ts';
import type { ProxyFaultKind } from './faults.ts';
import type { Explorer } from './options.ts';
import { type ProxyAction, refuse, type SimulatedRequest } from './request.ts';

type Params = SimulatedRequest['params'];

/** Each call's parameters in their order. */
const PARAMETERS: Readonly<Record<ProxyAction, (params: Params) => readonly unknown[]>> = {
  eth_blockNumber: () => [],
  eth_getBlockByNumber: ({ tag, boolean }) => [tag, boolean === 'true'],
  eth_getTransactionReceipt: ({ txhash }) => [txhash],
  eth_call: ({ to, data, tag }) => [{ to, data }, tag],
  eth_getCode: ({ address, tag }) => [address, tag],
};

export function proxy(
  { node, options }: Explorer,
  method: ProxyAction,
  { params, number }: SimulatedRequest,
  fault: ProxyFaultKind | null,
): Reply {
  const call = { id: 1, method, params: PARAMETERS[method](params) };
  const { body } = answerCall(node, call, fault === null ? null : { kind: fault }, String(number));
  const error = 'error' in body ? body.error : null;
  return options.proxyErrors === 'status' && isRecord(error) ? refuse(`Error! ${error.message}`) : ok(body);
}
