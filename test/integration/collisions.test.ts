/** Two cases whose money meets: both say where, with how much of each, and from which hop they share the way. */
import { describe, expect, inject, it } from 'vitest';
import { tracedCases } from '../fixtures/traced-cases.ts';

interface SideJson {
  readonly hop: number;
  readonly role: string | null;
  readonly read: boolean;
  readonly victims: boolean;
  readonly amounts: Record<string, string>;
}

interface CollisionsJson {
  readonly case: string | null;
  readonly collisions: {
    readonly own: { case: string; rule: string | null };
    readonly other: { case: string; rule: string | null };
    readonly from: { own: number; other: number } | null;
    readonly services: number;
    readonly wallets: { address: string; own: SideJson; other: SideJson }[];
    readonly victims: { address: string; own: SideJson; other: SideJson }[];
  }[];
  readonly notCompared: { case: string; reason: string }[];
}

describe.skipIf(inject('postgres') === null)('cases whose money meets', () => {
  const cases = tracedCases([
    ['p1', 0, 'v1', 'a1', 100],
    ['x1', 30, 'a1', 'pool', 100],
    ['p2', 60, 'v2', 'b1', 55],
    // A payment back to a victim of the other case, as scammers make it to win trust.
    ['x2', 90, 'b1', 'v1', 5],
    ['x3', 120, 'b1', 'b2', 50],
    ['x4', 150, 'b2', 'pool', 50],
    // 120 of the 100 and the 50 go on.
    ['x5', 180, 'pool', 'next', 120],
    ['x6', 210, 'next', 'shop', 20],
    ['x7', 240, 'next', 'unread', 10],
    // Nothing goes to a1, which therefore is a wallet of the first case alone.
    ['x8', 270, 'b1', 'a1', 0],
    ['p3', 300, 'v3', 'c1', 7],
    ['x9', 330, 'c1', 'shop', 7],
    ['p4', 360, 'v4', 'd1', 7],
  ]);
  const collisions = (...argv: string[]) => cases.json<CollisionsJson>('collisions', ...argv);
  const crawl = async (name: string, hops: number, ...options: string[]) =>
    cases.done('crawl', name, '--min-share', '0', '--max-hops', `${hops}`, ...options);

  it('are none while there is one alone, and cases that were not crawled are named', async () => {
    await cases.done('case', 'create', 'first');
    await cases.done('report', 'add', 'first', '--wallet', '@a1');
    await cases.done('report', 'add', 'first', '--wallet', '@v1', '--role', 'own');
    expect(await cases.said('collisions', 'first')).toMatchInlineSnapshot(`
      "0
      Collisions of the case "first": none. No wallet is known to which the money of another case came too.

      Not compared
        "first"  it was not crawled yet: npx downstream crawl "first"
      "
    `);
    const shop = await cases.stops('shop=exchange=Meridian');
    const said = await crawl('first', 3, '--stops', shop);
    expect(said).not.toContain('Collisions');
    expect(await cases.said('collisions', 'first')).toMatchInlineSnapshot(`
      "0
      Collisions of the case "first": none. No wallet is known to which the money of another case came too.
      "
    `);
  });

  it('say so on both sides, with amounts by each rule and the hops from which they go together', async () => {
    await cases.done('case', 'create', 'second');
    await cases.done('report', 'add', 'second', '--wallet', '@b1');
    // It has no list: that the shop is a service is known from the first.
    const said = await crawl('second', 4);
    expect(said).toContain('Collisions with other cases');
    expect(await cases.said('collisions', 'second')).toMatchInlineSnapshot(`
      "0
      Wallets that the money of two cases came to. That they share a wallet says nothing about whoever owns it.

      "second" and "first": 3 wallets; 1 wallet of victims; 1 service, where thousands meet
      They share the way from hop 2 of "second" and hop 1 of "first" on.
        WALLET                              HOP     OF "second"  HOP       OF "first"
        pool                                  2           50.00    1           100.00
        next                                  3  20.00 to 50.00    2  70.00 to 100.00
        unread                                4   0.00 to 10.00    3    0.00 to 10.00
      USDT: of "second" the least and the most that a rule brings, for none is declared; of "first" the least and the most that a rule brings, for none is declared.
      Of victims, by a report, or since a payment of theirs came from there; nothing speaks against whoever owns these:
        v1                                  a victim's in "first"
      "
    `);
    expect(await cases.said('collisions', 'first')).toMatchInlineSnapshot(`
      "0
      Wallets that the money of two cases came to. That they share a wallet says nothing about whoever owns it.

      "first" and "second": 3 wallets; 1 wallet of victims; 1 service, where thousands meet
      They share the way from hop 1 of "first" and hop 2 of "second" on.
        WALLET                              HOP       OF "first"  HOP     OF "second"
        pool                                  1           100.00    2           50.00
        next                                  2  70.00 to 100.00    3  20.00 to 50.00
        unread                                3    0.00 to 10.00    4   0.00 to 10.00
      USDT: of "first" the least and the most that a rule brings, for none is declared; of "second" the least and the most that a rule brings, for none is declared.
      Of victims, by a report, or since a payment of theirs came from there; nothing speaks against whoever owns these:
        v1                                  a victim's in "first"
      "
    `);

    const { collisions: found } = await collisions('first');
    expect(found).toHaveLength(1);
    const { wallets, victims, services, from } = found[0] ?? { wallets: [], victims: [] };
    expect({ services, from }).toEqual({ services: 1, from: { own: 1, other: 2 } });
    expect(wallets.map(({ own, other }) => [own.hop, other.hop, own.amounts, other.amounts])).toEqual([
      [1, 2, byRule(100, 100, 100, 100), byRule(50, 50, 50, 50)],
      // First in, first out: the first case's 100 leave before. What is not followed leaves first by LIBR.
      [2, 3, byRule(100, 70, 80, 70), byRule(20, 50, 40, 20)],
      [3, 4, expect.anything(), expect.anything()],
    ]);
    expect(victims).toMatchObject([{ own: { role: 'own', victims: true }, other: { role: null, victims: false } }]);

    const mirrored = await collisions('second');
    expect(mirrored.collisions.map(({ wallets: own }) => own)).toEqual([
      wallets.map(({ own, other, ...wallet }) => ({ ...wallet, own: other, other: own })),
    ]);
    expect(await collisions()).toMatchObject({ case: null, collisions: [{ own: { case: 'first' }, wallets }] });
  });

  it('say it in what is shown of a case, and tell amounts by the declared rule', async () => {
    expect(
      (await cases.said('case', 'show', 'first')).match(/\nCollisions[\s\S]*?\nSee.*\n/)?.[0],
    ).toMatchInlineSnapshot(`
      "
      Collisions with other cases
        "second"  3 wallets are also reached by its money, from hop 1 here and hop 2 there on, and 1 wallet of victims
      See: npx downstream collisions "first"
      "
    `);
    expect(await cases.json('case', 'show', 'second')).toMatchObject({
      collisions: [{ case: 'first', wallets: 3, victims: 1, services: 1, from: { own: 2, other: 1 } }],
    });
    await cases.done('trace', 'first', '--rule', 'lifo', '--by', 'A. Analyst', '--why', 'as pleaded');
    expect((await collisions('first')).collisions).toMatchObject([{ own: { rule: 'lifo' }, other: { rule: null } }]);
    expect(await cases.said('collisions', 'first')).toMatch(/next +2 +70\.00 +3 +20\.00 to 50\.00/);
  });

  it('do not meet at a service alone', async () => {
    await cases.done('case', 'create', 'third');
    await cases.done('report', 'add', 'third', '--wallet', '@c1');
    expect(await crawl('third', 2)).not.toContain('Collisions');
    const { collisions: found } = await collisions('third');
    expect(found.map(({ other, wallets, services }) => [other.case, wallets, services])).toEqual([
      ['first', [], 1],
      // Neither has a list, but what one case knows of services holds for all.
      ['second', [], 1],
    ]);
  });

  it('compare the newest crawls alone, and reported wallets to which nothing came', async () => {
    await cases.done('case', 'create', 'fourth');
    await cases.done('report', 'add', 'fourth', '--wallet', '@b1', '--tx', '#p2');
    await crawl('fourth', 0);
    const met = async () =>
      (await collisions('fourth')).collisions.map(({ other, wallets, from }) => [other.case, wallets.length, from]);
    expect(await met()).toEqual([
      ['first', 0, null],
      ['second', 3, { own: 0, other: 0 }],
    ]);
    await crawl('fourth', 2);
    expect(await met()).toEqual([
      ['first', 2, { own: 2, other: 1 }],
      ['second', expect.any(Number), { own: 0, other: 0 }],
    ]);
  });
});

function byRule(fifo: number, lifo: number, proRata: number, libr: number): Record<string, string> {
  const text = (usdt: number) => usdt.toFixed(6);
  return { fifo: text(fifo), lifo: text(lifo), 'pro-rata': text(proRata), libr: text(libr) };
}
