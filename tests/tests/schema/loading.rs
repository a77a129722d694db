//! Loading keys from Postgres: strangers' keys, rows that cannot be read, tables that are slow.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use config_sdk::{Config, ConfigBlock, Key, KeyedOptions, Wanted, Which};
use config_tests::postgres::{Database, Server};
use config_tests::wait;

use crate::reader::{Reader, one, text};
use crate::store::{SOON, Store};

/// Notes of a member, as JSON that is stored as its text.
#[derive(Clone, Debug, ConfigBlock)]
#[config(name = "note", key(member: i64), adopt, table = "notes")]
struct Note {
    #[config(default = 1)]
    level: u32,
    #[config(json)]
    about: Option<BTreeMap<String, String>>,
}

/// The same, with every key in memory.
#[derive(Debug, ConfigBlock)]
#[config(name = "note", key(member: i64), adopt, table = "notes", resident)]
struct Resident {
    #[config(json)]
    about: Option<BTreeMap<String, String>>,
}

/// Per guild, in a table that takes its time.
#[derive(Debug, ConfigBlock)]
#[config(name = "slow", key(guild: String), adopt, table = "slow_view")]
struct Slow {
    #[config(default = 1)]
    level: u32,
}

const NOTES: &str = r#"
    create table notes (member integer primary key, level integer, about json);
    insert into notes select n, n, '{"a": "b"}' from generate_series(1, 1000) n;
    update notes set about = '{"a": "x\u0000y"}' where member = 7;
    update notes set about = 'null' where member = 8;"#;

/// A table of which one row makes whoever reads it divide by zero.
const BROKEN: &str = "
    create table kept (member integer, level integer);
    insert into kept select n, n from generate_series(1, 1000) n;
    create view notes as select member, 60 / (level - 700) as level from kept;";

fn database(store: &Store) -> &Database {
    match store {
        Store::Postgres(database) => database,
        Store::Sqlite(_) => panic!("a Postgres store"),
    }
}

fn numbers(from: u32, to: u32) -> Vec<Key> {
    (from..=to).map(|number| one(&number.to_string())).collect()
}

