-- From an older bookkeeping, whose log could not hold an invalidation, or what wrote a change: a
-- table's check cannot be altered, so the log moves to a table of the new shape. The triggers that write to
-- it name it, and must not be renamed with it.
pragma legacy_alter_table = on;
drop index if exists config_sdk_change_epoch;
drop index if exists config_sdk_change_gone;
drop index if exists config_sdk_change_version;
alter table config_sdk_change rename to config_sdk_change_former;
{bookkeeping}
insert into config_sdk_change (id, epoch, block, key, version, what, before, who, at, why)
    select id, epoch, block, key, version, what, before, who, at, why from config_sdk_change_former;
drop table config_sdk_change_former;
pragma legacy_alter_table = off;
