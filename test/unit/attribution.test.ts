import { describe, expect, it } from 'vitest';
import { ATTRIBUTION_POLICY } from '../../graphs/attribution/policy.ts';
import type { Attribution } from '../../graphs/attribution/types.ts';
import { canonicalJson } from '../../graphs/canonical-json.ts';
import { EXCHANGING } from '../../src/crawl/behaviour.ts';
import { attributed, exchange, type Story } from '../fixtures/attribution.ts';

/** Collects from three victims at an address each, and keeps nothing. */
const FORWARDER = ['ann dep 100 1', 'bob dep 50 2', 'dep hot 150 30', 'cat dep 70 200', 'dep hot 70 900'];

describe('a deposit address', () => {
  it('is that of the service that a tag names, however long it waits and by however many it is paid', () => {
    const found = kind(
      attributed({ rows: FORWARDER, unread: ['hot'], tags: ['hot Kestrel exchange'] }),
      'deposit-address',
    );
    expect(found).toMatchObject([
      {
        address: 'dep',
        confidence: 66,
        reason: 'Forwarded 100 % of what it received to a wallet of Kestrel, in 2 transfers.',
        named: { name: 'Kestrel', category: 'exchange', source: 'a list', others: [] },
        sinks: [{ chain: 'tron', address: 'hot' }],
        evidence: { figures: { share: 100, sweeps: 2, payers: 3, sinks: 1 }, transferCount: 2 },
      },
    ]);
    expect(found[0]?.evidence.transfers.map(({ from, to, value }) => [from, to, value])).toEqual([
      ['dep', 'hot', 150_000_000n],
      ['dep', 'hot', 70_000_000n],
    ]);
  });

  it.each<[string, Story, boolean]>([
    ['left a crumb', story(['ann dep 100 1', 'dep hot 96 2']), true],
    ['kept a tenth and a little', story(['ann dep 100 1', 'dep hot 89 2']), false],
    ['got dust besides', story(['ann dep 100 1', 'dep hot 100 2', 'x dep 0.001 3', 'dep y 0.001 4']), true],
    ['was paid after its last sweep', story(['ann dep 100 1', 'dep hot 100 2', 'ann dep 9000 3']), true],
    ['was never swept', story(['ann dep 100 1']), false],
    ['is not read to its end', { ...story(['ann dep 100 1', 'dep hot 100 2']), unread: ['hot', 'dep'] }, false],
    [
      'forwards to two wallets of one name',
      story(['ann dep 100 1', 'dep hot 50 2', 'dep cold 50 3'], 'cold Kestrel exchange'),
      true,
    ],
    [
      'forwards to two names',
      story(['ann dep 100 1', 'dep hot 50 2', 'dep cold 50 3'], 'cold Meridian exchange'),
      false,
    ],
  ])('%s', (_, each, expected) => {
    const found = kind(attributed(each), 'deposit-address').filter(({ named }) => named !== null);
    expect(found.map(({ address }) => address)).toEqual(expected ? ['dep'] : []);
  });

  it('is none where the sink is tagged as something that has none', () => {
    expect(attributed({ rows: FORWARDER, unread: ['hot'], tags: ['hot Ferry bridge'] }).wallets).toEqual([]);
    expect(attributed({ rows: FORWARDER, unread: ['hot'], tags: ['hot Somebody sanctioned'] }).wallets).toEqual([]);
  });

  it('keeps the names that contradict its own', () => {
    const tags = ['hot Meridian exchange', 'hot Kestrel exchange', 'hot kestrel exchange'];
    const [found] = kind(attributed({ rows: FORWARDER, unread: ['hot'], tags }), 'deposit-address');
    expect(found?.named).toMatchObject({ name: 'Kestrel', others: ['Meridian'] });
  });

  it('is one of a possible service where the sink behaves as one, and nobody is named', () => {
    const { wallets } = attributed({ rows: exchange('hot') });
    const deposits = kind({ wallets, ties: [] }, 'deposit-address');
    expect(deposits.map(({ address }) => address).sort()).toEqual(numbered('hot-deposit', 14));
    expect(new Set(deposits.map(({ named }) => named))).toEqual(new Set([null]));
    expect(deposits[0]?.reason).toBe(
      'Forwarded 100 % of what it received to a wallet of a possible service, in 2 transfers.',
    );
    expect(kind({ wallets, ties: [] }, 'service').map(({ address }) => address)).toEqual(['hot']);
  });

  it('is one of a sink that a crawl took for a service', () => {
    const rows = ['ann dep1 100 1', 'dep1 hot 100 2', 'bob dep2 100 3', 'dep2 hot 100 4'];
    const found = (list: string[]) =>
      attributed({ rows: list, unread: ['hot', 'later'], possible: ['hot'] }).wallets.map(({ address }) => address);
    expect(found(rows)).toEqual(['dep1', 'dep2']);
    // Where it turned to next, nobody has read.
    expect(found([...rows, 'ann dep1 900 90', 'dep1 later 900 91'])).toEqual(['dep1', 'dep2']);
    expect(found([...rows, 'ann dep1 900 90', 'dep1 later 900 91', 'ann dep1 9 92', 'dep1 hot 9 93'])).toEqual([
      'dep2',
    ]);
    // A desk is paid by its customers, who do not forward.
    expect(found([...rows, ...['p', 'q', 'r'].flatMap((who) => [`z ${who} 100 1`, `${who} hot 10 5`])])).toEqual([]);
  });

  it('follows a service to the wallet that takes the place of its hot wallet', () => {
    const moved = [1, 2, 3].flatMap((each) => [
      `hot-payer${each} hot-deposit${each} 500 ${200 + each}`,
      `hot-deposit${each} next 500 ${210 + each}`,
    ]);
    const { wallets } = attributed({ rows: [...exchange('hot'), ...moved, 'next hot-customer1 10 300'] });
    const services = kind({ wallets, ties: [] }, 'service');
    expect(services.map(({ address, reason }) => [address, reason])).toEqual([
      ['hot', expect.stringContaining('half of its payouts take 0 % or less of what it holds')],
      [
        'next',
        'Took the place of a possible service: 3 of the 3 wallets that paid it had forwarded all to that one before.',
      ],
    ]);
    const [first] = kind({ wallets, ties: [] }, 'deposit-address');
    expect(first?.sinks.map(({ address }) => address)).toEqual(['hot', 'next']);
    expect(kind({ wallets, ties: [] }, 'deposit-address')).toHaveLength(14);
  });

  it('is never found in a layering wallet, which forwards to a wallet that is no service', () => {
    const rows = numbered('mule', 20).flatMap((mule, each) => [
      `pool ${mule} 100 ${each}`,
      `${mule} merger 100 ${each + 1}`,
    ]);
    expect(attributed({ rows: ['v pool 5000 0', ...rows, 'merger out 2000 90'] }).wallets).toEqual([]);
  });
});

