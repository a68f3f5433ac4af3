/** What a reader of one kind of file hands on. */
import type { UserError } from '../../errors.ts';
import type { LeftOutTag, RawTag } from '../tag.ts';

/** A row of a file; `line` is where it begins, and the first line is 1. */
export type RawRow =
  | { readonly line: number; readonly raw: RawTag }
  | { readonly line: number; readonly leftOut: LeftOutTag }
  | { readonly line: number; readonly fault: UserError };

export interface OpenedFormat {
  /** Who the file says it is by, or who files of this kind are by; `null` where that is not told. */
  readonly publisher: string | null;
  /** Read anew from the file each time they are iterated. */
  readonly rows: AsyncIterable<RawRow>;
}

/** The publisher of the list of sanctions, whichever form it comes in. */
export const OFAC = 'US Treasury OFAC';

/** A raw tag with nothing told but what is given. Written out: a file may have a million. */
export function rawTag(told: Pick<RawTag, 'address'> & Partial<RawTag>): RawTag {
  return {
    address: told.address,
    currency: told.currency ?? null,
    label: told.label ?? null,
    categories: told.categories ?? [],
    publisherCategory: told.publisherCategory ?? null,
    source: told.source ?? null,
    date: told.date ?? null,
    confidence: told.confidence ?? null,
    context: told.context ?? null,
  };
}
