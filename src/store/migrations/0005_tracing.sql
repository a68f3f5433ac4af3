-- What people say before a trace, and what came of it.

-- A withdrawal that a service disclosed: followed money may come out of the service there. `transaction` to `occurrence`
-- are a transfer's key as in `payments`, parts of which may wait: until the transfer is found, `from_id` and `occurrence`
-- are null, and `value` is what was told of the amount, or null.
create table disclosures (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  number integer not null,
  transaction bytea not null check (octet_length(transaction) = 32),
  asset_id smallint not null references assets,
  from_id bigint references wallets,
  to_id bigint not null references wallets,
  value numeric(78, 0) check (value > 0),
  occurrence integer,
  disclosed_by text not null,
  why text not null,
  added_at timestamptz not null,
  -- One that is taken out stays here, so that what was traced from it can be read, and its number is not given out again.
  removed_at timestamptz,
  unique (case_id, number),
  check ((from_id is null) = (occurrence is null)),
  check (from_id is null or value is not null),
  -- Holds only where no part is null.
  foreign key (transaction, asset_id, from_id, to_id, value, occurrence) references transfers
);
-- One transfer is one source. Those that wait are told apart by who adds them.
create unique index disclosures_once
  on disclosures (case_id, transaction, asset_id, from_id, to_id, value, occurrence) where removed_at is null;

-- Which rule a person chose for a case, and why. Rows are added and never changed: the newest of a rule counts.
create table declarations (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  rule text not null check (rule in ('fifo', 'lifo', 'pro-rata', 'libr', 'poison', 'ttr')),
  declared_by text not null,
  why text not null,
  declared_at timestamptz not null
);
create index declarations_of_case on declarations (case_id, rule, id);

-- Results of traces. The same one computed again under the same declaration is the same row.
create table traces (
  id bigint generated always as identity primary key,
  run_id bigint not null references runs,
  declaration_id bigint references declarations,
  rule text not null check (rule in ('fifo', 'lifo', 'pro-rata', 'libr', 'poison', 'ttr')),
  parameters jsonb not null,
  graph_hash text not null,
  run_hash text not null,
  result jsonb not null,
  created_at timestamptz not null
);
create unique index traces_once on traces (run_id, run_hash, coalesce(declaration_id, 0));
create index traces_of_graph on traces (run_id, graph_hash, rule, id);
