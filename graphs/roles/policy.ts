/** By what roles are told: one plain object with a part for each detector, which goes into hashes as it is. */
import { COLLECTION, type CollectionPolicy } from './collection.ts';

export interface RolePolicy {
  readonly collection: CollectionPolicy;
}

/** The defaults. Each detector's file says where its figures come from, and docs/roles.md what they are worth. */
export const ROLE_POLICY: RolePolicy = {
  collection: COLLECTION,
};
