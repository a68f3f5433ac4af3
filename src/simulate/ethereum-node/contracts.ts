/** Contracts and their state: the token's few functions that a tracer reads, and Multicall3 around them. */
import { Interface } from 'ethers/abi';
import { addressFromWord, parseAddress } from '../../chains/address.ts';
import { USDT } from '../../chains/ethereum/assets.ts';
import { TOKEN } from '../ethereum/chain.ts';
import { callMultisig } from '../multisig.ts';
import { headAt } from '../network.ts';
import { blockNumber, stateRoot } from './blocks.ts';
import type { Node } from './options.ts';
import { invalidParams, isRecord, RpcRefusal } from './rpc.ts';

/** At the same address on every chain that has it; on Ethereum from this block on. */
const MULTICALL = '0xca11bde05977b3631167028862be2a173976ca11';
const MULTICALL_SINCE = 14_353_601;
const NO_CODE = '0x';
const CODE = '0x6080604052';

const TOKEN_ABI = new Interface([
  'function balanceOf(address) view returns (uint256)',
  'function decimals() view returns (uint256)',
  'function symbol() view returns (string)',
  'function name() view returns (string)',
  'function isBlackListed(address) view returns (bool)',
  'function getBlackListStatus(address) view returns (bool)',
  'function owner() view returns (address)',
  'function getOwner() view returns (address)',
]);
const MULTICALL_ABI = new Interface([
  'function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[])',
]);

/** A contract call goes wrong, and takes the transaction with it. */
const REVERTED = Symbol('reverted');
type Outcome = string | typeof REVERTED;

/** `eth_call`. */
export function callContract(node: Node, [call, tag = 'latest']: readonly unknown[]): string {
  if (!isRecord(call)) throw invalidParams('missing value for required argument 0');
  const block = stateAt(node, tag);
  const outcome = run(node, String(call.to).toLowerCase(), String(call.data ?? call.input ?? '0x'), block);
  if (outcome === REVERTED) throw new RpcRefusal({ code: 3, message: 'execution reverted', data: '0x' });
  return outcome;
}

/** `eth_getCode`, of which only its presence means something. */
export function codeAt(node: Node, [address, tag = 'latest']: readonly unknown[]): string {
  return isDeployed(node, String(address).toLowerCase(), stateAt(node, tag)) ? CODE : NO_CODE;
}

/** The block whose state is asked for, where the node still has it. */
function stateAt(node: Node, tag: unknown): number {
  const { tip } = node.chain.ledger;
  const block = blockNumber(node, isRecord(tag) ? tag.blockNumber : tag);
  if (block > tip.block) throw new RpcRefusal({ code: -32000, message: 'header not found' });
  const { stateBlocks = Number.POSITIVE_INFINITY, stateWords = 'trie-node' } = node.options;
  if (block >= tip.block - stateBlocks) return block;
  const root = stateRoot(block);
  const message =
    stateWords === 'trie-node'
      ? `missing trie node ${root.slice(2)} (path ) state ${root} is not available, not found`
      : `historical state ${root} is not available`;
  throw new RpcRefusal({ code: -32000, message });
}

function isDeployed({ chain: { ledger }, options }: Node, address: string, block: number): boolean {
  if (address === TOKEN) return block >= USDT.sinceBlock;
  if (/^0x[0-9a-f]{40}$/.test(address) && ledger.isContract(addressFromWord('ethereum', address))) return true;
  return address === MULTICALL && options.multicall !== false && block >= MULTICALL_SINCE;
}

/** What a contract returns; nothing where there is none, as the machine has it. */
function run(node: Node, address: string, data: string, block: number): Outcome {
  if (!isDeployed(node, address, block)) return '0x';
  if (address === TOKEN) return runToken(node, data, block);
  return address === MULTICALL ? runMulticall(node, data, block) : runOther(node, address, data, block);
}

/** Of other contracts the multisig of the issuer is answered for. */
function runOther({ chain: { ledger } }: Node, address: string, data: string, block: number): Outcome {
  const at = headAt(ledger.network, block);
  const answer = callMultisig(ledger, addressFromWord('ethereum', address), data.slice(2), at);
  return answer === null ? REVERTED : `0x${answer}`;
}

function runToken({ chain: { ledger } }: Node, data: string, block: number): Outcome {
  const { token } = ledger.network;
  const call = parse(TOKEN_ABI, data);
  if (call === null) return REVERTED;
  const { name, args } = call;
  const wallet = () => parseAddress('ethereum', String(args[0]));
  const answer = (value: unknown): string => TOKEN_ABI.encodeFunctionResult(name, [value]);
  switch (name) {
    case 'balanceOf':
      return answer(ledger.balance(wallet(), headAt(ledger.network, block)));
    case 'owner':
    case 'getOwner':
      return ledger.owner === null ? REVERTED : answer(ledger.owner);
    case 'decimals':
      return answer(token.decimals);
    case 'symbol':
      return answer(token.symbol);
    case 'name':
      return answer(token.name);
    default:
      return answer(ledger.isFrozen(wallet(), headAt(ledger.network, block)));
  }
}

function runMulticall(node: Node, data: string, block: number): Outcome {
  const call = parse(MULTICALL_ABI, data);
  if (call === null) return REVERTED;
  const results: { success: boolean; returnData: string }[] = [];
  for (const [target, allowFailure, callData] of call.args[0] as Iterable<[string, boolean, string]>) {
    const outcome = run(node, target.toLowerCase(), callData, block);
    if (outcome === REVERTED && !allowFailure) return REVERTED;
    results.push(outcome === REVERTED ? { success: false, returnData: '0x' } : { success: true, returnData: outcome });
  }
  return MULTICALL_ABI.encodeFunctionResult('aggregate3', [results]);
}

/** `null` for a function that the contract does not have, or arguments that do not fit it. */
function parse(abi: Interface, data: string): { name: string; args: readonly unknown[] } | null {
  try {
    return abi.parseTransaction({ data });
  } catch {
    return null;
  }
}
