/** Cluster cards as people read them. */
import type { ExitJson } from '../../graphs/findings/json.ts';
import type { ClusterMarks } from '../../workers/cluster-marks.ts';
import { displayAmount, parseAmount } from '../money.ts';
import type { StoredAsset } from '../store/reference.ts';
import { type FoundAnalysis, methodRows } from './analysis.ts';
import { markCluster } from './clusters-json.ts';
import { newSeedsText } from './crawl-command.ts';
import { frozenWords } from './freeze-text.ts';
import { count, counted, harmless, table, time } from './output.ts';
import { type UnprovenMarks, unprovenMarks } from './unproven.ts';

/** Lines of a kind that a card has, and wallets that a line names; `--json` has all. */
const SHOWN = 3;
const NAMED = 1;
const LEVELS = ' ▁▂▃▄▅▆▇█';

export interface ClustersToPrint {
  /** Of the case. */
  readonly name: string;
  readonly analysis: FoundAnalysis;
  readonly marks: ClusterMarks;
  readonly asset: StoredAsset;
  /** How many cards. */
  readonly shown: number;
  readonly newSeeds: number;
}

export function clustersText({ name, analysis, marks, asset, shown, newSeeds }: ClustersToPrint): string {
  const { clusters, cut } = analysis.result;
  const named = unprovenMarks(marks.unproven, name);
  const clustered = clusters.reduce((sum, { size }) => sum + size, 0);
  const likely = clusters.filter((cluster) => cluster.likely).length;
  const cards = clusters.slice(0, shown).map((cluster) => card(markCluster(cluster, marks), asset, named));
  const rest = clusters.length - cards.length;
  return [
    `${counted(clusters.length, 'cluster')} of ${counted(clustered, 'wallet')} in the case "${name}"; ${count(analysis.unclustered)} in none.\n`,
    clusters.length === 0
      ? 'No two wallets share enough of the money of reported ones.\n'
      : `${likely === 0 ? 'None is' : likely === 1 ? 'One is' : `${count(likely)} are`} likely one network's, by the figures of docs/detection.md. Hypotheses to examine, not findings about anybody.\n`,
    clusters.length > 0 &&
    likely === 0 &&
    clusters.every(({ money }) => parseAmount(money.by.payment, asset.decimals) === 0n)
      ? `A cluster is called that only once a payment into it is confirmed: npx downstream report match "${name}"\n`
      : '',
    cut
      ? 'The deadline came first: this is the best that was found until then. A longer --deadline may find better.\n'
      : '',
    ...cards,
    rest > 0 ? `\n… and ${counted(rest, 'smaller one')}; --top or --json has all\n` : '',
    clusters.some(({ wallets }) =>
      wallets.some((each) => !each.read && !marks.unproven.has(`${each.chain}:${each.address}`)),
    )
      ? "\nOf a wallet that was not read nobody knows whether it is not a service's: it is to be read before it is acted on.\n"
      : '',
    named.legend(),
    '\n',
    table(methodRows(analysis)),
    analysis.run.state === 'finished'
      ? ''
      : `\nThe crawl is not whole: ${analysis.run.stopReason}. Another crawl may change the clusters.\n`,
    newSeeds === 0 ? '' : `\n${newSeedsText(newSeeds)}`,
  ].join('');
}

type MarkedCluster = ReturnType<typeof markCluster>;

