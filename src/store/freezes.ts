/**
 * Which wallets the issuer has frozen, and when: put together from its events and from what the contract said of a wallet
 * itself, anew each time, so that it cannot outlive them.
 */
import type { ChainId, TransactionHash, Wallet } from '../chains/chain.ts';
import { type Db, many } from './db.ts';

/** One of the issuer's events at a wallet. */
export interface FreezeEvent {
  readonly kind: 'frozen' | 'unfrozen' | 'destroyed';
  readonly transaction: TransactionHash;
  /** Base units: what was destroyed, 0 for the others. */
  readonly value: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Number of the block, where the provider tells. */
  readonly block: number | null;
}

export interface WalletFreeze extends Wallet {
  readonly asset: string;
  readonly decimals: number;
  /** Whether it is a contract; `null` where nobody was asked, or could tell. */
  readonly contract: boolean | null;
  /** `null` where it is not known. */
  readonly frozen: boolean | null;
  /** Since when it is frozen, milliseconds since 1970; `null` where it is not, or was before the events that are stored. */
  readonly since: number | null;
  /** The head as of which the contract itself was last asked, milliseconds since 1970; `null` where it never was. */
  readonly asked: number | null;
  /** Oldest first. */
  readonly events: readonly FreezeEvent[];
}

/** Whether a run knows the freezes of a chain. */
export interface FreezeKnowledge {
  readonly chain: ChainId;
  readonly asset: string;
  /** False: a wallet may be frozen of which it is not said. */
  readonly known: boolean;
}

/** All that is known of some wallets, in the order asked; of those that nothing is known of there is none. */
export async function freezesOf(db: Db, wallets: readonly Wallet[]): Promise<WalletFreeze[]> {
  // By their numbers, and each by the index: asked for by name, all wallets there are would be read.
  const rows = await many<{ id: number }>(
    db,
    `select w.id from unnest($1::text[], $2::text[]) k(chain, address) join chains c on c.name = k.chain
     cross join lateral (select id from wallets f where f.chain_id = c.id and f.address = k.address offset 0) w`,
    [wallets.map(({ chain }) => chain), wallets.map(({ address }) => address)],
  );
  const which = { events: 'e.wallet_id = any($1::bigint[])', standings: 's.wallet_id = any($1::bigint[])' };
  const found = await readFrom(db, which, [rows.map(({ id }) => id)]);
  const known = new Map(found.map((freeze) => [`${freeze.chain}:${freeze.address}`, freeze]));
  return wallets.flatMap(({ chain, address }) => known.get(`${chain}:${address}`) ?? []);
}

/**
 * What a run knows up to its heads of wallets that were frozen, or were asked about, of whatever case, by chain and address.
 * A run on files alone knows of none.
 */
export async function readFreezes(db: Db, runId: number): Promise<WalletFreeze[]> {
  const upTo = (time: string) => `exists (select 1 from run_heads h join runs r on r.id = h.run_id
    where h.run_id = $1 and not r.offline and h.chain_id = a.chain_id and ${time} <= h.timestamp)`;
  return readFrom(db, { events: upTo('e.timestamp'), standings: upTo('o.timestamp') }, [runId]);
}

/** For each chain of a run, by name. */
export async function readFreezeKnowledge(db: Db, runId: number): Promise<FreezeKnowledge[]> {
  return many<FreezeKnowledge>(
    db,
    `select c.name as chain, a.symbol as asset, coalesce(i.state = 'known' and i.freezes, false) as known
     from run_heads h join chains c on c.id = h.chain_id join assets a on a.chain_id = h.chain_id
     left join run_issuer_events i on i.run_id = h.run_id and i.asset_id = a.id
     where h.run_id = $1 order by c.name, a.symbol`,
    [runId],
  );
}

interface Named extends Wallet {
  readonly asset: string;
  readonly decimals: number;
}

type EventRow = Named & FreezeEvent & { readonly position: number | null };

