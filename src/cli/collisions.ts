/** `downstream collisions`: wallets that the money of several cases came to. */
import type { Command } from 'commander';
import { readCollisions } from '../../workers/collisions.ts';
import { findCase } from '../store/cases.ts';
import { readAssets } from '../store/reference.ts';
import { collisionsJson, collisionsText } from './collisions-text.ts';
import { type CliContext, withStore } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { jsonLine } from './output.ts';

export function addCollisionsCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  program
    .command('collisions')
    .description('wallets that the money of several cases came to, and from which hop they share the way')
    .argument('[case]', 'name or id; without it, all cases')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream collisions mekong
  $ npx downstream collisions

It compares the newest finished crawl of each case. Amounts are what came to the wallet in all, as the crawl followed the money:
without what wallets held at first, and the order within a block. Services, listed or by their behaviour, are counted apart; poison
and transfers of nothing lead nowhere. A wallet that neither crawl read may be a service too.

JSON: {case, collisions: [{own: {case, run, rule}, other: {case, run, rule}, from: {own, other} or null, services, wallets:
  [{chain, address, own: {hop, role, read, victims, amounts: {fifo, lifo, pro-rata, libr}}, other: {the same}}], victims: [the
  same]}], notCompared: [{case, reason}]}
case is null where all cases are asked about: then each two stand there once; rule is the declared one or null; from is the hop of
each case from which they share the way; role is paid-to or own for a reported wallet; victims holds victims' own wallets, and
those that payments of victims came from; reason is not-crawled, unfinished or older`,
    )
    .action((nameOrId: string | undefined, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = nameOrId === undefined ? null : await findCase(pool, nameOrId);
        const [asset] = await readAssets(pool);
        if (asset === undefined) throw new Error('The database knows no asset');
        const collisions = await readCollisions(pool, found?.id ?? null);
        const name = found?.name ?? null;
        terminal.out(
          options.json ? jsonLine(collisionsJson(name, collisions, asset)) : collisionsText(name, collisions, asset),
        );
      }),
    );
}
