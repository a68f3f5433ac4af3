/** The node's own calls, as java-tron answers them: a contract read, the newest block, receipts, an account. */
import { id } from 'ethers/hash';
import { isAddress } from 'tronweb/utils';
import { addressBytes, addressFromWord, parseAddress } from '../../chains/address.ts';
import type { Address, TransactionHash } from '../../chains/chain.ts';
import { ok, type Reply } from '../http/reply.ts';
import type { Ledger } from '../ledger.ts';
import { callMultisig } from '../multisig.ts';
import { digest } from '../names.ts';
import { TRANSFER_TOPIC, USDT_CONTRACT, USDT_TOKEN } from '../tron.ts';
import type { SimulatedTransfer } from '../types.ts';
import { accountIn, refuse, type SimulatedRequest } from './request.ts';

/** The functions of the token that are answered, by the first four bytes of their call data. */
const SELECTORS: Readonly<Record<string, string>> = {
  'balanceOf(address)': '70a08231',
  'isBlackListed(address)': 'e47d6060',
  'getBlackListStatus(address)': '59bf1abe',
  'decimals()': '313ce567',
  'owner()': '8da5cb5b',
  'getOwner()': '893d20e8',
};
const REVERTED = { message: 'REVERT opcode executed', result: true };

/** `triggerconstantcontract` for the few functions that a tracer reads. */
export function constantCall(ledger: Ledger, { params, solid }: SimulatedRequest): Reply {
  const visible = params.visible === 'true';
  const owner = addressIn(params.owner_address, visible);
  const contract = addressIn(params.contract_address, visible);
  if (owner === null || contract === null)
    return failedCall('OTHER_ERROR', 'class java.lang.IllegalArgumentException : Invalid address');
  if (!ledger.isContract(contract)) return failedCall('CONTRACT_VALIDATE_ERROR', 'Smart contract is not exist.');

  const named = selectorOf(params.function_selector ?? '');
  const data = params.data ?? `${named}${params.parameter ?? ''}`;
  const state = solid ? ledger.head : ledger.tip;
  const result =
    contract === USDT_CONTRACT ? callContract(ledger, data, solid) : callMultisig(ledger, contract, data, state);
  const shown = (address: Address): string => (visible ? address : `41${addressBytes(address)}`);
  const value = { data, owner_address: shown(owner), contract_address: shown(contract) };
  const { timestamp, block } = solid ? ledger.head : ledger.tip;
  return ok({
    result: result === null ? REVERTED : { result: true },
    energy_used: 935,
    constant_result: [result ?? ''],
    transaction: {
      ret: [result === null ? { ret: 'FAILED' } : {}],
      visible,
      txID: digest(`call ${data}`),
      raw_data: {
        contract: [
          {
            parameter: { value, type_url: 'type.googleapis.com/protocol.TriggerSmartContract' },
            type: 'TriggerSmartContract',
          },
        ],
        ref_block_bytes: block.toString(16).slice(-4),
        ref_block_hash: blockId(block).slice(16, 32),
        expiration: timestamp + 60_000,
        timestamp,
      },
      raw_data_hex: '',
    },
  });
}

/** `getnowblock`, without the block's transactions. */
export function newestBlock(ledger: Ledger, { solid }: SimulatedRequest): Reply {
  const { block, timestamp } = solid ? ledger.head : ledger.tip;
  return ok({
    blockID: blockId(block),
    block_header: {
      raw_data: {
        number: block,
        txTrieRoot: digest(`transactions ${block}`),
        witness_address: `41${digest('witness').slice(0, 40)}`,
        parentHash: blockId(block - 1),
        version: 34,
        timestamp,
      },
      witness_signature: `${digest(`signature ${block}`)}${digest(`signature of ${block}`)}00`,
    },
    transactions: [],
  });
}

/** `getblockbynum` of block 0, which is what tells chains apart; other blocks are not served. */
export function firstBlock({ params }: SimulatedRequest, hash: string = blockId(0)): Reply {
  if (params.num !== '0') return ok({});
  return ok({ blockID: hash, block_header: { raw_data: { number: 0, timestamp: 0 } } });
}

/** `gettransactioninfobyid`: the receipt with its logs in order; `{}` where the transaction is not on the chain. */
export function receipt(ledger: Ledger, { params, solid }: SimulatedRequest): Reply {
  const id = (params.value ?? '').toLowerCase() as TransactionHash;
  const transfers = ledger.transaction(id, solid ? ledger.head : ledger.tip);
  return ok(receiptOf(transfers) ?? {});
}

/** `gettransactionbyid`: the transaction as it was signed; `{}` where it is not on the chain. */
export function transaction(ledger: Ledger, { params, solid }: SimulatedRequest): Reply {
  const id = (params.value ?? '').toLowerCase() as TransactionHash;
  const [first] = ledger.transaction(id, solid ? ledger.head : ledger.tip);
  if (first === undefined) return ok({});
  const value = {
    owner_address: `41${addressBytes(first.signer)}`,
    contract_address: `41${addressBytes(USDT_CONTRACT)}`,
  };
  const type_url = 'type.googleapis.com/protocol.TriggerSmartContract';
  return ok({
    ret: [{ contractRet: 'SUCCESS' }],
    signature: [`${digest(`signature ${id}`)}${digest(`signature of ${id}`)}00`],
    txID: id,
    raw_data: {
      contract: [{ parameter: { value, type_url }, type: 'TriggerSmartContract' }],
      timestamp: first.timestamp - 1_000,
    },
    raw_data_hex: '',
  });
}

