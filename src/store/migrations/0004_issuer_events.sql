-- Money that the issuer takes out of the world: funds destroyed at a frozen wallet, and money redeemed by the contract's
-- owner. Neither is a transfer, so no wallet's history lists them; they are read once for each contract and belong to no case.

create table issuer_events (
  transaction bytea not null check (octet_length(transaction) = 32),
  asset_id smallint not null references assets,
  kind text not null check (kind in ('destroyed', 'redeemed')),
  wallet_id bigint not null references wallets,
  value numeric(78, 0) not null check (value >= 0),
  -- Numbers the events of one transaction that are equal in all else.
  occurrence integer not null check (occurrence >= 0),
  timestamp bigint not null,
  block bigint,
  -- Index of its log within the block, where the provider tells.
  position integer,
  provider_id smallint not null references providers,
  primary key (transaction, asset_id, kind, wallet_id, value, occurrence)
);
create index issuer_events_by_wallet on issuer_events (wallet_id, asset_id, timestamp);
-- A redemption names nobody: it stays with who owned the contract when it was first read.
create unique index issuer_events_redeemed on issuer_events (transaction, asset_id, value, occurrence)
where kind = 'redeemed';

-- Every such event in [from_position, until_position) is stored. Where a run needs earlier ones, it is begun anew further
-- down, and what was stored is kept, [kept_from, kept_until), until the two meet.
create table issuer_coverage (
  asset_id smallint not null references assets,
  provider_id smallint not null references providers,
  from_position bigint not null,
  until_position bigint not null check (until_position >= from_position),
  kept_from bigint,
  kept_until bigint,
  -- Changes with the position: who moves it must have read it.
  version bigint not null default 0,
  updated_at timestamptz not null,
  primary key (asset_id, provider_id),
  check ((kept_from is null) = (kept_until is null))
);

-- Whether a run knows what was destroyed and redeemed at its wallets, up to its head.
create table run_issuer_events (
  run_id bigint not null references runs,
  asset_id smallint not null references assets,
  -- Of the earliest transfer of its wallets, in the provider's unit; null where they have none.
  from_position bigint,
  state text not null check (state in ('pending', 'known', 'unknown')),
  reason text,
  primary key (run_id, asset_id)
);
