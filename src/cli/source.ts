/** `downstream source add|list|remove`: withdrawals that services disclosed, as sources beside the confirmed payments. */
import type { Command } from 'commander';
import { chooseTransfer, parseDisclosure, type RawDisclosure } from '../cases/disclosure.ts';
import { UserError } from '../errors.ts';
import { displayAmount, formatAmount } from '../money.ts';
import { type Case, findCase, readSeeds } from '../store/cases.ts';
import type { Pool } from '../store/db.ts';
import {
  addDisclosure,
  type Disclosure,
  readDisclosures,
  removeDisclosure,
  type Waiting,
} from '../store/disclosures.ts';
import { readMoved, type StoredTransfer } from '../store/payments.ts';
import { readAssets, type StoredAsset } from '../store/reference.ts';
import { type CliContext, withStore } from './context.ts';
import { chainOption, jsonOption, typed, wholeNumber } from './options.ts';
import { harmless, jsonLine, time } from './output.ts';

export function addSourceCommands(program: Command, context: CliContext): void {
  const group = program
    .command('source')
    .description('withdrawals that services disclosed: sources of a trace beside the confirmed payments');
  addAddCommand(group, context);
  addListCommand(group, context);
  addRemoveCommand(group, context);
}

const JSON_FORM = '{number, chain, asset, transaction, from, to, amount, at, disclosedBy, why, addedAt, waiting}';

function addAddCommand(group: Command, context: CliContext): void {
  const { terminal, clock } = context;
  group
    .command('add')
    .description('add a withdrawal that a service disclosed')
    .argument('<case>', 'name or id')
    .requiredOption('--tx <hash>', 'its transaction')
    .requiredOption('--disclosed-by <name>', 'the service that disclosed it')
    .requiredOption('--why <text>', 'how it is known and why the money is followed there; it stays in the case')
    .addOption(chainOption())
    .option('--to <address>', 'the wallet that was paid; needed where the transaction is not stored yet')
    .option('--amount <amount>', 'what the wallet received, where the transaction paid it more than once')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ npx downstream source add mekong --tx 9b1c… --disclosed-by "Meridian Exchange" --why "reply of 3 May to our letter"
  $ npx downstream source add mekong --tx 9b1c… --to 0x28C6c06298d514Db089934071355E5743bf21d60 --disclosed-by … --why …

A trace ends at a service. Where the service tells to which wallet the money was withdrawn, it goes on from there, as a source
of its own. One that is not stored yet waits: crawl the case, and its transfer is looked up in the history of its payee. One
transfer is one source: a confirmed payment cannot be added, and the same withdrawal twice is the same.

JSON: {case, known, newSeed, source: ${JSON_FORM}};
  known is true when the case had it before, newSeed when its payee was no seed before; from and at are null while it
  waits, waiting is null or not-crawled, not-found, other-amount, several, payment (the transfer is a confirmed payment) or
  disclosed (it is another disclosure's)`,
    )
    .action((nameOrId: string, options: RawDisclosure & { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const assets = await readAssets(pool);
        const added = await add(pool, { found, assets, options, now: new Date(clock.now()) });
        if (options.json) {
          const { known, newSeed, disclosure } = added;
          terminal.out(jsonLine({ case: found.name, known, newSeed, source: toJson(disclosure, assets) }));
        } else terminal.out(addedText(found, added, assets));
      }),
    );
}

interface Added {
  readonly disclosure: Disclosure;
  readonly known: boolean;
  /** True where its payee was no seed of the case before. */
  readonly newSeed: boolean;
  /** What is stored of its transaction. */
  readonly stored: readonly StoredTransfer[];
}

async function add(
  pool: Pool,
  request: { found: Case; assets: readonly StoredAsset[]; options: RawDisclosure; now: Date },
): Promise<Added> {
  const { found, assets, options, now } = request;
  const told = typed(() => parseDisclosure(options, assets));
  const ids = assets.map(({ id }) => id);
  const stored = await readMoved(pool, found.id, told.transaction, ids);
  const transfer = chooseTransfer(told, stored);
  const place = told.on.find(({ asset }) => transfer === null || asset.id === transfer.assetId);
  const to = transfer?.to ?? place?.to ?? null;
  if (place === undefined || to === null) throw new Error('A disclosure without a payee was not refused');
  const { asset, amount } = place;
  const { transaction, statement } = told;
  const before = await payees(pool, found);
  const { number, known } = await addDisclosure(
    pool,
    found.id,
    { asset, transaction, to, amount, transfer, statement },
    now,
  );
  const disclosure = (await readDisclosures(pool, found.id)).find((each) => each.number === number);
  if (disclosure === undefined) throw new Error(`Disclosure ${number} is gone`);
  return { disclosure, known, newSeed: (await payees(pool, found)) > before, stored };
}

async function payees(pool: Pool, found: Case): Promise<number> {
  return (await readSeeds(pool, found.id)).filter(({ role }) => role !== 'own').length;
}

function addedText(found: Case, { disclosure, known, newSeed, stored }: Added, assets: readonly StoredAsset[]): string {
  const head = known
    ? `The case has this withdrawal already; nothing was added, and its words stay.\n`
    : `Added to the case "${found.name}".\n`;
  const crawl =
    newSeed && disclosure.waiting !== 'not-crawled' ? 'Crawl the case: its payee is a seed from now on.\n' : '';
  return head + toText(disclosure, assets) + otherPayees(disclosure, stored, assets) + crawl;
}

