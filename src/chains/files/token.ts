/** Which token a row is of: by its contract, never by its symbol, for anybody may issue a token called USDT. */
import { quoted, UserError } from '../../errors.ts';
import { parseAddress } from '../address.ts';
import { type Address, type Asset, CHAINS, type ChainId } from '../chain.ts';
import type { Layout, Table } from './formats.ts';

/** A row that is in order, but is no transfer to be stored. */
export interface LeftOut {
  readonly code: 'OTHER_TOKEN' | 'FAILED' | 'UNCONFIRMED';
  readonly text: string;
}

/** Tells the asset of a row. Throws UserError for a chain or contract that is none. */
export type TokenOf = (cell: (field: 'chain' | 'asset' | 'contract' | 'symbol') => string) => Asset | LeftOut;

/**
 * How the rows of a file name their token.
 *
 * @param assumed the contract that a person says a file is of which names none
 * @throws UserError `TOKEN_UNNAMED` when a file names no contract and nobody else does, or when it lists several tokens by
 *   their symbols alone; `TOKEN_UNKNOWN` when the assumed contract is none of the assets'
 */
export function tokenOf(path: string, table: Table, assets: readonly Asset[], assumed: Address | null): TokenOf {
  const { layout, index } = table;
  const { chain } = layout;
  if (chain === null) return (cell) => byName(cell('chain'), cell('asset'), assets);
  if (index.contract !== undefined) return (cell) => byContract(chain, cell('contract'), cell('symbol'), assets);
  if (index.symbol !== undefined) throw symbolsOnly(path, layout);
  const asset = assumed === null ? byDefinition(layout, assets) : assumedAsset(chain, assumed, assets);
  if (asset === undefined) throw unnamed(path, layout, assets);
  return () => asset;
}

/** In an economy's folder the names are its generator's own, and no stranger's. */
function byName(chainName: string, name: string, assets: readonly Asset[]): Asset | LeftOut {
  const chain = CHAINS.find((id) => id === chainName);
  if (chain === undefined) {
    throw new UserError('CHAIN_UNKNOWN', `${quoted(chainName)} is no chain.`, {
      right: `Known are ${CHAINS.join(' and ')}.`,
      todo: 'Correct the row.',
    });
  }
  const asset = assets.find((each) => each.chain === chain && each.symbol === name);
  return asset ?? { code: 'OTHER_TOKEN', text: `${quoted(name)} on ${chain} is not followed` };
}

function byContract(chain: ChainId, text: string, symbol: string, assets: readonly Asset[]): Asset | LeftOut {
  if (text === '') {
    throw new UserError('TOKEN_UNNAMED', 'The row names no contract.', {
      right: 'A token is known by its contract alone: anybody may issue one of the same symbol.',
      todo: 'Look the transaction up, and fill in the contract.',
    });
  }
  const contract = parseAddress(chain, text);
  const asset = assets.find((each) => each.chain === chain && each.contract === contract);
  const name = symbol === '' ? '' : `, which calls itself ${quoted(symbol)}`;
  return asset ?? { code: 'OTHER_TOKEN', text: `it is of the token ${contract}${name}` };
}

function byDefinition({ unnamed, chain }: Layout, assets: readonly Asset[]): Asset | undefined {
  return unnamed === 'usdt' ? assets.find((each) => each.chain === chain && each.symbol === 'USDT') : undefined;
}

function assumedAsset(chain: ChainId, assumed: Address, assets: readonly Asset[]): Asset {
  const asset = assets.find((each) => each.chain === chain && each.contract === assumed);
  if (asset === undefined) {
    throw new UserError('TOKEN_UNKNOWN', `${assumed} is no token of ${chain} that Downstream follows.`, {
      right: `It follows ${contractsOn(chain, assets)}.`,
      todo: 'Check the contract.',
    });
  }
  return asset;
}

function unnamed(path: string, { chain, title }: Layout, assets: readonly Asset[]): UserError {
  return new UserError('TOKEN_UNNAMED', `${path} does not say which token its rows are of.`, {
    right: `It has the columns of ${title}, without one for the contract, and the same columns hold transfers of any token.`,
    todo: `If all its rows are of one token, name the contract: --token CONTRACT, such as ${contractsOn(chain, assets)}.`,
  });
}

function symbolsOnly(path: string, { title }: Layout): UserError {
  return new UserError('TOKEN_UNNAMED', `${path} names its tokens by symbol or name, but not by contract.`, {
    right: `It has the columns of ${title}, without one for the contract, and anybody may issue a token called USDT.`,
    todo: 'Export the file again, with the contract of each row.',
  });
}

function contractsOn(chain: ChainId | null, assets: readonly Asset[]): string {
  return assets
    .filter((asset) => asset.chain === chain)
    .map(({ symbol, contract }) => `${contract} for ${symbol}`)
    .join(', ');
}
