/** `npm run bench:detection -- --economy DIR` as whoever has made an economy meets it: the same figures in any order, and no silence. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import type { Economy, SimulatedReport, SimulatedWallet } from '../../src/simulate/types.ts';
import { type MeasuredFolder, measureFolder } from '../bench/detection/measure-folder.ts';
import { readOptions } from '../bench/detection/options.ts';
import { printFolder, printGroups } from '../bench/detection/print.ts';
import { repository } from '../fixtures/program.ts';

const economy = generateEconomy({ seed: 'bench-folder', size: { users: 30, victims: 10 } });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downstream-bench-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Measures the economy with some of it changed, as a folder has it. */
async function measure(change: Partial<Economy> = {}): Promise<MeasuredFolder> {
  await writeEconomy(folder, { ...economy, ...change });
  return measureFolder(folder);
}

/** What is said instead of figures, without the folder's own name. */
async function refusal(change: Partial<Economy>): Promise<string> {
  const error = await measure(change).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error('Nothing was refused.', { cause: error });
  expect(error.code).toBe('SIMULATION_INVALID');
  return error.text.replaceAll(folder, 'DIR');
}

const wallets = (change: (wallet: SimulatedWallet) => Partial<SimulatedWallet>) => ({
  wallets: economy.wallets.map((wallet) => ({ ...wallet, ...change(wallet) })),
});
const reports = (change: (report: SimulatedReport) => Partial<SimulatedReport>) => ({
  reports: economy.reports.map((report) => ({ ...report, ...change(report) })),
});

