//! Tables that were there before, read as they stand.

use config_sdk::{ConfigBlock, Found, Key, Which};

use crate::adopting::adopt;
use crate::reader::{Reader, one, text};
use crate::store::{Store, on_both};

on_both!(
    an_adopted_table_is_read_as_it_stands,
    rows_of_an_adopted_table_that_nobody_reads_are_told,
    an_adopted_block_without_a_key_has_one_row,
    keys_of_other_types_are_looked_up_as_such,
    a_missing_adopted_table_says_so,
);

pub(crate) const TABLE: &str = "
    create table bytes_configs (
        guild_id varchar(32) primary key, starting_balance integer not null default 100,
        daily_amount integer not null default 10, role_rewards text, token text,
        owner_note text, created_at timestamp default current_timestamp,
        updated_at timestamp default current_timestamp);
    insert into bytes_configs (guild_id, starting_balance, owner_note) values
        ('guild-1', 50, 'x'), ('guild-2', 60, null), ('guild-3', 70, null);";

/// Per guild, in a table of somebody else's.
#[derive(Debug, ConfigBlock)]
#[config(name = "bytes", table = "bytes_configs", key(guild_id: String), adopt)]
pub(crate) struct Bytes {
    #[config(default = 100, range = 0..=10_000, clamp)]
    starting_balance: u32,
    #[config(default = 10)]
    daily_amount: u32,
    #[config(secret)]
    token: Option<config_sdk::Secret<String>>,
    /// Which the table has no column for, yet.
    not_yet: Option<String>,
}

/// The same, with every key in memory.
#[derive(Debug, ConfigBlock)]
#[config(name = "bytes", table = "bytes_configs", key(guild_id: String), adopt, resident)]
pub(crate) struct Resident {
    #[config(default = 100)]
    starting_balance: u32,
}

/// The same, as one copy.
#[derive(Debug, ConfigBlock)]
#[config(name = "bytes", table = "bytes_configs", adopt)]
struct Only {
    #[config(default = 100)]
    starting_balance: u32,
}

async fn an_adopted_table_is_read_as_it_stands(store: Store) {
    store.sql(TABLE);
    store.migrate::<Bytes>().await;
    let mut reader = Reader::of::<Bytes>(&store).await;
    let loaded = reader.keys(&[one("guild-2"), one("none")]).await;
    assert_eq!((loaded.rows.own.len(), &loaded.rows.shared), (1, &None));
    let (key, record) = &loaded.rows.own[0];
    assert_eq!((key.to_string(), record.version, record.time), ("guild-2".to_owned(), 0, None));
    assert_eq!(text(record, "starting_balance").as_deref(), Some("60"));
    // Other columns are nobody's business, and one that is missing is a default.
    assert!(
        ["owner_note", "created_at", "guild_id"]
            .iter()
            .all(|name| !record.columns.contains_key(*name))
    );
    assert_eq!(text(record, "not_yet"), None);
    assert!(reader.news().await.untracked.contains("bytes"));
    store.sql("update bytes_configs set starting_balance = 61 where guild_id = 'guild-2'");
    assert!(reader.news().await.keyed.is_empty());
    assert_eq!(reader.text("guild-2", "starting_balance").await.as_deref(), Some("61"));
    let page =
        reader.try_load(Which::Page { after: Some(&one("guild-1")), limit: 5 }).await.unwrap();
    let keys: Vec<_> = page.rows.own.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(keys, ["guild-2", "guild-3"]);
    let resident = Reader::of::<Resident>(&store).await.ask(None).await;
    let rows = resident.keyed["bytes"].rows.as_ref().unwrap().as_ref().unwrap();
    assert_eq!((rows.own.len(), resident.untracked.len()), (3, 1));
}

async fn rows_of_an_adopted_table_that_nobody_reads_are_told(store: Store) {
    store.sql(
        "create table bytes_configs (guild_id text, starting_balance integer);
         insert into bytes_configs values
             ('a', 1), ('twice', 2), ('twice', 3), ('', 4), (null, 5), ('z', 6);",
    );
    store.sql(&format!("insert into bytes_configs values ('{}', 7)", "x".repeat(513)));
    store.migrate::<Resident>().await;
    let mut reader = Reader::of::<Resident>(&store).await;
    let fetched = reader.ask(None).await;
    let rows = fetched.keyed["bytes"].rows.as_ref().unwrap().as_ref().unwrap();
    let first = reader.try_load(Which::Page { after: None, limit: 10 }).await.unwrap().rows;
    for rows in [rows, &first] {
        let keys: Vec<_> = rows.own.iter().map(|(key, _)| key.to_string()).collect();
        assert_eq!(keys, ["a", "z"]);
        assert_eq!(text(rows.shared.as_ref().unwrap(), "starting_balance").as_deref(), Some("5"));
        assert_eq!(rows.odd.len(), 3, "{:?}", rows.odd);
        assert!(
            rows.odd.iter().all(|odd| odd.starts_with("table bytes_configs has ")),
            "{:?}",
            rows.odd
        );
        assert!(rows.odd.iter().any(|odd| odd.contains("several rows of twice")), "{:?}", rows.odd);
    }
    let one_each =
        reader.try_load(Which::Page { after: Some(&one("a")), limit: 1 }).await.unwrap().rows;
    assert_eq!(one_each.own[0].0, one("z"), "a page is short only if it is the last");
    let twice = reader.keys(&[one("twice"), one("a")]).await.rows;
    assert_eq!((twice.own.len(), twice.odd.len()), (1, 1));
}

