/** A ledger served over HTTP on this machine as Etherscan's API V2 serves Ethereum, with its limits and faults. */
import { EthereumChain } from './ethereum/chain.ts';
import { LogSearch } from './ethereum/log-search.ts';
import { type AccessOptions, gatekeeper } from './etherscan/access.ts';
import { type Fault, type FaultKind, isPageFault, isProxyFault, PLANNING } from './etherscan/faults.ts';
import { history } from './etherscan/history.ts';
import { logs } from './etherscan/logs.ts';
import { native } from './etherscan/native.ts';
import type { Explorer, ExplorerOptions } from './etherscan/options.ts';
import { addressIn } from './etherscan/parameters.ts';
import { proxy } from './etherscan/proxy.ts';
import { type AskedOfEtherscan, ENDPOINTS, found, hear, refuse, type SimulatedRequest } from './etherscan/request.ts';
import { faultReply } from './etherscan/words.ts';
import { type FaultOptions, faultsOf } from './http/faults.ts';
import type { Reply } from './http/reply.ts';
import { type ServerOptions, type SimulatedServer, serveProvider } from './http/server.ts';
import type { Ledger } from './ledger.ts';

export interface EtherscanOptions
  extends ExplorerOptions,
    AccessOptions,
    ServerOptions,
    FaultOptions<FaultKind, SimulatedRequest> {}

export type SimulatedEtherscan = SimulatedServer<AskedOfEtherscan, FaultKind>;

/**
 * Starts the server on 127.0.0.1; the API is at `/v2/api`.
 *
 * @throws UserError `PORT_TAKEN` when the given port cannot be had
 */
export async function serveEtherscan(ledger: Ledger, options: EtherscanOptions = {}): Promise<SimulatedEtherscan> {
  const chain = new EthereumChain(ledger, options);
  const { chainId: _, ...nodeOptions } = options;
  const explorer: Explorer = { chain, node: { chain, search: new LogSearch(chain), options: nodeOptions }, options };
  return serveProvider<AskedOfEtherscan, FaultKind>(
    {
      endpoints: ENDPOINTS,
      hear,
      refusal: gatekeeper(options),
      faultOf: faultsOf(options, PLANNING),
      words: faultReply,
      answer: (request, fault) => answer(explorer, request, fault),
    },
    options,
  );
}

function answer(explorer: Explorer, request: SimulatedRequest, fault: Fault | null): Reply {
  switch (request.endpoint) {
    case 'tokentx':
      return history(explorer, request, fault !== null && isPageFault(fault.kind) ? fault.kind : null);
    case 'txlist':
    case 'txlistinternal': {
      const { endpoint } = request;
      return native(explorer, { ...request, endpoint }, fault !== null && isPageFault(fault.kind) ? fault.kind : null);
    }
    case 'getLogs':
      return logs(explorer, request);
    case 'tokenbalance':
      return tokenBalance(explorer, request);
    case 'unknown':
      return refuse('Error! Missing Or invalid Module or Action name');
    default:
      return proxy(explorer, request.endpoint, request, fault !== null && isProxyFault(fault.kind) ? fault.kind : null);
  }
}

/** At the newest block: Etherscan knows no other to those who do not pay. */
function tokenBalance({ chain: { ledger } }: Explorer, { params }: SimulatedRequest): Reply {
  const account = addressIn(params.address);
  const contract = addressIn(params.contractaddress);
  if (account === null || contract === null) return refuse('Error! Invalid address format');
  return found(contract === ledger.network.token.address ? String(ledger.balance(account, ledger.tip)) : '0');
}
