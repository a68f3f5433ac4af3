-- Compounds: entries of the registry that files brought, beside those that come with the program, and what reports tell of compounds.

-- Each change of the entries has a number, in the order in which they were made: what was known as of one can be read again.
create table compound_changes (
  id integer primary key,
  kind text not null check (kind in ('import', 'remove')),
  -- The name of the file and its SHA-256; for a removal the id of the entry.
  source text not null,
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  changed_by text not null,
  why text,
  changed_at timestamptz not null,
  check ((kind = 'import') = (sha256 is not null))
);

create table compounds (
  id bigint generated always as identity primary key,
  -- The entry's own id, and all that it says.
  compound text not null,
  entry jsonb not null,
  -- The change that brought it, and the one that replaced it or took it away.
  added_in integer not null references compound_changes,
  removed_in integer references compound_changes check (removed_in > added_in)
);
create unique index compounds_standing on compounds (compound) where removed_in is null;

-- What a payment was for, and the compound, platform or operator that the victim names; where neither was told, null and none.
alter table reports add column payment text check (payment in ('investment', 'ransom', 'recruitment'));
alter table reports add column names text[] not null default '{}';
