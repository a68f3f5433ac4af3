/**
 * Changes of the tags: each in one transaction, whole or not at all, and one after the other, so that their numbers tell
 * their order.
 */
import { hash } from 'node:crypto';
import type { ChainId } from '../chains/chain.ts';
import { UserError } from '../errors.ts';
import type { Category } from '../tags/categories.ts';
import type { Tag } from '../tags/tag.ts';
import { type Db, many, one, type Pool, transaction } from './db.ts';

/** Tags that are stored in one statement. */
const BATCH = 5_000;
/** Any number that no other program locks: "TAGS" in ASCII. */
const LOCK = 0x54414753;

export interface TagRequest {
  readonly publisher: string;
  /** The URL or the name of the file. */
  readonly source: string;
  /** An error that it throws leaves everything as it was. */
  readonly tags: AsyncIterable<Tag>;
  readonly addedBy: string;
  readonly now: Date;
  /** True to tell what would come of it, and keep nothing. */
  readonly dryRun?: boolean;
}

export interface TagChange {
  /** The number of the change; `null` where it changed nothing, or was not kept. */
  readonly number: number | null;
  readonly added: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Tags that were given more than once. */
  readonly repeated: number;
  /** What was given, each once. */
  readonly counts: readonly TagCount[];
}

export interface TagCount {
  readonly chain: ChainId;
  readonly category: Category;
  readonly tags: number;
}

/** Adds a publisher's tags; those that stand already are not added twice, and none is removed. */
export async function addTags(pool: Pool, request: TagRequest): Promise<TagChange> {
  return change(pool, { ...request, kind: 'import' });
}

/**
 * Puts tags in the place of all that a publisher has: those that are not among them are removed, and stay in the history.
 *
 * @throws UserError `TAGS_NONE` where there are none: a publisher that says nothing any more is to be removed by name
 */
export async function replacePublisher(pool: Pool, request: TagRequest): Promise<TagChange> {
  return change(pool, { ...request, kind: 'replace' });
}

/** Thrown to undo what is not to be kept. */
class NotKept extends Error {
  readonly result: TagChange;

  constructor(result: TagChange) {
    super('not kept');
    this.result = result;
  }
}

async function change(pool: Pool, request: TagRequest & { kind: 'import' | 'replace' }): Promise<TagChange> {
  return keptOrNot(async () =>
    transaction(pool, async (db) => {
      const { kind, publisher, source, tags, addedBy, now, dryRun = false } = request;
      const number = await begin(db, { kind, publisher, source, addedBy, now });
      await db.query(
        'create temp table given (digest bytea primary key, chain_id smallint, category text) on commit drop',
      );
      const { added, read } = await store(db, number, publisher, tags);
      if (kind === 'replace' && read === 0) throw noTags(publisher);
      const removed = kind === 'replace' ? await removeStanding(db, number, publisher, NOT_GIVEN) : 0;
      const counts = await many<TagCount>(
        db,
        `select c.name as chain, g.category, count(*) as tags from given g join chains c on c.id = g.chain_id
         group by c.name, g.category order by c.name, g.category collate "C"`,
      );
      const given = counts.reduce((sum, each) => sum + each.tags, 0);
      return finish(db, { number, added, removed, unchanged: given - added, repeated: read - given, counts }, dryRun);
    }),
  );
}

async function keptOrNot(work: () => Promise<TagChange>): Promise<TagChange> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotKept) return error.result;
    throw error;
  }
}

/** Waits until no other change is made, and gives the next number. */
async function begin(
  db: Db,
  { kind, publisher, source, addedBy, now }: Omit<TagRequest, 'tags'> & { kind: string },
): Promise<number> {
  await db.query('select pg_advisory_xact_lock($1)', [LOCK]);
  const { id } = await one<{ id: number }>(
    db,
    `insert into tag_imports (id, kind, publisher, source, added_by, added_at)
     select coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5 from tag_imports returning id`,
    [kind, publisher, source, addedBy, now],
  );
  return id;
}

/** A change that changes nothing is none: its number is free for the next. */
async function finish(db: Db, result: TagChange & { number: number }, dryRun: boolean): Promise<TagChange> {
  const { number, added, removed, unchanged } = result;
  if (dryRun || added + removed === 0) throw new NotKept({ ...result, number: null });
  await db.query('update tag_imports set added = $2, removed = $3, unchanged = $4 where id = $1', [
    ...[number, added, removed, unchanged],
  ]);
  return result;
}

/** Stores tags in batches, each while the next is read. */
async function store(
  db: Db,
  number: number,
  publisher: string,
  tags: AsyncIterable<Tag>,
): Promise<{ added: number; read: number }> {
  let [added, read] = [0, 0];
  let batch: Tag[] = [];
  let stored: Promise<number> = Promise.resolve(0);
  const flush = async () => {
    added += await stored;
    const rows = batch;
    batch = [];
    stored = rows.length === 0 ? Promise.resolve(0) : storeBatch(db, number, publisher, rows);
    // Awaited with the next batch: what it throws until then is not lost.
    stored.catch(() => {});
  };
  try {
    for await (const tag of tags) {
      read += 1;
      if (batch.push(tag) === BATCH) await flush();
    }
    await flush();
  } finally {
    await stored.catch(() => {});
  }
  return { added: added + (await stored), read };
}

