//! SQLite and Postgres.

use std::time::Duration;

use config_sdk::{Config, ConfigBlock, KeyedOptions, PushState, StoreState};
use config_tests::postgres::Server;
use config_tests::wait;
use rusqlite::Connection;

use crate::{LimitsConfig, SOON};

macro_rules! blocks {
    ($($type:ident $name:literal)*) => {$(
        #[derive(Debug, ConfigBlock)]
        #[config(name = $name)]
        struct $type {
            #[config(default = 5)]
            most: u32,
        }
    )*};
}

blocks! { One "one" Two "two" Three "three" Four "four" Five "five" Six "six" }

#[tokio::test(flavor = "multi_thread")]
async fn locked_tables_on_postgres_hold_back_no_other_and_arrive_soon_after() {
    let database = Server::shared().database();
    let builder = Config::builder().block::<One>().block::<Two>().block::<Three>();
    let builder = builder.block::<Four>().block::<Five>().block::<Six>();
    let config = builder.url(&database.url()).migrate().start().await.expect("a start");
    let locker = database.client().await;
    let lock = "begin; lock two_config, three_config, four_config, five_config, six_config in access exclusive mode";
    locker.batch_execute(lock).await.expect("the locks");
    database.psql("insert into one_config (status, most) values ('active', 43)");
    wait::until("the one that is not locked", SOON, || async {
        config.refresh_all().await.is_ok() && config.get::<One>().most == 43
    })
    .await;
    assert_eq!(config.status().store, StoreState::Connected, "{}", config.status());
    let error = || config.status().block("two").and_then(|block| block.error.clone());
    assert!(error().is_some(), "{}", config.status());
    // Nobody is told when a lock goes.
    locker.batch_execute("rollback").await.expect("the end of the locks");
    wait::until("the ones that were locked", Duration::from_secs(3), || async {
        error().map_or(Ok(()), Err)
    })
    .await;
}

