//! Tables that were there before: left alone, and told of exactly once their owner agrees.

use config_sdk::{ConfigBlock, Step};

use crate::adopted::{Bytes, Resident, TABLE};
use crate::reader::Reader;
use crate::store::{Store, on_both};

on_both!(
    migrate_leaves_an_adopted_table_alone_and_says_what_adopting_would_add,
    an_adopted_table_tells_of_exactly_the_keys_that_changed,
    an_adopted_table_with_triggers_for_another_struct_is_polled,
    check_names_what_an_adopted_table_lacks_and_nothing_else,
    writers_of_adopted_tables_queue_and_never_deadlock,
);

/// Lets the table of the block `T` tell of its changes.
pub(crate) async fn adopt<T: ConfigBlock>(store: &Store) -> Vec<Step> {
    store.program::<T>().adopt_now().await.unwrap()
}

async fn migrate_leaves_an_adopted_table_alone_and_says_what_adopting_would_add(store: Store) {
    store.sql(TABLE);
    let lacking = store.migrate::<Bytes>().await;
    let left: Vec<_> = lacking.iter().filter(|step| !step.done).collect();
    assert_eq!(left.len(), 1, "triggers would name a column that is not there: {lacking:?}");
    assert!(left[0].what.contains("`not_yet` is missing"), "{lacking:?}");
    assert_eq!(adopt::<Bytes>(&store).await.len(), 1);
    store.sql(&left[0].sql);
    let before = store.sql("select * from bytes_configs");
    let steps = store.migrate::<Bytes>().await;
    let bookkeeping = store.structure();
    let [offer] = &steps[..] else { panic!("{steps:?}") };
    assert!(!offer.done && offer.what.contains("found by polling"), "{offer}");
    assert!(
        !bookkeeping.contains("on bytes_configs")
            && !bookkeeping.contains("ON public.bytes_configs for")
    );

    // What was offered is what is done.
    let done = adopt::<Bytes>(&store).await;
    let added: Vec<_> = done.iter().filter(|step| step.done).collect();
    assert_eq!((added.len(), &added[0].sql), (1, &offer.sql), "{done:?}");
    let adopted = store.structure();
    assert_ne!(adopted, bookkeeping);
    assert!(adopt::<Bytes>(&store).await.iter().all(|step| !step.done));
    let other = if store.is_postgres() { Store::postgres() } else { Store::sqlite() };
    other.sql(TABLE);
    other.migrate::<Bytes>().await;
    other.sql(&left[0].sql);
    other.sql(&offer.sql);
    assert_eq!(other.structure(), adopted);
    assert_eq!(store.sql("select * from bytes_configs"), before);
}

async fn an_adopted_table_tells_of_exactly_the_keys_that_changed(store: Store) {
    store.sql(TABLE);
    store.sql("alter table bytes_configs add column not_yet text");
    store.migrate::<Bytes>().await;
    adopt::<Bytes>(&store).await;
    let mut reader = Reader::of::<Bytes>(&store).await;
    assert!(reader.news().await.untracked.is_empty());
    for (sql, keys) in [
        (
            "update bytes_configs set starting_balance = 9 where guild_id = 'guild-1'",
            &["guild-1"][..],
        ),
        ("update bytes_configs set owner_note = 'busy', updated_at = null", &[]),
        ("update bytes_configs set starting_balance = starting_balance", &[]),
        (
            "update bytes_configs set token = 'hunter2' where guild_id <> 'guild-1'",
            &["guild-2", "guild-3"],
        ),
        ("insert into bytes_configs (guild_id) values ('it''s \"new\"')", &["it's \"new\""]),
        (
            "update bytes_configs set guild_id = 'guild-4' where guild_id = 'guild-3'",
            &["guild-3", "guild-4"],
        ),
        ("delete from bytes_configs where guild_id = 'guild-4'", &["guild-4"]),
        ("delete from bytes_configs where guild_id = 'guild-4'", &[]),
    ] {
        let before = store.epoch();
        store.sql(sql);
        assert_eq!(reader.changed().await, keys, "{sql}");
        assert_eq!(store.epoch() > before, !keys.is_empty(), "{sql}");
    }
    if store.is_postgres() {
        store.sql("truncate bytes_configs");
        assert_eq!(reader.changed().await, ["*"]);
    }
    let log = store.sql(&format!("select * from {}", store.bookkeeping("change")));
    assert!(
        log.contains("starting_balance") && !log.contains("hunter2") && !log.contains("busy"),
        "{log}"
    );
    assert_eq!(store.sql("select count(*) from bytes_configs where starting_balance = 0"), "0");
}

async fn an_adopted_table_with_triggers_for_another_struct_is_polled(store: Store) {
    store.sql(TABLE);
    store.migrate::<Resident>().await;
    adopt::<Resident>(&store).await;
    assert!(Reader::of::<Resident>(&store).await.news().await.untracked.is_empty());
    // They do not tell of `daily_amount`.
    let mut reader = Reader::of::<Bytes>(&store).await;
    assert!(reader.news().await.untracked.contains("bytes"));
    store.sql("alter table bytes_configs add column not_yet text");
    adopt::<Bytes>(&store).await;
    assert!(reader.news().await.untracked.is_empty());
    store.sql("update bytes_configs set daily_amount = 3 where guild_id = 'guild-2'");
    assert_eq!(reader.changed().await, ["guild-2"]);
}

async fn check_names_what_an_adopted_table_lacks_and_nothing_else(store: Store) {
    store.sql(TABLE);
    store.migrate::<Bytes>().await;
    let missing = store.check::<Bytes>().await;
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert_eq!(missing[0].column.as_deref(), Some("not_yet"));
    assert_eq!(store.check::<Resident>().await, []);
    let (integer, text) =
        if store.is_postgres() { ("integer", "bytea") } else { ("INTEGER", "BLOB") };
    store.sql(&format!(
        "drop table bytes_configs;
         create table bytes_configs (guild_id {integer} primary key, starting_balance {text})"
    ));
    let retyped = store.check::<Resident>().await;
    assert_eq!(retyped.len(), 1, "{retyped:?}");
    assert!(retyped[0].what.contains("`starting_balance` is"), "{retyped:?}");
}

async fn writers_of_adopted_tables_queue_and_never_deadlock(store: Store) {
    if !store.is_postgres() {
        return; // where there is one writer at a time in any case
    }
    store.sql(TABLE);
    store.migrate::<Resident>().await;
    adopt::<Resident>(&store).await;
    let url = store.url();
    let writers = (0..2).map(|number| {
        let url = url.clone();
        tokio::spawn(async move {
            let (client, connection) =
                tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            // Each in the other's order.
            let [first, second] = if number == 0 { [1, 2] } else { [2, 1] };
            for _ in 0..20 {
                let set = |guild: u32| {
                    format!(
                        "update bytes_configs set starting_balance = starting_balance + 1
                         where guild_id = 'guild-{guild}';"
                    )
                };
                let sql = format!("begin; {} {} commit", set(first), set(second));
                client.batch_execute(&sql).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(store.epoch(), 40);
    store.sql("update bytes_configs set owner_note = 'busy'");
    assert_eq!(store.epoch(), 40, "a statement that is none of ours waits for nobody");
}
