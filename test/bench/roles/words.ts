/** By which words of a folder each role is known, for whoever made the economy: `TRUTH` goes by these. */
import type { RoleName } from '../../../graphs/roles/types.ts';
import { PROCESSOR } from '../../../src/simulate/actors/processor.ts';

const inRoles = (words: string) => `the role ${words} in wallets.csv`;
const inParts = (role: RoleName) => `the part \`${role}\` in parts.csv`;

export const WORDS: Readonly<Record<RoleName, string>> = {
  collection: inRoles('`collection` or `compound`'),
  pooling: inRoles('`pooling`'),
  'rapid-pass-through': inParts('rapid-pass-through'),
  fragmentation: inParts('fragmentation'),
  funnel: inParts('funnel'),
  'peel-chain': `${inRoles('`peel`')}, or ${inParts('peel-chain')}`,
  consolidation: inParts('consolidation'),
  inducement: inParts('inducement'),
  'processor-sweep': `the service \`${PROCESSOR}\` in wallets.csv, with the role \`hot\` or \`deposit\``,
  'cash-out': 'a network without a service in wallets.csv, and followed payments to wallets that have a service there',
  'gas-funder': inRoles('`funder`'),
  'working-hours': inParts('working-hours'),
};
