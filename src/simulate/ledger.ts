/**
 * The chain that a simulated server answers from: all transfers, indexed by wallet and by transaction, up to a head
 * that can be moved on, as if time passed.
 */
import type { Address, Head, TransactionHash } from '../chains/chain.ts';
import { headAt, type Network } from './network.ts';
import { between } from './search.ts';
import { TRON } from './tron.ts';
import type {
  SimulatedBurn,
  SimulatedDeed,
  SimulatedDelegation,
  SimulatedFreeze,
  SimulatedSubmission,
  SimulatedTransfer,
} from './types.ts';

/** Blocks between the last transfer and the finalised head, where no head is given. */
const QUIET_BLOCKS = 40;

export interface LedgerOptions {
  /** Tron unless told. */
  readonly network?: Network;
  /** Number of the finalised block. Later transfers are unconfirmed, or have not happened yet. */
  readonly head?: number;
  /** What `balanceOf` answers instead of the sum of transfers: `issue` and its kin move money without one. */
  readonly balances?: ReadonlyMap<Address, bigint>;
  /** Wallets the issuer has frozen, nobody knows when. */
  readonly frozen?: ReadonlySet<Address>;
  /** What the issuer destroys and redeems; of another chain or asset, it is none of this ledger's. */
  readonly burns?: readonly SimulatedBurn[];
  /** Energy that is lent, of whatever chain. */
  readonly delegations?: readonly SimulatedDelegation[];
  /** What the issuer freezes and unfreezes, with the events of it. */
  readonly freezes?: readonly SimulatedFreeze[];
  /** Addresses that are contracts, beside the token's own. */
  readonly contracts?: ReadonlySet<Address>;
  /** What was submitted to the contract's owner, which is a multisig where this is told. */
  readonly submissions?: readonly SimulatedSubmission[];
  /** Whom the token's contract names as its owner: the wallet of a redemption unless told; `null` where it names nobody. */
  readonly owner?: Address | null;
}

export class Ledger {
  readonly network: Network;
  /** By block and position. */
  readonly transfers: readonly SimulatedTransfer[];
  /** By block and position. */
  readonly burns: readonly SimulatedBurn[];
  /** Burns and freezes, by block and position. */
  readonly deeds: readonly SimulatedDeed[];
  readonly owner: Address | null;
  /** Transfers of the chain's coin, by block and position. */
  readonly #coins: readonly SimulatedTransfer[];
  readonly #coinsOf = new Map<Address, SimulatedTransfer[]>();
  readonly #delegationsOf = new Map<Address, SimulatedDelegation[]>();
  readonly #ofWallet = new Map<Address, SimulatedTransfer[]>();
  readonly #ofTransaction = new Map<TransactionHash, SimulatedTransfer[]>();
  readonly #balances: ReadonlyMap<Address, bigint>;
  readonly #frozen: ReadonlySet<Address>;
  readonly #sums = new Map<string, bigint>();
  readonly #options: LedgerOptions;
  #older: Ledger | null = null;
  #head: Head;

