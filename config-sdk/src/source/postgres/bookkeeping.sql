-- The store's bookkeeping: one epoch, the log of changes, and the functions that every block
-- table's triggers run. Running it again changes nothing.
create schema if not exists config_sdk;

create table if not exists config_sdk.epoch (
    one boolean primary key default true check (one),
    epoch bigint not null default 0,
    floor bigint not null default 0,
    tx text,
    due timestamptz
);
comment on table config_sdk.epoch is
    'One row: how many transactions changed configuration. Its lock is what writers queue for.';
comment on column config_sdk.epoch.floor is 'Changes up to this epoch have been pruned.';
comment on column config_sdk.epoch.tx is 'The transaction that moved the epoch last.';
alter table config_sdk.epoch add column if not exists due timestamptz; -- version 2 had none
comment on column config_sdk.epoch.due is 'When the next change for a time is over.';
insert into config_sdk.epoch default values on conflict do nothing;

create table if not exists config_sdk.change (
    id bigint generated always as identity primary key,
    epoch bigint not null,
    block text not null,
    key jsonb,
    version bigint,
    what text not null check (what in ('insert', 'update', 'delete', 'truncate', 'invalidate')),
    before jsonb,
    who text not null default session_user,
    at timestamptz not null default clock_timestamp(),
    why text,
    via text,
    hidden text[]
);
comment on table config_sdk.change is
    'One row for each changed row of a block''s table, with the row before. Never a secret.';
create table if not exists config_sdk.expiry (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    note text not null,
    who text not null default session_user,
    via text default session_user
        || coalesce('/' || nullif(current_setting('application_name'), ''), '')
);
comment on table config_sdk.expiry is 'Changes that a program will undo by itself, and when.';

create table if not exists config_sdk.default_text (
    block text not null,
    name text not null,
    value text not null,
    since timestamptz not null default now()
);
comment on table config_sdk.default_text is
    'The compiled-in defaults of columns, those of today and of other times.';
create unique index if not exists default_text_once
    on config_sdk.default_text (block, name, md5(value));

create table if not exists config_sdk.process (
    name text,
    role text default session_user,
    note text not null check (octet_length(note) <= 262144),
    seen timestamptz not null,
    until timestamptz not null,
    primary key (name, role)
);
comment on table config_sdk.process is
    'What each process that reads configuration says of itself, by the role that it came with.';

create index if not exists change_epoch on config_sdk.change (epoch);
create index if not exists change_numbers on config_sdk.change (block, key, version)
    where what in ('delete', 'truncate') and version is not null;
-- Without patterns, which may be longer than an index takes.
create index if not exists change_past on config_sdk.change (block, key, id)
    where what <> 'invalidate';

-- What versions 1 and 2 of this made otherwise.
drop index if exists config_sdk.change_gone;
do $$
begin
    if not exists (select from pg_attribute where attrelid = 'config_sdk.change'::regclass
        and attname = 'via')
    then
        alter table config_sdk.change add column via text, add column hidden text[];
    end if;
    -- Afterwards, so that what is in the log already is not said to have come by this session.
    if not exists (select from pg_attribute where attrelid = 'config_sdk.change'::regclass
        and attname = 'via' and atthasdef)
    then
        alter table config_sdk.change alter column via set default session_user
            || coalesce('/' || nullif(current_setting('application_name'), ''), '');
    end if;
    if not exists (select from pg_constraint where conrelid = 'config_sdk.change'::regclass
        and contype = 'c' and pg_get_constraintdef(oid) like '%invalidate%')
    then
        alter table config_sdk.change drop constraint if exists change_what_check;
        alter table config_sdk.change add constraint change_what_check
            check (what in ('insert', 'update', 'delete', 'truncate', 'invalidate'));
    end if;
end
$$;

-- The columns of a row that are named, or null if none are.
create or replace function config_sdk.kept(whole jsonb, columns text[]) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg(key, value) from jsonb_each(whole) where key = any (columns)
$$;

-- The key of a row: each of its columns as text. Null if there is none, or if it is too long to be one.
create or replace function config_sdk.key_of(whole jsonb, columns text[]) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when sum(octet_length(coalesce(value, ''))) <= 512 then jsonb_object_agg(key, value) end
    from jsonb_each_text(whole) where key = any (columns)
$$;

