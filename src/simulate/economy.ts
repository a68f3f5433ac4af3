/**
 * A simulated USDT economy: months of ordinary people, merchants, exchanges and other services on Tron and Ethereum, and
 * among them scam networks with their victims. Same seed, size and difficulty, same economy. All names are invented.
 */
import type { ChainId } from '../chains/chain.ts';
import { type Compound, openCompound, openRansomPayer } from './actors/compound.ts';
import { runPoisoner } from './actors/poisoner.ts';
import { openNetwork, type ScamNetwork } from './actors/scam-network.ts';
import { openVictim, type Victim } from './actors/victims.ts';
import { type Difficulty, type DifficultyName, difficultyOf } from './difficulty.ts';
import { DAY } from './hours.ts';
import { writeReports } from './reports.ts';
import { openBrokers, openServices, type Services } from './services.ts';
import { type EconomySize, type SizeName, sizeOf } from './sizes.ts';
import { traceTruth } from './truth.ts';
import type { Economy, SimulatedPayment } from './types.ts';
import { World } from './world.ts';

const START = Date.UTC(2026, 2, 1);
/** Where the networks take money, in turn: most of it goes over Tron. */
const CHAINS_OF_NETWORKS: readonly (readonly ChainId[])[] = [
  ['tron'],
  ['ethereum'],
  ['tron', 'ethereum'],
  ['tron'],
  ['tron', 'ethereum'],
];
/** One victim in so many pays a ransom. */
const RANSOM_PAYERS = 6;
/** So many are asked for by each network at least; some of them pay a ransom instead. */
const FEWEST_VICTIMS = 5;
/** Every other network belongs to a compound. */
const WITH_COMPOUND = 2;
/** Look-alike wallets on each chain: so many for every thousand users, and at least so many. */
const LOOK_ALIKES_PER_THOUSAND = 12;
const FEWEST_LOOK_ALIKES = 8;

/** Generates the economy of a seed: by default of the demo's size, and of normal difficulty. */
export function generateEconomy(options: {
  seed: string;
  size?: SizeName | Partial<EconomySize>;
  difficulty?: DifficultyName;
  /** Hears now and then how much of the time has passed, from 0 to 1. */
  onProgress?: (passed: number) => void;
}): Economy {
  const size = sizeOf(options.size);
  const difficulty = difficultyOf(options.difficulty ?? 'normal');
  const world = new World(options.seed, START, START + size.days * DAY);
  const { onProgress } = options;
  if (onProgress !== undefined)
    world.every(DAY, () => onProgress((world.now - world.start) / (world.end - world.start)));

  const services = openServices(world, size);
  const networks = openNetworks(world, size, difficulty, services);
  const payments: SimulatedPayment[] = [];
  const victims = openVictims(world, size.victims, networks, services, payments);
  const lookAlikes = Math.max(FEWEST_LOOK_ALIKES, (size.users * LOOK_ALIKES_PER_THOUSAND) / 1_000);
  for (const chain of ['ethereum', 'tron'] as const) {
    const [exchange] = services.exchanges;
    if (exchange !== undefined) runPoisoner(world, chain, Math.round(lookAlikes * difficulty.poisoning), exchange);
  }
  world.run();

  const { transfers, delegations, wallets, parts } = world;
  payments.sort((a, b) => (a.ref === b.ref ? 0 : a.ref < b.ref ? -1 : 1));
  const { exits } = traceTruth(transfers, wallets, payments);
  const reports = writeReports(victims, transfers, payments);
  return { transfers, delegations, wallets, payments, reports, exits, parts, holdings: world.holdings() };
}

function openNetworks(world: World, size: EconomySize, difficulty: Difficulty, services: Services): ScamNetwork[] {
  // The others have nothing to do with networks.
  const dealing = Math.ceil(size.networks / difficulty.networksPerBroker);
  const brokers = {
    ethereum: openBrokers(world, 'ethereum', size.networks, services),
    tron: openBrokers(world, 'tron', size.networks, services),
  };
  const { exchanges, desks, guarantees, processor, people, gas, bridge } = services;
  return Array.from({ length: size.networks }, (_, index) => {
    const id = `N${index + 1}`;
    const random = world.random(`${id}/partners`);
    const of = (chain: ChainId) => ({
      ...{ chain, processor, difficulty, desk: desks[chain], guarantee: guarantees[chain], people: people[chain] },
      station: gas.station[chain],
      exchanges: random.sample(exchanges, 3),
      // Networks meet at a broker by number, not by chance, so that sharing is what the difficulty says.
      brokers: brokers[chain].slice(index % dealing, (index % dealing) + 1),
    });
    return openNetwork(world, id, CHAINS_OF_NETWORKS[index % CHAINS_OF_NETWORKS.length] ?? ['tron'], { of, bridge });
  });
}

/** Opens whoever pays: in turn from an exchange and from a wallet of one's own, and some of them a ransom. */
function openVictims(
  world: World,
  count: number,
  networks: readonly ScamNetwork[],
  { exchanges }: Services,
  payments: SimulatedPayment[],
): readonly Victim[] {
  const random = world.random('victims');
  const compounds: Compound[] = [];
  networks.forEach((network, index) => {
    const [branch] = network.branches;
    if (index % WITH_COMPOUND !== 0 || branch === undefined) return;
    compounds.push(openCompound(world, network.id, branch, exchanges));
  });
  return Array.from({ length: count }, (_, index) => {
    const ref = `V${String(index + 1).padStart(Math.max(2, String(count).length), '0')}`;
    const plan = { ref, owner: `victim-${index + 1}`, hasWallet: index % 4 === 1 || index % 4 === 2 };
    if (index % RANSOM_PAYERS === RANSOM_PAYERS - 1) {
      return openRansomPayer(world, plan, random.pick(compounds), exchanges, payments);
    }
    // Every network has some; beyond that, a few have most. Each round starts one further on, so that those who pay
    // a ransom are not always asked for by the same networks.
    const round = Math.floor(index / networks.length);
    const network = round < FEWEST_VICTIMS ? networks[(index + round) % networks.length] : random.popular(networks);
    if (network === undefined) throw new RangeError('victims need a network to pay');
    return openVictim(world, plan, network, exchanges, payments);
  });
}