describe("a fake platform's addresses, one for each victim, swept into a pool", () => {
  const platform = numbered('addr', 60).flatMap((address, each) => [
    `victim${each} ${address} 2000 ${each}`,
    `${address} pool ${2000} ${each + 0.5}`,
    ...(each % 10 === 9 ? [`pool layer${each} 20000 ${each + 0.7}`] : []),
  ]);

  it('are no deposit addresses while the pool is emptied, as pools are', () => {
    expect(attributed({ rows: platform }).wallets).toEqual([]);
  });

  it('are taken for those of a possible service where the pool behaves as one, but never named', () => {
    const shops = numbered('shop', 20).map((shop, each) => `pool ${shop} 500 ${70 + each}`);
    const { wallets } = attributed({
      rows: ['owner pool 900000 0', ...platform, ...shops],
      tags: ['exit Kestrel exchange'],
    });
    expect(kind({ wallets, ties: [] }, 'service').map(({ address }) => address)).toEqual(['pool']);
    const found = kind({ wallets, ties: [] }, 'deposit-address');
    expect(found).toHaveLength(60);
    expect(found.filter(({ named }) => named !== null)).toEqual([]);
  });
});

describe('a possible service', () => {
  it('is told with what was counted', () => {
    const [found] = kind(attributed({ rows: exchange('hot') }), 'service');
    expect(found).toMatchObject({
      reason:
        'Deals with 27 wallets, 15 payers and 12 payees, in 13 transfers a day; half of its payouts take 0 % or less of what it holds.',
      evidence: {
        figures: { payers: 15, payees: 12, counterparties: 27, perDay: 13, hours: 24, paidOnce: 6, taken: 0 },
        transferCount: 41,
      },
    });
    expect(found?.evidence.transfers).toHaveLength(20);
  });

  it('is no wallet that pays out what comes in, such as a merchant or a money changer', () => {
    const rows = numbered('payer', 60).flatMap((payer, each) => [
      `${payer} shop 100 ${6 * each}`,
      `shop supplier${each} 90 ${6 * each + 3}`,
    ]);
    expect(attributed({ rows }).wallets).toEqual([]);
  });

  it('is no wallet that a tag names, and none whose history is not whole', () => {
    expect(kind(attributed({ rows: exchange('hot'), tags: ['hot Kestrel exchange'] }), 'service')).toEqual([]);
    expect(attributed({ rows: exchange('hot'), unread: ['hot'] }).wallets).toEqual([]);
  });

  it('is busy as a crawl has it', () => {
    expect(ATTRIBUTION_POLICY.services.busy).toEqual(EXCHANGING);
  });
});

