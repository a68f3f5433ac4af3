/**
 * How providers say that a request for logs is too large: each in its own words, with its own code and figures.
 *
 * Taken from ponder's tests against live endpoints, the clients' sources, and issues that quote replies. Where a
 * provider's own words for a limit are not known, it has none of its own and borrows geth's or Infura's.
 */
import type { RpcErrorBody } from './rpc.ts';

/** Blocks, logs and topics (with addresses, per place) of one request; what is not named is not limited. */
export interface Limits {
  readonly blocks?: number;
  readonly results?: number;
  readonly topics?: number;
}

/** What was asked, and what is allowed. */
export interface Excess {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** The range that the provider suggests. */
  readonly suggested: { readonly from: number; readonly to: number };
  /** The topics that were asked for. */
  readonly topics: number;
}

export interface Refusal extends RpcErrorBody {
  /** Of HTTP: 200 unless told. */
  readonly status?: number;
}

type Words = (excess: Excess) => Refusal;

export interface Dialect {
  readonly blocks: Words;
  readonly results: Words;
  readonly topics: Words;
  /** What is said to more calls in a batch than are allowed, where it is not geth's answer. */
  readonly batch?: (limit: number) => Refusal;
  /** What the provider is known to allow. */
  readonly usual: Limits;
  /** Whether a range of n blocks counts as n, or as n - 1: the distance of its ends. Blocks unless told. */
  readonly counts?: 'distance';
  /** Whether the limit of topics holds for all places and the addresses together. For each alone unless told. */
  readonly topicsTogether?: true;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const hexRange = ({ suggested: { from, to } }: Excess): string => `[${hex(from)}, ${hex(to)}]`;
/** 10,000 */
const grouped = (value: number): string => value.toLocaleString('en-US');
/** 10K */
const short = (value: number, sign = 'K'): string => (value % 1_000 === 0 ? `${value / 1_000}${sign}` : String(value));

/** Words that have no figure in them, or only the limit. */
const plain =
  (code: number, message: (limit: number) => string, status?: number): Words =>
  ({ limit }) => ({ code, message: message(limit), ...(status === undefined ? {} : { status }) });

const GETH_TOPICS = plain(-32000, () => 'exceed max addresses or topics per search position');
const MORE_RESULTS = plain(-32005, (limit) => `query returned more than ${limit} results`);
const GETH = {
  blocks: plain(-32602, (limit) => `exceed maximum block range: ${limit}`),
  results: MORE_RESULTS,
  topics: GETH_TOPICS,
  usual: { topics: 1_000 },
};

const alchemyRange =
  (before: string, after = ''): Words =>
  (excess) => ({
    status: 400,
    code: -32600,
    message: `${before} can make eth_getLogs requests with up to a ${excess.limit} block range. Based on your parameters, this block range should work: ${hexRange(excess)}${after}`,
  });
const alchemySize: Words = (excess) => ({
  code: -32602,
  message: `Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of ${short(excess.limit)} logs in the response. Based on your parameters and the response size limit, this block range should work: ${hexRange(excess)}`,
});

export const DIALECTS = {
  geth: { ...GETH, counts: 'distance' },
  erigon: {
    blocks: plain(-32602, (limit) => `query block range exceeds server limit, narrow your filter: ${limit}`),
    results: plain(-32602, (limit) => `query returns too many logs, narrow your filter: ${limit}`),
    topics: plain(-32602, (limit) => `query exceeds the maximum of ${limit} addresses or topics per search position`),
    usual: { blocks: 1_000, results: 20_000, topics: 1_000 },
  },
  reth: {
    blocks: plain(-32602, (limit) => `query exceeds max block range ${limit}`),
    // The only one that suggests in decimal figures.
    results: ({ limit, suggested: { from, to } }) => ({
      code: -32602,
      message: `query exceeds max results ${limit}, retry with the range ${from}-${to}`,
    }),
    topics: GETH_TOPICS,
    usual: { blocks: 100_000, results: 20_000 },
    counts: 'distance',
  },
  alchemy: { ...GETH, blocks: alchemyRange('You'), results: alchemySize, usual: { results: 10_000, topics: 1_000 } },
  'alchemy-free': {
    ...GETH,
    blocks: alchemyRange('Under the Free tier plan, you', '. Upgrade to PAYG for expanded block range.'),
    results: alchemySize,
    usual: { blocks: 10, topics: 1_000 },
  },
  infura: {
    blocks: ({ from, to, limit }) => ({ code: -32602, message: `range ${to - from} exceeds limit of ${limit}` }),
    results: ({ limit, suggested }) => {
      const [from, to] = [suggested.from, suggested.to].map((end) => `0x${end.toString(16).toUpperCase()}`);
      const message = `query returned more than ${limit} results. Try with this block range [${from}, ${to}].`;
      return { code: -32005, message, data: { from, limit, to } };
    },
    topics: ({ topics, limit }) => ({
      code: -32602,
      message: `This query contains ${topics} filters. The current limit is ${limit}.`,
    }),
    usual: { blocks: 10_000, results: 10_000, topics: 5_000 },
    counts: 'distance',
    topicsTogether: true,
  },
  quicknode: {
    ...GETH,
    blocks: plain(-32614, (limit) => `eth_getLogs is limited to a ${grouped(limit)} range`, 413),
    usual: { blocks: 10_000, topics: 1_000 },
    counts: 'distance',
  },
  ankr: {
    ...GETH,
    blocks: plain(-32600, () => 'block range is too wide'),
    results: plain(-32600, (limit) => `query exceeds max results ${limit}`),
    usual: { blocks: 3_000, results: 200_000, topics: 1_000 },
    counts: 'distance',
  },
  'ankr-other': { ...GETH, blocks: plain(-32062, () => 'Block range is too large') },
  'ankr-tac': { ...GETH, blocks: plain(-32000, (limit) => `maximum [from, to] blocks distance: ${limit}`) },
  publicnode: {
    ...GETH,
    blocks: plain(-32701, (limit) => `exceed maximum block range: ${limit}`),
    usual: { blocks: 50_000, topics: 5_000 },
    counts: 'distance',
  },
  llamarpc: {
    ...GETH,
    blocks: plain(-32602, (limit) => `query exceeds max block range ${limit}`),
    results: plain(-32602, (limit) => `query exceeds max results ${limit}`),
    usual: { results: 20_000, topics: 1_000 },
  },
  cloudflare: {
    ...GETH,
    blocks: plain(
      -32047,
      (limit) => `Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: ${limit}`,
    ),
    usual: { blocks: 800, topics: 1_000 },
  },
  '1rpc': {
    ...GETH,
    blocks: plain(-32000, (limit) => `eth_getLogs is limited to a ${limit} blocks range`),
    results: plain(-32000, (limit) => `response size should not greater than ${limit * 1_000} bytes`),
    usual: { blocks: 1_000, topics: 1_000 },
    counts: 'distance',
  },
  blockpi: {
    ...GETH,
    blocks: plain(-32602, (limit) => `eth_getLogs is limited to ${limit} block range`),
    usual: { blocks: 1_024, topics: 1_000 },
    counts: 'distance',
  },
  chainstack: {
    ...GETH,
    // The limit is not named: it is 100 or 10,000, by plan.
    blocks: plain(
      -32602,
      () => 'Block range limit exceeded. See more details at https://docs.chainstack.com/docs/limits#evm-range-limits.',
    ),
    usual: { blocks: 100, topics: 1_000 },
  },
  drpc: {
    ...GETH,
    blocks: plain(35, (limit) => `ranges over ${limit} blocks are not supported on freetier`),
    usual: { blocks: 10_000, topics: 1_000 },
    counts: 'distance',
  },
  'drpc-plan': {
    ...GETH,
    blocks: plain(35, (limit) => `ranges over ${limit} blocks are not supported on free plan`),
    batch: (limit) => ({
      status: 500,
      code: 31,
      message: `Batch of more than ${limit} requests are not allowed on free plan`,
    }),
    usual: { blocks: 10_000, topics: 1_000 },
    counts: 'distance',
  },
  thirdweb: {
    ...GETH,
    // The code is that of a rate limit elsewhere.
    blocks: plain(
      -32005,
      (limit) => `Log response size exceeded. Maximum allowed number of requested blocks is ${limit}`,
    ),
    results: alchemySize,
    usual: { blocks: 1_000, topics: 1_000 },
    counts: 'distance',
  },
  merkle: {
    ...GETH,
    blocks: plain(-32603, (limit) => `eth_getLogs range is too large, max is ${short(limit, 'k')} blocks`),
    usual: { blocks: 10_000, topics: 1_000 },
    counts: 'distance',
  },
  base: {
    ...GETH,
    blocks: plain(-32011, () => 'no backend is currently healthy to serve traffic', 503),
    results: plain(-32020, () => 'backend response too large'),
    usual: { blocks: 10_000, topics: 1_000 },
  },
  'base-range': { ...GETH, blocks: plain(-32614, () => 'block range too large') },
  'tron-jsonrpc': {
    blocks: plain(-32602, (limit) => `exceed max block range: ${limit}`),
    results: MORE_RESULTS,
    topics: plain(-32602, (limit) => `exceed max topics: ${limit}`),
    usual: { blocks: 5_000, results: 10_000, topics: 1_000 },
    counts: 'distance',
  },
  morph: {
    ...GETH,
    blocks: ({ from, to, limit }) => ({
      code: -32000,
      message: `block range is larger than max block range, block range = ${to - from + 1}, max block range = ${limit}`,
    }),
    usual: { blocks: 5_000, topics: 1_000 },
  },
  zksync: {
    ...GETH,
    results: (excess) => ({
      code: -32602,
      message: `Query returned more than ${excess.limit} results. Try with this block range ${hexRange(excess)}.`,
    }),
    usual: { results: 10_000, topics: 1_000 },
  },
  arbitrum: { ...GETH, results: plain(-32000, (limit) => `logs matched by query exceeds limit of ${limit}`) },
  avalanche: {
    ...GETH,
    blocks: ({ from, to, limit }) => ({
      code: -32000,
      message: `requested too many blocks from ${from} to ${to}, maximum is set to ${limit}`,
    }),
    usual: { blocks: 2_048 },
  },
  blast: {
    ...GETH,
    blocks: ({ from, to, limit }) => ({
      code: -32600,
      message: `eth_getLogs exceeds the range allowed for your plan (${to - from + 1} > ${limit})`,
    }),
  },
  coinbase: { ...GETH, blocks: plain(-32602, (limit) => `please limit the query to at most ${grouped(limit)} blocks`) },
  hyperliquid: { ...GETH, blocks: plain(-32602, (limit) => `query exceeds max block range ${limit}`) },
  swell: { ...GETH, blocks: plain(-32000, (limit) => `block range greater than ${limit} max`) },
  somnia: { ...GETH, blocks: plain(-32000, (limit) => `block range exceeds ${limit}`) },
  harmony: { ...GETH, blocks: plain(-32000, (limit) => `query must be smaller than size ${limit}`) },
  moonriver: { ...GETH, blocks: plain(-32603, (limit) => `block range is too wide (maximum ${limit})`) },
  aurora: {
    ...GETH,
    blocks: plain(-32600, (limit) => `You can make eth_getLogs requests with up to a ${grouped(limit)} block range.`),
  },
  threshold: { ...GETH, blocks: plain(-32000, () => 'allowed block range threshold exceeded') },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
