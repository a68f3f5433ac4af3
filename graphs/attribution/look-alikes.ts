/**
 * Look-alikes: wallets that resemble a counterparty of somebody into whose history they came by a row of nothing or of dust.
 * What looks alike, and how often it does by chance, `graphs/poisoning.ts` says.
 *
 * Dust comes from the look-alike itself. A row of zero needs no consent of its sender, and names as its recipient whom
 * the victim is to pay by mistake.
 */
import type { Address, ChainId, Transfer } from '../../src/chains/chain.ts';
import { DUST } from '../../src/money.ts';
import { createLookAlikes, type LookAlikes } from '../poisoning.ts';
import { compareTransfers } from '../trace/table.ts';
import { byWallet } from '../wallet-key.ts';
import { compare, type Histories } from './histories.ts';
import type { AttributionPolicy } from './policy.ts';
import type { LookAlike } from './types.ts';

const NAMED_TRANSFERS = 20;
/** By chance once in millions of pairs, and a history has thousands at most. */
const CONFIDENCE = 99;

interface Suspect {
  readonly chain: ChainId;
  readonly planted: Address;
  readonly suspect: Address;
  readonly row: Transfer;
}

/** By chain and address; one in several histories is told of in the first of them. */
export function findLookAlikes(
  { table, received, paid }: Histories,
  dust: Iterable<Transfer>,
  { lookAlikes }: AttributionPolicy,
): LookAlike[] {
  if (!lookAlikes.on) return [];
  const suspects = [...dust]
    .filter(({ value, from, to }) => value < DUST && from !== to)
    .sort((a, b) => compareTransfers({ ...a, position: null }, { ...b, position: null }))
    .map((row): Suspect => {
      const [planted, suspect] = row.value === 0n ? [row.from, row.to] : [row.to, row.from];
      return { chain: row.chain, planted, suspect, row };
    });
  const known = new Map<ChainId, LookAlikes>();
  const numbers = new Map<string, number>();
  const numberOf = ({ chain, planted }: Suspect) => numbers.get(`${chain}:${planted}`) ?? -1;
  for (const each of suspects) {
    const key = `${each.chain}:${each.planted}`;
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    const ofChain = known.get(each.chain) ?? createLookAlikes(each.chain);
    known.set(each.chain, ofChain);
    ofChain.addSender(numberOf(each), each.suspect);
  }
  table.accounts.list.forEach(({ chain, address }, account) => {
    const number = numbers.get(`${chain}:${address}`);
    if (number === undefined) return;
    const rows = [
      ...[...received(account)].map((row) => table.from[row]),
      ...[...paid(account)].map((row) => table.to[row]),
    ];
    const others = [...new Set(rows)].map((other) => table.accounts.list[other ?? -1]?.address);
    for (const other of others.sort((a, b) => compare(a ?? '', b ?? ''))) {
      if (other !== undefined) known.get(chain)?.addCounterparty(number, other);
    }
  });
  return group(suspects.filter((each) => known.get(each.chain)?.has(numberOf(each), each.suspect))).map((rows) => {
    const [first] = rows;
    const { chain, suspect, planted } = first;
    const imitates = known.get(chain)?.imitated(numberOf(first), suspect) ?? planted;
    const own = rows.filter((each) => each.planted === planted);
    return {
      kind: 'look-alike',
      ...{ chain, address: suspect, imitates: { chain, address: imitates }, planted: { chain, address: planted } },
      confidence: CONFIDENCE,
      reason: `Looks like a wallet that ${planted} deals with, into whose history it came by ${own.length === 1 ? 'a row' : `${own.length} rows`} of nothing or of dust.`,
      evidence: {
        figures: { rows: rows.length, histories: new Set(rows.map(numberOf)).size },
        transfers: rows.slice(0, NAMED_TRANSFERS).map(({ row }) => {
          const { chain: on, asset, transaction, from, to, value, occurrence } = row;
          return { chain: on, asset, transaction, from, to, value, occurrence };
        }),
        transferCount: rows.length,
      },
    };
  });
}

function group(suspects: readonly Suspect[]): [Suspect, ...Suspect[]][] {
  const groups = new Map<string, [Suspect, ...Suspect[]]>();
  for (const each of suspects) {
    const key = `${each.chain}:${each.suspect}`;
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [each]);
    else own.push(each);
  }
  const address = ([{ chain, suspect }]: [Suspect, ...Suspect[]]) => ({ chain, address: suspect });
  return [...groups.values()].sort((a, b) => byWallet(address(a), address(b)));
}
