/**
 * Entries of the registry of compounds that files brought. Changes are numbered in the order in which they were made, each in one
 * transaction, and what is replaced or removed stays in the history. Entries that come with the program are not stored.
 */
import type { CompoundEntry } from '../compounds/entry.ts';
import { UserError } from '../errors.ts';
import { type Db, many, maybe, one, type Pool, transaction } from './db.ts';

/** Any number that no other program locks: "CMPD" in ASCII. */
const LOCK = 0x434d5044;

/** Who changes the registry, when, and as far as told why. */
export interface CompoundRequest {
  /** Ids of the entries that come with the program. */
  readonly builtIn: ReadonlySet<string>;
  readonly by: string;
  readonly why: string | null;
  readonly now: Date;
}

export interface CompoundImport extends CompoundRequest {
  /** The file's name, and its SHA-256 as 64 hex digits. */
  readonly file: string;
  readonly sha256: string;
  readonly entries: readonly CompoundEntry[];
  /** True to tell what would come of it, and store nothing. */
  readonly dryRun?: boolean;
}

/** Ids of the entries of a file, by what became of them. */
export interface CompoundChange {
  /** The number of the change; `null` where it changed nothing, or was not kept. */
  readonly number: number | null;
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly unchanged: readonly string[];
}

/**
 * Adds the entries of a file; one of the same id that a file brought before is replaced.
 *
 * @throws UserError `COMPOUND_BUILT_IN` where the file has an entry that comes with the program: then nothing is stored
 */
export async function importCompounds(pool: Pool, request: CompoundImport): Promise<CompoundChange> {
  const { builtIn, file, sha256, entries, dryRun = false } = request;
  const own = entries.filter(({ id }) => builtIn.has(id)).map(({ id }) => id);
  if (own.length > 0) throw cannotReplace(file, own);
  return transaction(pool, async (db) => {
    await db.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const given = JSON.stringify(entries.map((entry) => ({ compound: entry.id, entry })));
    const rows = await many<{ id: string; outcome: 'added' | 'replaced' | 'unchanged' }>(
      db,
      `select g.compound as id,
         case when c.id is null then 'added' when c.entry = g.entry then 'unchanged' else 'replaced' end as outcome
       from jsonb_to_recordset($1::jsonb) as g(compound text, entry jsonb)
       left join compounds c on c.compound = g.compound and c.removed_in is null order by g.compound collate "C"`,
      [given],
    );
    const of = (outcome: string) => rows.filter((row) => row.outcome === outcome).map(({ id }) => id);
    const outcome = { added: of('added'), replaced: of('replaced'), unchanged: of('unchanged') };
    const fresh = [...outcome.added, ...outcome.replaced];
    if (dryRun || fresh.length === 0) return { number: null, ...outcome };
    const number = await begin(db, { kind: 'import', source: file, sha256 }, request);
    await db.query('update compounds set removed_in = $1 where compound = any($2) and removed_in is null', [
      ...[number, outcome.replaced],
    ]);
    await db.query(
      `insert into compounds (compound, entry, added_in)
       select compound, entry, $2 from jsonb_to_recordset($1::jsonb) as g(compound text, entry jsonb)
       where compound = any($3) order by compound collate "C"`,
      [given, number, fresh],
    );
    return { number, ...outcome };
  });
}

/**
 * Takes out an entry that a file brought; it stays in the history. Returns the number of the change.
 *
 * @throws UserError `COMPOUND_BUILT_IN` or `COMPOUND_UNKNOWN`
 */
export async function removeCompound(pool: Pool, id: string, request: CompoundRequest): Promise<number> {
  return transaction(pool, async (db) => {
    await db.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const found = await maybe(db, 'select 1 from compounds where compound = $1 and removed_in is null', [id]);
    // One that a later version of the program has too is still the file's to take out.
    if (found === undefined) throw request.builtIn.has(id) ? cannotRemove(id) : unknownCompound(id);
    const number = await begin(db, { kind: 'remove', source: id, sha256: null }, request);
    await db.query('update compounds set removed_in = $1 where compound = $2 and removed_in is null', [number, id]);
    return number;
  });
}