async fn program(store: &Store) -> Config {
    let builder = Config::builder().keyed::<Note>(KeyedOptions::new().load_timeout(SOON));
    builder.url(&store.url()).start_timeout(SOON).start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_no_column_holds_cost_one_query_however_many_they_are() {
    let store = Store::postgres();
    store.sql(NOTES);
    store.migrate::<Note>().await;
    let reader = Reader::of::<Note>(&store).await;
    let mut keys = numbers(1, 500);
    for number in 0..500 {
        let stranger = ["abc", "9999999999", "it's", r"a\b$$", "ключ 🗝"][number % 5];
        keys.insert(2 * number, one(&format!("{stranger}{number}")));
    }
    reader.keys(&keys[..1]).await;
    database(&store).reset_queries();
    let rows = reader.keys(&keys).await.rows;
    assert_eq!((rows.own.len(), rows.odd), (500, vec![]));
    let statements = database(&store).queries("%");
    assert!(statements < 40, "{statements}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_character_that_the_database_has_no_place_for_is_the_trouble_of_its_key() {
    let server = Server::shared();
    let name = format!("latin_{:016x}", fastrand::u64(..));
    server.psql(
        "postgres",
        &format!("create database {name} encoding 'LATIN1' locale 'C' template template0"),
    );
    let url = server.url(&name);
    server.psql(&name, NOTES);
    Config::builder().block::<Note>().url(&url).migrate_now().await.unwrap();
    let source = config_sdk::PostgresStore::new(&url).unwrap();
    let keys = ["ключ", "3", "é"].map(one);
    let wanted = Wanted::of(Note::schema(), Which::Keys(&keys));
    let loaded = config_sdk::Source::load(&source, wanted).await;
    drop(source);
    server.psql("postgres", &format!("drop database {name} with (force)"));
    assert_eq!(loaded.unwrap().rows.own[0].0, keys[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_that_only_its_text_can_hold_is_read_as_that() {
    let store = Store::postgres();
    store.sql(NOTES);
    store.migrate::<Note>().await;
    let config = program(&store).await;
    let notes = config.keyed::<Note>();
    let seven = notes.get_fresh(7).await.unwrap();
    assert_eq!((seven.level, seven.about.as_ref().unwrap()["a"].as_str()), (7, "x\0y"));
    assert!(notes.get_fresh(8).await.unwrap().about.is_none());
    assert_eq!(notes.get_fresh(9).await.unwrap().about.as_ref().unwrap()["a"], "b");
    notes.clear();
    let warmed = notes.warm_all(|_| {}).await;
    assert_eq!((warmed.loaded + warmed.present, warmed.failed), (1000, 0), "{warmed:?}");
    let resident = Reader::of::<Resident>(&store).await.ask(None).await;
    let rows = resident.keyed["note"].rows.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(rows.own.len(), 1000);
    let (_, seventh) = rows.own.iter().find(|(key, _)| *key == one("7")).unwrap();
    assert_eq!(text(seventh, "about").unwrap(), r#"{"a": "x\u0000y"}"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_cannot_be_read_is_named_and_never_taken_for_none() {
    let store = Store::postgres();
    store.sql(BROKEN);
    store.migrate::<Note>().await;
    let reader = Reader::of::<Note>(&store).await;
    let mut keys = numbers(1, 1000);
    keys.push(one("abc"));
    let error = reader.try_load(Which::Keys(&keys)).await.unwrap_err().to_string();
    assert!(error.contains("the row of 700 cannot be read (division by zero)"), "{error}");
    keys.retain(|key| *key != one("700"));
    assert_eq!(reader.keys(&keys).await.rows.own.len(), 999);
    let page = reader.try_load(Which::Page { after: None, limit: 1000 }).await.unwrap_err();
    assert!(page.to_string().contains("table notes: division by zero"), "{page}");
    store.sql("insert into kept values (null, 700)");
    let shared = reader.try_load(Which::Keys(&numbers(1, 9))).await.unwrap_err().to_string();
    assert!(shared.contains("the row that the others inherit from cannot"), "{shared}");
    store.sql("delete from kept where member is null");

    let notes = program(&store).await.keyed::<Note>();
    assert!(notes.get_fresh(700).await.is_err());
    wait::until("the others", SOON, || async { notes.get(760).await.level == 1 }).await;
    let warmed = notes.warm_all(|_| {}).await;
    assert!(warmed.error.is_some(), "{warmed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_table_holds_back_its_own_block_only() {
    let store = Store::postgres();
    store.sql(NOTES);
    store.sql(
        "create view slow_view as select 'a' as guild, 2 as level from (select pg_sleep(2) offset 0) s",
    );
    store.migrate::<Note>().await;
    let reader = Reader::of::<Note>(&store).await;
    reader.keys(&numbers(1, 6)).await;
    let source = reader.source.clone();
    let slow = tokio::spawn(async move {
        let keys = [one("a")];
        source.load(Wanted::of(Slow::schema(), Which::Keys(&keys))).await.unwrap().rows.own.len()
    });
    let sleeps = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'";
    wait::until("the slow load", SOON, || async { store.sql(sleeps) == "1" }).await;
    let began = Instant::now();
    for _ in 0..5 {
        assert_eq!(reader.keys(&numbers(1, 6)).await.rows.own.len(), 6);
    }
    assert!(
        !slow.is_finished() && began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(store.sql(sleeps), "1");
    assert_eq!(slow.await.unwrap(), 1);
    let open = "select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'config-sdk'";
    wait::until("one to rest", SOON, || async { store.sql(open) == "2" }).await;
}

#[tokio::test]
async fn a_row_that_the_log_cannot_keep_is_written_all_the_same_and_told() {
    let store = Store::postgres();
    store.sql(NOTES);
    store.sql("alter table notes add column own json");
    let builder = || Config::builder().keyed::<Note>(KeyedOptions::new()).url(&store.url());
    builder().migrate_now().await.unwrap();
    builder().adopt_now().await.unwrap();
    let config = builder().start().await.unwrap();
    let notes = config.keyed::<Note>();
    assert_eq!((notes.get(7).await.level, notes.get(9).await.level), (7, 9));
    for change in [
        "update notes set level = 70 where member = 7",
        r#"update notes set own = '"\u0000"', level = 90 where member = 9"#,
        "delete from notes where member = 8",
    ] {
        store.sql(change);
    }
    wait::until("the changes", SOON, || async {
        (notes.get(7).await.level, notes.get(9).await.level) == (70, 90)
    })
    .await;
}
