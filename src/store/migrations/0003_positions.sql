-- The order of transfers within a block. Histories of Tron, and Etherscan's, leave it out; where a wallet is paid and pays in
-- one block it decides whose money left, and is asked for.

-- Index of the transfer's log among all logs of its block; null where nobody has told. No part of a transfer's key.
alter table transfers add column position integer check (position >= 0);

-- Wallets of a run with transfers of one instant whose order is not known. A row goes once it is.
create table unordered (
  run_id bigint not null references runs,
  asset_id smallint not null references assets,
  timestamp bigint not null,
  wallet_id bigint not null references wallets,
  -- The provider could not tell: the run goes without, and the next attempt asks again.
  given_up boolean not null default false,
  primary key (run_id, asset_id, timestamp, wallet_id)
);
