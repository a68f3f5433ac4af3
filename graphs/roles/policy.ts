/** By what roles are told: one plain object with a part for each detector, which goes into hashes as it is. */
import { COLLECTION, type CollectionPolicy } from './collection.ts';
import { CONSOLIDATION, type ConsolidationPolicy } from './consolidation.ts';
import { FRAGMENTATION, type FragmentationPolicy } from './fragmentation.ts';
import { FUNNEL, type FunnelPolicy } from './funnel.ts';
import { POOLING, type PoolingPolicy } from './pooling.ts';
import { RAPID_PASS_THROUGH, type RapidPassThroughPolicy } from './rapid-pass-through.ts';

export interface RolePolicy {
  readonly collection: CollectionPolicy;
  readonly pooling: PoolingPolicy;
  readonly rapidPassThrough: RapidPassThroughPolicy;
  readonly fragmentation: FragmentationPolicy;
  readonly funnel: FunnelPolicy;
  readonly consolidation: ConsolidationPolicy;
}

/** The defaults. Each detector's file says where its figures come from, and docs/roles.md what they are worth. */
export const ROLE_POLICY: RolePolicy = {
  collection: COLLECTION,
  pooling: POOLING,
  rapidPassThrough: RAPID_PASS_THROUGH,
  fragmentation: FRAGMENTATION,
  funnel: FUNNEL,
  consolidation: CONSOLIDATION,
};
