-- The store's bookkeeping: one epoch, the log of changes, and what operators and processes leave.
-- Running it again changes nothing.

-- Of which version all this is: what a newer release has made is left as it is.
create table if not exists config_sdk_bookkeeping (
    one integer primary key default 1 check (one = 1),
    version integer not null
);
insert into config_sdk_bookkeeping (one, version) values (1, 1)
    on conflict (one) do update set version = excluded.version where version < excluded.version;

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
    why text,
    via text, -- what wrote it: config-sdk, or any other that speaks SQL
    hidden text -- secret columns that changed as well, as a JSON array of their names
);
create index if not exists config_sdk_change_epoch on config_sdk_change (epoch);
create index if not exists config_sdk_change_version on config_sdk_change (block, key, version)
    where version is not null;

-- Whose transaction this is: there is a row while the library writes, and nobody else ever sees it.
create table if not exists config_sdk_author (
    one integer primary key default 1 check (one = 1),
    author text,
    reason text,
    via text
);

-- Changes that will be undone by themselves.
create table if not exists config_sdk_expiry (
    id integer primary key autoincrement,
    at text not null,
    note text not null,
    who text not null
);

-- The compiled-in defaults, those of today and of other times.
create table if not exists config_sdk_default (
    block text not null,
    name text not null,
    value text not null,
    since text not null default (strftime('%Y-%m-%dT%H:%M:%fZ')),
    primary key (block, name, value)
);

-- What processes say of themselves, and until when it holds.
create table if not exists config_sdk_process (
    name text primary key,
    note text not null,
    seen text not null,
    until text not null
);
