/** Our reading of a node of Ethereum, against a real one with the real contract. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Address, ChainSource, Cursor, Head, HistoryRow } from '../../src/chains/chain.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import type { IssuerEvent, IssuerEventPage } from '../../src/chains/off-history.ts';
import { rowKey } from '../../src/chains/rows.ts';
import { type Anvil, startAnvil } from '../fixtures/anvil.ts';
import { runTether, type TetherWorld } from '../fixtures/tether.ts';
import { hasSharedData } from '../shared-data.ts';

describe.skipIf(!inject('anvil') || !hasSharedData)('a real node of Ethereum', () => {
  let anvil: Anvil;
  let world: TetherWorld;
  let source: ChainSource;
  let head: Head;
  beforeAll(async () => {
    anvil = await startAnvil();
    world = await runTether(anvil);
    source = createEthereumNode({ url: anvil.url, assets: [world.asset] });
    head = await source.head();
  });
  afterAll(() => anvil?.stop());

  async function historyOf(wallets: readonly Address[]): Promise<HistoryRow[]> {
    const window = { from: world.asset.sinceBlock, until: head.block + 1 };
    const rows: HistoryRow[] = [];
    let cursor: Cursor | null = { position: window.from, held: [], token: null };
    while (cursor !== null) {
      const page = await source.history({ wallets, asset: world.asset, window, cursor });
      rows.push(...page.rows);
      cursor = page.next;
    }
    return rows;
  }

  const touching = (wallets: readonly Address[]): HistoryRow[] =>
    world.transfers.filter(({ from, to }) => wallets.includes(from) || wallets.includes(to));
  const keys = (rows: readonly HistoryRow[]): string[] =>
    rows.map((row) => `${rowKey(row)},${row.chain},${row.block},${row.timestamp}`).sort();
  const sumOf = (rows: readonly HistoryRow[], wallet: Address): bigint =>
    rows.reduce((sum, { from, to, value }) => sum + (to === wallet ? value : 0n) - (from === wallet ? value : 0n), 0n);

  test('is read up to its newest final block, and tells which chain it is', async () => {
    expect(head.block).toBe(world.head);
    expect(head.timestamp).toBe(world.transfers.at(-1)?.timestamp);
    expect(await source.genesis()).toMatch(/^[0-9a-f]{64}$/);
  });

  test("brings 60 wallets' transfers in one reading, each once, equal ones as often as they were made", async () => {
    const rows = await historyOf(world.wallets);
    expect(keys(rows)).toEqual(keys(touching(world.wallets)));
    expect(rows.filter(({ transaction }) => transaction === world.twice)).toHaveLength(2);
    expect(rows.some(({ transaction }) => transaction === world.failed)).toBe(false);
  });

  test('brings the same of one wallet alone', async () => {
    for (const wallet of [world.wallets[0], world.wallets[1], world.batch]) {
      if (wallet === undefined) throw new Error('there is no such wallet');
      expect(keys(await historyOf([wallet]))).toEqual(keys(touching([wallet])));
    }
  });

  async function eventsOf(from: ChainSource): Promise<IssuerEvent[]> {
    const window = { from: world.asset.sinceBlock, until: head.block + 1 };
    const events: IssuerEvent[] = [];
    for (let position: number | null = window.from; position !== null; ) {
      const page: IssuerEventPage = await from.issuerEvents({ asset: world.asset, window, position, head });
      events.push(...page.events);
      position = page.next;
    }
    return events;
  }

  test('brings that a wallet was frozen, what was destroyed there, and what the owner redeemed', async () => {
    expect(await eventsOf(source)).toEqual(world.events);
    expect(world.events.map(({ kind, value }) => [kind, value > 0n])).toEqual([
      ['frozen', false],
      ['destroyed', true],
      ['redeemed', true],
    ]);
  });

  test('sums up to what the contract says of every wallet but the owner, who issues', async () => {
    const wallets = [...world.wallets, world.batch, world.owner];
    const rows = await historyOf(wallets);
    const events = await eventsOf(source);
    const burnt = (wallet: Address) =>
      events.reduce((sum, event) => sum + (event.wallet === wallet ? event.value : 0n), 0n);
    const balances = await source.balances({ wallets, asset: world.asset, head });
    const ledger = wallets.map((wallet) => sumOf(rows, wallet) - burnt(wallet));
    expect(balances.slice(0, -1)).toEqual(ledger.slice(0, -1));
    expect(balances).toEqual(await Promise.all(wallets.map((wallet) => world.balanceOf(wallet, head.block))));
    expect(balances.at(-1)).not.toBe(ledger.at(-1));
    expect(balances[wallets.indexOf(world.frozen)]).toBe(5_000_000n);
  });

  test('has a receipt that settles the two equal transfers, and one that is empty where nothing moved', async () => {
    const equal = { from: world.batch, to: world.wallets[1], value: 1_000_000n };
    expect(await source.receipt({ transaction: world.twice, asset: world.asset })).toEqual([
      { ...equal, position: 0 },
      { ...equal, position: 1 },
    ]);
    expect(await source.receipt({ transaction: world.failed, asset: world.asset })).toEqual([]);
  });

  test('that serves another chain is refused', async () => {
    const other = createEthereumNode({ url: anvil.url, assets: [world.asset], chainId: 11_155_111 });
    await expect(other.genesis()).rejects.toMatchObject({ name: 'UserError' });
  });
});