/// The server ends such a statement itself: whoever asked may be gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_on_postgres_that_is_read_without_end_holds_back_no_other() {
    let database = Server::shared().database();
    let builder = Config::builder().block::<One>().block::<Two>();
    let config = builder.url(&database.url()).migrate().start().await.expect("a start");
    database.psql(
        "alter table one_config rename to former;
         create view one_config as select f.* from former f, (select pg_sleep(600)) s",
    );
    database.psql("insert into former (status, most) values ('active', 7)");
    database.psql("insert into two_config (status, most) values ('active', 43)");
    wait::until("the other", SOON, || async { config.get::<Two>().most == 43 }).await;
    assert_eq!(config.status().store, StoreState::Connected, "{}", config.status());
    let error = config.status().block("one").and_then(|block| block.error.clone());
    assert!(error.is_some_and(|error| error.contains("takes too long to read")));
    config.shutdown().await;
    let left = "select count(*) from pg_stat_activity where query like '%one_config%' \
                and state = 'active' and pid <> pg_backend_pid()";
    wait::until("the end of all reading", Duration::from_secs(5), || async {
        database.psql(left) == "0"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_is_not_set_up_does_not_flap() {
    let database = Server::shared().database();
    let builder = Config::builder().block::<One>().url(&database.url());
    let config = builder.start_timeout(Duration::from_secs(1)).start().await.expect("a start");
    let mut events = config.events();
    wait::until("the loss", SOON, || async {
        matches!(config.status().push, PushState::Disconnected { .. })
    })
    .await;
    let listen = async {
        loop {
            let event = events.next().await;
            assert!(!matches!(event, Some(config_sdk::Event::PushWorks)), "{event:?}");
        }
    };
    let quiet = tokio::time::timeout(Duration::from_secs(3), listen).await;
    assert!(quiet.is_err(), "the stream goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_postgres_refuses_is_the_reason_that_is_told() {
    let database = Server::shared().database();
    let role = database.role("");
    let builder = Config::builder().block::<One>().url(&role.url).migrate();
    let config = builder.start_timeout(Duration::from_secs(1)).start().await.expect("a start");
    let said = config.status().store.to_string();
    assert!(said.contains("permission denied") && said.contains("owner"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_a_later_trigger_on_postgres_moves_the_epoch() {
    let database = Server::shared().database();
    let builder = Config::builder().block::<One>().url(&database.url()).migrate();
    let config = builder.start().await.expect("a start");
    database.psql("insert into one_config (status, most) values ('active', 8)");
    wait::until("the row", SOON, || async { config.get::<One>().most == 8 }).await;
    database.psql(
        "create function raised() returns trigger language plpgsql as
            $$ begin new.most := new.most + 1; return new; end $$;
         create trigger zz before update on one_config for each row execute function raised()",
    );
    database.psql("update one_config set reason = 'a nudge'");
    wait::until("what the store holds", SOON, || async { config.get::<One>().most == 9 }).await;
}

#[tokio::test]
async fn a_check_between_two_files_does_not_hide_the_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.db");
    let other = folder.path().join("other.db");
    for (path, most) in [(&path, 13), (&other, 19)] {
        let url = format!("sqlite:{}", path.display());
        let made = Config::builder().block::<LimitsConfig>().url(&url).migrate_now().await;
        made.expect("tables");
        let insert = format!("insert into limits_config (status, most) values ('active', {most})");
        Connection::open(path).expect("open").execute_batch(&insert).expect("a row");
    }
    let url = format!("sqlite:{}", path.display());
    let builder = Config::builder().block::<LimitsConfig>().url(&url);
    let config = builder.ttl(Duration::from_millis(500)).start().await.expect("a start");
    assert_eq!(config.get::<LimitsConfig>().most, 13);
    std::fs::rename(&other, &path).expect("exchanged");
    let _ = config.check().await;
    wait::until("the second file", SOON, || async { config.get::<LimitsConfig>().most == 19 })
        .await;
}

#[tokio::test]
async fn insert_or_replace_in_sqlite_does_not_start_the_versions_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.db");
    let url = format!("sqlite:{}", path.display());
    let builder = Config::builder().block::<LimitsConfig>().url(&url).migrate();
    let config = builder.start().await.expect("a start");
    let file = Connection::open(&path).expect("open");
    file.execute_batch("insert into limits_config (id, status, most) values (1, 'active', 7)")
        .expect("a row");
    for most in [8, 9, 10] {
        let update = format!("update limits_config set most = {most}");
        file.execute_batch(&update).expect("an update");
    }
    let replace =
        "insert or replace into limits_config (id, status, most) values (1, 'active', 11)";
    if file.execute_batch(replace).is_ok() {
        wait::until("the replacement", SOON, || async { config.get::<LimitsConfig>().most == 11 })
            .await;
        assert!(config.get::<LimitsConfig>().meta().version > 4);
    }
}

#[tokio::test]
async fn a_sqlite_url_with_options_or_in_memory_is_refused_with_the_remedy() {
    for url in ["sqlite:///tmp/x.db?mode=rwc", "sqlite::memory:"] {
        let started = Config::builder().block::<LimitsConfig>().url(url).migrate().start().await;
        let error = started.expect_err("a mistake").to_string();
        let told = "behind `sqlite:` stands a plain path, without options; for a store in memory say `memory:`";
        assert!(error.contains(told), "{error}");
    }
    assert!(!std::path::Path::new("/tmp/x.db?mode=rwc").exists());
}

#[tokio::test]
async fn a_sqlite_file_restored_in_place_to_the_same_epoch_is_read_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.db");
    let url = format!("sqlite:{}", path.display());
    let builder = Config::builder().block::<LimitsConfig>().url(&url).migrate();
    let config = builder.start().await.expect("a start");
    let mut file = Connection::open(&path).expect("open");
    file.execute_batch("insert into limits_config (status, most) values ('active', 8)")
        .expect("a row");
    let backup = folder.path().join("backup.db");
    file.backup("main", &backup, None::<fn(_)>).expect("a backup");
    file.execute_batch("update limits_config set most = 66").expect("an update");
    wait::until("the update", SOON, || async { config.get::<LimitsConfig>().most == 66 }).await;
    let epoch = config.status().epoch;
    file.restore("main", &backup, None::<fn(_)>).expect("restored");
    file.execute_batch("update limits_config set most = 9").expect("an update");
    wait::until("what the store holds", SOON, || async { config.get::<LimitsConfig>().most == 9 })
        .await;
    assert_eq!(config.status().epoch, epoch);
}

#[tokio::test]
async fn a_table_dropped_from_sqlite_is_noticed_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.db");
    let url = format!("sqlite:{}", path.display());
    let builder = Config::builder().block::<LimitsConfig>().url(&url).migrate();
    let config = builder.start().await.expect("a start");
    let file = Connection::open(&path).expect("open");
    wait::until("push", SOON, || async { config.status().push == PushState::Push }).await;
    file.execute_batch("drop table limits_config").expect("dropped");
    wait::until("the loss", SOON, || async {
        config.status().blocks[0]
            .error
            .as_ref()
            .is_some_and(|error| error.contains("limits_config"))
    })
    .await;
}

/// A copy for each symbol.
#[derive(Debug, ConfigBlock)]
#[config(name = "note", key(symbol: String), resident)]
struct NoteConfig {
    #[config(default = "")]
    text: String,
}

/// Very many rows took longer than a pass was given, and were asked for again and again.
#[tokio::test(flavor = "multi_thread")]
async fn rows_on_postgres_that_keep_arriving_are_waited_for() {
    let database = Server::shared().database();
    let builder = || {
        let builder = Config::builder().keyed::<NoteConfig>(KeyedOptions::new());
        builder.url(&database.url()).start_timeout(Duration::from_secs(1))
    };
    builder().migrate_now().await.expect("tables");
    // As large as what the server sends at once, so that it does not gather them.
    database.psql(
        "insert into note_config (status, symbol, text)
         select 'active', 'coin-' || n, repeat('x', 10000) from generate_series(1, 8) n;
         alter table note_config rename to former;
         create view note_config as select f.* from former f
         cross join lateral (select pg_sleep(0.8 + 0 * length(f.symbol))) s",
    );
    let config = builder().start().await.expect("a start");
    let notes = config.keyed::<NoteConfig>();
    assert_eq!(notes.iter().count(), 0, "{}", config.status());
    wait::until("all of them", 3 * SOON, || async {
        let (count, status) = (notes.iter().count(), config.status());
        if count == 8 { Ok(()) } else { Err(format!("{count}, {status}")) }
    })
    .await;
}
