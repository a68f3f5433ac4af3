-- Up to how many transfers a wallet was to be read, wave by wave: a crawl that goes back to a wave takes back what later ones allowed.
create table wallet_grants (
  run_id bigint not null references runs,
  wallet_id bigint not null references wallets,
  wave smallint not null,
  allowed_rows bigint not null,
  primary key (run_id, wallet_id, wave)
);
insert into wallet_grants (run_id, wallet_id, wave, allowed_rows)
  select run_id, wallet_id, wave, allowed_rows from case_wallets where allowed_rows is not null;

-- A wallet that only a disclosed withdrawal names was reported by nobody.
alter table case_wallets drop constraint case_wallets_role_check;
alter table case_wallets add constraint case_wallets_role_check check (role in ('paid-to', 'own', 'disclosed'));

-- A wallet's balance is asked for before the last page of its history is: the page then shows whether it has moved.
drop table balance_hints;
