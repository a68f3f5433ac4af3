-- What was last fetched of each publisher, so that lists that have not changed are told as such.
create table publisher_fetches (
  name text primary key,
  url text not null,
  -- What the server called it, and its SHA-256.
  etag text,
  sha256 text not null,
  fetched_at timestamptz not null,
  -- The newest change of the publisher's tags then: once there is another, the lists have to be read again.
  newest_import integer references tag_imports
);
