/** Addresses and transaction hashes, checked once at the edge and then trusted by their types. */
import { hash } from 'node:crypto';
import { getAddress } from 'ethers/address';
import { keccak256 } from 'ethers/crypto';
import { createKeccak } from 'hash-wasm';
import { fromHex, isAddress, toHex } from 'tronweb/utils';
import { quoted, UserError } from '../errors.ts';
import { type Address, CHAINS, type ChainId, type TransactionHash } from './chain.ts';

const ETHEREUM_EXAMPLE =
  'An Ethereum address is 0x and 40 hex digits, such as 0xdAC17F958D2ee523a2206206994597C13D831ec7.';
const TRON_EXAMPLE = 'A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.';

// Checksums take most of the time of a large import, and this a tenth of that which ethers brings.
const keccak = await createKeccak(256);
keccak256.register((bytes) => keccak.init().update(bytes).digest('binary'));

/**
 * An address as people and files write it, in its chain's one form.
 *
 * Ethereum: 0x and 40 hex digits. In mixed case they carry a checksum (EIP-55), which must be right; in one case they
 * carry none, and are given it.
 *
 * Tron: Base58Check, or the hex form `41…` of 42 digits, which is turned into Base58Check. `0x41…` is refused: tools that
 * write it mean different things by it, and tronweb turns it into an address of nobody.
 *
 * @throws UserError `ADDRESS_INVALID` with the reason
 */
export function parseAddress(chain: ChainId, text: string): Address {
  switch (chain) {
    case 'ethereum':
      return parseEthereumAddress(text);
    case 'tron':
      return parseTronAddress(text);
  }
}

/** The chain in whose form an address is written. Only its look decides: `parseAddress` checks it. */
export function chainOfAddress(text: string): ChainId {
  return /^0x(?!41[0-9a-f]{40}$)|\.eth$/i.test(text.trim()) ? 'ethereum' : 'tron';
}

/** What exchanges call the chains. */
const CHAIN_NAMES: Readonly<Record<string, ChainId>> = {
  eth: 'ethereum',
  erc20: 'ethereum',
  'erc-20': 'ethereum',
  trx: 'tron',
  trc20: 'tron',
  'trc-20': 'tron',
};

/**
 * The chain that is named beside an address, or else the one in whose form the address is written.
 *
 * @throws UserError `CHAIN_INVALID`
 */
export function namedChain(name: string | undefined, address: string): ChainId {
  const named = name?.trim().toLowerCase() ?? '';
  if (named === '') return chainOfAddress(address);
  const known = CHAINS.find((id) => id === (CHAIN_NAMES[named] ?? named));
  if (known !== undefined) return known;
  throw new UserError('CHAIN_INVALID', `${quoted(named)} is no chain that Downstream reads.`, {
    right: `A chain is ${CHAINS.join(' or ')}.`,
    todo: 'Correct it, or leave it out: the form of the address tells.',
  });
}

function parseEthereumAddress(text: string): Address {
  const digits = /^0x([0-9a-fA-F]{40})$/.exec(text)?.[1];
  const oneCase = digits !== undefined && (digits === digits.toLowerCase() || digits === digits.toUpperCase());
  if (digits !== undefined) {
    const address = getAddress(`0x${digits.toLowerCase()}`);
    if (oneCase || address.slice(2) === digits) return address as Address;
  }
  throw new UserError('ADDRESS_INVALID', `${quoted(text)} is no Ethereum address: ${reasonAgainstEthereum(text)}.`, {
    right: ETHEREUM_EXAMPLE,
    todo: 'Copy it again from the wallet, the exchange or the explorer.',
  });
}

function reasonAgainstEthereum(text: string): string {
  if (text === '') return 'it is empty';
  if (/\s/.test(text)) return 'it has spaces or line breaks in it';
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return 'its checksum is wrong, so at least one character was mistyped';
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return 'with 64 digits it is a transaction';
  if (/^[0-9a-fA-F]{40}$/.test(text)) return 'the 0x before it is missing';
  if (/^T[1-9A-HJ-NP-Za-km-z]{33}$/.test(text)) return 'this is an address of Tron';
  if (/\.eth$/i.test(text)) return 'names are not looked up';
  if (!text.startsWith('0x')) return 'it does not start with 0x';
  if (!/^0x[0-9a-fA-F]*$/.test(text)) return 'it has characters that are no hex digits';
  return `it has ${text.length - 2} digits instead of 40`;
}

function parseTronAddress(text: string): Address {
  if (/^41[0-9a-fA-F]{40}$/.test(text)) return fromHex(text) as Address;
  if (text.startsWith('T') && text.length === 34 && isAddress(text)) return text as Address;
  throw new UserError('ADDRESS_INVALID', `${quoted(text)} is no Tron address: ${reasonAgainst(text)}.`, {
    right: TRON_EXAMPLE,
    todo: 'Copy it again from the wallet, the exchange or the explorer.',
  });
}

function reasonAgainst(text: string): string {
  if (text === '') return 'it is empty';
  if (/\s/.test(text)) return 'it has spaces or line breaks in it';
  if (/^https?:/i.test(text)) return 'it is the address of a web page';
  if (/^0x41[0-9a-fA-F]{40}$/i.test(text)) {
    return 'hex addresses of Tron start with 41 and have no 0x; with 0x it may mean two different wallets';
  }
  if (/^0x[0-9a-fA-F]{40}$/i.test(text)) return 'this is an address of Ethereum and its kin';
  if (/^[0-9a-fA-F]{40}$/.test(text))
    return 'it is 20 bytes of hex without the leading 41 of Tron, or the 0x of Ethereum';
  if (!/^[1-9A-HJ-NP-Za-km-z]+$/.test(text)) return 'it has characters that no Tron address has (0, O, I, l or signs)';
  if (!text.startsWith('T')) return 'it does not start with T';
  if (text.length !== 34) return `it has ${text.length} characters instead of 34`;
  return 'its checksum is wrong, so at least one character was mistyped';
}

/** The 20 bytes of an address as hex without any prefix, as contract calls and logs carry it. */
export function addressBytes(address: Address): string {
  return (address.startsWith('0x') ? address.slice(2) : toHex(address).slice(2)).toLowerCase();
}

/** The address whose last 20 bytes a 32-byte word of a log or call carries; some Tron tools write the 41 into the word too. */
export function addressFromWord(chain: ChainId, word: string): Address {
  const bytes = word.slice(-40).toLowerCase();
  return chain === 'tron' ? base58Check(`41${bytes}`) : (getAddress(`0x${bytes}`) as Address);
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** As tronweb's `fromHex` does it, in a tenth of its time: each row of a history has a signer. */
function base58Check(hex: string): Address {
  const checksum = hash('sha256', hash('sha256', Buffer.from(hex, 'hex'), 'buffer'));
  let rest = BigInt(`0x${hex}${checksum.slice(0, 8)}`);
  let text = '';
  for (; rest > 0n; rest /= 58n) text = `${BASE58[Number(rest % 58n)]}${text}`;
  return text as Address;
}

/**
 * A transaction's hash: 64 hex digits, with or without `0x`.
 *
 * @throws UserError `TRANSACTION_INVALID`
 */
export function parseTransaction(text: string): TransactionHash {
  const hex = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text)?.[1];
  if (hex === undefined) {
    throw new UserError('TRANSACTION_INVALID', `${quoted(text)} is no transaction hash.`, {
      right: 'A transaction hash has 64 hex digits.',
      todo: 'Copy it again from the wallet or the explorer.',
    });
  }
  return hex.toLowerCase() as TransactionHash;
}
