/** The world of the fixture is what it says it is: checked with no code of ours that reads a chain. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Anvil, startAnvil } from '../fixtures/anvil.ts';
import { runTether, type TetherWorld } from '../fixtures/tether.ts';
import { hasSharedData } from '../shared-data.ts';

const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

interface Log {
  readonly topics: readonly [string, string, string];
  readonly data: string;
  readonly transactionHash: string;
  readonly blockNumber: string;
}

describe.skipIf(!inject('anvil') || !hasSharedData)('Tether on a node of its own', () => {
  let anvil: Anvil;
  let world: TetherWorld;
  let logs: Log[];
  beforeAll(async () => {
    anvil = await startAnvil();
    world = await runTether(anvil);
    const filter = { fromBlock: '0x0', toBlock: 'latest', address: world.asset.contract, topics: [TRANSFER] };
    logs = await anvil.rpc<Log[]>('eth_getLogs', [filter]);
  });
  afterAll(() => anvil?.stop());

  const word = (address: string) => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
  const sumOf = (address: string): bigint =>
    logs.reduce((sum, { topics: [, from, to], data }) => {
      const [paid, received] = [from === word(address), to === word(address)];
      return sum + (received ? BigInt(data) : 0n) - (paid ? BigInt(data) : 0n);
    }, 0n);

  test('logs the transfers that were made, in their order', () => {
    const found = logs.map(({ topics, data, transactionHash, blockNumber }) => [
      ...[topics[1], topics[2], BigInt(data), transactionHash.slice(2), Number(blockNumber)],
    ]);
    expect(found).toEqual(
      world.transfers.map(({ from, to, value, transaction, block }) => [
        word(from),
        word(to),
        value,
        transaction,
        block,
      ]),
    );
    // 60 funded, 300 among themselves, one of zero, one to the batch, the two equal ones, and one to the frozen wallet.
    expect(found).toHaveLength(365);
    expect(new Set(logs.map(({ blockNumber }) => blockNumber)).size).toBeLessThan(60);
  });

  test('balances each wallet by its transfers and burns, and the owner only together with what it issued', async () => {
    const [, destroyed, redeemed] = world.events.map(({ value }) => value) as [bigint, bigint, bigint];
    for (const address of [...world.wallets, world.batch]) {
      const burnt = address === world.frozen ? destroyed : 0n;
      expect(await world.balanceOf(address, world.head), address).toBe(sumOf(address) - burnt);
    }
    const created = 100_000_000_000n + world.issued - redeemed;
    expect(await world.balanceOf(world.owner, world.head)).toBe(created + sumOf(world.owner));
  });

  test('freezes, destroys and redeems without a transfer', async () => {
    for (const { transaction, position } of world.events) {
      const receipt = await anvil.rpc<{ logs: (Log & { logIndex: string })[] }>('eth_getTransactionReceipt', [
        `0x${transaction}`,
      ]);
      expect(receipt.logs.map(({ topics, logIndex }) => [topics[0] === TRANSFER, Number(logIndex)])).toEqual([
        [false, position],
      ]);
    }
  });

  test('has two equal transfers in one transaction, and none in the one that failed', async () => {
    const twice = logs.filter(({ transactionHash }) => transactionHash === `0x${world.twice}`);
    expect(twice).toHaveLength(2);
    expect(twice[0]?.data).toBe(twice[1]?.data);
    const receipt = await anvil.rpc<{ status: string }>('eth_getTransactionReceipt', [`0x${world.failed}`]);
    expect(receipt).toMatchObject({ status: '0x0', logs: [] });
  });

  test('is final up to its last transfer', async () => {
    const final = await anvil.rpc<{ number: string }>('eth_getBlockByNumber', ['finalized', false]);
    expect(Number(final.number)).toBe(world.head);
    expect(world.transfers.at(-1)?.block).toBe(world.head);
  });
});
