/** Many calls of one contract as one, through Multicall3 (github.com/mds1/multicall3). */
import { Interface } from 'ethers/abi';
import { parseAddress } from '../address.ts';
import type { Address } from '../chain.ts';

/** The same on every chain that has it. */
export const MULTICALL3 = parseAddress('ethereum', '0xcA11bde05977b3631167028862bE2a173976CA11');
const MULTICALL = new Interface([
  'function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[] returnData)',
]);

export function aggregateCall(contract: Address, calls: readonly string[]): string {
  return MULTICALL.encodeFunctionData('aggregate3', [calls.map((data) => [contract, true, data])]);
}

/** What each call answered, in their order, `null` for one that was refused; `null` for an answer that cannot be read. */
export function readAggregate(answer: string): (string | null)[] | null {
  try {
    const [results] = MULTICALL.decodeFunctionResult('aggregate3', answer) as unknown as [
      readonly { success: boolean; returnData: string }[],
    ];
    return results.map(({ success, returnData }) => (success ? returnData : null));
  } catch {
    return null;
  }
}