async fn an_adopted_block_without_a_key_has_one_row(store: Store) {
    store.sql(TABLE);
    store.migrate::<Only>().await;
    let mut reader = Reader::of::<Only>(&store).await;
    let found = |fetched: config_sdk::Fetched| -> Found { fetched.blocks["bytes"].clone() };
    let several = found(reader.ask(None).await).unwrap_err();
    assert!(several.contains("has several rows, and the block has no key"), "{several}");
    store.sql("delete from bytes_configs where guild_id <> 'guild-2'");
    let record = found(reader.ask(None).await).unwrap().unwrap();
    assert_eq!(text(&record, "starting_balance").as_deref(), Some("60"));
    adopt::<Only>(&store).await;
    reader.ask(None).await;
    store.sql("update bytes_configs set owner_note = 'nobody reads this'");
    assert!(reader.news().await.blocks.is_empty());
    store.sql("update bytes_configs set starting_balance = 61");
    let record = found(reader.news().await).unwrap().unwrap();
    assert_eq!(text(&record, "starting_balance").as_deref(), Some("61"));
    store.sql("delete from bytes_configs");
    assert_eq!(found(reader.news().await), Ok(None));
}

/// A table whose keys are numbers.
#[derive(Debug, ConfigBlock)]
#[config(name = "member", key(guild: u64, user: String), adopt, table = "members")]
struct Member {
    #[config(default = 1)]
    level: u32,
}

async fn keys_of_other_types_are_looked_up_as_such(store: Store) {
    store.sql(
        "create table members (guild bigint not null, \"user\" varchar(20) not null, level integer, primary key (guild, \"user\"));
         insert into members values (7, 'ann', 1), (7, 'bob', 2), (10, 'ann', 3);",
    );
    store.migrate::<Member>().await;
    adopt::<Member>(&store).await;
    let mut reader = Reader::of::<Member>(&store).await;
    let key = |guild: &str, user: &str| Key::new([guild, user]).unwrap();
    let keys = [
        key("7", "bob"),
        key("10", "ann"),
        key("07", "ann"),
        key("18446744073709551615", "ann"), // which no bigint holds
        key("not a number", "ann"),
        key("7", r"it's \ '"),
    ];
    let rows = reader.keys(&keys).await.rows;
    let mut levels: Vec<_> =
        rows.own.iter().map(|(key, row)| (key.clone(), text(row, "level").unwrap())).collect();
    levels.sort();
    assert_eq!(levels, [(key("10", "ann"), "3".to_owned()), (key("7", "bob"), "2".to_owned())]);
    assert_eq!(rows.odd, [""; 0]);
    let page = |after: Option<Key>| {
        let source = reader.source.clone();
        async move {
            let which = Which::Page { after: after.as_ref(), limit: 2 };
            let loaded =
                source.load(config_sdk::Wanted::of(Member::schema(), which)).await.unwrap();
            loaded.rows.own.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        }
    };
    assert_eq!(page(None).await, [key("7", "ann"), key("7", "bob")]);
    assert_eq!(page(Some(key("7", "bob"))).await, [key("10", "ann")], "numbers in their own order");
    store.sql("update members set level = 9 where guild = 10");
    assert_eq!(reader.changed().await, [key("10", "ann").to_string()]);
}

async fn a_missing_adopted_table_says_so(store: Store) {
    let steps = store.migrate::<Bytes>().await;
    let left: Vec<_> = steps.iter().filter(|step| !step.done).collect();
    assert_eq!(left.len(), 1, "{steps:?}");
    assert!(left[0].what.contains("is missing, and the block adopts it as it is"), "{steps:?}");
    let remedy = &store.check::<Bytes>().await[0].remedy;
    assert!(remedy.contains("correct the block's `table`"), "{remedy}");
    let error =
        Reader::of::<Bytes>(&store).await.try_load(Which::Keys(&[one("a")])).await.unwrap_err();
    assert!(error.to_string().contains("adopted as it is: compare it with the struct"), "{error}");
}