function card(cluster: MarkedCluster, asset: StoredAsset, marks: UnprovenMarks): string {
  const { id, size, likely, stability, reports, victims, money, roles, wallets } = cluster;
  const amount = (text: string) =>
    `${displayAmount(parseAmount(text, asset.decimals), asset.decimals)} ${asset.symbol}`;
  const reported = wallets.filter((wallet) => wallet.reported);
  const open = cluster.naming.filter((report) => !reports.includes(report)).length;
  const unread = wallets.filter(({ read, unproven }) => !read && unproven === null).length;
  const unverified = parseAmount(money.by.unverified, asset.decimals);
  const part = unverified === parseAmount(money.came, asset.decimals) ? 'all' : amount(money.by.unverified);
  const head = [
    `C${id}`,
    counted(size, 'wallet'),
    ...(likely ? ["likely one network's"] : []),
    ...(stability === null ? [] : [`held in ${stability} % of the repeats`]),
    ...(unread > 0 ? [`${count(unread)} not read`] : []),
    ...(cluster.unproven > 0 ? [`${count(cluster.unproven)} unproven`] : []),
  ];
  const rows: string[][] = [
    [
      'victims',
      `${counted(reports.length, 'report')} by up to ${counted(victims, 'victim')}; ${reported.length === 0 ? 'none of the wallets is reported' : `reported: ${listed(reported.map(marks.named))}`}`,
    ],
    ...(open === 0
      ? []
      : [
          [
            '',
            `${counted(open, 'more report')} of its wallets: no payment is confirmed, and their money is not counted`,
          ],
        ]),
    [
      'money',
      `${amount(money.came)} came in${unverified > 0n ? ` (${part} of it unverified)` : ''}, ${amount(money.left)} left, ${amount(money.rests)} rests`,
    ],
    ['active', `${time(Date.parse(cluster.first))} to ${time(Date.parse(cluster.last))}`],
    ['hours', `${picture(cluster.hours)}  payouts from 00 to 23 UTC`],
    [
      'roles',
      roles.length === 0
        ? 'none is told'
        : roles.map(({ role, wallets: with_ }) => `${count(with_)} ${role}`).join(', '),
    ],
    ...lines(
      'entry',
      cluster.entries.map((entry) => [
        amount(entry.amount),
        `${marks.named(entry)} in ${counted(entry.transferCount, 'transfer')}`,
      ]),
    ),
    ...lines(
      'exit',
      cluster.exits.map((exit) => [amount(exit.amount), exitText(exit, marks)]),
    ),
    ...lines(
      'resting',
      cluster.resting.map((rest) => [
        amount(rest.amount),
        [
          marks.named(rest),
          ...(rest.read || rest.unproven !== null ? [] : ['not read on from there']),
          ...frozenWords(rest.frozen),
        ].join('; '),
      ]),
    ),
    ...(cluster.frozen > 0 ? [['frozen', `${counted(cluster.frozen, 'wallet')} by the issuer`]] : []),
    ...lines(
      'ties',
      cluster.ties.map(({ strength, text }) => [`${strength}`.padStart(2), harmless(text)]),
    ),
    ...lines(
      'meets',
      cluster.collisions.map(({ case: other, wallets: met }) => [`"${other}"`, `at ${listed(met)}`]),
    ),
  ];
  return `\n${head.join(' · ')}\n${table(rows)}`;
}

/** The first of a list, in lines of their own, and how many more there are. */
function lines(title: string, rows: readonly (readonly [string, string])[]): string[][] {
  const shown = rows.slice(0, SHOWN).map(([first, second], place) => [place === 0 ? title : '', `${first}  ${second}`]);
  return rows.length > SHOWN ? [...shown, ['', `… and ${count(rows.length - SHOWN)} more`]] : shown;
}

const KINDS: Readonly<Record<ExitJson['kind'], string>> = {
  service: 'services',
  account: 'deposit addresses of possible services',
  possible: 'possible services',
  victim: "victims' own wallets",
  wallet: 'wallets in no cluster, or in another',
  issuer: 'the issuer, who took it',
};

function exitText({ kind, service, wallets }: ExitJson, marks: UnprovenMarks): string {
  const where = service === null ? KINDS[kind] : harmless(service);
  return `${where}: ${listed(wallets.map(marks.named))}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(' ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

/** A bar for each number, against the largest. */
function picture(numbers: readonly number[]): string {
  const most = Math.max(1, ...numbers);
  return numbers.map((each) => LEVELS[Math.ceil((each * (LEVELS.length - 1)) / most)] ?? ' ').join('');
}
