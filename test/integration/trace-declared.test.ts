/** Which rule a trace is by: who chose it and why is recorded first, and without a choice all rules are shown. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { readDeclarations } from '../../src/store/declarations.ts';
import type { TraceJson } from '../../workers/trace.ts';
import { NOW, tracedCases } from '../fixtures/traced-cases.ts';
import { REPORTS, RESULTS, RULES, SUMS, TRANSFERS } from '../fixtures/tracing/worked-case.ts';

interface Compared extends Partial<TraceJson> {
  readonly rules: Record<string, { readonly conservation: Record<string, string> }>;
  readonly places: readonly {
    readonly end: string;
    readonly address: string;
    readonly category: string | null;
    readonly name: string | null;
    readonly amounts: Record<string, string>;
    readonly spread: string;
  }[];
  readonly reached: { readonly exits: number; readonly beyond: number };
}

describe.skipIf(inject('postgres') === null)('a rule', () => {
  const cases = tracedCases(TRANSFERS);
  let stops: string;
  beforeAll(async () => {
    stops = await cases.stops('S=exchange=Meridian');
  });
  const given = (name: string) => cases.given(name, { reports: REPORTS, confirm: ['1:p1', '2:p2'] });
  const words = (by: string, why: string) => ['--by', by, '--why', why];
  const declared = async (name: string) => {
    const { id } = await cases.json<{ id: number }>('case', 'show', name);
    return readDeclarations(cases.pool(), id);
  };

  it('that is chosen is recorded with who chose it and why, and the case keeps it', async () => {
    await given('kept');
    const first = await cases.json<TraceJson>('trace', 'kept', '--rule', 'lifo', ...words('A. Analyst', 'as pleaded'));
    const choice = { by: 'A. Analyst', why: 'as pleaded', at: new Date(NOW).toISOString() };
    expect(first).toMatchObject({ rule: 'lifo', declared: choice });
    expect(await declared('kept')).toMatchObject([
      { rule: 'lifo', declaredBy: 'A. Analyst', why: 'as pleaded', declaredAt: new Date(NOW) },
    ]);
    expect(await cases.json('trace', 'kept')).toEqual(first);
    expect(await cases.json('trace', 'kept', '--rule', 'lifo')).toEqual(first);
    expect(await cases.stored('kept')).toMatchObject([{ rule: 'lifo', declaredBy: 'A. Analyst' }]);
  });

  it('that is chosen later is used from then on, and the one before it where it is asked for', async () => {
    const second = await cases.json<TraceJson>('trace', 'kept', '--rule', 'libr', ...words('B. Other', 'as ordered'));
    expect(await cases.json('trace', 'kept')).toEqual(second);
    expect(await cases.json('trace', 'kept', '--rule', 'lifo')).toMatchObject({ declared: { by: 'A. Analyst' } });
    await cases.json('trace', 'kept', '--rule', 'lifo', ...words('A. Analyst', 'after all'));
    expect(await cases.json('trace', 'kept')).toMatchObject({ rule: 'lifo', declared: { why: 'after all' } });
    expect((await declared('kept')).map(({ rule, why }) => `${rule}: ${why}`)).toEqual([
      'lifo: as pleaded',
      'libr: as ordered',
      'lifo: after all',
    ]);
    // The same result under another choice is a result of its own.
    expect((await cases.stored('kept')).map(({ rule }) => rule)).toEqual(['lifo', 'libr', 'lifo']);
  });

  it('is recorded before the result: not for a case that has nothing to trace', async () => {
    await cases.given('empty', { reports: [['--wallet', '@V1', '--role', 'own']], hops: 0 });
    expect(await cases.said('trace', 'empty', '--rule', 'fifo', ...words('A', 'b'))).toMatch(
      /^1\nError: The case "empty"/,
    );
    expect(await declared('empty')).toEqual([]);
  });

  it('that nobody chose is not taken: all are shown', async () => {
    await given('unchosen');
    expect(await cases.said('trace', 'unchosen', '--stops', stops)).toMatchSnapshot();
    const shown = await cases.json<Compared>('trace', 'unchosen', '--stops', stops);
    expect(Object.keys(shown.rules)).toEqual([...RULES]);
    expect(shown.runHash).toBeUndefined();
    expect(await cases.json('trace', 'unchosen', '--stops', stops, '--compare')).toEqual(shown);
    expect(await declared('unchosen')).toEqual([]);
    expect(await cases.stored('unchosen')).toEqual([]);
  });

  it('that nobody chose, asked for in JSON, is given beside all of them', async () => {
    const both = await cases.json<Compared>('trace', 'unchosen', '--rule', 'fifo', '--stops', stops);
    expect(both).toMatchObject({ rule: 'fifo', declared: null, runHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(both.conservation).toEqual({
      ...{ sources: '150.000000', unknown: '0.000000', difference: '0.000000' },
      ...SUMS.fifo,
    });
    expect(Object.keys(both.rules)).toEqual([...RULES]);
    expect(await cases.stored('unchosen')).toMatchObject([{ rule: 'fifo', declaredBy: null }]);
    // For people it is not: they are told how to choose it.
    const said = await cases.said('trace', 'unchosen', '--rule', 'pro-rata', '--stops', stops);
    expect(said.slice(said.indexOf('Nobody'))).toMatchInlineSnapshot(`
      "Nobody has chosen pro-rata for this case yet. To choose it, for the record:
        npx downstream trace "unchosen" --rule pro-rata --by "YOUR NAME" --why "YOUR REASON"
      "
    `);
  });

  it('that nobody chose is not said to be none where another was chosen', async () => {
    const said = await cases.said('trace', 'kept', '--rule', 'poison');
    expect(said.slice(said.indexOf('Nobody'))).toMatchInlineSnapshot(`
      "Nobody has chosen poison for this case yet. To choose it, for the record:
        npx downstream trace "kept" --rule poison --by "YOUR NAME" --why "YOUR REASON"
      "
    `);
  });

  it('is asked for at a terminal, and recorded before the result is shown', async () => {
    await given('asked');
    const answers = ['FIFO ', 'A. Analyst', 'as pleaded'];
    expect(await cases.saidTo(answers, 'trace', 'asked', '--stops', stops)).toMatchSnapshot();
    expect(await declared('asked')).toMatchObject([{ rule: 'fifo', declaredBy: 'A. Analyst', why: 'as pleaded' }]);
    expect(await cases.said('case', 'show', 'asked')).toMatch(/Rule +fifo, chosen by A\. Analyst on .*: as pleaded/);
    // From now on nobody is asked, but for a rule that was not chosen.
    expect(await cases.saidTo([], 'trace', 'asked')).toMatch(/^0\nThe money of 2 sources/);
    const said = await cases.saidTo(['B. Other', 'to compare'], 'trace', 'asked', '--rule', 'libr');
    expect(said.slice(0, said.indexOf('What is traced'))).toMatchInlineSnapshot(`
      "0
      Nobody has chosen libr for this case yet. It is recorded with who chose it and why, before the result is shown.
      Who chooses it? B. Other
      Why? to compare
      The money of 2 sources in the case "asked", up to 2026-03-01 00:22:00 UTC, by lowest intermediate balance (LIBR).
      Chosen by B. Other on 2026-06-01: to compare
      "
    `);
  });

  it('is not chosen where the answer is empty, is none, or has no reason', async () => {
    await given('hesitant');
    const all = await cases.saidTo([''], 'trace', 'hesitant');
    expect(all).toContain('by each rule');
    expect(await cases.saidTo(['haircut'], 'trace', 'hesitant')).toMatchInlineSnapshot(`
      "2
      Nobody has chosen a rule for this case yet. It is recorded with who chose it and why, before the result is shown.
      Rule (fifo, lifo, pro-rata, libr, poison, ttr; empty for all side by side): haircut
      Error: "haircut" is no rule.
      A rule is one of: fifo, lifo, pro-rata, libr, poison, ttr.
      "
    `);
    expect(await cases.saidTo(['fifo', 'A. Analyst', '  '], 'trace', 'hesitant')).toMatchInlineSnapshot(`
      "2
      Nobody has chosen a rule for this case yet. It is recorded with who chose it and why, before the result is shown.
      Rule (fifo, lifo, pro-rata, libr, poison, ttr; empty for all side by side): fifo
      Who chooses it? A. Analyst
      Why?
      Error: "Why?" is empty: "  ".
      Who says it and why is recorded with it, so that others can judge it later.
      Say it in a few words after "Why?".
      "
    `);
    expect(await declared('hesitant')).toEqual([]);
    expect(await cases.stored('hesitant')).toEqual([]);
  });

  it('is chosen with name and reason, or not at all', async () => {
    const trace = (...options: string[]) => cases.said('trace', 'hesitant', ...options);
    expect(await trace('--rule', 'fifo', '--by', 'A. Analyst')).toMatchInlineSnapshot(`
      "2
      Error: A choice has a rule, who chooses it, and why.
      --rule fifo --by "A. Analyst" --why "as pleaded"
      Give all three; or none, to use the rule that was chosen for the case before.
      "
    `);
    expect(await trace('--rule', 'fifo', '--why', 'as pleaded')).toBe(
      await trace('--rule', 'fifo', '--by', 'A. Analyst'),
    );
    expect(await trace('--by', 'A. Analyst', '--why', 'as pleaded')).toMatch(/^2\nError: A choice has a rule/);
    expect(await trace('--rule', 'fifo', '--by', ' ', '--why', 'as pleaded')).toMatchInlineSnapshot(`
      "2
      Error: --by is empty: " ".
      Who says it and why is recorded with it, so that others can judge it later.
      Say it in a few words after --by.
      "
    `);
    expect(await trace('--rule', 'fifo', '--by', 'A', '--why', 'w'.repeat(2_001))).toMatchInlineSnapshot(`
      "2
      Error: --why has 2001 characters.
      It has up to 2000.
      Shorten it, and keep the whole text outside the case.
      "
    `);
    expect(await trace('--rule', 'haircut')).toMatchInlineSnapshot(`
      "2
      error: option '--rule <rule>' argument 'haircut' is invalid. Allowed choices are fifo, lifo, pro-rata, libr, poison, ttr.
      (add --help for what it takes)
      "
    `);
    expect(await trace('--compare', '--rule', 'fifo')).toMatchInlineSnapshot(`
      "2
      Error: With --compare no rule is chosen.
      --compare shows all rules side by side.
      Leave out --rule, --by and --why, or leave out --compare.
      "
    `);
    expect(await trace('--compare', '--why', 'as pleaded')).toBe(await trace('--compare', '--rule', 'fifo'));
    expect(await declared('hesitant')).toEqual([]);
  });
});

describe.skipIf(inject('postgres') === null)('the rules side by side', () => {
  const cases = tracedCases(TRANSFERS);
  let stops: string;
  beforeAll(async () => {
    stops = await cases.stops('S=exchange=Meridian');
    await cases.given('compared', { reports: REPORTS, confirm: ['1:p1', '2:p2'] });
  });

  it('bring their own amounts to each place, and disagree by the most less the least', async () => {
    const { places, rules, reached } = await cases.json<Compared>('trace', 'compared', '--compare', '--stops', stops);
    const spreads = Object.fromEntries(places.map(({ end, address, spread }) => [`${end} ${address}`, spread]));
    expect(spreads).toEqual({
      'service S': '60.000000',
      'resting A': '8.571429',
      'resting B': '30.000000',
      'resting C': '2.857143',
      'beyond D': '40.000000',
    });
    for (const { end, address, amounts } of places) {
      const own = RULES.map((rule) => {
        const at = RESULTS[rule][end === 'service' ? 'exits' : end === 'resting' ? 'resting' : 'beyond'];
        return [rule, (at as Record<string, readonly [string, unknown]>)[address]?.[0]];
      });
      expect(amounts).toEqual(Object.fromEntries(own));
    }
    expect(places.map(({ end, address }) => `${end} ${address}`)).toEqual([
      ...['service S', 'resting B', 'resting A', 'resting C', 'beyond D'],
    ]);
    expect(places[0]).toMatchObject({ category: 'exchange', name: 'Meridian' });
    for (const rule of RULES) {
      const sums = { sources: '150.000000', ...SUMS[rule], unknown: '0.000000', difference: '0.000000' };
      expect(rules[rule]).toEqual({ conservation: sums });
    }
    expect(reached).toEqual({ exits: 1, beyond: 1 });
  });

  it('say of whom, up to when and with which stops they speak', async () => {
    const shown = await cases.json<Compared>('trace', 'compared', '--compare', '--report', '2', '--stops', stops);
    expect(shown).toMatchObject({ case: 'compared', report: 2, asOf: null, stops: { wallets: 1 }, notes: [] });
    expect(shown.rules.fifo?.conservation.sources).toBe('50.000000');
  });

  it('are shown even where a rule was chosen, and choose none', async () => {
    const before = await cases.said('trace', 'compared', '--compare', '--stops', stops);
    expect(before).toMatchSnapshot();
    await cases.json('trace', 'compared', '--rule', 'fifo', '--by', 'A. Analyst', '--why', 'as pleaded');
    expect(await cases.said('trace', 'compared', '--compare', '--stops', stops)).toBe(before);
    expect(await cases.saidTo([], 'trace', 'compared', '--compare', '--stops', stops)).toBe(before);
  });
});
