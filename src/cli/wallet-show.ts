/** `downstream wallet show`: all that the store knows of one wallet, over all cases. */
import type { Command } from 'commander';
import { readWalletFacts } from '../../workers/wallet-facts.ts';
import { namedChain, parseAddress } from '../chains/address.ts';
import type { ChainId } from '../chains/chain.ts';
import { readAssets } from '../store/reference.ts';
import { type CliContext, withStore } from './context.ts';
import { chainOption, jsonOption, typed } from './options.ts';
import { count, jsonLine } from './output.ts';
import { progressLine } from './progress.ts';
import { COUNTERPARTIES_SHOWN } from './wallet-activity-text.ts';
import { walletJson } from './wallet-show-json.ts';
import { unknownText, walletText } from './wallet-show-text.ts';

/** The most counterparties that `--json` has in each direction. */
const MOST = 1_000;
/** Work that takes longer than this tells how far it is. */
const QUIET_MS = 2_000;

interface ShowOptions {
  readonly chain?: ChainId;
  readonly inference: boolean;
  readonly json?: boolean;
}

export function addWalletShow(group: Command, context: CliContext): void {
  const { terminal, clock } = context;
  group
    .command('show')
    .description('all that is known of a wallet, over all cases: who it is said to be, what was read, what it did')
    .argument('<address>', 'the wallet')
    .addOption(chainOption())
    .option('--no-inference', 'leave out what is inferred: for that, all transfers of each crawl that met it are read')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream wallet show 0x28C6c06298d514Db089934071355E5743bf21d60
  $ npx downstream wallet show TXYZ… --no-inference

It asks nobody. What was not read is not known: a wallet that no crawl read to its end may have more transfers than are stored. Of a
wallet that a report calls a victim's own, nothing is inferred, and neither hours nor fees are shown. Poison is counted and left out.

JSON: {chain, address, known, victims, contradicting: [category], tags: [tag], cases: [{case, paidTo: [report], own: [report],
  origin: [report], paymentsTo, paymentsFrom, disclosedTo, listed: {category, name, source, taggedBy} or null, decisions:
  [{decision, why, at}], reached: {run, hop, amounts: {fifo, lifo, pro-rata, libr}} or null, crawls: [{run, finished, newest, of,
  offline, role, kind, coverage: [coverage]}]}], assets: [{asset, balance: {amount, block, at} or null, received, sent, poison,
  toItself, fromFiles, in: {transfers, first, last, hours: [24 counts] or null, counterpartyCount, counterparties: [{chain, address,
  amount, transfers, first, last, tag: {label, category, publisher, confidence} or null, tags, contradicted, paidTo, victims}]},
  out: {the same}}], freezes: [{chain, address, asset, contract, frozen, since, asked, events: [{kind, transaction, at, amount}]}],
  native: {provider, until, whole, receipts: [{kind, from, transaction, at, value, tag, tags, contradicted}], funded} or null,
  inferences: [{case, run, wallets: [inference], ties: [tie], fedBy: [{chain, address, confidence}]}] or null}
known is false where nothing is. tag is as in tags show, coverage as in coverage, inference and tie as in attribution: see their --help.
paidTo, own and origin are numbers of reports: a victim paid to it, it is a victim's own, a payment came from it. reached is of the
newest finished crawl; crawls has the newest that has the wallet, and where that is not finished the newest finished one; of is in how
many of the case it stands, newest the number of the case's newest. received and sent hold poison too, so that they can be set beside
the balance; fromFiles is how many transfers only files list. hours are UTC. There are at most ${count(MOST)} counterparties in each direction,
largest by amount first; counterpartyCount is of all. A native value is in sun or wei, for energy the staked amount in sun; funded is how
many wallets have something of this one among their first receipts. native, hours and inferences are null for a victim's own wallet,
and inferences with --no-inference`,
    )
    .action((text: string, { chain: named, inference, json = false }: ShowOptions) =>
      withStore(context, async ({ pool }) => {
        const wallet = typed(() => {
          const chain = namedChain(named, text);
          return { chain, address: parseAddress(chain, text) };
        });
        const line = progressLine(terminal, clock, QUIET_MS);
        try {
          const facts = await readWalletFacts(pool, wallet, {
            most: json ? MOST : COUNTERPARTIES_SHOWN,
            infer: inference,
            onProgress: (at) =>
              line.show(
                () =>
                  `Inferring from the case "${at.case}": ${count(at.rows)} transfers read (--no-inference leaves it out)`,
              ),
          });
          line.clear();
          const [asset] = await readAssets(pool);
          if (asset === undefined) throw new Error('The database knows no asset');
          if (json) terminal.out(jsonLine(walletJson(facts, asset)));
          else terminal.out(facts.known ? walletText(facts, asset) : unknownText(wallet));
        } finally {
          line.clear();
        }
      }),
    );
}
