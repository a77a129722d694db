-- The store's bookkeeping: one epoch and the log of changes. Running it again changes nothing.
create table if not exists config_sdk_epoch (
    one integer primary key default 1 check (one = 1),
    epoch integer not null default 0,
    floor integer not null default 0 -- changes up to this epoch have been pruned
);
insert or ignore into config_sdk_epoch (one) values (1);

create table if not exists config_sdk_change (
    id integer primary key autoincrement,
    epoch integer not null,
    block text not null,
    key text,
    version integer,
    what text not null check (what in ('insert', 'update', 'delete', 'invalidate')),
    before text, -- the row before as a JSON object; never a secret
    who text not null,
    at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ')),
    why text
);
create index if not exists config_sdk_change_epoch on config_sdk_change (epoch);
create index if not exists config_sdk_change_version on config_sdk_change (block, key, version)
    where version is not null;
