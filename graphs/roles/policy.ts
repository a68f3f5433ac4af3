/** By what roles are told: one plain object with a part for each detector, which goes into hashes as it is. */
import { CASH_OUT, type CashOutPolicy } from './cash-out.ts';
import { COLLECTION, type CollectionPolicy } from './collection.ts';
import { CONSOLIDATION, type ConsolidationPolicy } from './consolidation.ts';
import { FRAGMENTATION, type FragmentationPolicy } from './fragmentation.ts';
import { FUNNEL, type FunnelPolicy } from './funnel.ts';
import { GAS_FUNDER, type GasFunderPolicy } from './gas-funder.ts';
import { INDUCEMENT, type InducementPolicy } from './inducement.ts';
import { PEEL_CHAIN, type PeelChainPolicy } from './peel-chain.ts';
import { POOLING, type PoolingPolicy } from './pooling.ts';
import { PROCESSOR_SWEEP, type ProcessorSweepPolicy } from './processor-sweep.ts';
import { RAPID_PASS_THROUGH, type RapidPassThroughPolicy } from './rapid-pass-through.ts';
import { WORKING_HOURS, type WorkingHoursPolicy } from './working-hours.ts';

export interface RolePolicy {
  readonly collection: CollectionPolicy;
  readonly pooling: PoolingPolicy;
  readonly rapidPassThrough: RapidPassThroughPolicy;
  readonly fragmentation: FragmentationPolicy;
  readonly funnel: FunnelPolicy;
  readonly peelChain: PeelChainPolicy;
  readonly consolidation: ConsolidationPolicy;
  readonly inducement: InducementPolicy;
  readonly processorSweep: ProcessorSweepPolicy;
  readonly cashOut: CashOutPolicy;
  readonly gasFunder: GasFunderPolicy;
  readonly workingHours: WorkingHoursPolicy;
}

/** The defaults. Each detector's file says where its figures come from, and docs/roles.md what they are worth. */
export const ROLE_POLICY: RolePolicy = {
  collection: COLLECTION,
  pooling: POOLING,
  rapidPassThrough: RAPID_PASS_THROUGH,
  fragmentation: FRAGMENTATION,
  funnel: FUNNEL,
  peelChain: PEEL_CHAIN,
  consolidation: CONSOLIDATION,
  inducement: INDUCEMENT,
  processorSweep: PROCESSOR_SWEEP,
  cashOut: CASH_OUT,
  gasFunder: GAS_FUNDER,
  workingHours: WORKING_HOURS,
};
