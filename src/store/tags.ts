/**
 * What publishers say of wallets, and every change of it. Changes are numbered in the order in which they were made, so
 * that a crawl or a trace that notes the newest number reads the same tags again, whatever came and went since.
 */
import type { Address, ChainId, Wallet } from '../chains/chain.ts';
import type { Category } from '../tags/categories.ts';
import type { Tag } from '../tags/tag.ts';
import { type Db, many, maybe, one } from './db.ts';

/** A tag with the change that brought it. */
export interface StoredTag extends Tag {
  readonly id: number;
  readonly publisher: string;
  readonly addedIn: number;
}

/** A tag with who added it, when, and whether it is gone. */
export interface TagHistory extends StoredTag {
  readonly addedBy: string;
  readonly addedAt: Date;
  /** `null` while it stands. */
  readonly removed: { readonly in: number; readonly by: string; readonly at: Date } | null;
}

const CLAIM = `t.id, t.label, t.category, t.publisher_category as "publisherCategory", t.publisher, t.source,
  t.source_date::text as "sourceDate", t.confidence_term as term, t.confidence as level, t.context, t.added_in as "addedIn"`;

interface Claim extends Omit<StoredTag, 'chain' | 'address' | 'confidence'> {
  readonly term: string | null;
  readonly level: number;
}

/** Written out: of 100,000 rows, taking objects apart costs more than reading them. */
function toTag(row: Claim, chain: ChainId, address: Address): StoredTag {
  return {
    id: row.id,
    chain,
    address,
    label: row.label,
    category: row.category,
    publisherCategory: row.publisherCategory,
    publisher: row.publisher,
    source: row.source,
    sourceDate: row.sourceDate,
    confidence: { term: row.term, level: row.level },
    context: row.context,
    addedIn: row.addedIn,
  };
}

/** The number of the newest change of the tags; 0 where there was none. What is read as of it stays the same. */
export async function newestImport(db: Db): Promise<number> {
  return (await one<{ id: number }>(db, 'select coalesce(max(id), 0)::int as id from tag_imports')).id;
}

/**
 * The tags of wallets that stood as of a change, by wallet, category, publisher and label. Wallets without any are left
 * out. Of 100,000 wallets, they are read in less than a second.
 *
 * @param asOf as `newestImport` told it
 */
export async function readTags(db: Db, wallets: readonly Wallet[], asOf: number): Promise<StoredTag[]> {
  const chains = [...new Set(wallets.map(({ chain }) => chain))].sort();
  const read: StoredTag[][] = [];
  for (const chain of chains) {
    const own = wallets.filter((wallet) => wallet.chain === chain).map(({ address }) => address);
    read.push(await readChain(db, chain, [...new Set(own)].sort(), asOf));
  }
  return read.flat();
}

/**
 * The place of each wallet comes back instead of its name, and is put in order here: so many rows sort slowly on a disk. The
 * addresses go as one text, which is cheaper to write than a list; no address has a comma. "offset 0" has each looked up by
 * the index, where the planner would read all tags there are.
 */
async function readChain(db: Db, chain: ChainId, addresses: readonly Address[], asOf: number): Promise<StoredTag[]> {
  const rows = await many<Claim & { place: number }>(
    db,
    `select w.place::int, ${CLAIM}
     from unnest(string_to_array($2, ',')) with ordinality w(address, place)
     cross join lateral (
       select * from tags t where t.address = w.address and t.chain_id = (select id from chains where name = $1)
         and t.added_in <= $3 and (t.removed_in is null or t.removed_in > $3) offset 0) t`,
    [chain, addresses.join(','), asOf],
  );
  rows.sort((a, b) => a.place - b.place || byClaim(a, b));
  return rows.map((row) => {
    const address = addresses[row.place - 1];
    if (address === undefined) throw new Error(`The database told of a wallet ${row.place} that was not asked for`);
    return toTag(row, chain, address);
  });
}

const SORTED_BY = ['category', 'publisher', 'label', 'source', 'id'] as const;

function byClaim(a: Claim, b: Claim): number {
  const key = SORTED_BY.find((each) => a[each] !== b[each]);
  return key === undefined ? 0 : a[key] < b[key] ? -1 : 1;
}

/** All that was ever said of a wallet: what stands first, by category, publisher and label, then what is gone. */
export async function tagsOf(db: Db, { chain, address }: Wallet): Promise<TagHistory[]> {
  const rows = await many<
    Claim & { addedBy: string; addedAt: Date; removedIn: number | null; removedBy: string; removedAt: Date }
  >(
    db,
    `select ${CLAIM}, a.added_by as "addedBy", a.added_at as "addedAt", t.removed_in as "removedIn",
       r.added_by as "removedBy", r.added_at as "removedAt"
     from tags t join chains c on c.id = t.chain_id join tag_imports a on a.id = t.added_in
     left join tag_imports r on r.id = t.removed_in
     where t.address = $2 and c.name = $1
     order by t.removed_in is not null, t.category collate "C", t.publisher collate "C", t.label collate "C",
       t.source collate "C", t.id`,
    [chain, address],
  );
  return rows.map((row) => ({
    ...toTag(row, chain, address),
    addedBy: row.addedBy,
    addedAt: row.addedAt,
    removed: row.removedIn === null ? null : { in: row.removedIn, by: row.removedBy, at: row.removedAt },
  }));
}

/** A change of the tags: an import, the replacement of a publisher's, or a removal. */
export interface TagImport {
  readonly number: number;
  readonly kind: 'import' | 'replace' | 'remove';
  readonly publisher: string;
  readonly source: string;
  readonly by: string;
  readonly at: Date;
  readonly added: number;
  readonly removed: number;
  readonly unchanged: number;
}

const IMPORT = `id as number, kind, publisher, source, added_by as by, added_at as at, added, removed, unchanged`;

export async function findImport(db: Db, number: number): Promise<TagImport | undefined> {
  return maybe<TagImport>(db, `select ${IMPORT} from tag_imports where id = $1`, [number]);
}

/** A publisher with how many of its tags stand, and the newest change of them. */
export interface Publisher {
  readonly publisher: string;
  readonly tags: number;
  readonly wallets: number;
  readonly categories: readonly { readonly category: Category; readonly tags: number }[];
  readonly newest: TagImport;
}

/** All publishers that ever had tags, by name. */
export async function listPublishers(db: Db): Promise<Publisher[]> {
  const newest = await many<TagImport>(
    db,
    `select distinct on (publisher collate "C") ${IMPORT} from tag_imports order by publisher collate "C", id desc`,
  );
  const counts = await many<{ publisher: string; category: Category; tags: number }>(
    db,
    `select publisher, category, count(*) as tags from tags where removed_in is null group by publisher, category
     order by category collate "C"`,
  );
  const wallets = await many<{ publisher: string; wallets: number }>(
    db,
    `select publisher, count(distinct (chain_id, address)) as wallets from tags where removed_in is null group by publisher`,
  );
  return newest.map((change) => {
    const categories = counts.filter(({ publisher }) => publisher === change.publisher);
    return {
      publisher: change.publisher,
      tags: categories.reduce((sum, { tags }) => sum + tags, 0),
      wallets: wallets.find(({ publisher }) => publisher === change.publisher)?.wallets ?? 0,
      categories: categories.map(({ category, tags }) => ({ category, tags })),
      newest: change,
    };
  });
}