describe('an economy that another generator made', () => {
  it('has the same figures with its rows in any order', async () => {
    const measured = await measure();
    expect(measured.group.scores[0]?.methods.Downstream.membership.right).toBeGreaterThan(10);
    for (const file of ['transfers.csv', 'wallets.csv']) {
      const [header, ...rows] = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n');
      // In reverse, and the halves of that changed about.
      rows.reverse().push(...rows.splice(0, rows.length / 2));
      await writeFile(join(folder, file), [header, ...rows].join('\n'));
    }
    expect(await measureFolder(folder)).toEqual(measured);
  });

  it('is refused where two rows say different things of the same', async () => {
    const [first, second, ...others] = economy.transfers;
    if (first === undefined || second === undefined) throw new Error('no transfers');
    const { chain, block, position } = first;
    const twice = [first, { ...second, chain, block, position, from: first.from, to: first.to }, ...others];
    const said = await refusal({ transfers: twice.map((each) => ({ ...each, signer: each.from })) });
    expect(said.replaceAll(/\d{5,}/g, 'N')).toMatchInlineSnapshot(`
      "Rows 2 and 3 of DIR/transfers.csv have the same place: block N of ethereum, position 3000.
      A position orders the transfers of a block, of whatever asset, and is unique in it.
      Number the transfers of each block, and leave out rows that are there twice."
    `);
    const [wallet] = economy.wallets;
    if (wallet === undefined) throw new Error('no wallets');
    const doubled = await refusal({ wallets: [wallet, { ...wallet, role: 'broker' }, ...economy.wallets.slice(1)] });
    expect(doubled.replace(wallet.address, 'ADDRESS')).toMatchInlineSnapshot(`
      "Rows 2 and 3 of DIR/wallets.csv are about the same wallet, ADDRESS.
      Each wallet of a chain has one row.
      Keep the one that is true."
    `);
  });

  it('is refused where there is nobody to find', async () => {
    expect(await refusal({ wallets: [] })).toMatchInlineSnapshot(`
      "DIR/wallets.csv has no rows.
      It says whose each wallet is, and which network runs it: that is what findings are measured against.
      Add the wallets of the economy."
    `);
    expect(await refusal(wallets(() => ({ network: '' })))).toMatchInlineSnapshot(`
      "No wallet in DIR/wallets.csv is run by a network.
      A wallet that a network runs has the column network set and the column service empty, and its owner does not begin with victim-.
      Set the network of the wallets that are to be found."
    `);
  });

  it('is refused where no money can be followed', async () => {
    expect(await refusal({ transfers: [] })).toMatchInlineSnapshot(`
      "DIR/transfers.csv has no rows.
      Money is followed in USDT. The asset of such a transfer is USDT, in capitals; the coins are TRX and ETH.
      Add the transfers of the economy."
    `);
    const lower = economy.transfers.map((each) => ({ ...each, asset: each.asset.toLowerCase() }));
    expect((await refusal({ transfers: lower })).replaceAll(/\(\d+\)/g, '(N)')).toMatchInlineSnapshot(`
      "DIR/transfers.csv has no transfer of USDT: its assets are usdt (N), trx (N), eth (N).
      Money is followed in USDT. The asset of such a transfer is USDT, in capitals; the coins are TRX and ETH.
      Name the asset of these transfers so."
    `);
  });

  it('is refused where no report leads anywhere', async () => {
    expect(await refusal({ reports: [] })).toMatchInlineSnapshot(`
      "DIR/reports.csv has no rows.
      A report with the role paid-to names a wallet that a victim paid: money is followed from there.
      Add what victims report."
    `);
    expect(await refusal(reports(() => ({ role: 'own' })))).toMatchInlineSnapshot(`
      "No report in DIR/reports.csv has the role paid-to.
      A report with the role paid-to names a wallet that a victim paid: money is followed from there.
      Add a report for each wallet that a victim paid and reports."
    `);
    const told = new Set(economy.reports.map(({ wallet }) => wallet));
    const unknown = economy.wallets.filter(({ address }) => !told.has(address));
    expect(await refusal({ wallets: unknown })).toMatchInlineSnapshot(`
      "Of the reports with the role paid-to in DIR/reports.csv (65), none names a wallet that wallets.csv has.
      A report with the role paid-to names a wallet that a victim paid: money is followed from there.
      Name wallets by the same chain and address in all files."
    `);
    const others = economy.transfers.filter(({ to }) => !told.has(to));
    expect(await refusal({ transfers: others })).toMatchInlineSnapshot(`
      "Of the reports with the role paid-to in DIR/reports.csv (65), none names a wallet that a transfer of USDT in transfers.csv pays.
      A report with the role paid-to names a wallet that a victim paid: money is followed from there.
      Name wallets by the same chain and address in all files."
    `);
  });

  it('is refused where reports lead to nobody whom a network runs', async () => {
    const own = economy.wallets.find(({ network, service }) => network !== '' && service === '');
    const lone = wallets(({ address }) => ({ network: address === own?.address ? 'N1' : '' }));
    const gone = economy.transfers.filter(({ from, to }) => from !== own?.address && to !== own?.address);
    expect(await refusal({ ...lone, transfers: gone })).toMatchInlineSnapshot(`
      "The reports of DIR lead to none of the wallets that networks run (1).
      Reports name wallets that victims paid, and that networks run or that paid on to these.
      Say in wallets.csv which network runs the wallets that reports.csv names."
    `);
  });

  it('is measured without a note where nothing is amiss', async () => {
    expect((await measure()).notes).toEqual([]);
  });

  it('is told what its words and gaps do to the figures', async () => {
    const { notes } = await measure({
      ...wallets(({ owner, role, service }) => ({
        owner: owner.replace('victim-', 'mark-'),
        service: role === 'deposit' ? '' : service,
      })),
      transfers: economy.transfers.map((each) => (each.asset === 'USDT' ? each : { ...each, asset: 'DAI' })),
      ...reports(() => ({ transaction: null, amount: null, at: null })),
    });
    expect(notes.map((note) => note.replaceAll(/\d+/g, 'N'))).toMatchInlineSnapshot(`
      [
        "No report names a payment of transfers.csv by its transaction, or by amount and time. So all are unverified, and no cluster can be called likely: that takes a confirmed payment, however many reports there are (docs/detection.md).",
        "No owner in wallets.csv begins with victim-, by which victims are known. Victims' wallets that have a network count as wallets that it runs, and lower the recall.",
        "Wallets with the role deposit and no service: N, of which N have a network. An account at a service has the name of that service: without it, it counts as a wallet that its network runs itself, or as a person's.",
        "Transfers of DAI: N. They are passed over: USDT is followed, and TRX on Tron and ETH on Ethereum pay for fees.",
        "There are no transfers of TRX or ETH, so that nobody is seen to pay the fees of others.",
      ]
    `);
  });

  it('is told how many reports name what it does not have', async () => {
    const first = economy.reports.find(({ role }) => role === 'paid-to');
    const { notes } = await measure({
      wallets: economy.wallets.filter(({ address }) => address !== first?.wallet),
      transfers: economy.transfers.filter(({ to }) => to !== first?.wallet),
    });
    expect(notes).toMatchInlineSnapshot(`
      [
        "Reports on wallets that wallets.csv does not have: 12 of 65. Such a wallet counts as no network's, so that it is wrong to find it.",
        "Reports on wallets that were paid no USDT: 12 of 65. Nothing is followed from there.",
        "Reports on payments that transfers.csv does not have: 11 of 65. They count as if they named the wallet alone.",
      ]
    `);
  });
});

