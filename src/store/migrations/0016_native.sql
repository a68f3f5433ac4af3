-- What first paid for the transactions of a wallet: who made its account, sent it TRX or ETH, or lent it energy. Like transfers it
-- belongs to no case, and is read once: what came first does not change.

-- Wallets whose first receipts are stored, and who told them.
create table native_coverage (
  wallet_id bigint primary key references wallets,
  provider_id smallint not null references providers,
  -- None is missing up to this time, milliseconds since 1970.
  until bigint not null,
  -- There were no others up to the head of the run that asked.
  whole boolean not null,
  read_at timestamptz not null
);

create table native_receipts (
  wallet_id bigint not null references native_coverage,
  transaction bytea not null check (octet_length(transaction) = 32),
  kind text not null check (kind in ('activation', 'coin', 'energy')),
  from_id bigint not null references wallets,
  -- Sun or wei; for energy the staked amount in sun.
  value numeric(78, 0) not null check (value >= 0),
  timestamp bigint not null,
  block bigint,
  primary key (wallet_id, transaction, kind, from_id, value)
);
create index native_receipts_by_sender on native_receipts (from_id);

-- Wallets of a run whose first receipts are still to be read. A row goes once they are.
create table unread_natives (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  -- The provider could not tell: the run goes without, and the next one asks again.
  given_up boolean not null default false,
  primary key (run_id, wallet_id)
);

alter table run_requests drop constraint run_requests_kind_check;
alter table run_requests add constraint run_requests_kind_check
  check (kind in ('history', 'probe', 'balance', 'receipt', 'positions', 'signer', 'issuer', 'standing', 'native', 'retry'));
