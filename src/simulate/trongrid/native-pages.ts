/** A page of an account's own transactions as a faulty provider sends it. */
import { digest } from '../names.ts';
import type { Random } from '../random.ts';
import { reorderTies } from '../ties.ts';
import type { PageFaultKind } from './faults.ts';
import type { Page } from './history.ts';
import type { NativeRow } from './native.ts';

/** What a contract sent inside of a transaction, as it stands among the rows at times. */
interface InnerRow {
  internal_tx_id: string;
  tx_id: string;
  block_timestamp: number;
  data: object;
}

type Listed = NativeRow | InnerRow;

/** Spoils a page that begins at `place`. One without rows has little to spoil, and stays as it is. */
export function spoilNative(
  page: Page<NativeRow>,
  fault: PageFaultKind | null,
  place: number,
  random: Random,
): Page<Listed> {
  const { rows, next } = page;
  const middle = Math.floor(rows.length / 2);
  const one = rows[middle];
  if (one === undefined) return page;
  switch (fault) {
    case null:
    case 'refused-fingerprint':
    case 'short-page':
    case 'unstable-ties':
      return page;
    case 'other-token':
      return { rows: rows.toSpliced(middle, 0, failed(one), withContract(one, 'TransferAssetContract')), next };
    case 'approvals':
      return {
        rows: [...rows.slice(0, middle), inner(one), withContract(one, 'TriggerSmartContract'), ...rows.slice(middle)],
        next,
      };
    case 'repeated-rows':
      return { rows: rows.flatMap((row) => [row, row]), next };
    case 'no-fingerprint':
      return { rows, next: null };
    case 'empty-page':
      return { rows: [], next: place };
    case 'shuffled-ties':
      return { rows: reorderTies(rows, (row) => row.block_timestamp, random), next };
    case 'without-value':
      return { rows: rows.with(middle, withAmount(one, undefined)), next };
    case 'malformed-value':
      return { rows: rows.with(middle, withAmount(one, random.pick(['', -1, 1.5, '1e9', null, '0x10']))), next };
    case 'shuffled-rows':
      return { rows: random.shuffle(rows), next };
    case 'lost-row':
      return { rows: rows.toSpliced(middle, 1), next };
    case 'without-details':
      return { rows: rows.map(withoutBlock), next };
    case 'without-some-details':
      return { rows: rows.map((row) => (random.chance(0.5) ? row : withoutBlock(row))), next };
  }
}

/** Another transaction at the same time, by and to the same. */
function withContract(row: NativeRow, type: string): NativeRow {
  const [contract] = row.raw_data.contract;
  const parameter = { type_url: `type.googleapis.com/protocol.${type}`, value: contract?.parameter.value ?? {} };
  const raw_data = { ...row.raw_data, contract: [{ type, parameter }] };
  return { ...row, txID: digest(`${type} beside ${row.txID}`), raw_data };
}

/** A transaction that was paid for and did nothing. */
function failed(row: NativeRow): NativeRow {
  return { ...row, txID: digest(`failed beside ${row.txID}`), ret: [{ contractRet: 'OUT_OF_TIME', fee: 268_000 }] };
}

function inner({ txID, block_timestamp }: NativeRow): InnerRow {
  return { internal_tx_id: digest(`inside ${txID}`), tx_id: digest(`around ${txID}`), block_timestamp, data: {} };
}

function withAmount(row: NativeRow, amount: unknown): NativeRow {
  const [contract] = row.raw_data.contract;
  if (contract === undefined) return row;
  const { type, parameter } = contract;
  const value = { ...parameter.value, [type === 'TransferContract' ? 'amount' : 'balance']: amount };
  return { ...row, raw_data: { ...row.raw_data, contract: [{ type, parameter: { ...parameter, value } }] } };
}

function withoutBlock({ blockNumber: _, ...row }: NativeRow): NativeRow {
  return row;
}
