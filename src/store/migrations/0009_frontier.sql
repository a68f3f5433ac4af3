-- A crawl that goes where the money went: wave by wave, the wallets that most of it reached.

-- The wave in which a wallet was taken, or in which the run stopped at it; reported wallets are in wave 0.
alter table case_wallets add column wave smallint not null default 0;
-- Why the run stopped at it: a word that programs can tell apart. `reason` says the same to people.
alter table case_wallets add column if not exists stop_kind text;
alter table case_wallets add constraint case_wallets_stop_kind check (stop_kind in
  ('tagged', 'behaviour', 'returned', 'below-share', 'max-hops', 'max-wallets', 'max-requests', 'max-transfers', 'person'));
-- A wallet is read up to so many transfers, for more pages were not planned; null for no limit.
alter table case_wallets add column allowed_rows bigint;
-- True where a person decided that it is to be read.
alter table case_wallets add column by_person boolean not null default false;
-- The most that any rule had brought to it when it was decided on, and that rule; null for reported wallets.
alter table case_wallets add column amount numeric(78, 0) check (amount >= 0);
alter table case_wallets add column rule text check (rule in ('fifo', 'lifo', 'pro-rata', 'libr'));

-- What became of the sources by each rule, as far as the run has read: sources = exited + resting + not followed.
create table followed_money (
  run_id bigint not null references runs,
  rule text not null check (rule in ('fifo', 'lifo', 'pro-rata', 'libr')),
  sources numeric(78, 0) not null,
  exited numeric(78, 0) not null,
  resting numeric(78, 0) not null,
  not_followed numeric(78, 0) not null,
  primary key (run_id, rule),
  check (sources = exited + resting + not_followed)
);

-- What each rule brought to each wallet at which the run stopped.
create table stopped_money (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  rule text not null check (rule in ('fifo', 'lifo', 'pro-rata', 'libr')),
  amount numeric(78, 0) not null check (amount > 0),
  primary key (run_id, wallet_id, rule)
);

-- Wallets of services that somebody vouches for, at which the run stops.
create table run_stops (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  category text not null,
  name text,
  source text,
  primary key (run_id, wallet_id)
);

-- What a person has decided of a wallet against the crawl's own choice. Rows are added and never changed: a wallet's newest
-- counts, and `auto` leaves it to the crawl again.
create table wallet_decisions (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  wallet_id bigint not null references wallets,
  decision text not null check (decision in ('expand', 'stop', 'auto')),
  why text not null,
  decided_at timestamptz not null
);
create index wallet_decisions_of_case on wallet_decisions (case_id, wallet_id, id);
