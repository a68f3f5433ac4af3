-- Address poisoning: rows with which strangers slip look-alike addresses into a history, in the hope that the next payment is
-- copied from there. They stay stored, and in every ledger; the community graph and the frontier leave them out.

-- Who signed the transaction, where somebody has told. No part of a transfer's key; what is known is never erased.
alter table transfers add column signer_id bigint references wallets;

-- Dust, below 0.01 USDT, is little of what is stored, and looked for after every wave.
create index dust_by_sender on transfers (from_id, asset_id) where value < 10000;
create index dust_by_recipient on transfers (to_id, asset_id) where value < 10000;

-- Transactions of a run's dust of which it is not known who signed them. A row goes once it is.
create table unsigned (
  run_id bigint not null references runs,
  asset_id smallint not null references assets,
  transaction bytea not null,
  -- One of the expanded wallets that it touches.
  wallet_id bigint not null references wallets,
  -- The provider could not tell: the run goes without, and the next attempt asks again.
  given_up boolean not null default false,
  primary key (run_id, asset_id, transaction)
);

-- Dust of a run that is poison, and by which rule. A row of no value is poison by itself and needs no mark.
create table poison_marks (
  run_id bigint not null references runs,
  transaction bytea not null,
  asset_id smallint not null references assets,
  from_id bigint not null,
  to_id bigint not null,
  value numeric(78, 0) not null,
  occurrence integer not null,
  rule text not null check (rule in ('look-alike', 'signed-by-another')),
  primary key (run_id, transaction, asset_id, from_id, to_id, value, occurrence)
);
