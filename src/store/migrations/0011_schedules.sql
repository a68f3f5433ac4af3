-- When cases are crawled again by themselves, and what each crawl brought.

-- The queue only keeps the time: what it loses is put back from here.
create table schedules (
  case_id bigint primary key references cases,
  -- Either an interval, or a cron expression with the time zone that it is meant in.
  every_ms bigint check (every_ms > 0),
  cron text,
  time_zone text,
  policy jsonb not null,
  -- The list of services at which the crawls stop.
  stops jsonb not null,
  patience_ms integer not null check (patience_ms > 0),
  set_at timestamptz not null,
  -- When the next crawl is due, as the queue was last asked; null until it was.
  due_at timestamptz,
  check ((every_ms is null) <> (cron is null)),
  check ((cron is null) = (time_zone is null))
);

-- Each time that came, and what was done with it.
create table schedule_ticks (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  at timestamptz not null,
  outcome text not null check (outcome in ('crawled', 'skipped', 'failed')),
  -- The crawl that it was.
  run_id bigint references runs,
  reason text,
  check ((outcome = 'crawled') = (run_id is not null)),
  check ((outcome = 'crawled') = (reason is null))
);
create index schedule_ticks_by_case on schedule_ticks (case_id, at);

-- What a crawl's graph has that the graph of the crawl before had not.
create table run_gains (
  run_id bigint primary key references runs,
  -- The crawl before; null for the first, to which all is new.
  since_run bigint references runs,
  transfers bigint not null,
  wallets bigint not null
);

-- Wishes that a crawl queue again what it waits for; the process that crawls fulfils them.
create table requeues (
  run_id bigint primary key references runs,
  asked integer not null,
  done integer not null default 0,
  -- What it waited for when it last did so, and how much of that.
  stage text,
  waiting bigint
);
