-- Wallets that the issuer freezes and unfreezes: read with its other events, once for each contract; what the chain says of
-- a wallet itself; and freezes that wait in the issuer's multisig.

alter table issuer_events drop constraint issuer_events_kind_check;
alter table issuer_events add constraint issuer_events_kind_check
  check (kind in ('destroyed', 'redeemed', 'frozen', 'unfrozen'));
-- A freeze moves nothing: whatever sums up the values of events need not leave it out.
alter table issuer_events add constraint issuer_events_freeze_value
  check (kind not in ('frozen', 'unfrozen') or value = 0);

-- What was read before has no freezes in it, and is read again; events that are there already stay as they are.
delete from issuer_coverage;
-- Whether the run knows the freezes too: one that had ended before they were read does not.
alter table run_issuer_events add column freezes boolean not null default false;
-- Whether the run knows what waits in the issuer's multisig: asked for once, at its end.
alter table run_issuer_events add column pending text not null default 'open' check (pending in ('open', 'known', 'unknown'));
alter table run_issuer_events add column pending_reason text;

-- What the chain said of a wallet when a run asked: as of the run's head, or of a moment behind it where the provider knows only
-- its newest state. Null where nobody could tell.
create table standings (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  asset_id smallint not null references assets,
  contract boolean,
  frozen boolean,
  read_at timestamptz not null,
  primary key (run_id, wallet_id, asset_id)
);
create index standings_of_wallet on standings (wallet_id, asset_id);

-- What was submitted to the multisig that owns a contract. No case's: but a freeze that is pending is told of the wallets of a
-- case inside that case alone, for whoever hears of it may warn its owner.
create table freeze_submissions (
  asset_id smallint not null references assets,
  multisig_id bigint not null references wallets,
  number bigint not null,
  -- The wallet that it would freeze, or has frozen; null for a submission about something else.
  wallet_id bigint references wallets,
  state text not null check (state in ('pending', 'executed', 'other')),
  -- When it was first seen, and last.
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  primary key (asset_id, multisig_id, number),
  check ((wallet_id is null) = (state = 'other'))
);
create index freeze_submissions_pending on freeze_submissions (wallet_id) where state = 'pending';

alter table run_requests drop constraint run_requests_kind_check;
alter table run_requests add constraint run_requests_kind_check
  check (kind in ('history', 'probe', 'balance', 'receipt', 'positions', 'signer', 'issuer', 'standing', 'retry'));
