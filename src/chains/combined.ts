/** Two providers of one chain as one source: histories from the one that has them at hand, proof from the other. */
import { RetryableError, UserError, WORK_STOPPED } from '../errors.ts';
import type { ChainSource } from './chain.ts';

/** Where the node cannot tell, each costs the other provider several requests. */
const MOST_BALANCES = 25;

/**
 * @param history lists accounts, and names itself as the provider of the rows
 * @param proof a node: it tells finality, balances and receipts
 */
export function combineSources(history: ChainSource, proof: ChainSource): ChainSource {
  return {
    ...history,
    finality: proof.finality,
    most: { ...history.most, balances: Math.min(proof.most.balances, MOST_BALANCES) },

    async genesis(call) {
      const [listed, proven] = [await history.genesis(call), await proof.genesis(call)];
      if (listed !== null && proven !== null && listed !== proven) {
        throw new UserError('CHAIN_MISMATCH', `${history.provider} and ${proof.provider} serve two different chains.`, {
          right: 'Histories and the node that proves them must be of one chain.',
          todo: 'Correct the address of one of them, or unset it.',
        });
      }
      return proven ?? listed;
    },

    /** Final by the node's word, and not above what the other has listed. */
    async head(call) {
      const [listed, proven] = [await history.head(call), await proof.head(call)];
      return listed.block < proven.block ? listed : proven;
    },

    /** A full node drops the state of the head while a crawl goes on; the other can still tell what was held there. */
    async balances(request) {
      const balances = [...(await proof.balances(request))];
      for (const [place, wallet] of request.wallets.entries()) {
        if (balances[place] !== null) continue;
        try {
          const [told = null] = await history.balances({ ...request, wallets: [wallet] });
          balances[place] = told;
        } catch (error) {
          // What is not told now stays unknown, which is said: a crawl is not to hang on it.
          if (!(error instanceof RetryableError) || error.code === WORK_STOPPED) throw error;
          request.onFault?.(error);
          break;
        }
      }
      return balances;
    },

    // What is so now the node knows best: with its own state of the head it needs no history.
    standings: (request) => proof.standings(request),
    pendingFreezes: (request) => proof.pendingFreezes(request),

    ...(proof.balanceAt === undefined ? {} : { balanceAt: proof.balanceAt }),

    receipt: (request) => orElse(proof.receipt(request), () => history.receipt(request)),
    signer: (request) => orElse(proof.signer(request), () => history.signer(request)),
    positions: (request) => orElse(proof.positions(request), () => history.positions(request)),
  };
}

/** What receipts say. A node that has dropped old blocks has dropped their receipts too: then the other is asked. */
async function orElse<T>(told: Promise<T>, other: () => Promise<T>): Promise<T> {
  try {
    return await told;
  } catch (error) {
    if (error instanceof RetryableError && error.code === 'RECEIPT_MISSING') return other();
    throw error;
  }
}
