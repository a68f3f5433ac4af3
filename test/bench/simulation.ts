/**
 * `npm run bench:simulation [folder]`: how long a medium economy takes, and the shapes of an economy's Tron half beside
 * those of the real data, where that is there. It prints what docs/simulation.md shows.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Address } from '../../src/chains/chain.ts';
import { readAccountHistory } from '../../src/simulate/account-history.ts';
import { readTruth, streamTransfers } from '../../src/simulate/folder.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { repository } from '../fixtures/program.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';
import { type Histogram, type Shapes, shapesOf } from './histograms.ts';

const TARGET = 'under 60 s';
const MOST_BARS = 16;
const COLUMN = 24;

const given = process.argv[2];
const folder = given ?? (await mkdtemp(join(tmpdir(), 'downstream-simulation-')));
try {
  if (given === undefined) await timeMedium(folder);
  await compare(folder);
} finally {
  if (given === undefined) await rm(folder, { recursive: true, force: true });
}

async function timeMedium(out: string): Promise<void> {
  const began = Date.now();
  const script = `
    const { main } = await import('./src/cli/main.ts');
    process.exitCode = await main(['simulate', '--seed', '7', '--size', 'medium', '--out', process.argv[1], '--json']);
    process.stderr.write('peak ' + process.resourceUsage().maxRSS);`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, out],
    { cwd: repository, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The simulation ended with ${status}: ${stderr}`);
  const seconds = (Date.now() - began) / 1000;
  const { wallets, transfers } = JSON.parse(stdout) as { wallets: number; transfers: { count: number }[] };
  const { size } = await stat(join(out, 'transfers.csv'));
  const reading = Date.now();
  for await (const _ of streamTransfers(out));
  print('medium: time', `${seconds.toFixed(1)} s`, TARGET);
  print('medium: peak memory', `${Math.round(Number(/peak (\d+)/.exec(stderr)?.[1]) / 1000)} MB`, 'under 1,500 MB');
  print('medium: wallets', `${wallets}`, '50,000');
  print('medium: transfers', `${transfers.reduce((sum, line) => sum + line.count, 0)}`, '500,000');
  print(
    'medium: transfers.csv',
    `${Math.round(size / 1e6)} MB, read in ${((Date.now() - reading) / 1000).toFixed(1)} s`,
  );
}

function print(what: string, figure: string, target?: string): void {
  process.stdout.write(`${what.padEnd(24)}${figure}${target === undefined ? '' : `  (target ${target})`}\n`);
}

async function compare(economy: string): Promise<void> {
  const transfers: SimulatedTransfer[] = [];
  for await (const transfer of streamTransfers(economy)) {
    if (transfer.chain === 'tron' && transfer.asset === 'USDT') transfers.push(transfer);
  }
  transfers.sort((a, b) => a.block - b.block || a.position - b.position);
  const { wallets } = await readTruth(economy);
  const own = new Set(wallets.filter(({ network, service }) => network !== '' && service === '').map(addressOf));
  const accounts = new Set(wallets.filter(({ network, service }) => network !== '' && service !== '').map(addressOf));
  const columns: [string, Shapes][] = [
    ['all wallets', shapesOf(transfers, () => true)],
    ["networks' wallets", shapesOf(transfers, (wallet) => own.has(wallet))],
    ["networks' accounts", shapesOf(transfers, (wallet) => accounts.has(wallet))],
  ];
  if (hasSharedData) columns.push(['real: 40 seized', await realShapes()]);
  else process.stdout.write('The real data is not there: its column is left out.\n');
  process.stdout.write(page(columns));
}

async function realShapes(): Promise<Shapes> {
  const transfers = await readAccountHistory(sharedData('tron-usdt-seized/transfers.csv'));
  const rows: { address: string }[] = parse(await readFile(sharedData('tron-usdt-seized/seeds.csv'), 'utf8'), {
    columns: true,
  });
  const seeds = new Set(rows.map(({ address }) => address));
  return shapesOf(transfers, (wallet) => seeds.has(wallet));
}

function addressOf({ address }: { readonly address: Address }): Address {
  return address;
}

function page(columns: readonly (readonly [string, Shapes])[]): string {
  const line = (label: string, figure: (shapes: Shapes) => string): string =>
    row(
      label,
      columns.map(([, shapes]) => figure(shapes)),
    );
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    [
      '',
      row(
        '',
        columns.map(([name]) => name),
      ),
    ],
    [
      '',
      line('wallets', ({ wallets }) => `${wallets}`),
      line('transfers of USDT', ({ transfers }) => `${transfers}`),
      line('whole USDT', ({ whole }) => percent(whole)),
      line('hundreds of USDT', ({ hundreds }) => percent(hundreds)),
      line('pay one wallet 90 %', ({ oneSink }) => percent(oneSink)),
      line('receipts that stayed', ({ stayed }) => percent(stayed)),
      line('zero rows per 1,000', ({ zeroRows }) => zeroRows.toFixed(1)),
    ],
    ['\nPartners of a wallet', ...bars(columns, ({ degrees }) => degrees)],
    ['\nAmount of a transfer, USDT', ...bars(columns, ({ amounts }) => amounts)],
    ['\nHour of the day, UTC', ...bars(columns, ({ hours }) => hours)],
    ['\nFrom receipt to next payout', ...bars(columns, ({ dwells }) => dwells)],
  ]
    .flat()
    .map((text) => `${text.trimEnd()}\n`)
    .join('');
}

function bars(columns: readonly (readonly [string, Shapes])[], of: (shapes: Shapes) => Histogram): string[] {
  const [first] = columns;
  if (first === undefined) return [];
  return of(first[1]).map(({ label }, index) =>
    row(
      label,
      columns.map(([, shapes]) => {
        const share = of(shapes)[index]?.share ?? 0;
        const text = `${(100 * share).toFixed(1)}`.padStart(5);
        return `${text} ${'█'.repeat(Math.round(share * 1.5 * MOST_BARS)).slice(0, MOST_BARS)}`;
      }),
    ),
  );
}

function row(label: string, cells: readonly string[]): string {
  return `${label.padEnd(22)}${cells.map((cell) => cell.padEnd(COLUMN)).join('')}`;
}
