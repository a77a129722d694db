//! How little a role needs: to edit one table, and to read and follow all of them.

use config_sdk::{Config, Outcome, PushState, StoreState};
use config_tests::postgres::{Database, Role, Server};
use config_tests::wait;

use crate::blocks::{First, Grown, Pace};
use crate::store::SOON;

/// A database with both blocks.
async fn both() -> Database {
    let database = Server::shared().database();
    let program = Config::builder().block::<First>().block::<Pace>();
    program.url(&database.url()).migrate_now().await.unwrap();
    database
}

/// What `docs::editing` says a writer of limits needs.
fn writer(database: &Database) -> Role {
    let writer = database.role("");
    let grant = "grant select, insert, update, delete on limits_config to";
    database.psql(&format!("{grant} {}", writer.name));
    writer
}

/// What `docs::editing` says a program needs.
fn reader(database: &Database) -> Role {
    let reader = database.role("");
    database.psql(&format!(
        "grant usage on schema config_sdk to {0};
         grant select on config_sdk.epoch to {0};
         grant select (epoch, block, key) on config_sdk.change to {0};
         grant select on limits_config, pace_config to {0};",
        reader.name
    ));
    reader
}

async fn start(role: &Role) -> Config {
    let program = Config::builder().block::<First>().block::<Pace>();
    let program = program.url(&role.url).start_timeout(SOON);
    program.start().await.unwrap()
}

#[tokio::test]
async fn a_writer_with_rights_on_its_table_alone_can_edit_it() {
    let database = both().await;
    let writer = writer(&database);
    for edit in [
        "insert into limits_config (status, most) values ('active', 7)",
        "update limits_config set most = 8 where status = 'active'",
        "delete from limits_config",
        "insert into limits_config (most, token) values (9, 'hush')",
    ] {
        writer.try_psql(edit).unwrap();
    }
    let log = "select count(*), count(distinct who), min(who) from config_sdk.change";
    assert_eq!(database.psql(log), format!("4|1|{}", writer.name));
    assert_eq!(
        database.psql("select created_by, version from limits_config"),
        format!("{}|3", writer.name)
    );
}

#[tokio::test]
async fn a_writer_of_one_table_has_no_way_to_the_rest() {
    let database = both().await;
    let writer = writer(&database);
    database.psql(&format!("grant create on schema public to {}", writer.name));
    database.psql(&format!("grant usage on schema config_sdk to {}", writer.name));
    for way in [
        "update pace_config set per_second = 2",
        "update config_sdk.epoch set epoch = 0",
        "select * from config_sdk.change",
        "delete from config_sdk.change",
        "select config_sdk.prune(0)",
        "select config_sdk.advance('limits', 99)",
        "truncate limits_config",
        "alter table limits_config disable trigger config_sdk_update",
        "create table mine (id int, status text, version bigint);
         create trigger t before insert or update on mine for each row
            execute function config_sdk.fill('limits', '{}')",
    ] {
        let refusal = writer.try_psql(way).unwrap_err();
        let refused = refusal.contains("permission denied") || refusal.contains("must be owner");
        assert!(refused, "{way}: {refusal}");
    }
}

#[tokio::test]
async fn a_name_in_the_writers_search_path_does_not_get_between() {
    let database = both().await;
    let writer = writer(&database);
    database.psql(&format!("create schema trap authorization {}", writer.name));
    writer
        .try_psql(
            "create function trap.greatest_of(n bigint) returns bigint language sql as 'select 0';
             create function trap.to_jsonb(anyelement) returns jsonb language sql as $$select '{}'::jsonb$$;
             create table trap.limits_config (like public.limits_config);
             set search_path = trap, public, pg_catalog;
             insert into public.limits_config (status, most) values ('active', 7);
             update public.limits_config set most = 8;",
        )
        .unwrap();
    assert_eq!(database.psql("select version, most from limits_config"), "2|8");
    let before = "select before->>'most' from config_sdk.change where what = 'update'";
    assert_eq!(database.psql(before), "7");
}

#[tokio::test]
async fn a_reader_with_select_alone_reads_follows_and_checks() {
    let database = both().await;
    let config = start(&reader(&database)).await;
    assert_eq!(config.status().store, StoreState::Connected);
    wait::until("push", SOON, async || config.status().push == PushState::Push).await;
    let mut changes = config.subscribe::<First>();
    database.psql("insert into limits_config (status, most) values ('active', 9)");
    let change = tokio::time::timeout(SOON, changes.next()).await.unwrap().unwrap();
    assert_eq!(change.new.most, 9);
    assert_eq!(config.check().await.unwrap(), []);
    let report = config.refresh_all().await.unwrap();
    assert!(report.blocks.iter().all(|block| block.outcome == Outcome::Unchanged), "{report}");
}

#[tokio::test]
async fn a_reader_may_ask_for_a_migration_where_nothing_is_to_be_done() {
    let database = both().await;
    let reader = reader(&database);
    let program = Config::builder().block::<First>().url(&reader.url);
    assert_eq!(program.migrate_now().await.unwrap(), []);
    database.psql("alter table limits_config drop column most");
    let error = program.migrate_now().await.unwrap_err().to_string();
    assert!(error.contains("must be owner of table limits_config"), "{error}");
    assert!(error.contains("do this as the tables' owner"), "{error}");
}

#[tokio::test]
async fn a_refused_migration_keeps_no_program_from_reading() {
    let database = both().await;
    let reader = reader(&database);
    database.psql("insert into limits_config (status, most) values ('active', 9)");
    let program = Config::builder().block::<Grown>().url(&reader.url);
    let config = program.migrate().start().await.unwrap();
    assert_eq!(config.status().store, StoreState::Connected);
    assert_eq!(config.get::<Grown>().most, 9, "what the table has");
    assert_eq!(config.get::<Grown>().least, 1, "the default of what it has not");
}

#[tokio::test]
async fn a_reader_without_a_grant_is_told_which_one() {
    let database = both().await;
    let reader = reader(&database);
    database.psql("insert into pace_config (status, per_second) values ('active', 9)");
    database.psql(&format!("revoke select on limits_config from {}", reader.name));
    let config = start(&reader).await;
    assert_eq!(config.get::<Pace>().per_second, 9, "the other block moves on");
    let report = config.refresh_all().await.unwrap();
    assert_eq!(report.outcome("limits"), Some(&Outcome::Unavailable));
    let limits = report.blocks.iter().find(|block| block.name == "limits");
    let reason = limits.and_then(|block| block.error.as_deref()).unwrap();
    assert!(reason.contains("limits_config") && reason.contains("grant select"), "{reason}");

    database.psql(&format!("revoke usage on schema config_sdk from {}", reader.name));
    config.refresh_all().await.unwrap();
    let status = config.status();
    let StoreState::Unreachable { error, .. } = &status.store else {
        panic!("{status}");
    };
    assert!(error.contains("lacks a privilege") && error.contains("grant it"), "{error}");
}
