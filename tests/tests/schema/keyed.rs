//! Reading keyed blocks where it is too much, too often or in need of quotes.

use config_sdk::{ConfigBlock, Pattern, Wanted, Which};

use crate::keys::Guild;
use crate::reader::{Reader, one};
use crate::store::{Store, on_both};

on_both!(
    two_stores_hear_of_an_invalidation,
    a_row_that_is_too_large_is_left_out_and_the_others_are_read,
    very_many_changes_are_told_as_a_change_of_all,
);

async fn two_stores_hear_of_an_invalidation(store: Store) {
    store.migrate::<Guild>().await;
    let (mut one, mut two) = (Reader::of::<Guild>(&store).await, Reader::of::<Guild>(&store).await);
    let pattern = Pattern::new([r"guild-\*'\\*"]).unwrap();
    one.source.store().unwrap().invalidate(Guild::schema(), &pattern).await.unwrap();
    for reader in [&mut one, &mut two] {
        let moved = reader.moved().await.unwrap();
        assert_eq!(moved.again, std::slice::from_ref(&pattern));
        assert_eq!(reader.changed().await, [""; 0]);
    }
    let what = format!("select what, block from {}", store.bookkeeping("change"));
    assert_eq!(store.sql(&what), "invalidate|guild");
}

async fn a_row_that_is_too_large_is_left_out_and_the_others_are_read(store: Store) {
    store.migrate::<Guild>().await;
    let motto = "long ".repeat(100);
    store.sql(&format!(
        "insert into guild_config (status, guild_id, motto) values
             ('active', 'a', 'short'), ('active', 'b', '{motto}'), ('active', null, '{motto}')"
    ));
    let source = store.source();
    let keys = ["a", "b"].map(one);
    for which in [Which::Keys(&keys), Which::Page { after: None, limit: 9 }] {
        let mut wanted = Wanted::of(Guild::schema(), which);
        wanted.max_record = 300;
        let rows = source.load(wanted).await.unwrap().rows;
        let left_out: Vec<_> = rows.own.iter().map(|(_, row)| row.left_out.is_some()).collect();
        assert_eq!(left_out, [false, true]);
        let shared = rows.shared.unwrap();
        assert!(shared.left_out.unwrap() > 500 && shared.columns.is_empty());
        assert_eq!((rows.own[1].1.version, shared.version), (1, 1));
    }
}

async fn very_many_changes_are_told_as_a_change_of_all(store: Store) {
    store.migrate::<Guild>().await;
    let mut reader = Reader::of::<Guild>(&store).await;
    let log = |from: u64, many: u64| {
        let (change, epoch) = (store.bookkeeping("change"), store.bookkeeping("epoch"));
        let (object, who, whom) = match store.is_postgres() {
            true => ("jsonb_build_object", "", ""),
            false => ("json_object", ", who", ", 'sql'"),
        };
        store.sql(&format!(
            "update {epoch} set epoch = epoch + 1;
             insert into {change} (epoch, block, key, version, what{who})
             with recursive n (n) as
                 (select {from} union all select n + 1 from n where n < {from} + {many} - 1)
             select e.epoch, 'guild', {object}('guild_id', cast(n as text)), 1, 'insert'{whom}
             from n, {epoch} e"
        ));
    };
    log(1, 10_000);
    assert_eq!(reader.changed().await.len(), 10_000);
    log(1, 10_001);
    assert_eq!(reader.changed().await, ["*"]);
    log(1, 100_001);
    assert_eq!(reader.changed().await, ["*"]);
    log(7, 1);
    assert_eq!(reader.changed().await, ["7"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_backslashes_for_escapes_finds_the_same_keys() {
    let store = Store::postgres();
    store.migrate::<Guild>().await;
    store.sql(
        r"insert into guild_config (status, guild_id) values ('active', 'a\b'), ('active', '\''')",
    );
    store.sql(
        "do $$ begin execute format('alter database %I set standard_conforming_strings = off',
             current_database()); end $$",
    );
    let mut reader = Reader::of::<Guild>(&store).await;
    let keys = [r"a\b", r"\'", "a", r"\"].map(one);
    assert_eq!(reader.keys(&keys).await.rows.own.len(), 2);
    for key in &keys {
        let pattern = Pattern::exactly(key);
        let writer = store.source();
        writer.store().unwrap().invalidate(Guild::schema(), &pattern).await.unwrap();
        assert_eq!(reader.moved().await.unwrap().again, [pattern]);
    }
    let page = reader.try_load(Which::Page { after: Some(&keys[1]), limit: 5 }).await.unwrap();
    assert!(page.rows.own.iter().all(|(key, _)| *key != keys[1]));
}
