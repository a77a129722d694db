//! Handing a store over to its roles takes no program's table away and gives nobody else's power.

use std::thread;

use config_sdk::{Config, Dialect};
use config_tests::postgres::{Database, Role};

use super::stage::Stage;
use crate::adopted::{Bytes, TABLE};
use crate::blocks::{First, Pace};
use crate::store::Store;

/// What a program that knows `limits` alone is told to run.
fn printed(store: &Store) -> String {
    store.program::<First>().schema(Dialect::Postgres)
}

fn database(store: &Store) -> &Database {
    match store {
        Store::Postgres(database) => database,
        Store::Sqlite(_) => panic!("a Postgres store"),
    }
}

/// Who may set up a store of its own.
fn settler(store: &Store) -> Role {
    let database = database(store);
    let role = database.role("");
    store.sql(&format!(
        "grant create on schema public to {0}; grant create on database {1} to {0}",
        role.name,
        database.name()
    ));
    role
}

#[tokio::test]
async fn roles_for_one_program_leave_the_tables_of_others_writable() {
    let stage = Stage::set().await;
    stage.sql(&printed(&stage.store));
    stage.sql("insert into pace_config (status, per_second) values ('active', 9)");
    stage.sql("insert into guild_config (status, guild_id, daily) values ('active', 'a', 1)");
    stage.sql("truncate pace_config");
    let owners = "select string_agg(distinct relowner::regrole::text, ' ') from pg_class
        where relname in ('limits_config', 'pace_config', 'guild_config')";
    assert_eq!(stage.sql(owners), "config_sdk_owner");
}

#[tokio::test]
async fn functions_stay_their_owner_s_where_the_new_one_could_not_read_a_table() {
    Store::postgres().sql(&printed(&Store::postgres())); // which makes the roles
    let store = Store::postgres();
    let former = settler(&store);
    store.sql(&format!("grant config_sdk_owner to {}", former.name));
    let program = Config::builder().block::<First>().url(&former.url);
    program.migrate_now().await.unwrap();
    // A table that the former owner can neither move nor grant.
    store.migrate::<Pace>().await;
    store.sql(&format!("grant select on pace_config to {}", former.name));
    former.try_psql(&printed(&store)).unwrap();
    let owners = "select string_agg(distinct proowner::regrole::text, ' ') from pg_proc
        where pronamespace = 'config_sdk'::regnamespace and proname in ('fill', 'truncated')";
    assert_eq!(store.sql(owners), former.name);
    store.sql("insert into pace_config (status, per_second) values ('active', 9)");
    // One who may do both does it.
    store.sql(&printed(&store));
    assert_eq!(store.sql(owners), "config_sdk_owner");
    store.sql("update pace_config set per_second = 8");
}

#[tokio::test]
async fn whoever_put_a_table_where_one_was_to_be_gains_nothing_by_it() {
    let store = Store::postgres();
    let squatter = settler(&store);
    squatter.try_psql("create table limits_config (bait text)").unwrap();
    let program = store.program::<First>().block::<Pace>();
    program.migrate_now().await.unwrap();
    store.sql(&program.schema(Dialect::Postgres));
    let is = |what: &str| store.sql(&format!("select {what}"));
    assert_eq!(is(&format!("pg_has_role('{}', 'config_sdk_owner', 'member')", squatter.name)), "f");
    assert_eq!(is("has_table_privilege('config_sdk_operator', 'limits_config', 'update')"), "f");
    assert_eq!(is("has_table_privilege('config_sdk_operator', 'pace_config', 'update')"), "t");
    let refused = squatter.try_psql("delete from pace_config").unwrap_err();
    assert!(refused.contains("permission denied"), "{refused}");
    // Its own table is still written, by it and by others.
    squatter.try_psql("insert into limits_config (status, most) values ('active', 9)").unwrap();
    store.sql("update limits_config set most = 8");
    let owner = "select relowner::regrole from pg_class where relname = 'limits_config'";
    assert_eq!(store.sql(owner), squatter.name);
}

#[test]
fn the_printed_sql_is_the_same_where_a_backslash_is_nothing_special() {
    let store = Store::postgres();
    store.sql(TABLE);
    let program = store.program::<Bytes>().block::<First>();
    store.sql(&format!(
        "set standard_conforming_strings = off;\n{}",
        program.schema(Dialect::Postgres)
    ));
    for table in ["bytes_configs", "limits_config"] {
        let sql = format!("select has_table_privilege('config_sdk_reader', '{table}', 'select')");
        assert_eq!(store.sql(&sql), "t", "{table}");
    }
}

#[test]
fn many_may_run_the_printed_sql_at_once() {
    let store = Store::postgres();
    let sql = store.program::<First>().block::<Pace>().schema(Dialect::Postgres);
    thread::scope(|all| {
        let runs: Vec<_> = (0..8).map(|_| all.spawn(|| store.attempt(&sql))).collect();
        for run in runs {
            run.join().unwrap().unwrap();
        }
    });
    assert_eq!(store.sql("select count(*) from config_sdk.epoch"), "1");
}
