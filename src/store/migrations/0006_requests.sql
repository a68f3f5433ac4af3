-- What requests were for: pages of histories are what a crawl plans, all else comes on top and is told apart.

create table run_requests (
  run_id bigint not null references runs,
  kind text not null
    check (kind in ('history', 'probe', 'balance', 'receipt', 'positions', 'signer', 'issuer', 'retry')),
  requests bigint not null,
  primary key (run_id, kind)
);

-- Requests that brought a page of the wallet's history, over all runs.
alter table coverage add column requests bigint not null default 0;
