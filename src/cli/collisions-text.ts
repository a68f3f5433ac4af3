/** Where the money of cases meets, as people and programs read it. */
import type { CollisionCase, MetWallet, SharedSide } from '../../graphs/collisions.ts';
import { leastOf, mostOf } from '../../graphs/trace/compare.ts';
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import type { CasesMeeting, Collisions } from '../../workers/collisions.ts';
import { displayAmount, formatAmount } from '../money.ts';
import type { StoredAsset } from '../store/reference.ts';
import { counted, table } from './output.ts';

/** Wallets of two cases that a list shows; `--json` has all. */
const SHOWN = 20;

/** @param name the case that was asked about; `null` for all */
export function collisionsText(
  name: string | null,
  { collisions, notCompared }: Collisions,
  asset: StoredAsset,
): string {
  const of = name === null ? '' : ` of the case "${name}"`;
  const parts = collisions.map((each) => meetingText(each, asset));
  if (parts.length === 0)
    parts.push(`Collisions${of}: none. No wallet is known to which the money of another case came too.\n`);
  else parts.unshift(HEADING);
  if (notCompared.length > 0) {
    parts.push(`\nNot compared\n${table(notCompared.map((each) => [`"${each.name}"`, missingText(each)]))}`);
  }
  return parts.join('');
}

const HEADING =
  'Wallets that the money of two cases came to. That they share a wallet says nothing about whoever owns it.\n';

function meetingText(meeting: CasesMeeting, asset: StoredAsset): string {
  const { wallets, victims } = meeting;
  const [own, other] = [`"${meeting.case.name}"`, `"${meeting.other.name}"`];
  const lines = [`\n${own} and ${other}: ${sharedText(meeting)}\n`];
  if (meeting.from !== null) {
    lines.push(
      `They share the way from hop ${meeting.from.own} of ${own} and hop ${meeting.from.other} of ${other} on.\n`,
    );
    const rows = wallets
      .slice(0, SHOWN)
      .map((wallet) => [
        ...[wallet.address, String(wallet.own.hop), amountText(wallet.own, meeting.case, asset)],
        ...[String(wallet.others.hop), amountText(wallet.others, meeting.other, asset), remarkText(wallet, meeting)],
      ]);
    const titles = ['WALLET', 'HOP', `OF ${own}`, 'HOP', `OF ${other}`, ''];
    lines.push(table([titles, ...rows], [1, 2, 3, 4]));
    if (wallets.length > SHOWN)
      lines.push(`  … and ${counted(wallets.length - SHOWN, 'wallet')} more; --json has all.\n`);
    lines.push(`${asset.symbol}: ${ruleText(meeting.case)}; ${ruleText(meeting.other)}.\n`);
  }
  if (victims.length > 0) {
    lines.push(
      'Of victims, by a report, or since a payment of theirs came from there; nothing speaks against whoever owns these:\n',
    );
    const rows = victims.slice(0, SHOWN).map((wallet) => [wallet.address, remarkText(wallet, meeting)]);
    lines.push(table(rows));
    if (victims.length > SHOWN)
      lines.push(`  … and ${counted(victims.length - SHOWN, 'wallet')} more; --json has all.\n`);
  }
  return lines.join('');
}

/** What two cases share, in numbers. */
function sharedText({ wallets, victims, services }: CasesMeeting): string {
  const parts = [
    wallets.length === 0 ? '' : counted(wallets.length, 'wallet'),
    victims.length === 0 ? '' : `${counted(victims.length, 'wallet')} of victims`,
    services === 0 ? '' : `${counted(services, 'service')}, where thousands meet`,
  ].filter((part) => part !== '');
  return parts.join('; ');
}

function amountText({ amounts }: SharedSide, { rule }: CollisionCase, { decimals }: StoredAsset): string {
  const amount = (units: bigint) => displayAmount(units, decimals);
  if (rule !== null) return amount(amounts[rule]);
  const [least, most] = [leastOf(amounts), mostOf(amounts)];
  return least === most ? amount(most) : `${amount(least)} to ${amount(most)}`;
}

function ruleText({ name, rule }: CollisionCase): string {
  return rule === null
    ? `of "${name}" the least and the most that a rule brings, for none is declared`
    : `of "${name}" by ${rule}, as declared`;
}

function remarkText({ own, others }: MetWallet, { case: { name }, other }: CasesMeeting): string {
  const sides = [
    { side: own, of: `"${name}"` },
    { side: others, of: `"${other.name}"` },
  ];
  const victims = sides.filter(({ side }) => side.victims).map(({ of }) => of);
  const reported = sides.filter(({ side }) => side.role === 'paid-to').map(({ of }) => of);
  return [
    victims.length === 0 ? '' : `a victim's in ${victims.join(' and ')}`,
    reported.length === 0 ? '' : `reported in ${reported.join(' and ')}`,
    own.read || others.read ? '' : 'read by neither crawl: it may be a service',
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function missingText({ name, missing }: CollisionCase): string {
  const why = {
    'not-crawled': 'it was not crawled yet',
    unfinished: 'no crawl of it is finished',
    older: 'an earlier version of Downstream crawled it',
  };
  return `${why[missing ?? 'not-crawled']}: npx downstream crawl "${name}"`;
}

/** A line for each case whose money meets the case's, where that means something; nothing where there is none. */
export function collisionsNote(name: string, { collisions }: Collisions): string {
  const told = collisions.filter(({ wallets, victims }) => wallets.length + victims.length > 0);
  if (told.length === 0) return '';
  const lines = told.map((each) => {
    const { wallets, victims, from, other } = each;
    const parts = [
      wallets.length === 0 ? '' : `${counted(wallets.length, 'wallet')} ${are(wallets)} also reached by its money`,
      from === null ? '' : `from hop ${from.own} here and hop ${from.other} there on`,
      victims.length === 0 ? '' : `and ${counted(victims.length, 'wallet')} of victims`,
    ];
    return [`"${other.name}"`, parts.filter((part) => part !== '').join(', ')];
  });
  return `\nCollisions with other cases\n${table(lines)}See: npx downstream collisions "${name}"\n`;
}

function are(wallets: readonly unknown[]): string {
  return wallets.length === 1 ? 'is' : 'are';
}

/** The same in short, for programs. */
export function collisionsShortJson({ collisions }: Collisions) {
  return collisions.map(({ other, wallets, victims, services, from }) => {
    return { case: other.name, wallets: wallets.length, victims: victims.length, services, from };
  });
}

export function collisionsJson(
  name: string | null,
  { collisions, notCompared }: Collisions,
  { decimals }: StoredAsset,
) {
  const sideJson = ({ amounts, ...side }: SharedSide) => ({
    ...side,
    amounts: Object.fromEntries(CONSERVING_RULES.map((rule) => [rule, formatAmount(amounts[rule], decimals)])),
  });
  const wallet = ({ chain, address, own, others }: MetWallet) => {
    return { chain, address, own: sideJson(own), other: sideJson(others) };
  };
  const caseJson = ({ name: of, run, rule }: CollisionCase) => ({ case: of, run, rule });
  return {
    case: name,
    collisions: collisions.map(({ case: own, other, wallets, victims, services, from }) => ({
      ...{ own: caseJson(own), other: caseJson(other), from, services },
      ...{ wallets: wallets.map(wallet), victims: victims.map(wallet) },
    })),
    notCompared: notCompared.map(({ name: of, missing }) => ({ case: of, reason: missing })),
  };
}
