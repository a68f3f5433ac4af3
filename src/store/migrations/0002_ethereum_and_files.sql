-- Ethereum beside Tron, and files that somebody exported beside what providers list.
--
-- A file's transfers stand in `transfers` like all others, with the file as their provider; `file_transfers` says which
-- transfers each file of a case lists. `seen_by_sender` and `seen_by_recipient` speak of histories that a chain's
-- provider lists, never of files: a case is crawled on its files alone only where that is asked for.

insert into chains (id, name) values (2, 'ethereum');

-- Where sources that count blocks begin to read; 0 where the contract's block is not published.
alter table assets add column since_block bigint not null default 0;
insert into assets (id, chain_id, symbol, contract, decimals, since, since_block)
values (2, 2, 'USDT', '0xdAC17F958D2ee523a2206206994597C13D831ec7', 6, 1511827200000, 4634748);

-- What a receipt has confirmed stands above either history.
update transfers set seen_by_sender = true, seen_by_recipient = true where occurrence > 0;

create table files (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  provider_id smallint not null references providers,
  name text not null,
  -- Of the file's bytes: the same file is imported once.
  sha256 bytea not null check (octet_length(sha256) = 32),
  format text not null,
  -- Rows that were taken, left out for they are of another token or not final, and refused as faulty.
  taken bigint not null,
  left_out bigint not null,
  refused bigint not null,
  -- False while it is read, and for good where that was interrupted: what it lists does not count then.
  finished boolean not null default false,
  imported_at timestamptz not null,
  unique (case_id, sha256)
);

create table file_transfers (
  file_id bigint not null references files on delete cascade,
  transaction bytea not null,
  asset_id smallint not null,
  from_id bigint not null,
  to_id bigint not null,
  value numeric(78, 0) not null,
  occurrence integer not null,
  -- As the file has them, which the chain may contradict.
  timestamp bigint not null,
  block bigint,
  primary key (transaction, asset_id, from_id, to_id, value, occurrence, file_id),
  foreign key (transaction, asset_id, from_id, to_id, value, occurrence) references transfers
);
create index file_transfers_by_time on file_transfers (file_id, asset_id, timestamp);

-- In which sense a head is final: some providers do not tell, and are read up to a depth.
alter table run_heads add column finality text not null default 'finalised';

-- A run on the case's files alone.
alter table runs add column offline boolean not null default false;

-- When the next request to a provider may be sent, over all workers: by a digest of its address and key.
create table request_slots (
  account text primary key,
  next_at timestamptz not null
);
