/** `downstream attribution`: what the wallets of a case do, as far as that can be inferred. */
import type { Command } from 'commander';
import { readAttribution } from '../../workers/attributions.ts';
import { haveTagsChanged } from '../../workers/trace-notes.ts';
import { findCase } from '../store/cases.ts';
import { readAssets } from '../store/reference.ts';
import { crawledRun } from './analysis.ts';
import { attributionJson, attributionText } from './attribution-text.ts';
import { type CliContext, withStore } from './context.ts';
import type { Done } from './main.ts';
import { jsonOption } from './options.ts';
import { jsonLine } from './output.ts';

const TAGS_CHANGED =
  '\nTags changed since the crawl began: wallets are named as of then. Crawl again to name them as of now.\n';

export function addAttributionCommand(program: Command, context: CliContext, _done: Done): void {
  const { terminal } = context;
  program
    .command('attribution')
    .description('deposit addresses of services, possible services, and wallets with a common funder, as inferred')
    .argument('<case>', 'name or id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream attribution mekong

It looks at what the last crawl read, and asks nobody. Tags and the crawl's list name services; behaviour names nobody. What each
inference rests on, and how often it is right in simulation: docs/attribution.md

JSON: {case, graphHash, wallets: [{kind, chain, address, confidence, reason, named: {name, category, source, others} or null, sinks:
  [{chain, address}], evidence: {figures, transferCount, transfers: [{chain, asset, transaction, from, to, amount, occurrence}]}}],
  ties: [{kind, by: {chain, address}, wallets: [{chain, address}], confidence, reason, evidence}], tagsChanged}
kind is service or deposit-address; funder or swept-together; confidence goes from 1 to 99 and is no probability; transfers are the
first, transferCount is of all; an amount of native coin is in sun or wei`,
    )
    .action((nameOrId: string, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const run = await crawledRun(pool, found);
        const [asset] = await readAssets(pool);
        if (asset === undefined) throw new Error('The database knows no asset');
        const attribution = await readAttribution(pool, run);
        const tagsChanged = await haveTagsChanged(pool, run);
        terminal.out(
          options.json
            ? jsonLine({ ...attributionJson(found.name, run.graphHash, attribution, asset), tagsChanged })
            : `${attributionText(found.name, attribution)}${tagsChanged ? TAGS_CHANGED : ''}`,
        );
      }),
    );
}
