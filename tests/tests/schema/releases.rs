//! SQLite files that other releases of the library write to as well.

use config_sdk::{Deed, Entry, Place, Source, Texts, Write, WriteError};

use crate::adopted::{Bytes, Resident, TABLE};
use crate::adopting::adopt;
use crate::blocks::First;
use crate::reader::{Reader, one};
use crate::store::Store;

/// As releases made it before changes had a cause.
const FORMER: &str = "
    drop trigger config_sdk_limits_update;
    create trigger config_sdk_limits_update after update of most on limits_config begin
        update config_sdk_epoch set epoch = epoch + 1;
        insert into config_sdk_change (epoch, block, version, what, who)
            select epoch, 'limits', new.version, 'update', 'sql' from config_sdk_epoch;
    end;";

async fn set(source: &dyn Source, entries: &[(Place, &str, &str)]) -> Result<u64, WriteError> {
    let writer = source.store().unwrap().writer().unwrap();
    let places: Vec<_> = entries.iter().map(|(place, ..)| place.clone()).collect();
    let rows = writer.rows(&places).await.unwrap();
    let mut write = Write::default();
    for ((place, column, text), row) in entries.iter().zip(rows) {
        let texts = Texts([((*column).to_owned(), Some((*text).to_owned()))].into());
        write.entries.push(Entry::new(place.clone(), row, Deed::Set(texts)));
    }
    writer.write(&write).await.map(|written| written.epoch)
}

fn place<T: config_sdk::ConfigBlock>(key: Option<&str>) -> Place {
    Place { block: T::schema(), key: key.map(one) }
}

#[tokio::test]
async fn triggers_that_would_lose_the_author_are_refused_until_migrate() {
    let store = Store::sqlite();
    store.migrate::<First>().await;
    let source = store.source();
    let most = |text| [(place::<First>(None), "most", text)];
    set(&*source, &most("7")).await.unwrap();
    for spoilt in [FORMER, "drop trigger config_sdk_limits_delete"] {
        store.sql(spoilt);
        let error = set(&*source, &most("8")).await.unwrap_err();
        let WriteError::Store(error) = error else { panic!("{error:?}") };
        let said = error.to_string();
        assert!(said.contains("limits_config") && said.contains("add `.migrate()`"), "{said}");
        assert_eq!((store.epoch(), error.is_passing()), (1, false));
        store.migrate::<First>().await;
    }
    assert_eq!(set(&*source, &most("8")).await.unwrap(), 2);
}

#[tokio::test]
async fn what_a_newer_release_has_made_is_left_alone() {
    let store = Store::sqlite();
    store.sql("pragma user_version = 7");
    store.migrate::<First>().await;
    assert_eq!(store.sql("select * from config_sdk_bookkeeping"), "1|1");
    let newer = "'sql' from config_sdk_epoch, (select max(author) from config_sdk_author)";
    store.sql(&FORMER.replace("'sql' from config_sdk_epoch", newer));
    store.sql(
        "update config_sdk_bookkeeping set version = 99;
         drop table config_sdk_expiry; alter table config_sdk_epoch add column newer text",
    );
    let made = store.structure();
    assert_eq!(store.check::<First>().await, []);
    assert_eq!(store.migrate::<First>().await, []);
    assert_eq!(store.structure(), made);
    assert_eq!(store.sql("select version from config_sdk_bookkeeping"), "99");
    // But for what an older one has put back.
    store.sql(FORMER);
    let steps = store.migrate::<First>().await;
    assert!(steps.len() == 1 && steps[0].done, "{steps:?}");

    // Without a mark it is of an older one.
    store.sql("drop table config_sdk_bookkeeping");
    let steps = store.migrate::<First>().await;
    assert!(steps.len() == 1 && steps.iter().all(|step| step.done), "{steps:?}");
    assert_eq!(store.check::<First>().await, []);
    assert_eq!(store.sql("select version from config_sdk_bookkeeping"), "1");
    assert_eq!(store.sql("pragma user_version"), "7", "which is the user's");
}

