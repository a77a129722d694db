//! With many keys, one change and one lookup cost what they cost with few: an index leads to the row.

use std::time::Duration;

use config_sdk::{Key, Which};
use config_tests::postgres::Database;
use config_tests::wait;

use crate::keys::Guild;
use crate::reader::{Reader, one};
use crate::store::{SOON, Store};

/// How many keys the table has.
const KEYS: u64 = 100_000;

/// Fills the table without its triggers, and the log as if each key had been deleted once before.
fn fill(store: &Store) {
    store.sql(&format!(
        "set session_replication_role = replica;
         insert into guild_config (version, status, guild_id, daily)
             select 2, 'active', 'guild-' || n, 5 from generate_series(1, {KEYS}) n;
         insert into config_sdk.change (epoch, block, key, version, what)
             select 1, 'guild', jsonb_build_object('guild_id', 'guild-' || n), 1, 'delete'
             from generate_series(1, {KEYS}) n;
         update config_sdk.epoch set epoch = 1;
         analyze guild_config; analyze config_sdk.change;"
    ));
}

fn database(store: &Store) -> &Database {
    match store {
        Store::Postgres(database) => database,
        Store::Sqlite(_) => panic!("a Postgres store"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_one_key_of_many_reads_a_few_rows() {
    let store = Store::postgres();
    store.migrate::<Guild>().await;
    fill(&store);
    let client = database(&store).client().await;
    for edit in [
        "update guild_config set daily = 6 where guild_id = 'guild-4711'",
        "insert into guild_config (status, guild_id) values ('active', 'new')",
        "insert into guild_config (status) values ('active')",
        "update guild_config set guild_id = 'newer' where guild_id = 'new'",
        "delete from guild_config where guild_id = 'guild-4711'",
        "insert into guild_config (status, guild_id) values ('active', 'guild-4711')",
    ] {
        let read = "select coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::bigint
            from pg_stat_xact_all_tables where relname in ('guild_config', 'change')";
        client.batch_execute("begin").await.unwrap();
        client.batch_execute(edit).await.unwrap();
        let rows: i64 = client.query_one(read, &[]).await.unwrap().get(0);
        client.batch_execute("commit").await.unwrap();
        assert!(rows < 20, "{rows} rows were read for: {edit}");
    }
    let version = "select version from guild_config where guild_id = 'guild-4711'";
    assert_eq!(store.sql(version), "4", "after the deletion of 3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pruning_many_deletions_is_no_matter_of_minutes() {
    let store = Store::postgres();
    store.migrate::<Guild>().await;
    fill(&store);
    store.sql(
        "insert into config_sdk.change (epoch, block, key, version, what)
        select 1, block, key, 2, 'delete' from config_sdk.change",
    );
    let began = std::time::Instant::now();
    assert_eq!(store.sql("select config_sdk.prune(0)"), KEYS.to_string());
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loads_and_passes_over_many_keys_read_what_they_yield() {
    let store = Store::postgres();
    store.migrate::<Guild>().await;
    fill(&store);
    let mut reader = Reader::of::<Guild>(&store).await;
    let counted = "select seq_tup_read || ' ' || idx_scan from pg_stat_user_tables where relname = 'guild_config'";
    let before = counts(&store.sql(counted));
    let keys: Vec<Key> = (1..=500).map(|number| one(&format!("guild-{}", number * 7))).collect();
    assert_eq!(reader.keys(&keys).await.rows.own.len(), keys.len());
    let mut page = reader
        .try_load(Which::Page { after: Some(&one("guild-5")), limit: 100 })
        .await
        .unwrap()
        .rows;
    assert_eq!(page.own.len(), 100);
    page.own.retain(|(key, _)| !key.to_string().starts_with("guild-"));
    assert_eq!(page.own.len(), 0);
    store.sql("update guild_config set daily = 6 where guild_id = 'guild-8'");
    assert_eq!(reader.changed().await, ["guild-8"]);
    drop(reader); // the server counts what a connection did at the latest when it ends
    let after = wait::until("the server's count", Duration::from_secs(20), || async {
        let after = counts(&store.sql(counted));
        if after.1 >= before.1 + 500 { Ok(after) } else { Err(format!("{after:?}")) }
    })
    .await;
    assert_eq!(after.0, before.0, "rows were read one after the other");
}

fn counts(text: &str) -> (u64, u64) {
    let (seq, idx) = text.split_once(' ').unwrap();
    (seq.parse().unwrap(), idx.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_of_many_rows_after_one_of_one_row_does_not_compare_each_with_each() {
    let store = Store::postgres();
    store.migrate::<Guild>().await;
    fill(&store);
    let client = database(&store).client().await;
    let one = "update guild_config set daily = 6 where guild_id = 'guild-4711'";
    client.batch_execute(one).await.unwrap();
    let began = std::time::Instant::now();
    let many = "update guild_config set daily = 7 where guild_id like 'guild-1____'";
    client.batch_execute(many).await.unwrap();
    assert!(began.elapsed() < SOON, "{:?} for 10,000 rows", began.elapsed());
    assert_eq!(store.epoch(), 3);
}
