//! What an operator's write leaves in an SQLite file, beside the edits of people with SQL.

use config_sdk::{
    ConfigBlock, Decimal, Deed, Done, Entry, Key, Place, Record, Secret, Source, SourceError,
    Texts, Write, WriteError, Written,
};

use crate::adopted::{Bytes, TABLE};
use crate::adopting::adopt;
use crate::blocks::{FIRST_ROWS, First};
use crate::store::Store;

/// A file, its place and its writer.
struct Desk {
    store: Store,
    source: std::sync::Arc<dyn Source>,
    place: Place,
}

impl Desk {
    fn of<T: ConfigBlock>(store: Store, key: Option<&str>) -> Self {
        let key = key.map(|key| Key::new([key]).unwrap());
        Self { source: store.source(), store, place: Place { block: T::schema(), key } }
    }

    fn writer(&self) -> &dyn config_sdk::Writer {
        self.source.store().unwrap().writer().unwrap()
    }

    async fn row(&self) -> Option<Record> {
        self.writer().rows(std::slice::from_ref(&self.place)).await.unwrap().pop().unwrap()
    }

    async fn write(&self, deed: Deed) -> Result<Written, WriteError> {
        let mut write = Write::default();
        write.author = Some("ann".to_owned());
        write.entries = vec![Entry::new(self.place.clone(), self.row().await, deed)];
        self.writer().write(&write).await
    }

    async fn set(&self, columns: &[(&str, &str)]) -> Result<Written, WriteError> {
        self.write(Deed::Set(texts(columns))).await
    }

    async fn refused(&self, deed: Deed) -> SourceError {
        let epoch = self.store.epoch();
        match self.write(deed).await {
            Err(WriteError::Store(error)) if !error.is_passing() => {
                assert_eq!(self.store.epoch(), epoch);
                error
            }
            other => panic!("{other:?}"),
        }
    }
}

fn texts(columns: &[(&str, &str)]) -> Texts {
    let text = |(column, text): &(&str, &str)| ((*column).to_owned(), Some((*text).to_owned()));
    Texts(columns.iter().map(text).collect())
}

async fn first() -> Desk {
    let store = Store::sqlite();
    store.migrate::<First>().await;
    Desk::of::<First>(store, None)
}

#[tokio::test]
async fn ours_and_theirs_are_told_apart_and_who_set_the_same_name_twice_is_known() {
    let desk = first().await;
    desk.store.sql(FIRST_ROWS);
    desk.set(&[("most", "60")]).await.unwrap();
    desk.set(&[("most", "61")]).await.unwrap();
    desk.store.sql("update limits_config set most = 62 where status = 'active'");
    desk.store.sql(
        "update limits_config set most = 63, created_by = 'bob', reason = 'why not'
        where status = 'active'",
    );
    desk.set(&[("most", "64")]).await.unwrap();
    let row = "select most, created_by, reason from limits_config where status = 'active'";
    assert_eq!(desk.store.sql(row), "64|ann|");
    let log = "select who, via, why from config_sdk_change where what = 'update' order by id";
    assert_eq!(
        desk.store.sql(log),
        "ann|config-sdk|\nann|config-sdk|\nsql|sql|\nbob|sql|why not\nann|config-sdk|"
    );
    assert_eq!(desk.store.sql("select count(*) from config_sdk_author"), "0");
    let past = desk.writer().past(&desk.place, 2).await.unwrap();
    let vias: Vec<_> = past.log.iter().map(|logged| logged.via.as_deref()).collect();
    assert_eq!(vias, [Some("config-sdk"), Some("sql")]);
    assert_eq!(past.rows.len(), 3, "archived, active and draft");
}

#[tokio::test]
async fn a_secret_is_in_no_table_of_the_bookkeeping() {
    let desk = first().await;
    desk.set(&[("token", "hunter2")]).await.unwrap();
    desk.set(&[("token", "hunter3"), ("most", "7")]).await.unwrap();
    desk.store.sql("update limits_config set token = 'hunter4'; delete from limits_config");
    let hidden = "select what, hidden from config_sdk_change order by id";
    let named = "insert|[\"token\"]\nupdate|[\"token\"]\nupdate|[\"token\"]\ndelete|";
    assert_eq!(desk.store.sql(hidden), named);
    let log = desk.store.sql("select * from config_sdk_change");
    assert!(!log.contains("hunter"), "{log}");
    let past = desk.writer().past(&desk.place, 10).await.unwrap();
    assert_eq!(past.log[0].what, Done::Delete);
    assert!(!format!("{past:?}").contains("hunter"));
}

#[tokio::test]
async fn a_rule_of_the_table_refuses_in_its_own_words() {
    let desk = first().await;
    for (column, text, problem) in [
        ("most", "500", "limits.most must be within 1..=100"),
        ("most", "many", "limits.most must be a whole number"),
        ("threshold", "NaN", "limits.threshold must be a number that a decimal can hold"),
    ] {
        let error = desk.refused(Deed::Set(texts(&[(column, text)]))).await;
        assert_eq!(error.to_string(), problem);
    }
    let error = desk.refused(Deed::Set(texts(&[("token", "hunter\u{0}2")]))).await;
    let said = error.to_string();
    assert!(said.contains("limits.token has a NUL") && !said.contains("hunter"), "{said}");
    assert!(desk.row().await.is_none());
}

