//! A store in memory gives a block back as it was put, and a decimal exactly or not at all.

use config_sdk::{Config, ConfigBlock, Decimal, MemoryStore, Outcome};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::block::{Everything, everything, shown};
use crate::texts::{exact, numberlike};

#[derive(Debug, ConfigBlock)]
struct Price {
    #[config(default = 77)]
    amount: Decimal,
    #[config(default = Vec::new(), json)]
    list: Vec<Decimal>,
}

fn started<T: ConfigBlock>() -> (Runtime, MemoryStore, Config) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let store = MemoryStore::new();
    let config = Config::builder().block::<T>().store(store.clone());
    let config = runtime.block_on(config.start()).unwrap();
    (runtime, store, config)
}

#[test]
fn a_block_that_was_put_is_the_block_that_is_read() {
    let (runtime, store, config) = started::<Everything>();
    proptest!(|(block in everything())| {
        store.put(&block);
        let report = runtime.block_on(config.refresh_all()).unwrap();
        let read = config.get::<Everything>();
        prop_assert_eq!(shown(&read), shown(&block), "{}", report);
    });
}

#[test]
fn text_in_a_decimal_column_is_exactly_that_decimal_or_a_fault() {
    let (runtime, store, config) = started::<Price>();
    proptest!(|(text in numberlike())| {
        store.set("price", [("amount", "77")]);
        runtime.block_on(config.refresh_all()).unwrap();
        store.set("price", [("amount", text.as_str())]);
        let report = runtime.block_on(config.refresh_all()).unwrap();
        let read = config.get::<Price>().amount;
        match report.outcome("price") {
            Some(Outcome::Rejected { .. }) => prop_assert_eq!(read, Decimal::from(77)),
            _ => prop_assert_eq!(exact(&read.to_string()), exact(&text), "{}", report),
        }
    });
}

#[test]
fn a_number_in_json_is_exactly_that_decimal_or_a_fault() {
    let (runtime, store, config) = started::<Price>();
    proptest!(|(text in numberlike())| {
        store.set("price", [("amount", "77")]);
        runtime.block_on(config.refresh_all()).unwrap();
        store.set("price", [("list", format!("[{text}]").as_str())]);
        let report = runtime.block_on(config.refresh_all()).unwrap();
        let read = &config.get::<Price>().list;
        if let Some(Outcome::Changed { .. }) = report.outcome("price") && let [number] = &read[..] {
            // JSON lets white space stand around a number.
            prop_assert_eq!(exact(&number.to_string()), exact(text.trim()), "{}", report);
        }
    });
}

#[test]
fn no_text_in_any_column_panics() {
    let (runtime, store, config) = started::<Everything>();
    let columns: Vec<_> = Everything::schema().fields.iter().map(|field| field.column).collect();
    proptest!(|(column in proptest::sample::select(columns), text in any::<String>())| {
        store.set("everything", [(column, text.as_str())]);
        let report = runtime.block_on(config.refresh_all()).unwrap();
        prop_assert!(!report.to_string().contains("panicked"), "{}", report);
    });
}
