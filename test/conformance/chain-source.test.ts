import { combineSources } from '../../src/chains/combined.ts';
import { createEtherscan, DEPTH } from '../../src/chains/ethereum/etherscan.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { type EthereumNodeOptions, serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import { type EtherscanOptions, serveEtherscan } from '../../src/simulate/etherscan.ts';
import { headAt } from '../../src/simulate/network.ts';
import { TRON } from '../../src/simulate/tron.ts';
import type { FaultChoice } from '../../src/simulate/trongrid/faults.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import { describeChainSource, type Manner, type SourceUnderTest } from './chain-source.ts';
import { describeIssuerEvents } from './issuer-events.ts';
import { describeNative } from './native.ts';
import { describeNewest } from './newest.ts';
import { describeStandings } from './standings.ts';

const isHistory = ({ endpoint }: { endpoint: string }) => endpoint === 'history' || endpoint === 'native';
const isPage = (request: { endpoint: string }) => isHistory(request) || request.endpoint === 'events';
const TRONGRID_MANNERS: Record<Manner, FaultChoice> = {
  honest: () => null,
  'short pages': (request) => (isPage(request) ? 'short-page' : null),
  'empty pages': (request) => (isPage(request) && request.attempt === 1 ? 'empty-page' : null),
  'shuffled ties': (request) => (isHistory(request) ? 'shuffled-ties' : null),
  'other rows': (request) => (isHistory(request) ? (request.number % 2 === 0 ? 'approvals' : 'other-token') : null),
  silence: () => 'hang',
};

const TRONGRID: SourceUnderTest = {
  name: 'trongrid',
  network: TRON,
  manners: ['short pages', 'empty pages', 'shuffled ties', 'other rows'],
  pageRows: 200,
  headOf: (ledger) => ({ ...ledger.head }),
  endsAtHead: true,
  isLive: true,
  async open(ledger, manner) {
    const server = await serveTronGrid(ledger, { faultAt: TRONGRID_MANNERS[manner] });
    const source = createTronGrid({ url: server.url, key: null });
    return { source, assets: source.assets, close: () => server.close() };
  },
};

/** Nothing in Etherscan's interface says that more follows behind a page without rows, so none is empty without cause. */
const isList = ({ endpoint }: { endpoint: string }) => endpoint.startsWith('tx') || endpoint === 'tokentx';
const ETHERSCAN_MANNERS: Record<Exclude<Manner, 'empty pages'>, EtherscanOptions> = {
  honest: {},
  'short pages': { capRows: 500 },
  'shuffled ties': { faultAt: (request) => (isList(request) ? 'shuffled-ties' : null) },
  'other rows': { faultAt: (request) => (isList(request) ? 'other-rows' : null) },
  silence: { faultAt: () => 'hang' },
};

const ETHERSCAN: SourceUnderTest = {
  name: 'etherscan',
  network: ETHEREUM,
  manners: ['short pages', 'shuffled ties', 'other rows'],
  pageRows: 1_000,
  headOf: ({ tip }) => headAt(ETHEREUM, tip.block - DEPTH),
  endsAtHead: false,
  isLive: true,
  async open(ledger, manner) {
    if (manner === 'empty pages') throw new RangeError('Etherscan has none');
    const server = await serveEtherscan(ledger, ETHERSCAN_MANNERS[manner]);
    const source = createEtherscan({ url: `${server.url}/v2/api`, key: null });
    return { source, assets: source.assets, close: () => server.close() };
  },
};

/** A node's short pages are those of its limits; it leaves order to the indexes of logs. */
const NODE_MANNERS: Record<Exclude<Manner, 'empty pages' | 'other rows'>, EthereumNodeOptions> = {
  honest: {},
  'short pages': { dialect: 'llamarpc', limits: { results: 100 } },
  'shuffled ties': {
    faultAt: ({ calls }) => (calls.some(({ method }) => method === 'eth_getLogs') ? 'shuffled-logs' : null),
  },
  silence: { faultAt: () => 'hang' },
};

const NODE: SourceUnderTest = {
  name: 'eth_getLogs',
  network: ETHEREUM,
  manners: ['shuffled ties'],
  pageRows: 200,
  headOf: (ledger) => ({ ...ledger.head }),
  endsAtHead: false,
  isLive: true,
  async open(ledger, manner) {
    if (manner === 'empty pages' || manner === 'other rows') throw new RangeError('A node has none');
    const server = await serveEthereumNode(ledger, NODE_MANNERS[manner]);
    const source = createEthereumNode({ url: server.url });
    return { source, assets: source.assets, close: () => server.close() };
  },
};

const WITHOUT_TIMES: SourceUnderTest = {
  ...NODE,
  name: 'eth_getLogs of a node that leaves the time out of logs',
  manners: [],
  pageRows: 20,
  runs: 12,
  async open(ledger, manner) {
    const silent = manner === 'silence' ? NODE_MANNERS.silence : {};
    const server = await serveEthereumNode(ledger, { ...silent, blockTimestamps: false, multicall: false });
    const source = createEthereumNode({ url: server.url });
    return { source, assets: source.assets, close: () => server.close() };
  },
};

const BOTH: SourceUnderTest = {
  ...ETHERSCAN,
  name: 'etherscan with a node',
  pageRows: 100,
  runs: 12,
  async open(ledger, manner) {
    const history = await ETHERSCAN.open(ledger, manner);
    const proof = await NODE.open(ledger, manner === 'silence' ? manner : 'honest');
    return {
      source: combineSources(history.source, proof.source),
      assets: history.assets,
      close: async () => void (await Promise.all([history.close(), proof.close()])),
    };
  },
};

for (const source of [TRONGRID, ETHERSCAN, NODE, WITHOUT_TIMES, BOTH]) {
  describeChainSource(source);
  describeIssuerEvents(source);
  describeNewest(source);
  describeStandings(source);
}

/** How many of a wallet's transactions each looks at; the logs of a node have none of them. */
for (const [source, first] of [
  [TRONGRID, 200],
  [ETHERSCAN, 100],
  [NODE, null],
  [BOTH, 100],
] as const) {
  describeNative(source, first);
}