#[tokio::test]
async fn a_file_of_an_older_bookkeeping_says_so_and_is_brought_up_with_its_log() {
    let desk = first().await;
    desk.store.sql(FIRST_ROWS);
    let log = "select id, epoch, block, version, what, before, who, at, why
        from config_sdk_change order by id";
    let before = desk.store.sql(log);
    desk.store.sql(
        "pragma legacy_alter_table = on;
         alter table config_sdk_change rename to former;
         drop index config_sdk_change_version; drop index config_sdk_change_epoch;
         create table config_sdk_change (
             id integer primary key autoincrement, epoch integer not null, block text not null,
             key text, version integer,
             what text not null check (what in ('insert', 'update', 'delete', 'invalidate')),
             before text, who text not null,
             at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ')), why text
         );
         insert into config_sdk_change
             select id, epoch, block, key, version, what, before, who, at, why from former;
         drop table former; drop table config_sdk_author; drop table config_sdk_expiry;",
    );
    let said = desk.refused(Deed::Set(texts(&[("most", "9")]))).await.to_string();
    assert!(said.contains("add `.migrate()`"), "{said}");
    let steps = desk.store.migrate::<First>().await;
    assert!(!steps.is_empty() && steps.iter().all(|step| step.done), "{steps:?}");
    assert_eq!(desk.store.check::<First>().await, []);
    assert_eq!(desk.store.sql(log), before, "the log is kept");
    desk.set(&[("most", "9")]).await.unwrap();
    assert_eq!(desk.writer().past(&desk.place, 10).await.unwrap().log.len(), 4);
}

#[tokio::test]
async fn an_adopted_row_is_written_from_what_it_was_and_has_no_drafts() {
    let store = Store::sqlite();
    store.sql(TABLE);
    store.migrate::<Bytes>().await;
    let desk = Desk::of::<Bytes>(store, Some("guild-1"));
    let written = desk.set(&[("daily_amount", "11")]).await.unwrap();
    assert_eq!((written.epoch, written.versions), (1, vec![0]), "the write tells of it");
    desk.store.sql("alter table bytes_configs add column not_yet text");
    adopt::<Bytes>(&desk.store).await;
    let stale = desk.row().await;
    // What is no field's may change meanwhile.
    desk.store.sql("update bytes_configs set owner_note = 'y'");
    desk.set(&[("daily_amount", "12"), ("token", "hunter2")]).await.unwrap();
    let row = "select daily_amount, typeof(daily_amount), owner_note from bytes_configs
        where guild_id = 'guild-1'";
    assert_eq!(desk.store.sql(row), "12|integer|y");
    let mut late = Write::default();
    let deed = Deed::Set(texts(&[("daily_amount", "13")]));
    late.entries = vec![Entry::new(desk.place.clone(), stale, deed)];
    let error = desk.writer().write(&late).await.unwrap_err();
    assert!(matches!(&error, WriteError::Conflict(there) if there.len() == 1), "{error:?}");

    let past = desk.writer().past(&desk.place, 10).await.unwrap();
    let [logged] = past.log.as_slice() else { panic!("{past:?}") };
    assert_eq!((&*logged.who, logged.via.as_deref()), ("ann", Some("config-sdk")));
    assert_eq!((logged.version, &*logged.hidden), (None, &["token".to_owned()][..]));
    let before = &logged.before.as_ref().unwrap().1.columns;
    assert_eq!(before["daily_amount"].as_deref(), Some("11"));
    assert!(!before.contains_key("token") && !before.contains_key("guild_id"));

    for deed in [Deed::Save(texts(&[])), Deed::Activate(1), Deed::Discard(1)] {
        let said = desk.refused(deed).await.to_string();
        assert!(said.contains("bytes_configs is adopted and has no place for drafts"), "{said}");
    }
    let made = Desk::of::<Bytes>(desk.store, Some("it's new"));
    made.set(&[("daily_amount", "5")]).await.unwrap();
    let row = made.row().await.unwrap();
    assert_eq!(row.columns["starting_balance"].as_deref(), Some("100"), "the table's own default");
}

/// In a table whose numbers are binary ones.
#[derive(Debug, ConfigBlock)]
#[config(name = "fees", adopt)]
struct Fees {
    #[config(default = 0)]
    fee: Decimal,
    #[config(secret)]
    token: Option<Secret<String>>,
}

#[tokio::test]
async fn digits_that_an_adopted_column_would_lose_are_refused() {
    let store = Store::sqlite();
    store.sql("create table fees_config (fee decimal(10, 4), token text)");
    let desk = Desk::of::<Fees>(store, None);
    desk.store.migrate::<Fees>().await;
    desk.set(&[("fee", "0.50")]).await.unwrap();
    let error = desk.refused(Deed::Set(texts(&[("fee", "0.12345678901234567891")]))).await;
    let said = error.to_string();
    assert!(said.contains("column fee of table fees_config does not keep every digit"), "{said}");
    assert_eq!(desk.row().await.unwrap().columns["fee"].as_deref(), Some("0.5"));
}

#[tokio::test]
async fn a_reason_is_not_rewritten_where_nothing_of_its_version_changes() {
    let desk = first().await;
    desk.store.sql(FIRST_ROWS);
    desk.store.sql("update limits_config set most = 51, reason = 'busy' where status = 'active'");
    let epoch = desk.store.epoch();
    desk.store.sql("update limits_config set reason = 'never said' where status = 'active'");
    let row = "select most, reason from limits_config where version = 4";
    assert_eq!((desk.store.sql(row), desk.store.epoch()), ("51|busy".to_owned(), epoch));
    desk.store
        .sql("update limits_config set status = 'archived', reason = 'over' where version = 4");
    assert_eq!(desk.store.sql(row), "51|over");
    let log = "select who, why from config_sdk_change order by id desc limit 1";
    assert_eq!(desk.store.sql(log), "sql|over");
}