/**
 * `gettransactioninfobyblocknum`: the receipts of a block, in the order of its transactions; none where it has not happened.
 * A transaction stands where its first transfer does. Each block begins with one that moves another token and one that
 * moves none, as on the real chain most have nothing to do with USDT.
 */
export function blockReceipts(ledger: Ledger, { params, solid }: SimulatedRequest): Reply {
  const block = Number(params.num ?? Number.NaN);
  if (!Number.isSafeInteger(block) || block > (solid ? ledger.head : ledger.tip).block) return ok([]);
  const transactions = new Map<TransactionHash, SimulatedTransfer[]>();
  for (const transfer of ledger.between(block, block)) {
    transactions.set(transfer.transaction, [...(transactions.get(transfer.transaction) ?? []), transfer]);
  }
  const place = { blockNumber: block, blockTimeStamp: ledger.network.timeOf(block), contractResult: [''] };
  const stranger = addressBytes(ledger.network.addressFor('another token'));
  const log = [{ address: stranger, topics: [TRANSFER_TOPIC, word(stranger), word(stranger)], data: word('1') }];
  return ok([
    { ...place, id: digest(`another token ${block}`), fee: 345_000, contract_address: `41${stranger}`, log },
    { ...place, id: digest(`no token ${block}`), receipt: { net_usage: 267 } },
    ...[...transactions.values()].map(receiptOf),
  ]);
}

function receiptOf(transfers: readonly SimulatedTransfer[]): object | null {
  const [first] = transfers;
  if (first === undefined) return null;
  return {
    id: first.transaction,
    fee: 13_844_850,
    blockNumber: first.block,
    blockTimeStamp: first.timestamp,
    contractResult: [''],
    contract_address: `41${addressBytes(USDT_CONTRACT)}`,
    receipt: { energy_fee: 13_499_850, energy_usage_total: 64_285, net_fee: 345_000, result: 'SUCCESS' },
    log: transfers.map(({ from, to, value }) => ({
      address: addressBytes(USDT_CONTRACT),
      topics: [TRANSFER_TOPIC, word(addressBytes(from)), word(addressBytes(to))],
      data: word(value.toString(16)),
    })),
  };
}

/** `getaccount`: a contract says that it is one, and of an address that nobody has paid there is no account. */
export function nodeAccount(ledger: Ledger, { params, solid }: SimulatedRequest): Reply {
  const address = addressIn(params.address, params.visible === 'true');
  if (address === null) return ok({ Error: 'class java.lang.IllegalArgumentException : Invalid address' });
  if (ledger.isContract(address)) return ok({ address: params.address, type: 'Contract' });
  const [first] = ledger.of(address);
  const known = first !== undefined && first.block <= (solid ? ledger.head : ledger.tip).block;
  return ok(known ? { address: params.address, create_time: first.timestamp } : {});
}

/** `GET /v1/accounts/{address}`, with little but the token balance; no data for an account nobody has paid. */
export function account(ledger: Ledger, { path }: SimulatedRequest): Reply {
  const address = accountIn(path, ledger);
  if (address === null) return refuse('A valid account address is required.');
  const [first] = ledger.of(address);
  const known = first !== undefined && first.block <= ledger.tip.block;
  const trc20 = [{ [USDT_TOKEN.address]: String(ledger.balance(address)) }];
  const data = known
    ? [{ address: `41${addressBytes(address)}`, balance: 0, create_time: first.timestamp, trc20 }]
    : [];
  return ok({ data, success: true, meta: { at: ledger.tip.timestamp, page_size: data.length } });
}

/** Runs call data on the contract; `null` where it reverts. */
function callContract(ledger: Ledger, data: string, solid: boolean): string | null {
  const selector = data.slice(0, 8).toLowerCase();
  if (selector === SELECTORS['decimals()']) return word(USDT_TOKEN.decimals.toString(16));
  if (selector === SELECTORS['owner()'] || selector === SELECTORS['getOwner()']) {
    return ledger.owner === null ? null : word(addressBytes(ledger.owner));
  }
  if (!/^[0-9a-fA-F]{72}$/.test(data)) return null;
  const wallet = addressFromWord('tron', data.slice(8));
  switch (selector) {
    case SELECTORS['balanceOf(address)']:
      return word(ledger.balance(wallet, solid ? ledger.head : ledger.tip).toString(16));
    case SELECTORS['isBlackListed(address)']:
    case SELECTORS['getBlackListStatus(address)']:
      return word(ledger.isFrozen(wallet, solid ? ledger.head : ledger.tip) ? '1' : '0');
    default:
      return null;
  }
}

function selectorOf(method: string): string {
  return SELECTORS[method] ?? id(method).slice(2, 10);
}

/** java-tron takes base58 where `visible` says so, and hex with 41 where it does not. */
function addressIn(text: string | undefined, visible: boolean): Address | null {
  const form = visible ? /^T/ : /^41/;
  return text !== undefined && form.test(text) && isAddress(text) ? parseAddress('tron', text) : null;
}

function failedCall(code: string, message: string): Reply {
  return ok({ result: { code, message: Buffer.from(message).toString('hex') } });
}

/** The first eight bytes of a block's id are its number. */
function blockId(block: number): string {
  return block.toString(16).padStart(16, '0') + digest(`block ${block}`).slice(16);
}

function word(hex: string): string {
  return hex.padStart(64, '0');
}
