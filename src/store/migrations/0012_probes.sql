-- What a run has seen of the newest transfers of its larger wallets, and whether it takes them for services.

create table probes (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  verdict text not null check (verdict in ('service', 'ordinary')),
  -- Of the newest transfers those that count, and the wallets at their other ends.
  rows integer not null,
  counterparties integer not null,
  payers integer not null,
  payees integer not null,
  per_day bigint not null,
  -- Time of the newest of them; null where none counts.
  newest bigint,
  -- False where the provider has told only a part of them.
  whole boolean not null,
  requests integer not null,
  probed_at timestamptz not null,
  primary key (run_id, wallet_id)
);