#[tokio::test]
async fn former_triggers_of_an_adopted_table_are_replaced_by_migrate() {
    let store = Store::sqlite();
    store.sql(TABLE);
    store.migrate::<Resident>().await;
    assert!(Reader::of::<Resident>(&store).await.news().await.untracked.contains("bytes"));
    assert_eq!(store.sql("select count(*) from sqlite_master where type = 'trigger'"), "0");
    adopt::<Resident>(&store).await;
    let adopted = store.structure();
    store.sql(
        "drop trigger config_sdk_bytes_delete; drop trigger config_sdk_bytes_update;
         create trigger config_sdk_bytes_update after update on bytes_configs begin
             update config_sdk_epoch set epoch = epoch + 1;
             insert into config_sdk_change (epoch, block, what, who)
                 select epoch, 'bytes', 'update', 'sql' from config_sdk_epoch;
         end;",
    );
    let mut reader = Reader::of::<Resident>(&store).await;
    assert!(reader.news().await.untracked.contains("bytes"));
    let [found] = &store.check::<Resident>().await[..] else { panic!("one difference") };
    assert!(found.what.contains("are not what the type says"), "{found:?}");
    assert_eq!(found.remedy, "run migrate");
    let steps = store.migrate::<Resident>().await;
    assert!(steps.len() == 1 && steps[0].done, "{steps:?}");
    assert_eq!((store.structure(), store.check::<Resident>().await.len()), (adopted, 0));
    assert!(reader.news().await.untracked.is_empty());
    store.sql("update bytes_configs set starting_balance = 3 where guild_id = 'guild-2'");
    assert_eq!(reader.changed().await, ["guild-2"]);
}

#[tokio::test]
async fn what_no_trigger_tells_of_is_told_by_the_write_itself() {
    let store = Store::sqlite();
    store.sql(TABLE);
    store.migrate::<Bytes>().await;
    store.migrate::<First>().await;
    let (source, mut reader) = (store.source(), Reader::of::<Bytes>(&store).await);
    let daily = |key, text| (place::<Bytes>(Some(key)), "daily_amount", text);
    assert_eq!(set(&*source, &[daily("guild-1", "11")]).await.unwrap(), 1);
    assert_eq!(reader.changed().await, ["guild-1"]);
    // Beside a block that has triggers, under one epoch.
    let both =
        [(place::<First>(None), "most", "9"), daily("guild-2", "12"), daily("guild-3", "13")];
    assert_eq!(set(&*source, &both).await.unwrap(), 2);
    assert_eq!(reader.changed().await, ["guild-2", "guild-3"]);
    assert_eq!(set(&*source, &both[1..]).await.unwrap(), 2, "nothing is what it was not");
    assert_eq!(reader.changed().await, [""; 0]);
    let log = "select block, what, via from config_sdk_change where epoch = 2 order by id";
    assert_eq!(
        store.sql(log),
        "limits|insert|config-sdk\nbytes|invalidate|config-sdk\nbytes|invalidate|config-sdk"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_loaded_while_a_report_waits_for_the_file() {
    let store = Store::sqlite();
    store.sql(TABLE);
    store.migrate::<Bytes>().await;
    let reader = Reader::of::<Bytes>(&store).await;
    let Store::Sqlite(file) = &store else { unreachable!() };
    let holder = rusqlite::Connection::open(file.path()).unwrap();
    holder.execute_batch("begin immediate").unwrap();
    let writer = reader.source.store().unwrap().writer().unwrap();
    tokio::select! {
        biased;
        reported = writer.report("one", "here", crate::store::SOON) => panic!("{reported:?}"),
        text = reader.text("guild-1", "starting_balance") => assert_eq!(text.as_deref(), Some("50")),
    }
}
