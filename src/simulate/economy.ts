/**
 * A simulated USDT economy: a month of ordinary people, merchants, exchanges and a desk, and among them scam networks
 * with their victims. Same seed and size, same economy. All names are invented.
 */
import { openExchange } from './actors/exchange.ts';
import { openMerchants, runMerchants, runPayroll } from './actors/merchants.ts';
import { openDesk, runDesk } from './actors/otc.ts';
import { runPoisoner } from './actors/poisoner.ts';
import { openNetwork } from './actors/scam-network.ts';
import { openUsers } from './actors/users.ts';
import { openVictims } from './actors/victims.ts';
import { writeReports } from './reports.ts';
import { USDT } from './tron.ts';
import { traceTruth } from './truth.ts';
import type { Economy, SimulatedPayment } from './types.ts';
import { DAY, World } from './world.ts';

const START = Date.UTC(2026, 2, 1);
/** More than both exchanges take at their largest. */
const ISSUED = 1_000_000_000_000n * USDT;

export interface EconomySize {
  readonly users: number;
  readonly merchants: number;
  readonly victims: number;
  readonly networks: number;
  readonly days: number;
}

/** A few hundred wallets and a few thousand transfers: what the demo shows. */
const DEMO_SIZE: EconomySize = { users: 180, merchants: 9, victims: 12, networks: 1, days: 31 };

/** Generates the economy of a seed; `size` changes parts of the demo's size. */
export function generateEconomy(options: { seed: string; size?: Partial<EconomySize> }): Economy {
  const size = { ...DEMO_SIZE, ...options.size };
  const world = new World(options.seed, START, START + size.days * DAY);

  const issuer = world.open({ owner: 'issuer', role: 'issuer' });
  world.issue(issuer, ISSUED);
  const meridian = openExchange(world, 'Meridian Exchange', issuer, { batches: false, customers: size.users });
  const kestrel = openExchange(world, 'Kestrel Exchange', issuer, { batches: true, customers: size.users });
  const exchanges = [meridian, kestrel];
  const desk = openDesk(world, 'Harbour Desk');

  const merchants = openMerchants(world, size.merchants);
  const users = openUsers(world, size.users, exchanges, merchants);
  runMerchants(world, merchants, exchanges, desk);
  const [firstMerchant] = merchants;
  if (firstMerchant !== undefined) runPayroll(world, firstMerchant, users, meridian);
  if (users.length > 0) runDesk(world, desk, users, meridian);

  const payments: SimulatedPayment[] = [];
  const networks = Array.from({ length: size.networks }, (_, index) =>
    openNetwork(world, `N${index + 1}`, exchanges, desk),
  );
  const victims = openVictims(world, size.victims, networks, exchanges, payments);
  runPoisoner(world, meridian);
  world.run();

  const { transfers, wallets } = world;
  payments.sort((a, b) => (a.ref === b.ref ? 0 : a.ref < b.ref ? -1 : 1));
  const { exits } = traceTruth(transfers, wallets, payments);
  return { transfers, wallets, payments, reports: writeReports(victims, transfers, payments), exits };
}
