//! Tables, columns and blocks whose names are not what names usually are.

use config_sdk::{ConfigBlock, Secret};

use crate::store::{SOON, Store, on_both};

on_both!(
    a_table_may_be_in_a_schema_of_its_own,
    names_may_be_words_of_sql_and_of_rust,
    names_may_be_as_long_as_postgres_keeps,
    a_block_may_have_sixty_fields,
    a_block_may_have_no_fields,
);

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "apart", table = "risk.limits")]
struct Apart {
    #[config(default = 1, range = 0..=9)]
    value: u8,
}

/// It's "quoted" \ 100 %; {table} -- */
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "order", table = "select")]
struct Words {
    /// 'It''s' $$ {0} \n
    #[config(default = 1, range = 0..=9)]
    value: u8,
    #[config(default = 1, range = 0..=9)]
    order: u8,
    #[config(default = "a", one_of = ["a", "b'c", "\\", "%I"])]
    r#where: String,
    #[config(default = true)]
    r#type: bool,
    #[config(default = 1, column = "new")]
    r#match: u8,
    #[config(default = 1)]
    old: u8,
    #[config(default = 1)]
    key: u8,
    #[config(default = 1)]
    rowid: u8,
    #[config(default = 1)]
    block: u8,
    user: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(
    name = "a23456789_b23456789_c23456789_d23456789_e23456789_f23456789_abc",
    table = "a23456789_b23456789_c23456789_d23456789_e23456789_f23456789_abc.t23456789_b23456789_c23456789_d23456789_e23456789_f23456789_abc"
)]
struct Long {
    #[config(default = 1, range = 0..=9)]
    value: u8,
    #[config(default = 1, range = 0..=9)]
    f23456789_b23456789_c23456789_d23456789_e23456789_f23456789_abc: u8,
    #[config(default = 1, range = 0..=9)]
    f23456789_b23456789_c23456789_d23456789_e23456789_f23456789_abd: u8,
}

/// A struct with a field `value`, and those named.
macro_rules! wide {
    ($($field:ident)*) => {
        #[derive(Clone, Debug, PartialEq, ConfigBlock)]
        struct Wide {
            #[config(default = 1, range = 0..=9)]
            value: u8,
            $(#[config(default = 1, range = 0..=9)] $field: u8,)*
        }
    };
}

wide! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9
    c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
    e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8
}

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
struct Empty {}

/// Sets a store up in both ways, and edits the first of `columns` by hand.
async fn works<T: ConfigBlock>(store: &Store, table: &str) {
    let sql = store.program::<T>().schema(store.dialect());
    store.sql(&sql);
    store.sql(&sql);
    assert_eq!(store.migrate::<T>().await, []);
    assert_eq!(store.check::<T>().await, []);

    let config = store.start::<T>().await;
    let path = format!("{}.value", T::schema().name);
    store.sql(&format!("insert into {table} (status, value) values ('active', 7)"));
    config.wait_for(1, SOON).await.unwrap();
    assert_eq!(config.value(&path).unwrap().as_i64(), Some(7));
    store.sql(&format!("update {table} set value = 8 where status = 'active'"));
    config.wait_for(2, SOON).await.unwrap();
    assert_eq!(config.value(&path).unwrap().as_i64(), Some(8));
    store.refusal(&format!("update {table} set value = 10"));
    store.refusal(&format!("insert into {table} (status) values ('active')"));
    store.sql(&format!("delete from {table}"));
    config.wait_for(3, SOON).await.unwrap();
    assert_eq!(config.value(&path).unwrap().as_i64(), Some(1));
    let log =
        format!("select what, before is null from {} order by id", store.bookkeeping("change"));
    let (yes, no) = if store.is_postgres() { ("t", "f") } else { ("1", "0") };
    assert_eq!(store.sql(&log), format!("insert|{yes}\nupdate|{no}\ndelete|{no}"));
    store.migrate::<T>().await;
    assert_eq!(store.check::<T>().await, []);
}

async fn a_table_may_be_in_a_schema_of_its_own(store: Store) {
    let table = if store.is_postgres() { "risk.limits" } else { "risk__limits" };
    works::<Apart>(&store, table).await;
}

async fn names_may_be_words_of_sql_and_of_rust(store: Store) {
    works::<Words>(&store, "\"select\"").await;
    let config = store.start::<Words>().await;
    store.sql(
        r#"insert into "select" (status, "order", "where", "type", "new", old, "key", block, "user")
            values ('active', 2, 'b''c', '0', 3, 4, 5, 6, 'hush')"#,
    );
    config.wait_for(store.epoch(), SOON).await.unwrap();
    let words = config.get::<Words>();
    assert_eq!((words.order, words.r#match, words.old, words.key, words.block), (2, 3, 4, 5, 6));
    assert_eq!((words.r#where.as_str(), words.r#type), ("b'c", false));
    store.sql(r#"update "select" set "user" = 'hush hush'"#);
    let log = store.sql(&format!("select * from {}", store.bookkeeping("change")));
    assert!(!log.contains("hush"), "{log}");
}

async fn names_may_be_as_long_as_postgres_keeps(store: Store) {
    let schema = Long::schema();
    let table =
        if store.is_postgres() { schema.table.clone() } else { schema.table.replace('.', "__") };
    works::<Long>(&store, &table).await;
    for field in &schema.fields {
        store.refusal(&format!("insert into {table} ({}) values (10)", field.column));
    }
}

async fn a_block_may_have_sixty_fields(store: Store) {
    assert_eq!(Wide::schema().fields.len(), 60);
    works::<Wide>(&store, "wide_config").await;
    store.refusal("insert into wide_config (f8) values (10)");
}

async fn a_block_may_have_no_fields(store: Store) {
    store.migrate::<Empty>().await;
    assert_eq!(store.check::<Empty>().await, []);
    store.sql("insert into empty_config (status) values ('active')");
    store.sql("update empty_config set status = 'archived'");
    assert_eq!(store.epoch(), 2);
}
