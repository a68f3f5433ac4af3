/** Plans of faults: what providers do wrong in one crawl, all of it from the plan's number. */
import type { FaultKind as NodeFault } from '../../src/simulate/ethereum-node/faults.ts';
import type { FaultKind as EtherscanFault } from '../../src/simulate/etherscan/faults.ts';
import { Random } from '../../src/simulate/random.ts';
import type { FaultKind as TronGridFault } from '../../src/simulate/trongrid/faults.ts';
import { ECONOMIES } from './economies.ts';

export const PROVIDERS = ['TronGrid', 'Etherscan', 'node', 'Etherscan and node'] as const;
export type Providers = (typeof PROVIDERS)[number];

export interface FaultPlan {
  readonly number: number;
  /** Which of the economies is crawled, and how far. */
  readonly economy: number;
  readonly hops: number;
  readonly providers: Providers;
  readonly flavour: Flavour;
  /** The same request fails so often at most; a job is tried five times. */
  readonly atMost: number;
  readonly rates: {
    readonly TronGrid: Rates<TronGridFault>;
    readonly Etherscan: Rates<EtherscanFault>;
    readonly node: Rates<NodeFault>;
  };
  /** This share of wallets has a row left out of each page, for good. */
  readonly lossy: number;
  /** How long the crawl bears a provider that answers nothing of use, in seconds. */
  readonly patience: number;
}

type Rates<Kind extends string> = Readonly<Partial<Record<Kind, number>>>;

/**
 * `seen` has faults that show in the reply, as all plans do; `silent` also some that leave rows out without a trace; `slow`
 * some that hold a crawl for half a minute; `ending` some that stop it, so that it has to be begun again.
 */
const FLAVOURS = ['seen', 'silent', 'slow', 'ending'] as const;
type Flavour = (typeof FLAVOURS)[number];
/** Of ten plans so many are of each flavour. */
const SHARES: Readonly<Record<Flavour, number>> = { seen: 5, silent: 3, slow: 1, ending: 1 };

interface Kinds<Kind> {
  readonly seen: readonly Kind[];
  /** They hold all requests for a second or two. */
  readonly holding: readonly Kind[];
  readonly silent: readonly Kind[];
  readonly slow: readonly Kind[];
  readonly ending: readonly Kind[];
}

const OF_ALL = ['html-page', 'server-error', 'empty-body', 'truncated', 'reset', 'delay'] as const;
const OF_GATEWAYS = ['bad-gateway', 'unavailable', 'plain-text', 'cut-off'] as const;
const HOLDING = ['too-many-requests', 'overloaded', 'slow-down'] as const;
const SLOW = ['hang', 'forbidden'] as const;
const ENDING = ['unauthorised', 'not-found'] as const;

const TRONGRID: Kinds<TronGridFault> = {
  seen: [
    ...OF_ALL,
    ...OF_GATEWAYS,
    ...['unsuccessful', 'other-token', 'approvals', 'repeated-rows', 'short-page', 'empty-page'],
    ...['shuffled-ties', 'shuffled-rows', 'without-value', 'malformed-value', 'refused-fingerprint', 'older-head'],
  ] as TronGridFault[],
  holding: [...HOLDING, 'suspended', 'key-suspended', 'daily-usage', 'error-in-200'],
  silent: ['lost-row', 'no-fingerprint', 'unstable-ties', 'behind'],
  slow: SLOW,
  ending: ENDING,
};
const ETHERSCAN: Kinds<EtherscanFault> = {
  seen: [
    ...OF_ALL,
    ...OF_GATEWAYS,
    ...['null-result', 'timeout-in-200', 'other-id', 'no-result', 'older-head', 'other-rows', 'repeated-rows'],
    ...['shuffled-ties', 'shuffled-rows', 'without-value', 'malformed-value'],
  ] as EtherscanFault[],
  holding: [...HOLDING, 'error-in-200', 'rate-in-200', 'busy-in-200', 'keyless-in-200'],
  silent: ['lost-row', 'empty-page', 'short-page', 'unstable-ties', 'behind'],
  slow: [...SLOW, 'daily-in-200'],
  ending: ENDING,
};
const NODE: Kinds<NodeFault> = {
  seen: [
    ...OF_ALL,
    ...OF_GATEWAYS,
    ...['error-in-200', 'timeout-in-200', 'too-large', 'other-id', 'null-result', 'no-result', 'empty-result'],
    ...['older-head', 'removed-log', 'other-token', 'other-block', 'other-wallet', 'repeated-logs', 'shuffled-logs'],
    ...['malformed-log', 'refused-range'],
  ] as NodeFault[],
  holding: [...HOLDING, 'rate-in-200', 'error-outside', 'capacity'],
  silent: ['lost-log', 'no-logs', 'newest-only', 'behind'],
  slow: SLOW,
  ending: ENDING,
};

/** The plan of a number: always the same. */
export function planOf(number: number): FaultPlan {
  const random = new Random(`plan ${number}`);
  const flavour = random.pick(FLAVOURS.flatMap((each) => Array<Flavour>(SHARES[each]).fill(each)));
  const severity = random.pick([0.5, 1, 2]);
  return {
    number,
    economy: random.integer(0, ECONOMIES - 1),
    hops: random.pick([1, 2, 3, 3]),
    providers: random.pick(PROVIDERS),
    flavour,
    atMost: random.pick([1, 2, 3, 3, 8]),
    rates: {
      TronGrid: ratesOf(TRONGRID, flavour, severity, random.fork('TronGrid')),
      Etherscan: ratesOf(ETHERSCAN, flavour, severity, random.fork('Etherscan')),
      node: ratesOf(NODE, flavour, severity, random.fork('node')),
    },
    lossy: flavour === 'silent' && random.chance(0.4) ? random.pick([0.02, 0.1, 0.3]) : 0,
    patience: random.pick([20, 60]),
  };
}

function ratesOf<Kind extends string>(
  kinds: Kinds<Kind>,
  flavour: Flavour,
  severity: number,
  random: Random,
): Rates<Kind> {
  const drawn = (from: readonly Kind[], count: number, most: number) =>
    random.sample(from, Math.min(count, from.length)).map((kind): [Kind, number] => {
      return [kind, (most * severity * random.integer(20, 100)) / 100];
    });
  const rates: [Kind, number][] = [
    ...drawn(kinds.seen, random.integer(3, 8), 0.06),
    ...drawn(kinds.holding, random.integer(0, 2), 0.006),
    ...(flavour === 'silent' ? drawn(kinds.silent, random.integer(1, 2), 0.3) : []),
    ...(flavour === 'slow' ? drawn(kinds.slow, 1, 0.004) : []),
    ...(flavour === 'ending' ? drawn(kinds.ending, 1, 0.01) : []),
  ];
  return Object.fromEntries(rates) as Rates<Kind>;
}
