//! Tables of keyed blocks: what may be in them, what is logged, and how they come to be.

use config_sdk::{ConfigBlock, Key, Pattern};

use crate::reader::{Reader, one};
use crate::store::{Store, on_both};

on_both!(
    a_keyed_block_s_table_is_made_once_and_differs_in_nothing,
    every_key_has_an_active_row_and_versions_of_its_own,
    what_is_neither_a_key_nor_none_is_refused,
    a_row_that_is_given_another_key_is_a_change_of_both,
    a_block_that_gets_a_key_keeps_its_row_for_all_keys_to_inherit,
    a_key_column_of_another_type_is_named,
    the_number_of_a_deleted_row_of_a_key_is_not_given_again_after_pruning,
    the_bookkeeping_of_the_first_release_is_brought_up,
);

/// What a guild gives.
#[derive(Debug, ConfigBlock)]
#[config(name = "guild", key(guild_id: String))]
pub(crate) struct Guild {
    #[config(default = 10, range = 1..=1000)]
    pub(crate) daily: u32,
    pub(crate) motto: Option<String>,
}

/// The same before there were guilds.
#[derive(Debug, ConfigBlock)]
#[config(name = "guild")]
struct Alone {
    #[config(default = 10, range = 1..=1000)]
    daily: u32,
}

/// A strategy for a symbol.
#[derive(Debug, ConfigBlock)]
#[config(name = "plan", key(symbol: String, strategy: String), resident)]
struct Plan {
    #[config(default = 1)]
    risk: u32,
}

async fn a_keyed_block_s_table_is_made_once_and_differs_in_nothing(store: Store) {
    let program = || store.program::<Guild>().block::<Plan>();
    let steps = program().migrate_now().await.unwrap();
    assert!(!steps.is_empty() && steps.iter().all(|step| step.done), "{steps:?}");
    let structure = store.structure();
    assert_eq!(program().migrate_now().await.unwrap(), []);
    store.sql(&program().schema(store.dialect()));
    assert_eq!(store.structure(), structure);
    assert_eq!(store.check::<Guild>().await, []);
    assert_eq!(store.check::<Plan>().await, []);
    let other = if store.is_postgres() { Store::postgres() } else { Store::sqlite() };
    other.sql(&program().schema(store.dialect()));
    assert_eq!(other.structure(), structure);
}

async fn every_key_has_an_active_row_and_versions_of_its_own(store: Store) {
    store.migrate::<Plan>().await;
    store.sql(
        "insert into plan_config (status, symbol, strategy, risk) values
             ('active', 'ETH/USDT', 'a', 1), ('active', 'ETH/USDT', 'b', 1), ('draft', 'BTC', 'a', 1);
         insert into plan_config (status, risk) values ('active', 9);
         update plan_config set risk = 2 where strategy = 'b';
         update plan_config set risk = 8 where symbol is null;",
    );
    let rows = "select symbol, strategy, version from plan_config order by id";
    assert_eq!(store.sql(rows), "ETH/USDT|a|1\nETH/USDT|b|2\nBTC|a|1\n||2");
    for key in ["'ETH/USDT', 'b'", "null, null"] {
        let second =
            format!("insert into plan_config (status, symbol, strategy) values ('active', {key})");
        let refusal = store.refusal(&second);
        assert!(refusal.contains("plan has an active row already"), "{refusal}");
        if store.is_postgres() {
            // The remedy spares the other keys.
            let remedy = key.replace("null, null", "symbol is null and strategy is null");
            let remedy =
                remedy.replace("'ETH/USDT', 'b'", "symbol = 'ETH/USDT' and strategy = 'b'");
            assert!(
                refusal.contains(&format!("where status = 'active' and {remedy}")),
                "{refusal}"
            );
        }
    }
    store.sql("delete from plan_config where strategy = 'b' or symbol is null");
    store.sql("insert into plan_config (symbol, strategy) values ('ETH/USDT', 'b'), (null, null)");
    assert_eq!(
        store.sql("select version from plan_config where status = 'draft' order by id"),
        "1\n3\n3"
    );
}

async fn what_is_neither_a_key_nor_none_is_refused(store: Store) {
    store.migrate::<Plan>().await;
    let long = "x".repeat(511);
    for (symbol, strategy) in [
        ("'ETH/USDT'", "null".to_owned()),
        ("null", "'a'".to_owned()),
        ("''", "'a'".to_owned()),
        ("'a'", format!("'{long}'")),
    ] {
        let insert =
            format!("insert into plan_config (symbol, strategy) values ({symbol}, {strategy})");
        let refusal = store.refusal(&insert);
        let named = if store.is_postgres() {
            "plan_config_symbol_check"
        } else {
            "plan: the key (symbol, strategy)"
        };
        assert!(refusal.contains(named), "{refusal}");
    }
    let just = &long[1..];
    store.sql(&format!(
        "insert into plan_config (status, symbol, strategy) values ('active', 'a', '{just}')"
    ));
    let key = Key::new(["a", just]).unwrap();
    let loaded = Reader::of::<Plan>(&store).await.keys(&[key]).await;
    assert_eq!(loaded.rows.own.len(), 1);
}

async fn a_row_that_is_given_another_key_is_a_change_of_both(store: Store) {
    store.migrate::<Guild>().await;
    store.sql("insert into guild_config (status, guild_id, daily) values ('active', 'a', 5)");
    let mut reader = Reader::of::<Guild>(&store).await;
    store.sql("update guild_config set guild_id = 'b'");
    assert_eq!(reader.changed().await, ["a", "b"]);
    let log = format!("select what from {} order by id", store.bookkeeping("change"));
    assert_eq!(store.sql(&log), "insert\nupdate\ndelete");
    assert_eq!(reader.text("a", "daily").await, None);
    assert_eq!(reader.text("b", "daily").await.as_deref(), Some("5"));
    store.sql("update guild_config set daily = 5, guild_id = 'b'");
    assert_eq!(reader.changed().await, [""; 0], "nothing changed");
    store.sql("insert into guild_config (guild_id) values ('a')");
    assert_eq!(store.sql("select version from guild_config where guild_id = 'a'"), "2");
}

