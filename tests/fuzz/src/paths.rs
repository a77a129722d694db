//! Paths: what is there under its own name, an error for everything else, and never a secret.

use std::sync::LazyLock;

use config_sdk::{Config, Decimal, Value};

use crate::block::filled;

/// The input is a path.
pub(crate) fn paths(input: &[u8]) {
    static CONFIG: LazyLock<Config> = LazyLock::new(|| Config::fixed().with(filled()).build());
    let Ok(path) = str::from_utf8(input) else { return };
    let (read, explained) = (CONFIG.value(path), CONFIG.explain(path));
    assert_eq!(read.as_ref().ok(), walked(&CONFIG, path).as_ref(), "{path}");
    assert_eq!(explained.as_ref().map(|told| &told.value).ok(), read.as_ref().ok());
    if let (Ok(Value::Decimal(value)), Ok(read)) = (&read, CONFIG.value_as::<Decimal>(path)) {
        assert_eq!(*value, read);
    }
    let any = CONFIG.value_as::<serde_json::Value>(path);
    let said = match (read, explained) {
        (Ok(value), Ok(told)) => format!("{value} {value:?} {told} {any:?}"),
        (read, told) => {
            let (read, told) = (read.unwrap_err(), told.unwrap_err());
            assert_eq!(read, told);
            read.to_string()
        }
    };
    assert!(!said.contains("hunter2") || path.contains("hunter2"), "{said}");
}

/// What is at the path: a number counts items, written as numbers are.
fn walked(config: &Config, path: &str) -> Option<Value> {
    let mut words = path.split('.');
    let view = config.block(words.next()?).ok()?;
    let mut value = view.get(words.next()?)?;
    for word in words {
        value = match value {
            Value::List(items) => {
                items.iter().enumerate().find(|(at, _)| at.to_string() == word)?.1
            }
            Value::Map(fields) => &fields.iter().find(|(name, _)| name == word)?.1,
            _ => return None,
        };
    }
    Some(value.clone())
}
