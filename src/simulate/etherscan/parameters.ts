/** Parameters of the address line. */
import { addressFromWord } from '../../chains/address.ts';
import type { Address } from '../../chains/chain.ts';

/** An address in any case, which Etherscan takes without minding a checksum; `null` for what is none. */
export function addressIn(text: string | undefined): Address | null {
  const digits = /^0x([0-9a-fA-F]{40})$/.exec(text ?? '')?.[1];
  return digits === undefined ? null : addressFromWord('ethereum', digits);
}
