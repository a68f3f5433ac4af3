/** What can be wrong with a node so that a person has to choose another. */
import { UserError } from '../../errors.ts';
import { type Place, wordsOf } from '../reply.ts';

const ANOTHER_NODE = 'Set ETHEREUM_RPC_URL to another node.';

/** Chains that people reach by mistake. */
const CHAIN_NAMES: Readonly<Record<number, string>> = {
  1: 'Ethereum',
  10: 'Optimism',
  56: 'BNB Smart Chain',
  100: 'Gnosis',
  137: 'Polygon',
  8453: 'Base',
  17000: "Ethereum's test network Holesky",
  31337: 'a development node',
  42161: 'Arbitrum',
  43114: 'Avalanche',
  11155111: "Ethereum's test network Sepolia",
};

export function wrongChain({ host }: Place, serves: number, wanted: number): UserError {
  const name = (id: number) => (CHAIN_NAMES[id] === undefined ? `chain ${id}` : `${CHAIN_NAMES[id]} (chain ${id})`);
  return new UserError('PROVIDER_WRONG_CHAIN', `${host} serves ${name(serves)}, not ${name(wanted)}.`, {
    right: 'The same address exists on many chains, and holds other money on each.',
    todo: `Set ETHEREUM_RPC_URL to a node of ${name(wanted)}.`,
  });
}

export function notSynced({ host }: Place, at: number | null, of: number | null): UserError {
  const where = at === null || of === null ? '' : `: it is at block ${at} of ${of}`;
  return new UserError('PROVIDER_NOT_SYNCED', `${host} has not caught up with the chain yet${where}.`, {
    right: 'A node answers for the whole chain once it is synced; until then it leaves transfers out.',
    todo: 'Wait for it, or set ETHEREUM_RPC_URL to another node.',
  });
}

export function noFinality(place: Place, said: string | null): UserError {
  return new UserError(
    'PROVIDER_NO_FINALITY',
    `${place.host} does not tell which block is final${wordsOf(said, place)}.`,
    {
      right: 'Only blocks that cannot be undone are read, so a node must answer for the block "finalized".',
      todo: ANOTHER_NODE,
    },
  );
}

export function noHistory(place: Place, said: string | null): UserError {
  return new UserError('PROVIDER_NO_HISTORY', `${place.host} does not have the whole history${wordsOf(said, place)}.`, {
    right: 'Transfers are read from the creation of the token on, so a node must keep all blocks and receipts.',
    todo: `${ANOTHER_NODE} Or read histories from Etherscan: set ETHERSCAN_API_KEY.`,
  });
}