interface StandingRow extends Named {
  readonly contract: boolean | null;
  readonly frozen: boolean | null;
  readonly asked: number | null;
}

/** @param which SQL that holds for the events `e`, and for the standings `s` that were told at a head `o`, that are wanted */
async function readFrom(
  db: Db,
  which: { readonly events: string; readonly standings: string },
  values: unknown[],
): Promise<WalletFreeze[]> {
  const named = 'c.name as chain, w.address, a.symbol as asset, a.decimals';
  const events = await many<EventRow>(
    db,
    `select ${named}, e.kind, encode(e.transaction, 'hex') as transaction, e.value, e.timestamp, e.block, e.position
     from issuer_events e
     join assets a on a.id = e.asset_id join chains c on c.id = a.chain_id join wallets w on w.id = e.wallet_id
     where e.kind in ('frozen', 'unfrozen', 'destroyed') and ${which.events}
     order by e.timestamp, e.position nulls last, e.transaction, e.kind, e.occurrence`,
    values,
  );
  const newest = (column: string, of: string) =>
    `(array_agg(${column} order by o.timestamp desc, s.read_at desc) filter (where ${of} is not null))[1]`;
  const standings = await many<StandingRow>(
    db,
    `select ${named}, ${newest('s.contract', 's.contract')} as contract, ${newest('s.frozen', 's.frozen')} as frozen,
       ${newest('o.timestamp', 's.frozen')} as asked
     from standings s
     join assets a on a.id = s.asset_id join chains c on c.id = a.chain_id join wallets w on w.id = s.wallet_id
     join run_heads o on o.run_id = s.run_id and o.chain_id = a.chain_id
     where ${which.standings} group by 1, 2, 3, 4`,
    values,
  );
  const rows = new Map<string, { named: Named; events: EventRow[]; told: StandingRow | null }>();
  const of = ({ chain, address, asset, decimals }: Named) => {
    const key = `${chain}:${address}:${asset}`;
    const row = rows.get(key) ?? { named: { chain, address, asset, decimals }, events: [], told: null };
    rows.set(key, row);
    return row;
  };
  for (const event of events) of(event).events.push(event);
  for (const told of standings) of(told).told = told;
  const inOrder = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.map(([, { named: wallet, events: own, told }]) => ({
    ...wallet,
    contract: told?.contract ?? null,
    ...statusOf(own, told),
    asked: told?.asked ?? null,
    events: own.map(({ kind, transaction, value, timestamp, block }) => ({
      kind,
      transaction,
      value,
      timestamp,
      block,
    })),
  }));
}

/**
 * The newest word counts: the contract's own, or an event that came after it. Money is destroyed at frozen wallets alone, so
 * that an event of it says as much as a freeze; and a freeze whose event is not stored is older than what is stored.
 *
 * @param events of one wallet, oldest first
 */
function statusOf(events: readonly EventRow[], told: StandingRow | null): Pick<WalletFreeze, 'frozen' | 'since'> {
  const newest = events.at(-1);
  const lifted = events.findLastIndex(({ kind }) => kind === 'unfrozen');
  const first = events.slice(lifted + 1).find(({ kind }) => kind === 'frozen');
  if (told !== null && told.frozen !== null && (newest === undefined || newest.timestamp <= (told.asked ?? 0))) {
    return { frozen: told.frozen, since: told.frozen ? (first?.timestamp ?? null) : null };
  }
  if (newest === undefined || isUnordered(events)) return { frozen: null, since: null };
  if (newest.kind === 'unfrozen') return { frozen: false, since: null };
  return { frozen: true, since: first?.timestamp ?? null };
}

/** Whether the newest freeze and the newest end of one are of one block, and nobody has told which came first. */
function isUnordered(events: readonly EventRow[]): boolean {
  const last = events.at(-1)?.timestamp;
  const together = events.filter(({ timestamp }) => timestamp === last);
  const kinds = new Set(together.map(({ kind }) => kind === 'unfrozen'));
  return kinds.size > 1 && together.some(({ position }) => position === null);
}
