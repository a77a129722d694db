//! Values that readers would refuse are refused at the edit, by name; NULL never is.

use std::time::Duration;

use config_sdk::{BlockState, ConfigBlock, Decimal};

use crate::store::{SOON, Store, on_both};

on_both!(
    a_bad_value_is_refused_and_the_message_names_its_field,
    what_is_accepted_is_accepted_by_readers_too,
    null_is_the_default_and_always_passes,
    a_status_that_is_none_is_refused,
);

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "bounds")]
struct Bounds {
    #[config(default = 0.5, range = 0..=1)]
    share: Decimal,
    #[config(default = 1.5)]
    exact: Decimal,
    #[config(default = 2.5, range = 0.0..10.0)]
    ratio: f64,
    #[config(default = 7)]
    small: u8,
    #[config(default = 7)]
    signed: i16,
    #[config(default = 7)]
    large: u64,
    #[config(default = "calm", one_of = ["calm", "it's \"bold\""])]
    mood: String,
    #[config(default = "ab", length = 2..=4)]
    code: String,
    #[config(default = vec![1], json, length = 1..=2)]
    steps: Vec<u8>,
    #[config(default = "5s", range = "1s"..="1h")]
    pause: Duration,
    #[config(default = 3, range = 1..=5, clamp)]
    clamped: u8,
    #[config(default = true)]
    enabled: bool,
    note: Option<String>,
}

/// Columns with what they refuse, in literals that both databases know.
const REFUSED: &[(&str, &[&str])] = &[
    ("share", &["1.01", "-0.01", "'NaN'"]),
    ("exact", &["'NaN'", "'80000000000000000000000000000'"]),
    ("ratio", &["10.0", "-0.1", "9e999", "'NaN'"]),
    ("small", &["300", "-1"]),
    ("signed", &["40000", "-40000"]),
    ("large", &["-1", "'NaN'", "'1.5'", "'18446744073709559999'"]),
    ("mood", &["''", "'Calm'"]),
    ("code", &["''", "'a'", "'äöüßé'"]),
    ("steps", &["'[]'", "'[1,2,3]'"]),
    ("pause", &["'soon'", "'90'"]),
];

const ACCEPTED: &[(&str, &[&str])] = &[
    ("share", &["0", "1", "0.123456789012345"]),
    ("exact", &["'-79228162514264337593543950335'", "'0.1234567890123456789012345678'"]),
    ("ratio", &["0", "9.999"]),
    ("small", &["0", "255", "'12'"]),
    ("signed", &["-32768", "32767"]),
    ("large", &["0", "'18446744073709551615'"]),
    ("mood", &["'it''s \"bold\"'"]),
    ("code", &["'äöüß'"]),
    ("steps", &["'[1]'", "'[0, 255]'"]),
    ("pause", &["'1h'", "'1m 30s'"]),
    ("clamped", &["0", "200"]),
    ("enabled", &["false", "'1'"]),
    ("note", &["''", "'any'"]),
];

fn each<'a>(columns: &'a [(&'a str, &'a [&'a str])]) -> impl Iterator<Item = (&'a str, &'a str)> {
    let values = |(column, values): &'a (&'a str, &'a [&'a str])| {
        values.iter().map(move |value| (*column, *value))
    };
    columns.iter().flat_map(values)
}

async fn a_bad_value_is_refused_and_the_message_names_its_field(store: Store) {
    store.migrate::<Bounds>().await;
    for (column, value) in each(REFUSED) {
        let refusal =
            store.refusal(&format!("insert into bounds_config ({column}) values ({value})"));
        let named = if store.is_postgres() && value == "9e999" {
            "out of range for type double precision".to_owned()
        } else if store.is_postgres() {
            format!("violates check constraint \"bounds_config_{column}_check\"")
        } else {
            format!("bounds.{column} must be ")
        };
        let lengthy = format!("bounds.{column} must have a length");
        assert!(refusal.contains(&named) || refusal.contains(&lengthy), "{value}: {refusal}");
    }
    assert_eq!(store.epoch(), 0);
}

async fn what_is_accepted_is_accepted_by_readers_too(store: Store) {
    store.migrate::<Bounds>().await;
    store.sql("insert into bounds_config (status) values ('active')");
    let config = store.start::<Bounds>().await;
    for (column, value) in each(ACCEPTED) {
        store.sql(&format!("update bounds_config set {column} = {value}"));
        config.wait_for(store.epoch(), SOON).await.unwrap();
        let status = config.status();
        assert_eq!(status.blocks[0].state, BlockState::Fresh, "{column} {value}: {status}");
    }
    let bounds = config.get::<Bounds>();
    assert_eq!(bounds.exact.to_string(), "0.1234567890123456789012345678");
    assert_eq!(bounds.share.to_string(), "0.123456789012345");
    assert_eq!((bounds.large, bounds.clamped), (u64::MAX, 5));
}

#[tokio::test]
async fn sqlite_keeps_all_digits_of_a_quoted_number_and_not_of_a_bare_one() {
    let store = Store::sqlite();
    store.migrate::<Bounds>().await;
    store
        .sql("insert into bounds_config (status, exact) values ('active', 0.12345678901234567891)");
    let exact = "select exact from bounds_config";
    assert_ne!(store.sql(exact), "0.12345678901234567891");
    store.sql("update bounds_config set exact = '0.12345678901234567891'");
    assert_eq!(store.sql(exact), "0.12345678901234567891");
    let config = store.start::<Bounds>().await;
    let read = config.get::<Bounds>().exact.to_string();
    assert_eq!(read, "0.12345678901234567891");
}

async fn null_is_the_default_and_always_passes(store: Store) {
    store.migrate::<Bounds>().await;
    let columns: Vec<_> = Bounds::schema().fields.iter().map(|field| field.column).collect();
    let nulls = vec!["null"; columns.len()].join(", ");
    store.sql(&format!(
        "insert into bounds_config (status, {}) values ('active', {nulls})",
        columns.join(", ")
    ));
    let config = store.start::<Bounds>().await;
    assert_eq!(*config.get::<Bounds>(), Bounds::default());
    store.sql("update bounds_config set share = 0.9");
    store.sql("update bounds_config set share = null");
    config.wait_for(store.epoch(), SOON).await.unwrap();
    assert_eq!(*config.get::<Bounds>(), Bounds::default());
}

async fn a_status_that_is_none_is_refused(store: Store) {
    store.migrate::<Bounds>().await;
    let refusal = store.refusal("insert into bounds_config (status) values ('on')");
    assert!(refusal.contains("status"), "{refusal}");
    let refusal = store.refusal("insert into bounds_config (status) values (null)");
    assert!(refusal.contains("status"), "{refusal}");
}
