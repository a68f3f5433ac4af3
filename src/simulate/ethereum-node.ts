/** A ledger served over HTTP on this machine as a node of Ethereum serves JSON-RPC, with a provider's limits and faults. */
import { EthereumChain } from './ethereum/chain.ts';
import { LogSearch } from './ethereum/log-search.ts';
import { type AccessOptions, faultReply, gatekeeper } from './ethereum-node/access.ts';
import { answerCall } from './ethereum-node/answer.ts';
import { type Fault, type FaultKind, PLANNING } from './ethereum-node/faults.ts';
import type { Node, NodeOptions } from './ethereum-node/options.ts';
import { type AskedOfNode, ENDPOINTS, hear, type SimulatedRequest } from './ethereum-node/request.ts';
import { type FaultOptions, faultsOf } from './http/faults.ts';
import type { Reply } from './http/reply.ts';
import { type ServerOptions, type SimulatedServer, serveProvider } from './http/server.ts';
import type { Ledger } from './ledger.ts';

export interface EthereumNodeOptions
  extends NodeOptions,
    AccessOptions,
    ServerOptions,
    FaultOptions<FaultKind, SimulatedRequest> {}

export type SimulatedEthereumNode = SimulatedServer<AskedOfNode, FaultKind>;

/**
 * Starts the server on 127.0.0.1. Any path is served; its last part, or the header `authorization`, is the key.
 *
 * @throws UserError `PORT_TAKEN` when the given port cannot be had
 */
export async function serveEthereumNode(
  ledger: Ledger,
  options: EthereumNodeOptions = {},
): Promise<SimulatedEthereumNode> {
  const chain = new EthereumChain(ledger, options);
  const node: Node = { chain, search: new LogSearch(chain), options };
  return serveProvider<AskedOfNode, FaultKind>(
    {
      endpoints: ENDPOINTS,
      hear,
      refusal: gatekeeper(options),
      faultOf: faultsOf(options, PLANNING),
      words: faultReply,
      answer: (request, fault) => answer(node, request, fault),
    },
    options,
  );
}

function answer(node: Node, request: SimulatedRequest, fault: Fault | null): Reply {
  const answers = request.calls.map((call) => answerCall(node, call, fault, String(request.number)));
  const [only] = answers;
  if (request.endpoint !== 'batch' && only !== undefined) return only;
  return { status: 200, body: answers.map(({ body }) => body) };
}