async fn a_block_that_gets_a_key_keeps_its_row_for_all_keys_to_inherit(store: Store) {
    store.migrate::<Alone>().await;
    store.sql("insert into guild_config (status, daily) values ('active', 7)");
    let steps = store.migrate::<Guild>().await;
    assert!(steps.iter().all(|step| step.done), "{steps:?}");
    assert_eq!(store.check::<Guild>().await, []);
    store
        .sql("insert into guild_config (status, guild_id) values ('active', 'a'), ('active', 'b')");
    let mut reader = Reader::of::<Guild>(&store).await;
    let loaded = reader.keys(&[one("a"), one("b")]).await;
    assert_eq!(loaded.rows.own.len(), 2);
    assert_eq!(loaded.rows.shared.unwrap().columns["daily"].as_deref(), Some("7"));
    store.sql("update guild_config set daily = 8 where guild_id is null");
    assert_eq!(reader.changed().await, ["*"]);
}

async fn a_key_column_of_another_type_is_named(store: Store) {
    store.sql(
        "create table guild_config (id integer, status text default 'draft', guild_id integer, daily bigint)",
    );
    store.migrate::<Guild>().await;
    let differences = store.check::<Guild>().await;
    let key =
        differences.iter().find(|difference| difference.column.as_deref() == Some("guild_id"));
    let what = &key.unwrap_or_else(|| panic!("{differences:?}")).what;
    assert!(
        what.to_lowercase().contains("`guild_id` is integer, and its key needs text"),
        "{what}"
    );
}

async fn the_number_of_a_deleted_row_of_a_key_is_not_given_again_after_pruning(store: Store) {
    store.migrate::<Guild>().await;
    for key in ["'a'", "'b'", "null", "'a'"] {
        store.sql(&format!("insert into guild_config (status, guild_id) values ('active', {key})"));
        store.sql("delete from guild_config");
    }
    if store.is_postgres() {
        store.sql("select config_sdk.prune(0)");
        let kept = "select key, version from config_sdk.change order by id";
        assert_eq!(
            store.sql(kept),
            "{\"guild_id\": \"b\"}|1\n{\"guild_id\": null}|1\n{\"guild_id\": \"a\"}|2"
        );
    } else {
        store.sql("delete from config_sdk_change where what <> 'delete'");
    }
    store.sql("insert into guild_config (guild_id) values ('a'), ('b'), (null), ('c')");
    assert_eq!(store.sql("select version from guild_config order by id"), "3\n2\n2\n1");
}

async fn the_bookkeeping_of_the_first_release_is_brought_up(store: Store) {
    store.migrate::<Alone>().await;
    store.sql("insert into guild_config (status, daily) values ('active', 7)");
    store.sql(match store.is_postgres() {
        true => {
            "alter table config_sdk.change drop constraint change_what_check;
             alter table config_sdk.change add constraint change_what_check
                 check (what in ('insert', 'update', 'delete', 'truncate'));
             drop index config_sdk.change_numbers;
             create index change_gone on config_sdk.change (block, version)
                 where what in ('delete', 'truncate');
             drop function config_sdk.key_of, config_sdk.adopted, config_sdk.invalidate;
             comment on schema config_sdk is 'Bookkeeping of configuration blocks, version 1';"
        }
        false => {
            "pragma legacy_alter_table = on;
             alter table config_sdk_change rename to former;
             drop index config_sdk_change_version; drop index config_sdk_change_epoch;
             create table config_sdk_change (
                 id integer primary key autoincrement, epoch integer not null, block text not null,
                 key text, version integer,
                 what text not null check (what in ('insert', 'update', 'delete')), before text,
                 who text not null, at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ')), why text
             );
             create index config_sdk_change_epoch on config_sdk_change (epoch);
             create index config_sdk_change_gone on config_sdk_change (block, version)
                 where what = 'delete';
             insert into config_sdk_change
                 select id, epoch, block, key, version, what, before, who, at, why from former;
             drop table former;"
        }
    });
    let log = format!(
        "select id, epoch, block, key, version, what, before, who, at, why from {} order by id",
        store.bookkeeping("change")
    );
    let before = store.sql(&log);
    let other = store.check::<Alone>().await;
    assert!(other.iter().any(|difference| difference.what.contains("older version")), "{other:?}");
    let steps = store.migrate::<Guild>().await;
    assert!(steps.iter().all(|step| step.done), "{steps:?}");
    assert_eq!(store.check::<Guild>().await, []);
    assert_eq!(store.sql(&log), before, "the log is kept");
    store.sql("update guild_config set daily = 8");
    let pattern = Pattern::new(["*"]).unwrap();
    let source = store.source();
    let epoch = source.store().unwrap().invalidate(Guild::schema(), &pattern).await.unwrap();
    assert_eq!(epoch, 3);
    let fresh = if store.is_postgres() { Store::postgres() } else { Store::sqlite() };
    fresh.migrate::<Guild>().await;
    if !store.is_postgres() {
        // On Postgres the columns of the table have another order.
        let tables = "select name, sql from sqlite_master where name like 'config_sdk_change%' order by name";
        let text = |store: &Store| store.sql(tables).replace('"', "");
        assert_eq!(text(&store), text(&fresh));
    }
    assert_eq!(store.migrate::<Guild>().await, []);
}
