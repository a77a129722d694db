-- Rights: three roles, to be granted to those who log in. They are made if they are not there and
-- whoever runs this may make roles; what they have beyond this, nothing takes away.
do $$
declare
    role text;
begin
    foreach role in array '{config_sdk_reader, config_sdk_operator, config_sdk_owner}'::text[] loop
        begin
            if to_regrole(role) is null then
                execute format('create role %I nologin', role);
            end if;
        exception
            when duplicate_object or unique_violation then null; -- somebody else made it just now
            when insufficient_privilege then
                raise notice 'role % is not there, and % may not make it: let an administrator run this',
                    role, current_user;
        end;
    end loop;
end
$$;
