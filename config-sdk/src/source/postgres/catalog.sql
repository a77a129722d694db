-- What the catalog shows: a row for the bookkeeping, and a row for each part of each block's table.
-- {wanted} stands for rows of block (its number), schema, table, and how the arguments of its
-- triggers start, in hexadecimal.
with wanted (block, space, rel, starts) as (
    select block, space, to_regclass(named), starts
    from (values {wanted} (null::text, null::text, null::text, '-')) v (block, space, named, starts)
),
ours (block, here, rel, name, identity) as (
    select w.block, t.tgrelid = w.rel, t.tgrelid, t.tgname,
        p.proname || ' ' || encode(t.tgargs, 'hex')
            || case when t.tgenabled in ('O', 'A') then '' else ' disabled' end
    from pg_trigger t
    join pg_proc p on p.oid = t.tgfoid and p.pronamespace = to_regnamespace('config_sdk')
    join wanted w on t.tgrelid = w.rel
        or (w.rel is null and starts_with(encode(t.tgargs, 'hex'), w.starts))
)
select null as block, 'bookkeeping' as piece, '' as name,
    obj_description(to_regnamespace('config_sdk'), 'pg_namespace') as identity
where (select count(*) from pg_proc where pronamespace = to_regnamespace('config_sdk')) >= 20
    and (select count(*) from pg_class where relnamespace = to_regnamespace('config_sdk')
        and relname in ('epoch', 'change', 'expiry', 'process', 'default_text')) = 5
union all
select block, 'schema', space, '' from wanted where to_regnamespace(quote_ident(space)) is not null
union all
select block, 'table', '', '' from wanted where rel is not null
union all
select block, 'column', a.attname, format_type(a.atttypid, a.atttypmod)
    -- NULL is a field's default, and has to be allowed and left alone.
    || case when a.attnotnull and not a.attname = any (bookkeeping) then ', not null' else '' end
    || case when a.atthasdef and not a.attname = any (bookkeeping) then ', with a default' else '' end
from (select '{id, version, status, created_at, created_by, reason, activated_at}'::text[]) k (bookkeeping)
    cross join wanted join pg_attribute a on a.attrelid = rel
where a.attnum > 0 and not a.attisdropped
union all
select block, 'check', c.conname,
    obj_description(c.oid, 'pg_constraint')
        || case when c.convalidated then '' else ' (not valid)' end
from wanted join pg_constraint c on c.conrelid = rel
where c.contype = 'c' and obj_description(c.oid, 'pg_constraint') like 'config-sdk: %'
union all
select block, 'index', c.relname, (
    select string_agg(a.attname, ',' order by k.place)
    from unnest(i.indkey) with ordinality k (number, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number)
from wanted join pg_index i on i.indrelid = rel join pg_class c on c.oid = i.indexrelid
where i.indisunique and i.indisvalid
union all
select block, 'trigger', name, identity from ours where here
union all
select block, 'elsewhere', '', rel::regclass::text
from ours where here is null and name = 'config_sdk_lock'
union all
select block, 'comment', '', obj_description(rel, 'pg_class') from wanted where rel is not null
union all
select block, 'comment', a.attname, col_description(rel, a.attnum)
from wanted join pg_attribute a on a.attrelid = rel
where a.attnum > 0 and not a.attisdropped
