/** Where the money of cases meets, as far as their newest finished crawls have followed it. */
import { type Collision, type CollisionCase, findCollisions } from '../graphs/collisions.ts';
import { readCollisionCases, readSharedWallets } from '../src/store/collisions.ts';
import type { Pool } from '../src/store/db.ts';

/** What two cases share, with both cases. */
export interface CasesMeeting extends Omit<Collision, 'caseId' | 'otherId'> {
  readonly case: CollisionCase;
  readonly other: CollisionCase;
}

export interface Collisions {
  readonly collisions: readonly CasesMeeting[];
  /** Cases of which nothing can be said. */
  readonly notCompared: readonly CollisionCase[];
}

/** @param caseId the case whose they are; `null` for all cases, each two of them once */
export async function readCollisions(pool: Pool, caseId: number | null): Promise<Collisions> {
  const cases = await readCollisionCases(pool);
  const byId = new Map(cases.map((each) => [each.id, each]));
  const collisions = findCollisions(await readSharedWallets(pool, caseId));
  return {
    collisions: collisions.flatMap(({ caseId: id, otherId, ...shared }) => {
      const [own, other] = [byId.get(id), byId.get(otherId)];
      // A case that began while the two were read is told of the next time.
      return own === undefined || other === undefined ? [] : [{ case: own, other, ...shared }];
    }),
    notCompared: cases.filter(({ missing }) => missing !== null),
  };
}