async function storeBatch(db: Db, number: number, publisher: string, tags: readonly Tag[]): Promise<number> {
  const column = <T>(read: (tag: Tag) => T) => tags.map(read);
  const { added } = await one<{ added: number }>(
    db,
    `with told as (
       select decode(digest, 'hex') as digest, c.id as chain_id, address, label, category, publisher_category, source,
         source_date, confidence_term, confidence, context
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::date[], $11::text[],
         $12::smallint[], $13::text[]) t(digest, chain, address, label, category, publisher_category, source, source_date,
         confidence_term, confidence, context) join chains c on c.name = t.chain),
     noted as (insert into given select digest, chain_id, category from told on conflict do nothing),
     stored as (
       insert into tags (digest, chain_id, address, label, category, publisher_category, source, source_date, confidence_term,
         confidence, context, publisher, added_in)
       select told.*, $2, $1 from told on conflict (digest) where removed_in is null do nothing returning 1)
     select count(*) as added from stored`,
    [
      ...[number, publisher, column((tag) => digestOf(publisher, tag))],
      ...[column(({ chain }) => chain), column(({ address }) => address), column(({ label }) => label)],
      ...[column(({ category }) => category), column(({ publisherCategory }) => publisherCategory)],
      ...[column(({ source }) => source), column(({ sourceDate }) => sourceDate)],
      ...[column(({ confidence }) => confidence.term), column(({ confidence }) => confidence.level)],
      column(({ context }) => context),
    ],
  );
  return added;
}

/**
 * What makes a tag the claim that it is. The day of the source and what the publisher adds are not in it: a list that is
 * published again says the same.
 */
function digestOf(publisher: string, tag: Tag): string {
  const { chain, address, label, category, publisherCategory, source, confidence } = tag;
  const claim = [
    publisher,
    chain,
    address,
    label,
    category,
    publisherCategory,
    source,
    confidence.term,
    confidence.level,
  ];
  return hash('sha256', JSON.stringify(claim), 'hex').slice(0, 32);
}

async function removeStanding(db: Db, number: number, publisher: string, but = 'true'): Promise<number> {
  const { rowCount } = await db.query(
    `update tags t set removed_in = $1 where publisher = $2 and removed_in is null and added_in < $1 and ${but}`,
    [number, publisher],
  );
  return rowCount ?? 0;
}

function noTags(publisher: string): UserError {
  return new UserError('TAGS_NONE', `What came of ${publisher} has no tag of Tron or Ethereum.`, {
    right: 'It would remove all tags of this publisher.',
    todo: `The tags stay as they are. To remove them: npx downstream tags remove --publisher "${publisher}"`,
  });
}

const NOT_GIVEN = 'not exists (select 1 from given g where g.digest = t.digest)';

interface RemovalRequest {
  readonly by: string;
  readonly now: Date;
}

/** Removes all tags of a publisher; they stay in the history. */
export async function removePublisher(pool: Pool, publisher: string, { by, now }: RemovalRequest): Promise<TagChange> {
  return keptOrNot(async () =>
    transaction(pool, async (db) => {
      const source = `all of ${publisher}`;
      const number = await begin(db, { kind: 'remove', publisher, source, addedBy: by, now });
      return finish(db, { ...NOTHING, number, removed: await removeStanding(db, number, publisher) }, false);
    }),
  );
}

/** Undoes a change: what it brought goes, and what it removed and nothing has brought since comes back. */
export async function undoImport(
  pool: Pool,
  { number: undone, publisher }: { readonly number: number; readonly publisher: string },
  { by, now }: RemovalRequest,
): Promise<TagChange> {
  return keptOrNot(async () =>
    transaction(pool, async (db) => {
      const source = `import ${undone}`;
      const number = await begin(db, { kind: 'remove', publisher, source, addedBy: by, now });
      const { rowCount: removed } = await db.query(
        'update tags set removed_in = $1 where added_in = $2 and removed_in is null',
        [number, undone],
      );
      const { rowCount: added } = await db.query(
        `insert into tags (digest, chain_id, address, label, category, publisher_category, publisher, source, source_date,
           confidence_term, confidence, context, added_in)
         select digest, chain_id, address, label, category, publisher_category, publisher, source, source_date,
           confidence_term, confidence, context, $1
         from tags t where removed_in = $2 and not exists (select 1 from tags o where o.digest = t.digest and o.added_in > $2)
         order by id on conflict (digest) where removed_in is null do nothing`,
        [number, undone],
      );
      return finish(db, { ...NOTHING, number, added: added ?? 0, removed: removed ?? 0 }, false);
    }),
  );
}

const NOTHING = { added: 0, removed: 0, unchanged: 0, repeated: 0, counts: [] } as const;
