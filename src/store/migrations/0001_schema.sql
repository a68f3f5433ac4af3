-- Downstream's database: an overview.
--
-- A case holds reports; a report names a wallet. A run crawls the case once, up to a finalised head that it pins for each
-- chain. The frontier of a run is `case_wallets`: which wallets it takes, in which state, and why. It stands here and not
-- in the queue, so that an emptied queue loses nothing.
--
-- What was read of the chains belongs to no case. `transfers` holds each transfer once, whoever found it; `coverage` says
-- for each wallet, asset and provider which stretch of its history is stored without a gap, and where to read on. Rows
-- and cursor change in one transaction, so that the two never disagree.
--
-- What was computed belongs to a run: `analyses` and their clusters, under the hashes that say from what they come.
--
-- Money is numeric(78,0) in base units: wide enough for any token of any chain. Times of the chain are milliseconds since
-- 1970 (bigint); times of our own doings are timestamptz.

-- One row: names this database in queues that several databases share.
create table instance (
  id uuid primary key default gen_random_uuid(),
  only_row boolean not null default true unique check (only_row)
);
insert into instance default values;

create table chains (
  id smallint primary key,
  name text not null unique,
  -- Hash of the chain's first block, noted at the first crawl: rows of a test network never mix with real ones.
  genesis text
);
insert into chains (id, name) values (1, 'tron');

create table assets (
  id smallint primary key,
  chain_id smallint not null references chains,
  symbol text not null,
  contract text not null,
  decimals smallint not null,
  since bigint not null,
  unique (chain_id, symbol),
  unique (chain_id, contract)
);
-- The contract's first block is not published; no transfer is older than 14 April 2019.
insert into assets (id, chain_id, symbol, contract, decimals, since)
values (1, 1, 'USDT', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 6, 1555200000000);

create table providers (
  id smallint generated always as identity primary key,
  name text not null unique,
  -- What its positions count.
  unit text not null check (unit in ('timestamp', 'block'))
);

create table wallets (
  id bigint generated always as identity primary key,
  chain_id smallint not null references chains,
  address text not null,
  unique (chain_id, address)
);

-- The key is what every provider agrees on: none lists log indexes on Tron. `occurrence` numbers the rows of one
-- transaction that are equal in all else; 1 and above are stored only when the transaction's receipt confirms them.
create table transfers (
  transaction bytea not null check (octet_length(transaction) = 32),
  asset_id smallint not null references assets,
  from_id bigint not null references wallets,
  to_id bigint not null references wallets,
  value numeric(78, 0) not null check (value >= 0),
  occurrence integer not null check (occurrence >= 0),
  timestamp bigint not null,
  block bigint,
  provider_id smallint not null references providers,
  -- In whose own history a provider has listed it: both must, once both are covered.
  seen_by_sender boolean not null,
  seen_by_recipient boolean not null,
  primary key (transaction, asset_id, from_id, to_id, value, occurrence)
);
create index transfers_by_sender on transfers (from_id, asset_id, timestamp);
create index transfers_by_recipient on transfers (to_id, asset_id, timestamp);

-- Every transfer in [from_position, until_position) is stored. The unit of positions is the provider's: milliseconds or
-- block numbers. `held` and `token` serve a stretch that fills more than a page and may be dropped at any time.
create table coverage (
  wallet_id bigint not null references wallets,
  asset_id smallint not null references assets,
  provider_id smallint not null references providers,
  from_position bigint not null,
  until_position bigint not null check (until_position >= from_position),
  held jsonb not null default '[]',
  token text,
  -- How often the stretch at until_position was begun again because its token was refused.
  restarts integer not null default 0,
  -- Changes with the cursor: who moves it must have read it.
  version bigint not null default 0,
  rows bigint not null default 0,
  updated_at timestamptz not null,
  primary key (wallet_id, asset_id, provider_id)
);

-- Transactions of which a provider listed equal rows: their receipts decide how often a transfer really happened.
create table receipts (
  asset_id smallint not null references assets,
  transaction bytea not null,
  wallet_id bigint not null references wallets,
  settled boolean not null default false,
  primary key (asset_id, transaction, wallet_id)
);
create index receipts_open on receipts (wallet_id) where not settled;

