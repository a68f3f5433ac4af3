-- One limiter for each provider and key, over all workers: when the next request may be sent, and what is known of the rate
-- that the provider allows. All times are this database's; `src/crawl/pace.ts` decides. What was known before is of no use.
delete from request_slots;

alter table request_slots
  -- Requests a second as configured; other ones begin the search anew.
  add column started double precision not null,
  add column rate double precision not null,
  -- The lowest rate that was refused or named.
  add column ceiling double precision,
  -- Turns of an earlier epoch are void.
  add column epoch integer not null,
  add column paused_until timestamptz not null,
  add column answered boolean not null,
  add column lowered boolean not null,
  -- Turns given since the rate was last decided, and when the next decision is due.
  add column since timestamptz not null,
  add column turns integer not null,
  add column review_turns integer not null,
  add column review_at timestamptz not null,
  add column rest_ms double precision not null;
