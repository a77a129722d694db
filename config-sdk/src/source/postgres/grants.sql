do $$
declare
    readers constant text[] := '{config_sdk_reader, config_sdk_operator}';
    operator constant text[] := '{config_sdk_operator}';
    owner constant text[] := '{config_sdk_owner}';
    own constant oid[] := array(select to_regclass(name)::oid from unnest({own}::text[]) name);
    adopted constant oid[] := array(select to_regclass(name)::oid from unnest({adopted}::text[]) name);
    rights text;
    role text;
    thing text;
    former oid;
begin
    for rights, role in
        with tables (name, is_own) as (
            select oid::regclass::text, oid = any (own) from pg_class where oid = any (own || adopted)
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
            union all select 3, format('select on %s', name), owner from tables where is_own
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
    -- Whoever owned something before may do with it what it could.
    for thing, former in
        select 'schema config_sdk', nspowner from pg_namespace where nspname = 'config_sdk'
        union all
        select 'table ' || oid::regclass, relowner from pg_class where oid = any (own)
            or relnamespace = 'config_sdk'::regnamespace and relkind = 'r'
        union all
        select 'function ' || oid::regprocedure, proowner from pg_proc
        where pronamespace = 'config_sdk'::regnamespace
    loop
        begin
            if former <> to_regrole('config_sdk_owner') then
                if not pg_has_role(former, 'config_sdk_owner', 'usage') then
                    execute format('grant config_sdk_owner to %s', former::regrole);
                end if;
                execute format('alter %s owner to config_sdk_owner', thing);
            end if;
        exception when insufficient_privilege then
            raise notice '% does not become config_sdk_owner''s: %', thing, sqlerrm;
        end;
    end loop;
end
$$;