create table cases (
  id bigint generated always as identity primary key,
  name text not null unique,
  created_at timestamptz not null
);

-- Reports hold what victims told: it stays in the case.
create table reports (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  number integer not null,
  wallet_id bigint not null references wallets,
  role text not null check (role in ('paid-to', 'own')),
  origin_wallet_id bigint references wallets,
  origin_exchange text,
  origin_withdrawal text,
  transaction bytea,
  amount numeric(78, 0),
  fiat_amount numeric,
  fiat_currency text check (fiat_currency ~ '^[A-Z]{3}$'),
  paid_at bigint,
  reference text,
  note text,
  -- Equal reports have equal digests: the same report is stored once.
  digest bytea not null,
  created_at timestamptz not null,
  unique (case_id, number),
  unique (case_id, digest),
  check ((fiat_amount is null) = (fiat_currency is null)),
  check (amount is null or fiat_amount is null)
);

-- A payment of a victim: one transfer, counted once however many reports name it.
create table payments (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  transaction bytea not null,
  asset_id smallint not null,
  from_id bigint not null,
  to_id bigint not null,
  value numeric(78, 0) not null,
  occurrence integer not null,
  unique (case_id, transaction, asset_id, from_id, to_id, value, occurrence),
  foreign key (transaction, asset_id, from_id, to_id, value, occurrence) references transfers
);
create table report_payments (
  report_id bigint not null references reports,
  payment_id bigint not null references payments,
  confirmed_at timestamptz not null,
  primary key (report_id, payment_id)
);

create table runs (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  number integer not null,
  -- What was asked for, and a digest of the seeds: a run is resumed only under the same.
  policy jsonb not null,
  seeds bytea not null,
  state text not null check (state in ('running', 'stopped', 'finished')),
  -- Counts the starts and resumptions: part of every job's id, so that jobs of an earlier attempt are recognised.
  attempt integer not null default 1,
  requests bigint not null default 0,
  -- Rows that providers listed; a transfer between two crawled wallets is listed by both.
  rows bigint not null default 0,
  -- The newest answer of a provider that was of use.
  answered_at timestamptz,
  stop_code text,
  stop_reason text,
  graph_hash text,
  started_at timestamptz not null,
  ended_at timestamptz,
  unique (case_id, number)
);

create table run_heads (
  run_id bigint not null references runs,
  chain_id smallint not null references chains,
  block bigint not null,
  timestamp bigint not null,
  primary key (run_id, chain_id)
);

create table case_wallets (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  hop smallint not null,
  -- How a report names the wallet; null for wallets found by the crawl.
  role text check (role in ('paid-to', 'own')),
  state text not null check (state in ('pending', 'expanded', 'stopped', 'failed')),
  reason text,
  primary key (run_id, wallet_id)
);
create index case_wallets_by_state on case_wallets (run_id, hop, state);

-- What a reported wallet held when the run asked, to set beside what its transfers add up to.
create table balances (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  asset_id smallint not null references assets,
  -- Null where the provider could not tell.
  value numeric(78, 0),
  read_at timestamptz not null,
  primary key (run_id, wallet_id, asset_id)
);

-- What providers did wrong, by kind: retried, recorded, shown.
create table faults (
  run_id bigint not null references runs,
  provider_id smallint not null references providers,
  code text not null,
  count bigint not null,
  last_message text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (run_id, provider_id, code)
);

create table analyses (
  id bigint generated always as identity primary key,
  run_id bigint not null references runs,
  parameters jsonb not null,
  graph_hash text not null,
  run_hash text not null,
  modularity text not null,
  unclustered integer not null,
  created_at timestamptz not null,
  unique (run_id, graph_hash, parameters)
);

create table clusters (
  analysis_id bigint not null references analyses on delete cascade,
  number integer not null,
  size integer not null,
  transfers bigint not null,
  totals jsonb not null,
  primary key (analysis_id, number)
);

create table cluster_wallets (
  analysis_id bigint not null,
  number integer not null,
  wallet_id bigint not null references wallets,
  primary key (analysis_id, wallet_id),
  foreign key (analysis_id, number) references clusters on delete cascade
);
