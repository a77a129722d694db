//! A write disturbs nobody, tells everybody, and says no secret to the server's log.

use std::sync::atomic::{AtomicBool, Ordering};

use config_sdk::{Config, ConfigBlock, Deed, Dialect, Key, Place, WriteError};
use config_tests::wait;

use super::stage::{Process, Stage, all, place, refusal, text, texts};
use crate::adopted::{Bytes, TABLE};
use crate::adopting::adopt;
use crate::blocks::{First, Pace};
use crate::reader::Reader;
use crate::store::{SOON, Store};

fn bytes(guild: &str) -> Place {
    Place { block: Bytes::schema(), key: Some(Key::new([guild]).unwrap()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_with_the_owner_of_an_adopted_table_ends_the_write_and_not_the_owner() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else { panic!() };
    store.sql(TABLE);
    store.sql("alter table bytes_configs add column not_yet text");
    store.migrate::<Bytes>().await;
    adopt::<Bytes>(&store).await;
    let process = Process::at(&store.url());
    let entry = process.entry(&bytes("guild-1"), Deed::Set(texts([("token", "x")]))).await;
    let write = all([entry]);
    let owner = database.client().await;
    let select = "begin; select from bytes_configs where guild_id = 'guild-1' for update";
    owner.batch_execute(select).await.unwrap();
    let is_over = AtomicBool::new(false);
    let writing = async {
        let written = process.writer().write(&write).await;
        is_over.store(true, Ordering::Relaxed);
        written
    };
    let waits = "select count(*) from pg_locks where not granted and database =
        (select oid from pg_database where datname = current_database()) or not granted
        and locktype = 'transactionid'";
    let business = async {
        wait::until("the write", SOON, async || {
            is_over.load(Ordering::Relaxed) || store.sql(waits) != "0"
        })
        .await;
        let update = "update bytes_configs set daily_amount = 4 where guild_id = 'guild-1'; commit";
        owner.batch_execute(update).await
    };
    let (written, done) = tokio::join!(writing, business);
    done.unwrap();
    let Err(WriteError::Store(error)) = written else { panic!("{written:?}") };
    assert!(error.is_passing() && error.to_string().contains("lock timeout"), "{error}");
}

#[tokio::test]
async fn what_is_written_to_an_adopted_table_without_triggers_is_told_to_everybody() {
    let store = Store::postgres();
    store.sql(TABLE);
    store.migrate::<Bytes>().await;
    let mut reader = Reader::of::<Bytes>(&store).await;
    let process = Process::at(&store.url());
    let written = process.set(&bytes("guild-1"), "daily_amount", "4").await;
    assert_eq!((written.epoch, store.epoch()), (1, 1));
    let told = "select block, what, key ->> 'guild_id' from config_sdk.change";
    assert_eq!(store.sql(told), "bytes|invalidate|guild-1");
    assert!(!reader.changed().await.is_empty());
    // What was there already is nothing new.
    assert_eq!(process.set(&bytes("guild-1"), "daily_amount", "4").await.epoch, 1);
}

#[tokio::test]
async fn odd_rows_of_other_keys_keep_no_place_from_being_written() {
    let store = Store::postgres();
    store.sql(TABLE);
    store.sql(
        "alter table bytes_configs drop constraint bytes_configs_pkey;
         alter table bytes_configs alter guild_id drop not null;
         insert into bytes_configs (guild_id) values (null), (null), ('twice'), ('twice')",
    );
    store.migrate::<Bytes>().await;
    let process = Process::at(&store.url());
    process.set(&bytes("new"), "daily_amount", "4").await;
    assert_eq!(text(&process.row(&bytes("new")).await.unwrap(), "daily_amount"), Some("4"));
    for (odd, told) in [(place::<Bytes>(), "several rows for bytes"), (bytes("twice"), "[twice]")] {
        let error = process.writer().rows(&[odd]).await.unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("leave one"), "{error}");
    }
}

#[tokio::test]
async fn a_draft_thrown_away_leaves_the_version_of_the_active_row() {
    let stage = Stage::set().await;
    let pace = place::<Pace>();
    stage.process.set(&pace, "per_second", "2").await;
    stage.process.act(&pace, Deed::Save(texts([("per_second", "3")]))).await.unwrap();
    let thrown = stage.process.entry(&pace, Deed::Discard(2)).await;
    let set = stage.process.entry(&pace, Deed::Set(texts([("per_second", "4")]))).await;
    let written = stage.process.writer().write(&all([thrown, set])).await.unwrap();
    assert_eq!(written.versions, [3, 3]);
    stage.process.act(&pace, Deed::Save(texts([("per_second", "5")]))).await.unwrap();
    assert_eq!(stage.process.act(&pace, Deed::Discard(4)).await.unwrap().versions, [3]);
}

#[tokio::test]
async fn a_role_that_reads_by_default_still_writes() {
    let stage = Stage::set().await;
    let name = stage.database().name();
    stage.sql(&format!("alter database {name} set default_transaction_isolation = serializable"));
    stage.sql(&format!("alter database {name} set default_transaction_read_only = on"));
    let process = Process::at(&stage.store.url());
    process.set(&place::<Pace>(), "per_second", "2").await;
    process.writer().report("one", "here", SOON).await.unwrap();
}

#[tokio::test]
async fn who_may_note_no_defaults_may_ask_where_all_are_noted() {
    let stage = Stage::set().await;
    let program = stage.store.program::<First>().block::<Pace>();
    stage.sql(&program.schema(Dialect::Postgres));
    let operator = stage.database().role("");
    stage.sql(&format!("grant config_sdk_operator to {}", operator.name));
    let program = Config::builder().block::<First>().block::<Pace>().url(&operator.url);
    assert_eq!(program.migrate_now().await.unwrap(), []);
    let twice = "insert into config_sdk.default_text (block, name, value)
        select block, name, value from config_sdk.default_text";
    assert!(stage.store.refusal(twice).contains("default_text_once"));
}

#[tokio::test]
async fn a_secret_that_a_trigger_refuses_is_not_in_the_server_s_log() {
    let stage = Stage::set().await;
    let mark = format!("refused {:016x}", fastrand::u64(..));
    stage.sql(&format!(
        "create function refuse() returns trigger language plpgsql as
             $$ begin raise exception '{mark} %', new.mood; end $$;
         create trigger refuse before insert or update on limits_config for each row
             when (new.mood = 'bold') execute function refuse()"
    ));
    let limits = place::<First>();
    stage.process.set(&limits, "token", "it's \\ quoted").await;
    let row = stage.process.row(&limits).await.unwrap();
    assert_eq!(text(&row, "token"), Some("it's \\ quoted"));
    let secret = format!("{:016x}", fastrand::u64(..));
    let set = Deed::Set(texts([("token", &secret), ("mood", "bold"), ("most", "9")]));
    let refused = refusal(stage.process.act(&limits, set).await);
    assert!(refused.contains("may quote a secret"), "{refused}");
    let log = stage.database().server().log();
    assert!(log.contains(&mark), "{log}");
    assert!(!log.contains(&secret));
    let all = texts([("token", &secret), ("mood", "calm"), ("most", "9"), ("threshold", "0.125")]);
    stage.process.act(&limits, Deed::Set(all)).await.unwrap();
    let row = "select token, most, threshold from limits_config";
    assert_eq!(stage.sql(row), format!("{secret}|9|0.125"));
}
