-- Where the money of several cases meets.

-- Wallets that the money of a run came to, as far as the run has followed it, and those that its reports name, to which none
-- need have come. Poison brings nothing. Kept for the newest finished run of a case and those after it.
create table reached_wallets (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  -- Fewest transfers by which any of it can have come, after the payment.
  hop integer not null check (hop >= 0),
  -- What each rule brought there in all.
  fifo numeric(78, 0) not null check (fifo >= 0),
  lifo numeric(78, 0) not null check (lifo >= 0),
  pro_rata numeric(78, 0) not null check (pro_rata >= 0),
  libr numeric(78, 0) not null check (libr >= 0),
  primary key (run_id, wallet_id)
);
create index reached_wallets_by_wallet on reached_wallets (wallet_id);
