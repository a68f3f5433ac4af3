-- A run reads the tags as of the newest change when it began, whatever comes and goes since.
alter table runs add column tags_as_of integer not null default 0;

-- Who says that a wallet is a service's, where a tag does; null where the list does that the crawl was given.
alter table run_stops add column tagged_by text;
