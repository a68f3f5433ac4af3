/** All that is found in a made-up case of so many transfers, in a process of its own: prints how long each step took, as JSON. */
import { findFindings } from '../../../graphs/findings/find.ts';
import { DETECTION_POLICY } from '../../../graphs/findings/policy.ts';
import { viewCase } from '../../../graphs/findings/view.ts';
import { makePlan } from '../../../graphs/trace/plan.ts';
import { createTable } from '../../../graphs/trace/table.ts';
import type { PlacedTransfer } from '../../../graphs/trace/types.ts';
import type { Address, TransactionHash } from '../../../src/chains/chain.ts';
import { feedEconomy } from '../ledgers/economy.ts';

const HASH_BYTES = 32;
const NOBODY = '' as Address;

const [rows = 0, wallets = 0, repeats = 0] = process.argv.slice(2).map(Number);
// Held in columns, so that what waits to be loaded is no part of what is measured.
const transactions: Buffer = Buffer.alloc(rows * HASH_BYTES);
const [from, to] = [new Int32Array(rows), new Int32Array(rows)];
const [value, timestamp] = [new BigInt64Array(rows), new Float64Array(rows)];
const addresses: Address[] = [];
const numbers = new Map<Address, number>();
let fed = 0;
const { covered, stops, sources } = feedEconomy(
  { addTransfer: hold, addBurn: () => {}, build: () => createTable(0).build() },
  { rows, wallets, sources: 100 },
);

const steps: Record<string, number> = {};
let began = performance.now();
const step = (name: string) => {
  const now = performance.now();
  steps[name] = Math.round((steps[name] ?? 0) + now - began);
  began = now;
  process.stderr.write(`${name} ${steps[name]} ms\n`);
};

const builder = createTable(rows);
for (let row = 0; row < rows; row += 1) builder.addTransfer(held(row));
const table = builder.build();
step('load');
const reported = sources.map(({ chain, to: address }) => ({ chain, address }));
const plan = makePlan(table, { covered, stops, openings: [], sources, unverified: [] });
step('plan');
const services = stops.map(({ chain, address }) => ({ chain, address, name: null }));
const view = viewCase({
  ...{ plan, rule: 'pro-rata', reported, victims: [], services, possible: [], accounts: [], complete: covered },
  ...{ ties: [], native: [] },
});
step('follow');
let last = 'roles';
const found = await findFindings(view, {
  ...{ policy: { ...DETECTION_POLICY, communities: { ...DETECTION_POLICY.communities, repeats } }, seed: 1 },
  deadlineMs: 600_000,
  onProgress(progress) {
    const now = progress.kind === 'communities' ? progress.stage : progress.kind;
    if (now !== last) step(last);
    last = now;
  },
});
step(last);
process.stdout.write(
  JSON.stringify({
    ...{ steps, clusters: found.communities.clusters, findings: found.roles.length, suspects: found.suspects.length },
    rss: process.resourceUsage().maxRSS * 1024,
  }),
);

function hold(transfer: PlacedTransfer): void {
  transactions.write(transfer.transaction, fed * HASH_BYTES, 'hex');
  from[fed] = numberOf(transfer.from);
  to[fed] = numberOf(transfer.to);
  value[fed] = transfer.value;
  timestamp[fed] = transfer.timestamp;
  fed += 1;
}

function numberOf(address: Address): number {
  const known = numbers.get(address);
  if (known !== undefined) return known;
  numbers.set(address, addresses.length);
  return addresses.push(address) - 1;
}

/** A row as a store hands it on. Written out: spreads would take longer than what is measured. */
function held(row: number): PlacedTransfer {
  return {
    chain: 'tron',
    asset: 'USDT',
    transaction: transactions.toString('hex', row * HASH_BYTES, (row + 1) * HASH_BYTES) as TransactionHash,
    from: addresses[from[row] ?? 0] ?? NOBODY,
    to: addresses[to[row] ?? 0] ?? NOBODY,
    value: value[row] ?? 0n,
    occurrence: 0,
    timestamp: timestamp[row] ?? 0,
    position: row % 2,
  };
}
