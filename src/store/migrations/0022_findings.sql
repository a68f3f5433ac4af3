-- Clusters with their cards, roles and wallets to examine. What an earlier version found is found anew.
delete from analyses;
alter table analyses drop column modularity;
alter table analyses add column result jsonb not null;

-- Who asked for an analysis waits for its row here, whoever does the work.
create table analysis_requests (
  id bigint generated always as identity primary key,
  run_id bigint not null references runs,
  asked_at timestamptz not null,
  -- {seed, repeats, rule, deadlineMs}
  wanted jsonb not null,
  analysis_id bigint references analyses on delete cascade,
  -- Why it came to nothing, as an error says it: {code, message, right, todo}.
  failure jsonb
);
create index analysis_requests_by_run on analysis_requests (run_id);
create index analysis_requests_by_analysis on analysis_requests (analysis_id);

-- Thresholds of detectors and scores that a case has of its own. All are kept; the newest of a name counts, and null is the usual value.
create table case_thresholds (
  id bigint generated always as identity primary key,
  case_id bigint not null references cases,
  name text not null,
  value text,
  decided_by text not null,
  why text not null,
  decided_at timestamptz not null
);
create index case_thresholds_by_case on case_thresholds (case_id);