describe('what is printed of a folder', () => {
  const printed = (print: () => void): string => {
    let text = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
      text += piece;
      return true;
    });
    try {
      print();
    } finally {
      write.mockRestore();
    }
    return text;
  };

  it('says which roles are not measured, and by which words they would be', async () => {
    const measured = await measure({
      parts: [],
      ...wallets(({ role, network, service }) =>
        network !== '' && service === '' && role === 'pooling' ? { role: 'funnel' as SimulatedWallet['role'] } : {},
      ),
    });
    const text = printed(() => printFolder(measured));
    expect(text).toContain('\n- pooling: the role `pooling` in wallets.csv\n');
    expect(text).toContain('\n- funnel: the part `funnel` in parts.csv\n');
    expect(text).toMatch(/Roles of networks' wallets in wallets\.csv: .*funnel \(\d+\)/);
    expect(text).toMatch(/\| economy +\| +collection \|/);
  });

  it('has no target, which are for the simulation’s difficulties, and tells reported wallets from others', async () => {
    const measured = await measure();
    const text = printed(() => printFolder(measured));
    expect(text).not.toMatch(/target|difficulty \(economies\)/);
    expect(text).toMatch(/\| likely wallets: reported \| others \|/);
    const [innocent] = measured.group.innocent;
    const [reported, found] = [innocent?.likelyReported ?? 0, innocent?.methods.Downstream.membership.found ?? 0];
    expect(text).toMatch(new RegExp(`\\| +${reported} \\| +${found - reported} \\|\n`));
    const simulated = printed(() => printGroups([measured.group]));
    expect(simulated).toContain('(target: F1 at normal difficulty 0.9)');
  });
});

describe('the command line', () => {
  it('is refused in one line where it names no possible run', () => {
    const said = (...args: string[]) => {
      try {
        readOptions(args);
        return null;
      } catch (error) {
        return (error as UserError).text;
      }
    };
    const lines = [
      said('--economy'),
      said('--economy', '--json'),
      said('--economy='),
      said('--seeds', '0'),
      said('--seeds', '1.5'),
      said('--seeds=-1'),
      said('--json=yes'),
      said('--size', 'small'),
      said('folder'),
      said('--economy', 'folder', '--seeds', '2'),
    ];
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "--economy takes a folder. --help shows what there is.
      --economy takes a folder. --help shows what there is.
      --economy takes a folder. --help shows what there is.
      --seeds takes a whole number from 1, and not "0". --help shows what there is.
      --seeds takes a whole number from 1, and not "1.5". --help shows what there is.
      --seeds takes a whole number from 1, and not "-1". --help shows what there is.
      --json takes no value. --help shows what there is.
      There is no option "--size". --help shows what there is.
      "folder" is no option: a folder is named by --economy. --help shows what there is.
      --seeds is for economies that are generated, and --economy names one that is there. --help shows what there is."
    `);
    expect(readOptions(['--economy', 'folder', '--json'])).toMatchObject({ economy: 'folder', json: true });
    expect(readOptions(['--seeds', '2', '--no-medium'])).toMatchObject({ economy: null, seeds: 2, medium: false });
  });

  it('ends with 0 for help, with 2 for a wrong option, and with 1 for a folder that cannot be measured', async () => {
    const run = (...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const child = execFile(
          process.execPath,
          ['--import', 'tsx', 'test/bench/detection.ts', ...args],
          { cwd: repository },
          (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
        );
      });
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--economy DIR'), err: '' });
    const wrong = await run('--economy');
    expect(wrong).toMatchObject({ code: 2, out: '', err: '--economy takes a folder. --help shows what there is.\n' });
    await writeEconomy(folder, { ...economy, reports: [] });
    const empty = await run('--economy', folder);
    expect(empty).toMatchObject({ code: 1, out: '', err: expect.stringContaining('reports.csv has no rows.\n') });
  });
});
