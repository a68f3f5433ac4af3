/** A run's transfers together with what the issuer took, in the order in which a trace's table takes them. */
import { burnAsTransfer, compareTransfers } from '../graphs/trace/table.ts';
import type { Burn, PlacedTransfer } from '../graphs/trace/types.ts';
import type { Pool } from '../src/store/db.ts';
import { readIssuerEvents, readIssuerKnowledge } from '../src/store/issuer-events.ts';
import { traceRows } from '../src/store/trace-rows.ts';

/** A transfer; or, with `burn`, what the issuer took: then the row has the wallet on both sides. */
export interface FedRow {
  readonly row: PlacedTransfer;
  readonly burn: Burn | null;
}

/** Burns are told of chains only whose contract could be read as far as the run needs it. */
export async function* transferRows(pool: Pool, runId: number, until: number): AsyncGenerator<FedRow> {
  const knowledge = await readIssuerKnowledge(pool, runId);
  const known = new Set(knowledge.filter((each) => each.known).map(({ chain }) => chain));
  const burns = (await readIssuerEvents(pool, runId))
    .filter(({ chain, timestamp }) => known.has(chain) && timestamp <= until)
    .map((burn): FedRow => ({ row: burnAsTransfer(burn), burn }))
    .sort((a, b) => compareTransfers(a.row, b.row));
  let next = 0;
  for await (const row of traceRows(pool, runId, until)) {
    for (let each = burns[next]; each !== undefined && compareTransfers(each.row, row) <= 0; each = burns[next]) {
      yield each;
      next += 1;
    }
    yield { row, burn: null };
  }
  yield* burns.slice(next);
}
