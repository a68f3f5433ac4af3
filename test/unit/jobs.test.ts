import { Job, type Queue } from 'bullmq';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnalyseJob, analyseJob, type CrawlJob, crawlJob, jobId } from '../../src/queue/jobs.ts';

const HASH = '77ff0c0819cc39b3d24c98a3e94c1789f9e4376509aaadc82894896474c0e6b2';
const number = fc.oneof(fc.nat(3), fc.maxSafeNat());
const common = { run: number, attempt: number };
const wallets = fc.uniqueArray(number, { minLength: 1, maxLength: 4 });
const hash = fc.constantFrom(HASH, '0'.repeat(64), '1'.repeat(64));
const jobs: fc.Arbitrary<CrawlJob | AnalyseJob> = fc.oneof(
  fc.record({ kind: fc.constant('page' as const), ...common, wallets, asset: number, page: number }),
  fc.record({ kind: fc.constant('receipt' as const), ...common, wallet: number, asset: number, transaction: hash }),
  fc.record({ kind: fc.constant('signer' as const), ...common, asset: number, transaction: hash }),
  fc.record({ kind: fc.constant('balance' as const), ...common, wallets, asset: number }),
  fc.record({ kind: fc.constant('positions' as const), ...common, asset: number, timestamp: number }),
  fc.record({ kind: fc.constant('native' as const), ...common, wallet: number, asset: number }),
  fc.record({ kind: fc.constant('issuer-events' as const), ...common, asset: number, page: number }),
  fc.record({ kind: fc.constant('submissions' as const), ...common, asset: number }),
  fc.record({ kind: fc.constant('analyse' as const), ...common, request: number }),
);
const RUNS = { seed: 1, numRuns: 1_000 };

describe('the id of a job', () => {
  test('is the same for the same work, whatever the order of its fields', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        const turned = Object.fromEntries(Object.entries(job).reverse()) as CrawlJob | AnalyseJob;
        expect(jobId(turned)).toBe(jobId(job));
      }),
      RUNS,
    );
  });

  test('is another for other work', () => {
    fc.assert(
      fc.property(jobs, jobs, (one, other) => {
        expect(jobId(one) === jobId(other)).toBe(sorted(one) === sorted(other));
      }),
      { ...RUNS, numRuns: 3_000 },
    );
  });

  test('is one that BullMQ takes: no colon, no mere number, not long', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        const id = jobId(job);
        expect(id).toMatch(/^[a-z][\w+-]{5,}$/);
        expect(id.length).toBeLessThan(200);
        expect(() => new Check(id)).not.toThrow();
      }),
      RUNS,
    );
    expect(() => new Check('17')).toThrow('Custom Id cannot be integers');
    expect(() => new Check('a:b')).toThrow('Custom Id cannot contain :');
  });

  test('contains run and attempt', () => {
    const job = { kind: 'page', run: 3, attempt: 2, wallets: [7], asset: 1, page: 4 } as const;
    expect(jobId(job)).toBe('page-r3-a2-w7-s1-p4');
    expect(jobId({ ...job, attempt: 3 })).not.toBe(jobId(job));
    expect(jobId({ ...job, run: 4 })).not.toBe(jobId(job));
    const order = { kind: 'positions', run: 3, attempt: 2, asset: 1, timestamp: 1_772_323_200_000 } as const;
    expect(jobId(order)).toBe('positions-r3-a2-s1-t1772323200000');
    expect(jobId({ kind: 'native', run: 3, attempt: 2, wallet: 7, asset: 1 })).toBe('native-r3-a2-w7-s1');
  });
});

describe('what stands in a job', () => {
  test('comes back through JSON', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        const schema = job.kind === 'analyse' ? analyseJob : crawlJob;
        expect(schema.parse(JSON.parse(JSON.stringify(job)))).toEqual(job);
      }),
      RUNS,
    );
  });

  test.each<[string, object]>([
    ['another kind', { kind: 'other', run: 1, attempt: 1, wallet: 1, asset: 1 }],
    ['a field too many, such as a key', { kind: 'balance', run: 1, attempt: 1, wallets: [1], asset: 1, key: 'secret' }],
    ['a field too few', { kind: 'page', run: 1, attempt: 1, wallets: [1], asset: 1 }],
    [
      'a wallet where the job is about a contract',
      { kind: 'issuer-events', run: 1, attempt: 1, wallets: [1], asset: 1 },
    ],
    ['a negative number', { kind: 'balance', run: -1, attempt: 1, wallets: [1], asset: 1 }],
    ['a fraction', { kind: 'balance', run: 1.5, attempt: 1, wallets: [1], asset: 1 }],
    ['a number as text', { kind: 'balance', run: '1', attempt: 1, wallets: [1], asset: 1 }],
    ['no time', { kind: 'positions', run: 1, attempt: 1, asset: 1 }],
    [
      'a transaction beside the time',
      { kind: 'positions', run: 1, attempt: 1, asset: 1, timestamp: 1, transaction: HASH },
    ],
    ['no transaction', { kind: 'receipt', run: 1, attempt: 1, wallet: 1, asset: 1, transaction: 'abc' }],
  ])('is refused with %s', (_, job) => {
    expect(crawlJob.safeParse(job).success).toBe(false);
  });
});

/** BullMQ's own check of an id, without a queue. */
class Check {
  constructor(id: string) {
    const queue = { opts: {}, qualifiedName: 'q', toKey: (name: string) => name, keys: {}, closing: undefined };
    const job = new Job(queue as unknown as Queue, 'name', {}, { jobId: id }, id);
    (job as unknown as { validateOptions(json: object): void }).validateOptions(job.asJSON());
  }
}

function sorted(job: CrawlJob | AnalyseJob): string {
  return JSON.stringify(Object.entries(job).sort(([a], [b]) => (a < b ? -1 : 1)));
}
