/** Which stored transfers count for a run. */

/**
 * SQL that holds for a transfer `t` that the sources of a run `r` list: in the wallet's own history by the chain's own
 * word, or, where the run is offline, in a file of its case.
 *
 * @param seen the column that says so of the wallet in question: `t.seen_by_sender` or `t.seen_by_recipient`
 */
export function listedFor(seen: 't.seen_by_sender' | 't.seen_by_recipient'): string {
  return `case when r.offline then exists (
      select 1 from file_transfers ft join files f on f.id = ft.file_id
      where f.case_id = r.case_id and f.finished and ft.transaction = t.transaction and ft.asset_id = t.asset_id
        and ft.from_id = t.from_id and ft.to_id = t.to_id and ft.value = t.value and ft.occurrence = t.occurrence)
    else ${seen} end`;
}
