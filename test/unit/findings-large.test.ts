/** A case in which 100,000 wallets hand on one victim's money: everything is told of it, and fits where it is kept. */
import { expect, it } from 'vitest';
import { findFindings } from '../../graphs/findings/find.ts';
import { clustersJson, rolesJson, suspectsJson } from '../../graphs/findings/json.ts';
import { DETECTION_POLICY } from '../../graphs/findings/policy.ts';
import { viewCase } from '../../graphs/findings/view.ts';
import { makePlan } from '../../graphs/trace/plan.ts';
import { createTable } from '../../graphs/trace/table.ts';
import type { PlacedTransfer } from '../../graphs/trace/types.ts';
import type { Address, TransactionHash, Wallet } from '../../src/chains/chain.ts';

const WALLETS = 100_000;
/** What Postgres holds in one value of JSON. */
const MOST_CHARACTERS = 255 * 1024 * 1024;
const USDT = 1_000_000n;

it('a cluster of 100,000 wallets is found and told', async () => {
  const wallet = (number: number): Wallet => ({
    chain: 'tron',
    address: `T${`${number}`.padStart(33, '0')}` as Address,
  });
  const victim: Wallet = { chain: 'tron', address: `T${'V'.repeat(33)}` as Address };
  // Each wallet hands what it got to two others in halves, until there is none left to hand it to.
  const transfers = Array.from({ length: WALLETS }, (_, number): PlacedTransfer => {
    const depth = Math.floor(Math.log2(number + 1));
    return {
      ...{ chain: 'tron', asset: 'USDT', occurrence: 0, position: null, timestamp: 60_000 * number },
      transaction: number.toString(16).padStart(64, '0') as TransactionHash,
      from: number === 0 ? victim.address : wallet((number - 1) >> 1).address,
      to: wallet(number).address,
      value: (1_000_000n * USDT) >> BigInt(depth),
    };
  });
  const builder = createTable(WALLETS);
  for (const transfer of transfers) builder.addTransfer(transfer);
  const complete = Array.from({ length: WALLETS }, (_, number) => wallet(number));
  const [payment] = transfers;
  if (payment === undefined) throw new Error('There is no payment.');
  const plan = makePlan(builder.build(), {
    ...{ covered: complete, stops: [{ ...victim, kind: 'returned' }], openings: [], unverified: [] },
    sources: [{ ...payment, kind: 'payment' }],
  });
  const view = viewCase({
    ...{ plan, rule: 'pro-rata', reported: [wallet(0)], victims: [victim], services: [], possible: [], accounts: [] },
    ...{ complete, ties: [], native: [] },
  });
  const policy = {
    ...DETECTION_POLICY,
    communities: { ...DETECTION_POLICY.communities, repeats: 0, resolution: 1e-9 },
  };
  const found = await findFindings(view, { policy, seed: 1, deadlineMs: 300_000, onProgress: () => {} });
  expect(found.cards.map(({ accounts }) => accounts.length)).toEqual([WALLETS]);
  const told = { ...found, view, decimals: 6, named: [{ reports: [1], victims: ['one'] }], naming: new Map() };
  const result = { clusters: clustersJson(told), suspects: suspectsJson(told), roles: rolesJson(told) };
  expect(result.suspects).toHaveLength(WALLETS);
  expect(JSON.stringify(result).length).toBeLessThan(MOST_CHARACTERS);
}, 300_000);
