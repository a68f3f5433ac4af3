/** The registry as it is used: the entries that come with the program, and those that files brought. */
import type { KnownCompound } from '../graphs/compounds/types.ts';
import { type CompoundEntry, groundsOf } from '../src/compounds/entry.ts';
import { builtInCompounds } from '../src/compounds/registry.ts';
import { type CompoundOrigin, readImportedCompounds } from '../src/store/compounds.ts';
import type { Db } from '../src/store/db.ts';

export interface RegisteredCompound {
  readonly entry: CompoundEntry;
  /** The import that brought it; `null` where it comes with the program. */
  readonly origin: CompoundOrigin | null;
}

/** Ids of the entries that come with the program. */
export function builtInIds(): ReadonlySet<string> {
  return new Set(builtInCompounds().map(({ id }) => id));
}

/**
 * By id. Where a later version of the program has an id that a file brought before, the program's entry counts.
 *
 * @param asOf the number of a change of what files brought, as `newestCompoundChange` tells it
 */
export async function readRegistry(db: Db, asOf: number): Promise<RegisteredCompound[]> {
  const own = builtInIds();
  const imported = (await readImportedCompounds(db, asOf)).filter(({ entry }) => !own.has(entry.id));
  return [
    ...builtInCompounds().map((entry) => ({ entry, origin: null })),
    ...imported.map(({ entry, origin }) => ({ entry, origin })),
  ].sort((a, b) => (a.entry.id < b.entry.id ? -1 : Number(a.entry.id > b.entry.id)));
}

/** What of entries names are told by, see `tieClusters`. */
export function namesOfEntries(entries: readonly CompoundEntry[]): KnownCompound[] {
  return entries.map(({ id, name, kind, aliases, platforms, operators }) => ({
    ...{ id, name, kind, aliases, platforms },
    operators: operators.map((each) => ({
      name: each.name,
      instrument: each.instrument,
      grounds: groundsOf(each.instrument),
    })),
  }));
}
