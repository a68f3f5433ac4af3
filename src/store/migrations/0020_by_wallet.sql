-- What all cases know of one wallet. Reports, payments and frontiers were looked up by their case or run alone.

create index reports_by_wallet on reports (wallet_id);
create index reports_by_origin on reports (origin_wallet_id) where origin_wallet_id is not null;
create index payments_by_payer on payments (from_id);
create index payments_by_payee on payments (to_id);
create index case_wallets_by_wallet on case_wallets (wallet_id);
