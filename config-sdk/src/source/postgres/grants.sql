do $$
declare
    readers constant text[] := '{config_sdk_reader, config_sdk_operator}';
    operator constant text[] := '{config_sdk_operator}';
    owner constant text[] := '{config_sdk_owner}';
    keeper constant oid := to_regrole('config_sdk_owner');
    former constant oid := (select nspowner from pg_namespace where nspname = 'config_sdk');
    -- Every block's table, also those of other programs: all run the same functions.
    blocks constant oid[] := array(select distinct t.tgrelid from pg_trigger t
        join pg_proc p on p.oid = t.tgfoid and p.pronamespace = 'config_sdk'::regnamespace
        where p.proname in ('fill', 'truncated'));
    -- Those whose owner has power over the bookkeeping already. Any other may have put the table there
    -- for us to find, with what it likes in it: it gains nothing, and nobody is sent to that table.
    own constant oid[] := array(select oid from pg_class where oid = any (blocks)
        and (pg_has_role(relowner, former, 'usage') or pg_has_role(relowner, keeper, 'usage')));
    adopted constant oid[] := array(select to_regclass(name)::oid from unnest({adopted}::text[]) name);
    rights text;
    role text;
    thing text;
begin
    for rights, role in
        with tables (name) as (
            select oid::regclass::text from pg_class where oid = any (own || adopted)
        ),
        spaces (name) as (
            select distinct relnamespace::regnamespace::text from pg_class
            where oid = any (own || adopted)
        ),
        rights (place, what, whose) as (
            values (1, 'usage on schema config_sdk', readers),
                (1, 'select on config_sdk.epoch', readers),
                (1, 'select (epoch, block, key) on config_sdk.change', readers),
                (1, 'execute on function config_sdk.report, config_sdk.leave', readers),
                (1, 'select on config_sdk.change, config_sdk.expiry, config_sdk.process,'
                    ' config_sdk.default_text', operator),
                (1, 'execute on function config_sdk.begin_write, config_sdk.expire_in,'
                    ' config_sdk.undo, config_sdk.invalidate', operator),
                (1, format('create on database %I', current_database()), owner)
            union all select 2, format('usage on schema %s', name), readers from spaces
            union all select 2, format('usage, create on schema %s', name), owner from spaces
            union all select 3, format('select on %s', name), readers from tables
            union all select 3, format('insert, update, delete on %s', name), operator from tables
            -- Where it cannot become theirs: the functions of triggers read it with the owner's rights.
            union all select 2, format('usage on schema %s', relnamespace::regnamespace), owner
                from pg_class where oid = any (blocks)
            union all select 3, format('select on %s', oid::regclass), owner
                from pg_class where oid = any (blocks)
        )
        select what, one from rights, unnest(whose) one order by place
    loop
        begin
            if to_regrole(role) is not null then
                execute format('grant %s to %I', rights, role);
            end if;
        exception when insufficient_privilege or undefined_function or undefined_table then
            raise notice 'grant % to %: %: let the owner run this', rights, role, sqlerrm;
        end;
    end loop;
    if keeper is null then
        return;
    end if;
    for thing, role in
        select oid::regclass, relowner::regrole from pg_class where oid = any (blocks) and oid <> all (own)
    loop
        raise notice 'table % is %''s and stays so: to let others use it, its owner runs'
            ' "grant select on % to config_sdk_reader; grant select, insert, update, delete on %'
            ' to config_sdk_operator", or a superuser'
            ' "alter table % owner to config_sdk_owner" and this again',
            thing, role, thing, thing, thing;
    end loop;
    -- Whoever owned the bookkeeping may do with it what it could, and whoever is handing it over, too.
    for role in
        select former::regrole::text where not pg_has_role(former, keeper, 'usage')
        union
        select quote_ident(current_user) where not pg_has_role(keeper, 'usage')
            and pg_has_role(keeper, 'member with admin option')
    loop
        begin
            execute format('grant config_sdk_owner to %s', role);
        exception when insufficient_privilege then
            raise notice 'grant config_sdk_owner to %: %', role, sqlerrm;
        end;
    end loop;
    for thing in
        select oid::regclass from pg_class where oid = any (own) and relowner <> keeper
    loop
        begin
            execute format('alter table %s owner to config_sdk_owner', thing);
        exception when insufficient_privilege then
            raise notice 'table % does not become config_sdk_owner''s: %', thing, sqlerrm;
        end;
    end loop;
    -- All of it or nothing: functions that may not read a block's table keep everybody from writing it.
    begin
        select string_agg(oid::regclass::text, ', ') into thing from pg_class
        where oid = any (blocks) and not (has_table_privilege(keeper, oid, 'select')
            and has_schema_privilege(keeper, relnamespace, 'usage'));
        if thing is not null then
            raise insufficient_privilege using message = format('it may not read %s', thing);
        end if;
        for thing in
            select 'schema config_sdk' where former <> keeper
            union all
            select 'table ' || oid::regclass from pg_class
            where relnamespace = 'config_sdk'::regnamespace and relkind = 'r' and relowner <> keeper
            union all
            select 'function ' || oid::regprocedure from pg_proc
            where pronamespace = 'config_sdk'::regnamespace and proowner <> keeper
        loop
            execute format('alter %s owner to config_sdk_owner', thing);
        end loop;
    exception when insufficient_privilege then
        raise notice 'the bookkeeping does not become config_sdk_owner''s: %', sqlerrm;
    end;
end
$$;
