/** A source whose requests wait for their turn, and whose refusals all workers obey. */
import type { Call, ChainSource } from '../src/chains/chain.ts';
import { RetryableError, WORK_STOPPED } from '../src/errors.ts';
import type { Limiter } from './limiter.ts';

/**
 * The same source under a limiter. A call that is `stopping` ends its waiting with a `RetryableError`, `WORK_STOPPED` unless its
 * reason is another; a request that is under way is not cut off.
 */
export function inTurn(source: ChainSource, limiter: Limiter): ChainSource {
  const paced = async <Q extends Call, T>(request: Q, ask: (request: Q) => Promise<T>): Promise<T> => {
    const { signal, stopping } = request;
    const ends = AbortSignal.any([signal, stopping].filter((each) => each !== undefined));
    const last: { epoch: number | null } = { epoch: null };
    const onRequest = async () => {
      // A further request means that the one before was answered.
      if (last.epoch !== null) await limiter.answered(last.epoch);
      last.epoch = await limiter.turn(ends);
      signal?.throwIfAborted();
      if (stopping?.aborted) throw stoppedFor(stopping.reason);
      await request.onRequest?.();
    };
    try {
      const answer = await ask({ ...request, onRequest });
      if (last.epoch !== null) await limiter.answered(last.epoch);
      return answer;
    } catch (error) {
      if (last.epoch !== null && isRefusal(error)) await limiter.refused(last.epoch, error);
      throw error;
    }
  };
  const { chain, provider, authority, unit, assets, finality, overlap, most, balanceAt, holding, native } = source;
  // Each has to stand here, also where a source may be without, so that no way to ask is forgotten.
  const limited: EachOf<ChainSource> = {
    ...{ chain, provider, authority, unit, assets, finality, overlap, most },
    genesis: (call = {}) => paced(call, (asked) => source.genesis(asked)),
    head: (call = {}) => paced(call, (asked) => source.head(asked)),
    history: (request) => paced(request, (asked) => source.history(asked)),
    newest: (request) => paced(request, (asked) => source.newest(asked)),
    balances: (request) => paced(request, (asked) => source.balances(asked)),
    balanceAt: balanceAt && ((request) => paced(request, (asked) => balanceAt(asked))),
    holding: holding && ((request) => paced(request, (asked) => holding(asked))),
    receipt: (request) => paced(request, (asked) => source.receipt(asked)),
    signer: (request) => paced(request, (asked) => source.signer(asked)),
    positions: (request) => paced(request, (asked) => source.positions(asked)),
    issuerEvents: (request) => paced(request, (asked) => source.issuerEvents(asked)),
    native: native && ((request) => paced(request, (asked) => native(asked))),
    standings: (request) => paced(request, (asked) => source.standings(asked)),
    pendingFreezes: (request) => paced(request, (asked) => source.pendingFreezes(asked)),
  };
  return limited;
}

/** The same with each key named, those that may be absent too. */
type EachOf<T> = { [Key in keyof Required<T>]: T[Key] };

/** A provider that names a time before which it is not to be asked, or gives none where everybody knows it. */
function isRefusal(error: unknown): error is RetryableError & { readonly retryAfterMs: number } {
  return error instanceof RetryableError && error.retryAfterMs !== undefined;
}

function stoppedFor(reason: unknown): RetryableError {
  return reason instanceof RetryableError ? reason : new RetryableError(WORK_STOPPED, 'The process is to end.');
}
