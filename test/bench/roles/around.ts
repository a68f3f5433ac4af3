/** What other thresholds would have found in the economies by which the defaults were chosen: one is changed at a time. */
import { ROLE_POLICY, type RolePolicy } from '../../../graphs/roles/policy.ts';
import { findRoles } from '../../../graphs/roles/roles.ts';
import type { RoleName } from '../../../graphs/roles/types.ts';
import { type Score, sum } from '../attribution/scores.ts';
import type { SimulatedCase } from '../detection/economies.ts';
import { percent, printTable } from '../tracing/tables.ts';
import { scoreRoles } from './scores.ts';

/** A part of the policy with other figures in places. */
type Change = readonly [threshold: string, values: readonly number[], set: (value: number) => Partial<RolePolicy>];

const { peelChain, inducement, processorSweep, cashOut, gasFunder, workingHours } = ROLE_POLICY;

const CHANGES: readonly (readonly [RoleName, readonly Change[]])[] = [
  [
    'peel-chain',
    [
      ['leastPeels', [1, 2, 3, 4, 6], (leastPeels) => ({ peelChain: { ...peelChain, leastPeels } })],
      ['leastFilled', [50, 75, 90, 99], (leastFilled) => ({ peelChain: { ...peelChain, leastFilled } })],
      ['leastPassed', [50, 75, 85, 90], (leastPassed) => ({ peelChain: { ...peelChain, leastPassed } })],
    ],
  ],
  [
    'inducement',
    [
      ['leastVictims', [1, 2, 3], (leastVictims) => ({ inducement: { ...inducement, leastVictims } })],
      ['mostPayments', [1, 2, 10], (mostPayments) => ({ inducement: { ...inducement, mostPayments } })],
      ['mostShare', [5, 10, 33, 100], (mostShare) => ({ inducement: { ...inducement, mostShare } })],
    ],
  ],
  [
    'processor-sweep',
    [
      ['read.payers', [10, 30, 60, 100], (payers) => ofRead({ payers })],
      ['read.payersPerPayee', [1, 2.5, 4], (payersPerPayee) => ofRead({ payersPerPayee })],
      ['read.payoutsPerPayee', [1, 2, 3, 5], (payoutsPerPayee) => ofRead({ payoutsPerPayee })],
      ['unread.addresses', [3, 10, 30], (addresses) => ofUnread({ addresses })],
      ['unread.together', [0, 20, 50, 70], (together) => ofUnread({ together })],
      [
        'leastForwarding',
        [30, 80, 100],
        (leastForwarding) => ({ processorSweep: { ...processorSweep, leastForwarding } }),
      ],
    ],
  ],
  [
    'cash-out',
    [
      ['leastShare', [1, 4, 6, 10, 25, 50], (leastShare) => ({ cashOut: { ...cashOut, leastShare } })],
      ['leastFollowed', [0, 2, 5, 10, 20, 50], (leastFollowed) => ({ cashOut: { ...cashOut, leastFollowed } })],
      ['mostFromServices', [0, 5, 10, 30, 100], (mostFromServices) => ({ cashOut: { ...cashOut, mostFromServices } })],
    ],
  ],
  [
    'gas-funder',
    [
      ['leastFollowed', [1, 10, 25, 50], (leastFollowed) => ({ gasFunder: { ...gasFunder, leastFollowed } })],
      ['leastWallets', [2, 3, 5, 10], (leastWallets) => ({ gasFunder: { ...gasFunder, leastWallets } })],
      ['leastShare', [10, 50, 80], (leastShare) => ({ gasFunder: { ...gasFunder, leastShare } })],
    ],
  ],
  [
    'working-hours',
    [
      ['leastActive', [20, 30, 40, 45, 50, 60], (leastActive) => ({ workingHours: { ...workingHours, leastActive } })],
      ['mostInRest', [2, 5, 10], (mostInRest) => ({ workingHours: { ...workingHours, mostInRest } })],
      ['leastLate', [0, 10, 12, 14, 15, 18], (leastLate) => ({ workingHours: { ...workingHours, leastLate } })],
      ['leastEarly', [0, 10, 12, 15, 18], (leastEarly) => ({ workingHours: { ...workingHours, leastEarly } })],
    ],
  ],
];

/** Prints recall and precision of each role at each value, over all of the cases; working hours have cases of their own. */
export function printAround(usual: readonly SimulatedCase[], ofHours: readonly SimulatedCase[]): void {
  for (const [role, changes] of CHANGES) {
    const cases = role === 'working-hours' ? ofHours : usual;
    const rows = changes.flatMap(([threshold, values, set]) =>
      values.map((value) => {
        const { sought, met, found, right } = scoreOf(cases, role, set(value));
        return [threshold, `${value}`, percent(met / sought), `${found}`, percent(found === 0 ? null : right / found)];
      }),
    );
    printTable(`Around the defaults: ${role}`, ['threshold', 'value', 'recall', 'found', 'precision'], rows);
  }
}

function scoreOf(cases: readonly SimulatedCase[], role: RoleName, change: Partial<RolePolicy>): Score {
  const policy = { ...ALL_OFF, ...change };
  return sum(cases.flatMap((each) => scoreRoles(each, findRoles(each.view, policy), [role]).get(role) ?? []));
}

/** Each change turns its own part on again. */
const ALL_OFF = Object.fromEntries(
  Object.entries(ROLE_POLICY).map(([name, part]) => [name, { ...part, on: false }]),
) as unknown as RolePolicy;

function ofRead(read: Partial<RolePolicy['processorSweep']['read']>): Partial<RolePolicy> {
  return { processorSweep: { ...processorSweep, read: { ...processorSweep.read, ...read } } };
}

function ofUnread(unread: Partial<RolePolicy['processorSweep']['unread']>): Partial<RolePolicy> {
  return { processorSweep: { ...processorSweep, unread: { ...processorSweep.unread, ...unread } } };
}