  /** Of the transfers given, those of another chain or asset are none of this ledger's: a whole economy may be handed in. */
  constructor(transfers: readonly SimulatedTransfer[], options: LedgerOptions = {}) {
    this.network = options.network ?? TRON;
    this.#options = options;
    const { chain, token, coin } = this.network;
    const own = (symbol: string) =>
      transfers
        .filter((transfer) => transfer.chain === chain && transfer.asset === symbol)
        .sort((a, b) => a.block - b.block || a.position - b.position);
    this.transfers = own(token.symbol);
    this.#coins = own(coin.symbol);
    for (const transfer of this.transfers) {
      addSides(this.#ofWallet, transfer);
      add(this.#ofTransaction, transfer.transaction, transfer);
    }
    for (const transfer of this.#coins) addSides(this.#coinsOf, transfer);
    for (const delegation of options.delegations ?? []) {
      if (delegation.chain === chain) addSides(this.#delegationsOf, delegation);
    }
    this.burns = (options.burns ?? [])
      .filter((burn) => burn.chain === chain && burn.asset === token.symbol)
      .sort((a, b) => a.block - b.block || a.position - b.position);
    const freezes = (options.freezes ?? []).filter((freeze) => freeze.chain === chain && freeze.asset === token.symbol);
    this.deeds = [...this.burns, ...freezes].sort((a, b) => a.block - b.block || a.position - b.position);
    const redeemer = this.burns.find(({ kind }) => kind === 'redeemed')?.wallet;
    this.owner = options.owner === undefined ? (redeemer ?? null) : options.owner;
    this.#balances = options.balances ?? new Map();
    this.#frozen = options.frozen ?? new Set();
    const last = Math.max(this.transfers.at(-1)?.block ?? 0, this.deeds.at(-1)?.block ?? 0);
    this.#head = headAt(this.network, options.head ?? last + QUIET_BLOCKS);
  }

  /** The newest finalised block. */
  get head(): Head {
    return this.#head;
  }

  /** The newest block of all, which may still be undone. */
  get tip(): Head {
    return headAt(this.network, this.#head.block + this.network.confirmations);
  }

  /** Lets the chain grow, or shrink, to another finalised block. */
  moveHead(block: number): void {
    this.#head = headAt(this.network, block);
    this.#sums.clear();
  }

  /** The same chain as a server shows it that is so many blocks behind. */
  behind(blocks: number): Ledger {
    const head = Math.max(0, this.#head.block - blocks);
    if (this.#older?.head.block !== head) {
      this.#older = new Ledger([...this.transfers, ...this.#coins], { ...this.#options, head });
    }
    return this.#older;
  }

  /** Every wallet that any transfer names, of all times. */
  get wallets(): readonly Address[] {
    return [...this.#ofWallet.keys()];
  }

  /** A wallet's transfers of all times, in the order of the chain: whoever answers with them minds the head. */
  of(wallet: Address): readonly SimulatedTransfer[] {
    return this.#ofWallet.get(wallet) ?? [];
  }

  /** A wallet's transfers of the chain's coin, in and out, of all times and in the order of the chain. */
  coinsOf(wallet: Address): readonly SimulatedTransfer[] {
    return this.#coinsOf.get(wallet) ?? [];
  }

  /** The energy that a wallet lends and is lent, of all times. */
  delegationsOf(wallet: Address): readonly SimulatedDelegation[] {
    return this.#delegationsOf.get(wallet) ?? [];
  }

  /** All transfers from one block to another, both included, in the order of the chain. */
  between(from: number, to: number): readonly SimulatedTransfer[] {
    return between(this.transfers, from, to);
  }

  /** All burns and freezes from one block to another, both included, in the order of the chain. */
  deedsBetween(from: number, to: number): readonly SimulatedDeed[] {
    return between(this.deeds, from, to);
  }

  /** A transaction's transfers in the order of its logs, where it has happened by the given block. */
  transaction(hash: TransactionHash, until: Head): readonly SimulatedTransfer[] {
    return (this.#ofTransaction.get(hash) ?? []).filter(({ block }) => block <= until.block);
  }

  /** What the wallet holds, as a rule at the finalised head: never below 0, as no contract answers a negative balance. */
  balance(wallet: Address, at: Head = this.#head): bigint {
    const key = `${wallet}@${at.block}` as const;
    const known = this.#balances.get(wallet) ?? this.#sums.get(key);
    if (known !== undefined) return known;
    let sum = 0n;
    for (const { block, from, to, value } of this.of(wallet)) {
      if (block > at.block) break;
      if (to === wallet) sum += value;
      if (from === wallet) sum -= value;
    }
    for (const burn of this.burns) {
      if (burn.block <= at.block && burn.wallet === wallet) sum -= burn.value;
    }
    const balance = sum > 0n ? sum : 0n;
    this.#sums.set(key, balance);
    return balance;
  }

  /** Whether the wallet is frozen, as a rule at the finalised head. */
  isFrozen(wallet: Address, at: Head = this.#head): boolean {
    const newest = this.deeds.findLast(
      (deed) => deed.wallet === wallet && deed.block <= at.block && /frozen$/.test(deed.kind),
    );
    return newest === undefined ? this.#frozen.has(wallet) : newest.kind === 'frozen';
  }

  isContract(address: Address): boolean {
    const { contracts, submissions } = this.#options;
    if (address === this.network.token.address || contracts?.has(address) === true) return true;
    return submissions !== undefined && address === this.owner;
  }

  /** What was submitted to a multisig by a block, in the order of its numbers; `null` where the address is none. */
  submissionsOf(multisig: Address, at: Head): readonly SimulatedSubmission[] | null {
    const { submissions } = this.#options;
    if (submissions === undefined || multisig !== this.owner) return null;
    return submissions.filter(({ block }) => block <= at.block);
  }
}

function addSides<Item extends { from: Address; to: Address }>(index: Map<Address, Item[]>, item: Item): void {
  add(index, item.from, item);
  if (item.to !== item.from) add(index, item.to, item);
}

function add<Key, Item>(index: Map<Key, Item[]>, key: Key, item: Item): void {
  const listed = index.get(key);
  if (listed === undefined) index.set(key, [item]);
  else listed.push(item);
}
