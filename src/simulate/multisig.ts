/** A MultiSigWallet of ConsenSys' kind, as far as a tracer reads it: what was submitted to it, by number. */
import { addressBytes } from '../chains/address.ts';
import type { Address, Head } from '../chains/chain.ts';
import type { Ledger } from './ledger.ts';

/** `transactionCount()` and `transactions(uint256)`, by the first four bytes of their call data. */
const COUNT = 'b77bf600';
const TRANSACTIONS = '9ace38c2';

/** What it answers to call data, all in hex without `0x`; `null` where it refuses. */
export function callMultisig(ledger: Ledger, multisig: Address, data: string, at: Head): string | null {
  const submissions = ledger.submissionsOf(multisig, at);
  if (submissions === null) return null;
  if (data === COUNT) return word(submissions.length.toString(16));
  if (!data.startsWith(TRANSACTIONS) || data.length !== 72) return null;
  const submission = submissions[Number.parseInt(data.slice(8), 16)];
  // As the contract's own mapping has it, what was never submitted is nothing.
  if (submission === undefined) return [word(''), word(''), word('80'), word(''), word('')].join('');
  const { destination, data: submitted, executed } = submission;
  const isExecuted = executed !== null && executed <= at.block;
  const padded = submitted.padEnd(Math.ceil(submitted.length / 64) * 64, '0');
  return [
    ...[word(addressBytes(destination)), word(''), word('80'), word(isExecuted ? '1' : '')],
    ...[word((submitted.length / 2).toString(16)), padded],
  ].join('');
}

function word(hex: string): string {
  return hex.padStart(64, '0');
}
