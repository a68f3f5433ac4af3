-- Whether a wallet's stored history is whole: its sum beside its balance as of the head, what was tried where they differ, and
-- what a provider had listed and lists no more.

-- Which provider listed a transfer in its sender's, and in its recipient's, own history, the first of them; null where only the
-- other side's history has it, or a receipt. A provider is held to what it has listed itself.
alter table transfers add column sender_provider_id smallint, add column recipient_provider_id smallint;
update transfers
set sender_provider_id = case when seen_by_sender then provider_id end,
  recipient_provider_id = case when seen_by_recipient then provider_id end
where occurrence = 0 and (seen_by_sender or seen_by_recipient);

-- The highest position that was ever covered: going back lowers until_position, and what lies between is known to have been listed.
alter table coverage add column covered_position bigint not null default 0;
update coverage set covered_position = until_position;

-- Balances are now those of every expanded wallet.
create index balances_by_wallet on balances (wallet_id, asset_id) where value is not null;

-- What a wallet's transfers above the head add up to, as the last page of its history showed: good for a balance that is asked
-- for right after it.
create table balance_hints (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  asset_id smallint not null references assets,
  beyond numeric(78, 0) not null,
  read_at timestamptz not null,
  primary key (run_id, wallet_id, asset_id)
);

-- What a run did about a wallet whose transfers do not add up, each at most once.
create table repairs (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  asset_id smallint not null references assets,
  -- counterparty: its history read again from where a counterparty's lists a transfer that it lacks; balance: asked for again;
  -- history: read again, cut otherwise; second: read from a second provider.
  step text not null check (step in ('counterparty', 'balance', 'history', 'second')),
  -- Whose history is read; null for a balance.
  provider_id smallint references providers,
  state text not null check (state in ('open', 'done', 'failed')),
  reason text,
  primary key (run_id, wallet_id, asset_id, step)
);
create index repairs_open on repairs (run_id) where state = 'open';

-- Stored transfers below a final head that a provider listed and lists no more. They stay stored, and count.
create table integrity_errors (
  run_id bigint not null references runs,
  transaction bytea not null,
  asset_id smallint not null,
  from_id bigint not null,
  to_id bigint not null,
  value numeric(78, 0) not null,
  occurrence integer not null,
  -- In whose history it is missing, and by whom.
  wallet_id bigint not null references wallets,
  provider_id smallint not null references providers,
  found_at timestamptz not null,
  primary key (run_id, transaction, asset_id, from_id, to_id, value, occurrence, wallet_id, provider_id),
  foreign key (transaction, asset_id, from_id, to_id, value, occurrence) references transfers
);
