-- What publishers say of wallets. A tag belongs to no case and needs no row of `wallets`: most tagged wallets are never met.

-- Each change of the tags has a number, in the order in which they were made: what was known as of one can be read again.
create table tag_imports (
  id integer primary key,
  kind text not null check (kind in ('import', 'replace', 'remove')),
  publisher text not null,
  -- The URL or the name of the file; for a removal what was removed.
  source text not null,
  added_by text not null,
  added_at timestamptz not null,
  -- Tags that came, went, and were there already.
  added bigint not null default 0,
  removed bigint not null default 0,
  unchanged bigint not null default 0
);

create table tags (
  id bigint generated always as identity primary key,
  chain_id smallint not null,
  address text not null,
  label text not null,
  category text not null,
  publisher_category text,
  publisher text not null,
  source text not null,
  source_date date,
  confidence_term text,
  confidence smallint not null check (confidence between 0 and 100),
  context text,
  -- Of all that makes it the claim that it is: of equal ones one stands at a time.
  digest bytea not null check (octet_length(digest) = 16),
  -- The change that brought it, and the one that took it away.
  added_in integer not null references tag_imports,
  removed_in integer references tag_imports check (removed_in > added_in)
);
create unique index tags_standing on tags (digest) where removed_in is null;
create index tags_of_wallet on tags (address, chain_id);
create index tags_removed on tags (removed_in) where removed_in is not null;

-- At which categories the traces of a case stop, where a person decided otherwise than the table. Rows are added and never
-- changed: a category's newest counts.
create table category_decisions (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  category text not null,
  stops boolean not null,
  decided_by text not null,
  why text not null,
  decided_at timestamptz not null
);
create index category_decisions_of_case on category_decisions (case_id, id);