async function begin(
  db: Db,
  change: { readonly kind: 'import' | 'remove'; readonly source: string; readonly sha256: string | null },
  { by, why, now }: CompoundRequest,
): Promise<number> {
  const { id } = await one<{ id: number }>(
    db,
    `insert into compound_changes (id, kind, source, sha256, changed_by, why, changed_at)
     select coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5, $6 from compound_changes returning id`,
    [change.kind, change.source, change.sha256, by, why, now],
  );
  return id;
}

/** The import that brought an entry. */
export interface CompoundOrigin {
  readonly number: number;
  readonly file: string;
  readonly sha256: string;
  readonly by: string;
  readonly why: string | null;
  readonly at: Date;
}

export interface ImportedCompound {
  readonly entry: CompoundEntry;
  readonly origin: CompoundOrigin;
  /** The change that replaced it or took it out, and who did so when; `null` while it stands. */
  readonly gone: {
    readonly number: number;
    readonly by: string;
    readonly why: string | null;
    readonly at: Date;
  } | null;
}

const IMPORTED = `select c.entry,
    jsonb_build_object('number', a.id, 'file', a.source, 'sha256', a.sha256, 'by', a.changed_by, 'why', a.why) as origin,
    a.changed_at as "addedAt",
    case when r.id is not null then jsonb_build_object('number', r.id, 'by', r.changed_by, 'why', r.why) end as gone,
    r.changed_at as "goneAt"
  from compounds c join compound_changes a on a.id = c.added_in left join compound_changes r on r.id = c.removed_in`;

interface Row {
  readonly entry: CompoundEntry;
  readonly origin: Omit<CompoundOrigin, 'at'>;
  readonly addedAt: Date;
  readonly gone: Omit<NonNullable<ImportedCompound['gone']>, 'at'> | null;
  readonly goneAt: Date;
}

/** The number of the newest change; 0 where there was none. What is read as of it stays the same. */
export async function newestCompoundChange(db: Db): Promise<number> {
  return (await one<{ id: number }>(db, 'select coalesce(max(id), 0)::int as id from compound_changes')).id;
}

/**
 * The entries that files brought and that stood as of a change, by id.
 *
 * @param asOf as `newestCompoundChange` told it
 */
export async function readImportedCompounds(db: Db, asOf: number): Promise<ImportedCompound[]> {
  const rows = await many<Row>(
    db,
    `${IMPORTED} where c.added_in <= $1 and (c.removed_in is null or c.removed_in > $1) order by c.compound collate "C"`,
    [asOf],
  );
  return rows.map(toImported);
}

/** All that files ever said under an id, the newest first. */
export async function readCompoundHistory(db: Db, id: string): Promise<ImportedCompound[]> {
  const rows = await many<Row>(db, `${IMPORTED} where c.compound = $1 order by c.added_in desc`, [id]);
  return rows.map(toImported);
}

function toImported({ entry, origin, addedAt, gone, goneAt }: Row): ImportedCompound {
  return { entry, origin: { ...origin, at: addedAt }, gone: gone === null ? null : { ...gone, at: goneAt } };
}

/** Ids that a message names. */
const SHOWN = 8;

function cannotReplace(file: string, ids: readonly string[]): UserError {
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : '';
  const wrong = `${file} has ${ids.length === 1 ? 'an entry' : 'entries'} of the program's own: ${ids.slice(0, SHOWN).join(', ')}${more}.`;
  return new UserError('COMPOUND_BUILT_IN', wrong, {
    right: 'What comes with the program is the same for everybody, and no file replaces it.',
    todo: 'Give what is yours another id, such as kk-park-2, and names of its own, or leave it out. Nothing of the file is stored.',
  });
}

function cannotRemove(id: string): UserError {
  return new UserError('COMPOUND_BUILT_IN', `"${id}" comes with the program and cannot be taken out.`, {
    right: 'Only what a file brought can be.',
    todo: 'See which these are with: npx downstream compounds list',
  });
}

/** For an id that no entry has. */
export function unknownCompound(id: string): UserError {
  return new UserError('COMPOUND_UNKNOWN', `There is no compound "${id}".`, {
    todo: 'See all with: npx downstream compounds list',
  });
}