describe('a look-alike', () => {
  it('is found by its dust, and by a row of zero that names it', () => {
    const [shop, alike, other] = ['TShop1111abcd', 'TFake9999abcd', 'TZero8888abcd'];
    const rows = [`ann ${shop} 100 1`, `${alike} ann 0.001 2`, `ann ${other} 0 3`, 'TStranger7777 ann 0.001 4'];
    expect(kind(attributed({ rows }), 'look-alike')).toMatchObject([
      { address: alike, imitates: { address: shop }, planted: { address: 'ann' }, confidence: 99 },
      { address: other, imitates: { address: shop }, evidence: { figures: { rows: 1, histories: 1 } } },
    ]);
  });
});

describe('the policy', () => {
  it('turns each inference off', () => {
    const rows = [
      ...exchange('hot'),
      's m1 100 1',
      's m2 200 1',
      'm1 merger 100 1.5',
      'm2 merger 200 1.6',
      'ann TShop1111abcd 9 1',
      'TFake9999abcd ann 0.001 2',
    ];
    const told = { rows, native: ['coin boss m1 1', 'coin boss m2 1'] };
    const kinds = (of: Attribution) => [...new Set([...of.wallets, ...of.ties].map((each) => each.kind))].sort();
    const all = ['deposit-address', 'funder', 'look-alike', 'service', 'swept-together'];
    expect(kinds(attributed(told))).toEqual(all);
    const { depositAddresses, services, funders, lookAlikes, sweptTogether } = ATTRIBUTION_POLICY;
    const off = (change: Partial<typeof ATTRIBUTION_POLICY>) =>
      kinds(attributed(told, { ...ATTRIBUTION_POLICY, ...change }));
    expect(off({ depositAddresses: { ...depositAddresses, on: false } })).toEqual(without('deposit-address'));
    // Without services nobody's deposit addresses are found, unless a tag or a crawl tells of the sink.
    expect(off({ services: { ...services, on: false } })).toEqual(['funder', 'look-alike', 'swept-together']);
    expect(off({ funders: { ...funders, on: false } })).toEqual(without('funder'));
    expect(off({ lookAlikes: { ...lookAlikes, on: false } })).toEqual(without('look-alike'));
    expect(off({ sweptTogether: { ...sweptTogether, on: false } })).toEqual(without('swept-together'));
    function without(kind: string): string[] {
      return all.filter((each) => each !== kind);
    }
  });

  it('can go into a hash', () => {
    const text = canonicalJson(ATTRIBUTION_POLICY);
    const { funders } = ATTRIBUTION_POLICY;
    expect(canonicalJson({ ...ATTRIBUTION_POLICY, funders: { ...funders } })).toBe(text);
    expect(canonicalJson({ ...ATTRIBUTION_POLICY, funders: { ...funders, on: false } })).not.toBe(text);
  });
});

function story(rows: readonly string[], ...tags: string[]): Story {
  return { rows, unread: ['hot', 'cold'], tags: ['hot Kestrel exchange', ...tags] };
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, each) => `${name}${each + 1}`).sort();
}

function kind<Kind extends Attribution['wallets'][number]['kind']>({ wallets }: Attribution, of: Kind) {
  return wallets.filter((each): each is Extract<Attribution['wallets'][number], { kind: Kind }> => each.kind === of);
}