-- Names of the columns that are not among those shown and whose content is new: all that may be told of
-- a secret. Null if there are none.
create or replace function config_sdk.hidden(former jsonb, latter jsonb, shown text[]) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select array_agg(key order by key) from jsonb_each(latter)
    where key <> all (shown) and value <> coalesce(former -> key, 'null')
$$;

-- What the session says of this transaction by `set local config_sdk.author` (who writes) and
-- `config_sdk.reason` (why). Null if it says nothing.
create or replace function config_sdk.said(what text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select nullif(current_setting('config_sdk.' || what, true), '')
$$;

-- This transaction, told apart also from one of the same number in the life of a restored backup.
create or replace function config_sdk.this_tx() returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select pg_current_xact_id()::text || '/' || extract(epoch from transaction_timestamp())
$$;

-- Locks the epoch and says what it will be once this transaction has changed something.
create or replace function config_sdk.next_epoch() returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    answer bigint;
begin
    select case when tx = config_sdk.this_tx() then epoch else epoch + 1 end
        into answer from config_sdk.epoch for update;
    if not found then
        raise exception 'config_sdk.epoch has lost its row' using hint =
            'insert into config_sdk.epoch (epoch, floor)'
            ' select coalesce(max(epoch), 0), coalesce(max(epoch), 0) from config_sdk.change';
    end if;
    return answer;
end
$$;

-- Moves the epoch, once per transaction, and tells whoever listens to look.
create or replace function config_sdk.advance(block text, next bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    update config_sdk.epoch set epoch = next, tx = config_sdk.this_tx() where epoch <> next;
    perform pg_notify('config_sdk', next || ' ' || left(block, 200));
end
$$;

-- The functions below are run by triggers. Their arguments, as many as each needs: the block's name,
-- its key columns, the columns that history may keep. They are SECURITY DEFINER so that whoever may write a
-- block's table needs no rights here, and nobody may make triggers of their own with them.
-- A field may be named as a variable or an alias is: variables win, and `n.*` is always the row.

-- Before a statement: all writers of configuration queue for one row first. So versions are
-- counted one after the other, epochs are given in the order of commits, and there is no deadlock.
create or replace function config_sdk.lock() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform config_sdk.next_epoch();
    return null;
end
$$;

-- Before a row is written: a new version if its content is new or it becomes active.
create or replace function config_sdk.fill() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    bookkeeping constant text[] :=
        '{id, version, status, created_at, created_by, reason, activated_at}';
    key constant jsonb := config_sdk.key_of(to_jsonb(new), tg_argv[1]::text[]);
    same_key text;
    used bigint;
    gone bigint;
    is_taken boolean;
begin
    if tg_op = 'UPDATE' then
        -- By which the log finds what a row was.
        new.id := old.id;
        if to_jsonb(new) - bookkeeping = to_jsonb(old) - bookkeeping
            and (new.status is distinct from 'active' or old.status = 'active')
        then
            new.version := old.version;
            new.created_at := old.created_at;
            new.created_by := old.created_by;
            new.activated_at := old.activated_at;
            -- Where nothing is logged, nothing says that it was another.
            if new.status = old.status then
                new.reason := old.reason;
            end if;
            return new;
        end if;
        -- What the statement did not set belongs to the former version.
        if new.created_by is not distinct from old.created_by then
            new.created_by := null;
        end if;
        if new.reason is not distinct from old.reason then
            new.reason := null;
        end if;
    end if;
    -- Two conditions for what `is not distinct from` says in one, because no index knows that one.
    select string_agg(format(case when to_jsonb(new) ->> name is null then 't.%1$I is null'
            else 't.%1$I = ($1).%1$I' end, name), ' and ')
        into same_key from unnest(tg_argv[1]::text[]) name;
    execute format('select max(t.version), bool_or(t.status = ''active'' and t.id <> ($1).id)'
        ' from %I.%I t where %s',
        tg_table_schema, tg_table_name, coalesce(same_key, 'true')) into used, is_taken using new;
    if is_taken and new.status = 'active' then
        raise unique_violation using
            message = format('block %s has an active row already', tg_argv[0]),
            hint = format('Change that row, or archive it before, in the same transaction:'
                ' update %I.%I set status = ''archived'' where status = ''active''%s',
                tg_table_schema, tg_table_name, (
                    select string_agg(format(case when to_jsonb(new) ->> name is null
                        then ' and %I is null' else ' and %I = %L' end,
                        name, to_jsonb(new) ->> name), '')
                    from unnest(tg_argv[1]::text[]) name));
    end if;
    -- The number of a deleted row is not given again.
    execute 'select max(version) from config_sdk.change where block = $1'
        ' and what in (''delete'', ''truncate'') and version is not null and key '
        || case when key is null then 'is null' else '= $2' end into gone using tg_argv[0], key;
    new.version := 1 + greatest(0, used, gone);
    new.created_at := clock_timestamp();
    -- What the session says may be what the former version's author said; the statement cannot tell.
    new.created_by := coalesce(config_sdk.said('author'), new.created_by, session_user);
    new.reason := coalesce(config_sdk.said('reason'), new.reason);
    new.activated_at := case when new.status = 'active' then clock_timestamp() end;
    return new;
end
$$;

-- After a statement: what really changed goes into the log and moves the epoch. A plan that a session
-- keeps from a statement of one row must not compare each row with each in one of thousands.
create or replace function config_sdk.changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
set enable_nestloop = off set timezone = 'UTC' as $$
#variable_conflict use_variable
declare
    keys constant text[] := tg_argv[1];
    shown constant text[] := tg_argv[2];
    next constant bigint := config_sdk.next_epoch();
    bookkeeping constant text[] :=
        '{id, version, status, created_at, created_by, reason, activated_at}';
    author constant text := config_sdk.said('author');
    cause constant text := config_sdk.said('reason');
    is_new boolean := false;
begin
    if tg_op = 'INSERT' then
        insert into config_sdk.change (epoch, block, key, version, what, who, why, hidden)
        select next, tg_argv[0], config_sdk.key_of(to_jsonb(n.*), keys), n.version, 'insert',
            coalesce(author, n.created_by, session_user), coalesce(cause, n.reason),
            config_sdk.hidden(null, to_jsonb(n.*), shown)
        from new_rows n;
    elsif tg_op = 'UPDATE' then
        insert into config_sdk.change (epoch, block, key, version, what, before, who, why, hidden)
        select next, tg_argv[0], config_sdk.key_of(to_jsonb(n.*), keys), n.version, 'update',
            config_sdk.kept(to_jsonb(o.*), shown),
            coalesce(author, case when n.version <> o.version then n.created_by end, session_user),
            coalesce(cause, case when n.reason is distinct from o.reason then n.reason end),
            config_sdk.hidden(to_jsonb(o.*), to_jsonb(n.*), shown)
        from old_rows o join new_rows n using (id)
        -- The rows themselves as well: a trigger of somebody else's may have come after ours.
        where o.version <> n.version or o.status <> n.status
            or to_jsonb(n.*) - bookkeeping <> to_jsonb(o.*) - bookkeeping;
        is_new := found;
        -- A row that is given another key is gone from the one it had.
        insert into config_sdk.change (epoch, block, key, version, what, before, who, why)
        select next, tg_argv[0], config_sdk.key_of(to_jsonb(o.*), keys), o.version, 'delete',
            config_sdk.kept(to_jsonb(o.*), shown), coalesce(author, session_user), cause
        from old_rows o join new_rows n using (id)
        where keys <> '{}' and config_sdk.kept(to_jsonb(o.*), keys)
            <> config_sdk.kept(to_jsonb(n.*), keys);
    else
        insert into config_sdk.change (epoch, block, key, version, what, before, who, why)
        select next, tg_argv[0], config_sdk.key_of(to_jsonb(o.*), keys), o.version, 'delete',
            config_sdk.kept(to_jsonb(o.*), shown), coalesce(author, session_user), cause
        from old_rows o;
    end if;
    if found or is_new then
        perform config_sdk.advance(tg_argv[0], next);
    end if;
    return null;
end
$$;

-- Before TRUNCATE: the last time its rows can be seen.
create or replace function config_sdk.truncated() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
#variable_conflict use_variable
declare
    next constant bigint := config_sdk.next_epoch();
    gone bigint;
begin
    execute format(
        'insert into config_sdk.change (epoch, block, key, version, what, before, who, why)'
        ' select $1, $2, config_sdk.key_of(to_jsonb(t.*), $3), t.version, ''truncate'','
        ' config_sdk.kept(to_jsonb(t.*), $4), coalesce($5, session_user), $6 from %I.%I t',
        tg_table_schema, tg_table_name)
        using next, tg_argv[0], tg_argv[1]::text[], tg_argv[2]::text[],
            config_sdk.said('author'), config_sdk.said('reason');
    get diagnostics gone = row_count;
    if gone > 0 then
        perform config_sdk.advance(tg_argv[0], next);
    end if;
    return null;
end
$$;

-- After a statement on an adopted table, which has neither versions nor any column of ours. What
-- counts are its key columns and the columns of fields, which come as one more argument. A type of the
-- owner's may bring a cast to JSON, which must not run with our rights: only the types of Postgres
-- itself are asked for their JSON, and any other is taken as its text.
create or replace function config_sdk.adopted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
#variable_conflict use_variable
declare
    keys constant text[] := tg_argv[1];
    shown constant text[] := tg_argv[2];
    read constant text[] := tg_argv[3];
    author constant text := coalesce(config_sdk.said('author'), session_user);
    cause constant text := config_sdk.said('reason');
    -- The rows before and after, each as `whole`, in SQL.
    rows_of text;
    former text;
    latter text;
    next bigint;
    is_new boolean;
begin
    if tg_op = 'TRUNCATE' then
        next := config_sdk.next_epoch();
        insert into config_sdk.change (epoch, block, what, who, why)
        values (next, tg_argv[0], 'truncate', author, cause);
        perform config_sdk.advance(tg_argv[0], next);
        return null;
    end if;
    select 'select (select jsonb_object_agg(name, value) from (values '
        || string_agg(format(case when coalesce(nullif(t.typbasetype, 0), t.oid)::bigint < 16384
            then '(%1$L, to_jsonb(r.%1$I))'
            else '(%1$L, to_jsonb(case num_nulls(r.%1$I) when 0 then format(''%%s'', r.%1$I) end))'
            end, a.attname), ', ') || ') v (name, value)) as whole from '
        into rows_of
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = tg_relid and a.attnum > 0 and a.attname = any (read);
    rows_of := coalesce(rows_of, 'select ''{}''::jsonb as whole from ');
    -- `offset 0`: or the text of a row is made once for each use of it.
    former := format('(%s old_rows r offset 0)', rows_of);
    latter := format('(%s new_rows r offset 0)', rows_of);
    if tg_op = 'INSERT' then
        if not exists (select from new_rows) then
            return null;
        end if;
        next := config_sdk.next_epoch();
        execute 'insert into config_sdk.change (epoch, block, key, what, who, why, hidden)'
            ' select $1, $2, config_sdk.key_of(n.whole, $3), ''insert'', $4, $5,'
            ' config_sdk.hidden(null, n.whole, $6) from ' || latter || ' n'
            using next, tg_argv[0], keys, author, cause, shown;
    elsif tg_op = 'UPDATE' then
        -- Which row became which, nothing tells: rows are the same that have the same key. Where the
        -- statement changed nothing that is read, nobody waits for the epoch.
        execute format('with o as %s, n as %s select exists ((table o except all table n)'
            ' union all (table n except all table o))', former, latter) into is_new;
        if not is_new then
            return null;
        end if;
        next := config_sdk.next_epoch();
        execute format('with o as (select whole, config_sdk.key_of(whole, $3) as key from %s o),'
            ' n as (select whole, config_sdk.key_of(whole, $3) as key from %s n)'
            ' insert into config_sdk.change (epoch, block, key, what, before, who, why, hidden)'
            ' select $1, $2, coalesce(n.key, o.key),'
            ' case when n.whole is null then ''delete'' else ''update'' end,'
            ' config_sdk.kept(o.whole, $6), $4, $5, config_sdk.hidden(o.whole, n.whole, $6)'
            ' from o full join n on coalesce(o.key, ''null'') = coalesce(n.key, ''null'')'
            ' where o.whole is distinct from n.whole', former, latter)
            using next, tg_argv[0], keys, author, cause, shown;
    else
        if not exists (select from old_rows) then
            return null;
        end if;
        next := config_sdk.next_epoch();
        execute 'insert into config_sdk.change (epoch, block, key, what, before, who, why)'
            ' select $1, $2, config_sdk.key_of(o.whole, $3), ''delete'','
            ' config_sdk.kept(o.whole, $6), $4, $5 from ' || former || ' o'
            using next, tg_argv[0], keys, author, cause, shown;
    end if;
    perform config_sdk.advance(tg_argv[0], next);
    return null;
exception when data_exception then
    -- What `jsonb` cannot hold must not keep the table's owner from writing it: any key may have changed.
    next := config_sdk.next_epoch();
    insert into config_sdk.change (epoch, block, what, who, why)
        values (next, tg_argv[0], 'truncate', author, cause);
    perform config_sdk.advance(tg_argv[0], next);
    return null;
end
$$;

-- Asks every reader to read the copies of a block again whose keys are like this: an object of each
-- key column and its pattern, '{"guild_id": {"like": "guild-*"}}'. Says the new epoch.
create or replace function config_sdk.invalidate(block text, keys jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    answer constant bigint := config_sdk.next_epoch();
begin
    insert into config_sdk.change (epoch, block, key, what, who, why)
    values (answer, block, keys, 'invalidate', coalesce(config_sdk.said('author'), session_user),
        config_sdk.said('reason'));
    perform config_sdk.advance(block, answer);
    return answer;
end
$$;

-- The functions below are for those who write by way of the library and have no rights on these tables.

-- Locks the epoch, as the first write of a transaction would: what is read after this, nobody else
-- changes until the transaction is over. Says what the epoch will be once something has changed.
create or replace function config_sdk.begin_write() returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select set_config('config_sdk.begun', config_sdk.this_tx(), true);
    select config_sdk.next_epoch()
$$;

-- Refuses where this transaction has not called `begin_write`: it does not write, or not in its turn.
create or replace function config_sdk.has_begun() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if config_sdk.said('begun') is distinct from config_sdk.this_tx() then
        raise exception 'this transaction has not begun to write'
            using hint = 'select config_sdk.begin_write() before, in the same transaction';
    end if;
end
$$;

-- Notes that this transaction is to be undone after so long, and says the number of that.
create or replace function config_sdk.expire_in(after interval, note text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select config_sdk.has_begun();
    with new as (
        insert into config_sdk.expiry (at, note, who)
        values (clock_timestamp() + $1, $2, coalesce(config_sdk.said('author'), session_user))
        returning expiry.id, at
    ), next as (
        update config_sdk.epoch set due = least(due, (select at from new))
    )
    select id from new
$$;

-- Forgets what is to be undone because this transaction undoes it; false if another has.
create or replace function config_sdk.undo(id bigint) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select config_sdk.has_begun();
    with gone as (
        delete from config_sdk.expiry e where e.id = $1 returning 1
    ), next as (
        update config_sdk.epoch set due = (select min(at) from config_sdk.expiry e where e.id <> $1)
    )
    select exists (select from gone)
$$;

-- Keeps what a process says of itself for so long, at most an hour, and forgets those whose time is
-- over. It waits for nobody who does the same. Each role has names of its own.
create or replace function config_sdk.report(process text, note text, keep interval) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into config_sdk.process as p (name, role, note, seen, until)
    values ($1, session_user, $2, clock_timestamp(), clock_timestamp() + least($3, '1 hour'))
    on conflict (name, role) do update
        set note = excluded.note, seen = excluded.seen, until = excluded.until;
    delete from config_sdk.process where (name, role) in (
        select name, role from config_sdk.process where until <= clock_timestamp()
        for update skip locked);
$$;

-- Forgets what a process said of itself, by the role that said it.
create or replace function config_sdk.leave(process text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from config_sdk.process where name = $1 and role = session_user
$$;

-- Forgets all changes but those of the newest epochs, and says how many it forgot. The newest
-- deletion of each block and key is kept, so that its number is not given again.
create or replace function config_sdk.prune(keep_epochs bigint) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    gone bigint;
begin
    update config_sdk.epoch set floor = greatest(floor, epoch - greatest(keep_epochs, 0));
    delete from config_sdk.change old
    where epoch <= (select floor from config_sdk.epoch)
        and (what not in ('delete', 'truncate') or version is null
            or exists (select from config_sdk.change newer
                where newer.block = old.block and newer.key = old.key
                    and newer.what in ('delete', 'truncate') and newer.version > old.version)
            or old.key is null and exists (select from config_sdk.change newer
                where newer.block = old.block and newer.key is null
                    and newer.what in ('delete', 'truncate') and newer.version > old.version));
    get diagnostics gone = row_count;
    return gone;
end
$$;

revoke execute on all functions in schema config_sdk from public;
comment on schema config_sdk is 'Bookkeeping of configuration blocks, version 3';
