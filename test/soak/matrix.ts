/** The matrix of plans, pairs and workers: which of it has been run, and what each crawl came to. */
import type { Backend, Pair } from './backends.ts';
import { type Crawled, crawlOnce } from './one-crawl.ts';
import { judge, type Verdict } from './outcome.ts';
import { type FaultPlan, planOf } from './plans.ts';

/** One line of the file of results. */
export interface Result {
  readonly plan: number;
  readonly pair: Pair;
  readonly workers: number;
  readonly verdict: Verdict;
  readonly flavour: string;
  readonly providers: string;
  /** How often the command was run, and why it stopped the last time. */
  readonly runs: number;
  readonly stop: string | null;
  readonly requests: number;
  /** How many requests met a fault. */
  readonly faults: number;
  readonly seconds: number;
  readonly named: number;
  /** Wallets that are wrong and not named. */
  readonly silent: readonly string[];
  /** Of the program. */
  readonly revision: string;
  /** Day, in UTC. */
  readonly day: string;
}

/** What a crawl is known by. */
export function keyOf({ plan, pair, workers }: Pick<Result, 'plan' | 'pair' | 'workers'>): string {
  return `${plan} ${pair} ${workers}`;
}

/** Runs plans; what each comes to without faults, on whatever backend, is found out once. */
export function createRunner(revision: string) {
  const fair = new Map<string, Promise<Crawled>>();
  const withoutFaults = (backend: Backend, plan: FaultPlan): Promise<Crawled> => {
    const key = `${plan.economy} ${plan.hops} ${plan.providers}`;
    const known = fair.get(key) ?? crawlOnce(backend, { plan, faults: false, workers: 1 });
    fair.set(key, known);
    return known;
  };
  return async (backend: Backend, number: number, workers: number): Promise<Result> => {
    const plan = planOf(number);
    const without = await withoutFaults(backend, plan);
    if (without.wrong.length > 0 || without.crawl?.state !== 'finished') {
      throw new Error(`Without faults, the crawl of plan ${number} is not right: ${JSON.stringify(without)}`);
    }
    const crawled = await crawlOnce(backend, { plan, faults: true, workers });
    const named = new Set(crawled.named);
    return {
      ...{ plan: number, pair: backend.pair, workers, verdict: judge(crawled, without) },
      ...{ flavour: plan.flavour, providers: plan.providers, runs: crawled.runs },
      stop: crawled.crawl?.stop?.code ?? crawled.refusal?.split('\n', 1)[0] ?? null,
      requests: crawled.crawl?.requests ?? 0,
      faults: crawled.faults,
      seconds: Math.round(crawled.seconds * 10) / 10,
      named: named.size,
      silent: crawled.wrong.filter((wallet) => !named.has(wallet)),
      ...{ revision, day: new Date().toISOString().slice(0, 10) },
    };
  };
}
