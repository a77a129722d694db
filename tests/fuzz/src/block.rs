//! A block with every kind of field, and with every rule a field can have.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use config_sdk::testing::fuzzing::judged;
use config_sdk::{ConfigBlock, Decimal, Faults, Secret};
use serde::{Deserialize, Serialize};

/// Column name to its text; `None` is `NULL`.
pub(crate) type Columns = BTreeMap<String, Option<String>>;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    RiskBased,
    FixedPercent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tier {
    at: Decimal,
    by: u16,
    name: Option<String>,
    weight: f64,
}

/// Names are short, so that a fuzzer has them soon.
#[derive(Debug, PartialEq, ConfigBlock)]
#[config(name = "all", check = Everything::ends_agree)]
pub(crate) struct Everything {
    #[config(default = false)]
    truth: bool,
    #[config(default = 0)]
    tiny: i8,
    #[config(default = 3, range = 1..=100)]
    small: u16,
    #[config(default = 3, range = -5..=9, clamp)]
    near: i32,
    #[config(default = 0)]
    long: i64,
    #[config(default = 0)]
    size: u64,
    #[config(default = 0)]
    wide: i128,
    #[config(default = 0)]
    widest: u128,
    #[config(default = 0.0)]
    single: f32,
    #[config(default = 0.5, range = 0.0..=1.0)]
    double: f64,
    #[config(default = 0)]
    exact: Decimal,
    #[config(default = 0.70, range = 0..=1, clamp)]
    share: Decimal,
    #[config(default = 1)]
    low: Decimal,
    #[config(default = 9)]
    high: Decimal,
    #[config(default = "", length = ..=40)]
    text: String,
    #[config(default = "eth", one_of = ["eth", "btc"], column = "coin_name")]
    coin: String,
    #[config(default = "0s")]
    pause: Duration,
    #[config(default = "5m", range = "1s"..="1h")]
    wait: Duration,
    #[config(default = chrono::DateTime::UNIX_EPOCH)]
    at: chrono::DateTime<chrono::Utc>,
    #[config(default = Mode::RiskBased, text)]
    mode: Mode,
    #[config(default = Vec::new(), json, length = ..=8)]
    tiers: Vec<Tier>,
    #[config(default = BTreeMap::new(), json)]
    roles: BTreeMap<String, i64>,
    #[config(default = serde_json::json!(5), json)]
    any: serde_json::Value,
    maybe: Option<String>,
    some: Option<Decimal>,
    #[config(range = 1000..=9999)]
    pin: Option<Secret<u32>>,
    #[config(default = "0000", length = 4..)]
    token: Secret<String>,
}

impl Everything {
    fn ends_agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(self.low <= self.high, "low", "must not be above high");
        faults.into_result()
    }
}

/// The columns that an input spells: `name=text` sets one, and `name` alone makes it `NULL`.
pub(crate) fn columns<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Option<Columns> {
    let column = |part| {
        let part = str::from_utf8(part).ok()?;
        Some(match part.split_once('=') {
            Some((name, text)) => (name.to_owned(), Some(text.to_owned())),
            None => (part.to_owned(), None),
        })
    };
    parts.map(column).collect()
}

/// Fails if `said` tells of a secret in `columns`: of one that is various enough to be no coincidence,
/// and stands nowhere else.
pub(crate) fn keeps_secrets(said: &str, columns: &Columns) {
    for secret in ["pin", "token"] {
        let text = columns.get(secret).and_then(Option::as_deref).unwrap_or_default();
        let is_told = BTreeSet::from_iter(text.chars()).len() >= 8 && said.contains(text);
        let others = columns.iter().filter(|(name, _)| *name != secret);
        let mut others = others.flat_map(|(name, text)| [Some(name), text.as_ref()]).flatten();
        // As it stands, or as it is quoted, where a NUL ends in `0`.
        let has = |other: &String| other.contains(text) || format!("{other:?}").contains(text);
        assert!(!is_told || others.any(has), "{said}");
    }
}

/// A block with something in every field.
pub(crate) fn filled() -> Everything {
    let columns = [
        ("text", "words"),
        ("maybe", "more"),
        ("some", "1.10"),
        ("wide", "-5"),
        (
            "tiers",
            r#"[{"at": "0.5", "by": 1, "name": "a", "weight": 1.5}, {"at": "7", "by": 2, "weight": 0}]"#,
        ),
        ("roles", r#"{"admin": 1, "": 2, "+1": 3, "a.b": 4}"#),
        ("any", r#"{"x": [1, [2.5, null, {"y": true}], "z"]}"#),
        ("pin", "1234"),
        ("token", "hunter2hunter2"),
    ];
    let columns = columns.map(|(name, text)| (name.to_owned(), Some(text.to_owned())));
    judged(&columns.into()).expect("a valid block")
}
