/** The services and people among whom networks live, opened in the order in which they need each other. */
import type { ChainId } from '../chains/chain.ts';
import type { Account } from './account.ts';
import { type Bridge, openBridge } from './actors/bridge.ts';
import { type Broker, openBroker } from './actors/broker.ts';
import { type Exchange, openExchange } from './actors/exchange.ts';
import { fromReserve, type GasServices, openGasServices, sentBy } from './actors/gas.ts';
import { type Guarantee, openGuarantee } from './actors/guarantee.ts';
import { openMerchants, runMerchants, runPayroll } from './actors/merchants.ts';
import { openDesk, runDesk } from './actors/otc.ts';
import { openProcessor, type Processor } from './actors/processor.ts';
import type { Sweeping } from './actors/sweeping.ts';
import { openUsers, type People } from './actors/users.ts';
import { COIN } from './coins.ts';
import type { EconomySize } from './sizes.ts';
import { USDT } from './tron.ts';
import type { World } from './world.ts';

/** More than all exchanges take at their largest. */
const ISSUED = 1_000_000_000_000n * USDT;
const COINS = 100_000_000_000n;

/** Invented. The first two are the demo's. */
const EXCHANGES: readonly { readonly name: string; readonly sweeping: Sweeping; readonly lends: boolean }[] = [
  { name: 'Meridian Exchange', sweeping: 'prompt', lends: false },
  { name: 'Kestrel Exchange', sweeping: 'rounds', lends: true },
  { name: 'Saffron Exchange', sweeping: 'patient', lends: false },
  { name: 'Northgate Exchange', sweeping: 'prompt', lends: true },
  { name: 'Tamarind Exchange', sweeping: 'patient', lends: true },
  { name: 'Cobalt Exchange', sweeping: 'rounds', lends: false },
  { name: 'Pelican Exchange', sweeping: 'prompt', lends: false },
  { name: 'Quill Exchange', sweeping: 'patient', lends: false },
  { name: 'Alder Exchange', sweeping: 'rounds', lends: true },
];
const DESKS = ['Harbour Desk', 'Orchid Desk'] as const;
const HOT_WALLETS = 2;
/** One merchant in so many pays staff in batches. */
const WITH_PAYROLL = 40;

type PerChain<Thing> = Readonly<Record<ChainId, Thing>>;

export interface Services {
  readonly exchanges: readonly Exchange[];
  readonly desks: PerChain<Account>;
  readonly guarantees: PerChain<Guarantee>;
  readonly processor: Processor;
  readonly bridge: Bridge;
  readonly gas: GasServices;
  readonly people: People;
}

/** Opens ordinary life and sets it going. */
export function openServices(world: World, size: EconomySize): Services {
  const issuer = perChain((chain) => openIssuer(world, chain, 'issuer', 'usdt', ISSUED));
  const mint = perChain((chain) => openIssuer(world, chain, 'coin-issuer', 'coin', COINS * COIN[chain]));
  const gas = openGasServices(world, mint);
  const exchanges = EXCHANGES.slice(0, Math.max(1, size.exchanges)).map((plan, index) => {
    const customers = Math.ceil((2 * size.users) / size.exchanges);
    return openExchange(world, { ...plan, batches: index % 2 === 0, hotWallets: HOT_WALLETS, customers }, issuer, mint);
  });
  const [first] = exchanges;
  if (first === undefined) throw new RangeError('an economy needs an exchange');
  const reserve = perChain((chain) => fromReserve(world, mint[chain]));
  const desks = perChain((chain) => openDesk(world, chain, DESKS[chain === 'tron' ? 0 : 1], reserve[chain]));
  const guarantees = perChain((chain) => openGuarantee(world, chain, reserve[chain]));
  const bridge = openBridge(world, first, (account, need) => reserve[account.chain](account, need));
  const processor = openProcessor(world, gas.station);

  const shops = openMerchants(world, size.merchants, processor, (chain, random) => {
    const exchange = random.pick(exchanges);
    return sentBy(world, random, () => exchange.coins(chain), 20);
  });
  const plan = { count: size.users, slowness: size.slowness };
  const people = openUsers(world, plan, { exchanges, shops, gas, bridge });
  runMerchants(world, shops, exchanges, Object.values(desks));
  shops.forEach(({ wallet, chain }, index) => {
    const staff = people[chain];
    if (index % WITH_PAYROLL === 0 && staff.length > 0) runPayroll(world, wallet, staff, first);
  });
  for (const desk of Object.values(desks)) {
    runDesk(world, desk, DESKS[desk.chain === 'tron' ? 0 : 1], people[desk.chain], first);
  }
  return { exchanges, desks, guarantees, processor, bridge, gas, people };
}

/** Brokers of one chain. */
export function openBrokers(world: World, chain: ChainId, count: number, services: Services): Broker[] {
  const random = world.random(`brokers/${chain}`);
  const { exchanges, desks, guarantees, people, gas } = services;
  return Array.from({ length: count }, (_, index) => {
    const supply = sentBy(world, random, () => gas.station[chain], 30);
    return openBroker(world, `broker-${chain}-${index + 1}`, {
      ...{ chain, supply, desk: desks[chain], guarantee: guarantees[chain], people: people[chain] },
      exchanges: Array.from({ length: 2 }, () => random.popular(exchanges)),
    });
  });
}

function openIssuer(world: World, chain: ChainId, owner: string, kind: 'usdt' | 'coin', value: bigint): Account {
  const issuer = world.open(chain, { owner, role: 'issuer' });
  world.issue(issuer, kind, value);
  if (kind === 'usdt') world.issue(issuer, 'coin', COIN[chain] * 1_000_000n);
  return issuer;
}

function perChain<Thing>(open: (chain: ChainId) => Thing): PerChain<Thing> {
  return { ethereum: open('ethereum'), tron: open('tron') };
}
