-- Ethereum beside Tron.

insert into chains (id, name) values (2, 'ethereum');

-- Where sources that count blocks begin to read; 0 where the contract's block is not published.
alter table assets add column since_block bigint not null default 0;
insert into assets (id, chain_id, symbol, contract, decimals, since, since_block)
values (2, 2, 'USDT', '0xdAC17F958D2ee523a2206206994597C13D831ec7', 6, 1511827200000, 4634748);