/** A payee that was mistyped would wait for ever; one of many that a transaction paid may not be stored yet. */
function otherPayees(
  { waiting, chain, to }: Disclosure,
  stored: readonly StoredTransfer[],
  assets: readonly StoredAsset[],
): string {
  const [other] = stored;
  if (waiting === null || other === undefined || stored.some((transfer) => transfer.to === to)) return '';
  const { symbol, decimals } = assetOf(assets, chain);
  const more = stored.length === 1 ? '' : ` and ${stored.length - 1} more`;
  return `Stored of this transaction: ${displayAmount(other.value, decimals)} ${symbol} to ${other.to}${more}. Check --to.\n`;
}

function addListCommand(group: Command, context: CliContext): void {
  const { terminal } = context;
  group
    .command('list')
    .description('the disclosed withdrawals of a case; those that wait are looked up in what was crawled since')
    .argument('<case>', 'name or id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream source list mekong

JSON: {case, sources: [${JSON_FORM}]}`,
    )
    .action((nameOrId: string, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        const assets = await readAssets(pool);
        const disclosures = await readDisclosures(pool, found.id);
        if (options.json) {
          terminal.out(jsonLine({ case: found.name, sources: disclosures.map((each) => toJson(each, assets)) }));
        } else if (disclosures.length === 0) {
          terminal.out(
            `No service has disclosed a withdrawal in the case "${found.name}". Confirmed payments are in: npx downstream report list "${found.name}"\n`,
          );
        } else terminal.out(disclosures.map((each) => toText(each, assets)).join('\n'));
      }),
    );
}

function addRemoveCommand(group: Command, context: CliContext): void {
  const { terminal, clock } = context;
  group
    .command('remove')
    .description('take a disclosed withdrawal out of a case; what was crawled and traced stays')
    .argument('<case>', 'name or id')
    .argument('<number>', 'its number in "source list"', wholeNumber(1))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ npx downstream source remove mekong 2

The numbers of the others stay as they are.

JSON: {case, removed}`,
    )
    .action((nameOrId: string, number: number, options: { json?: boolean }) =>
      withStore(context, async ({ pool }) => {
        const found = await findCase(pool, nameOrId);
        if (!(await removeDisclosure(pool, found.id, number, new Date(clock.now()))))
          throw unknownNumber(found, number);
        if (options.json) terminal.out(jsonLine({ case: found.name, removed: number }));
        else {
          terminal.out(
            `Disclosure ${number} is taken out of the case "${found.name}". What was traced from it stays as it was stored.\n`,
          );
        }
      }),
    );
}

function unknownNumber({ name }: Case, number: number): UserError {
  return new UserError('SOURCE_UNKNOWN', `The case "${name}" has no disclosure ${number}.`, {
    todo: `See them with: npx downstream source list "${name}"`,
  });
}

const REASONS: Readonly<Record<Waiting, string>> = {
  'not-crawled':
    'the history of its payee, which is a seed now, is not crawled yet. Crawl the case: it is looked up there',
  'not-found':
    'the history of its payee was crawled and has no such transfer, up to where that crawl ends. Check the transaction and the payee, or crawl again if it is newer',
  'other-amount':
    'its transaction paid the wallet other amounts. Take it out and add it with the right one, or without',
  several:
    'its transaction paid the wallet several times. Take it out and add it with --amount; equal ones cannot be told apart yet',
  payment: 'its transfer is a confirmed payment, and followed as that. Take it out',
  disclosed: 'its transfer is another disclosure of this case. Take it out',
};

function toText(disclosure: Disclosure, assets: readonly StoredAsset[]): string {
  const { number, chain, transaction, to, value, transfer, waiting, disclosedBy, why, addedAt } = disclosure;
  const { decimals, symbol } = assetOf(assets, chain);
  const amount = value === null ? '(amount not told)' : `${displayAmount(value, decimals)} ${symbol}`;
  const when = transfer === null ? '' : `, ${time(transfer.timestamp)}`;
  return [
    `Disclosure ${number}: ${amount} to ${to}${when}\n`,
    `  transaction ${transaction} on ${chain}${transfer === null ? '' : `, from ${transfer.from}`}\n`,
    `  disclosed by ${harmless(disclosedBy)}: ${harmless(why)} (added ${time(addedAt)})\n`,
    ...(waiting === null ? [] : [`  It waits: ${REASONS[waiting]}.\n`]),
  ].join('');
}

function toJson(disclosure: Disclosure, assets: readonly StoredAsset[]) {
  const { number, chain, asset, transaction, to, value, transfer, waiting, disclosedBy, why, addedAt } = disclosure;
  return {
    number,
    chain,
    asset,
    transaction,
    from: transfer?.from ?? null,
    to,
    amount: value === null ? null : formatAmount(value, assetOf(assets, chain).decimals),
    at: transfer === null ? null : new Date(transfer.timestamp).toISOString(),
    disclosedBy,
    why,
    addedAt: addedAt.toISOString(),
    waiting,
  };
}

function assetOf(assets: readonly StoredAsset[], chain: string): StoredAsset {
  const asset = assets.find((each) => each.chain === chain);
  if (asset === undefined) throw new Error(`The database knows no asset of ${chain}`);
  return asset;
}
