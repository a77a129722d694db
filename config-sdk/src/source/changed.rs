//! Which copies of a keyed block a log of changes names.

use std::collections::BTreeSet;

use super::{Keys, Moved, Rows};
use crate::key::{Key, Pattern};
use crate::schema::BlockSchema;

/// Most keys and patterns that are told one by one; of more, that all have changed.
pub(super) const MOST: usize = 10_000;

/// What changed of one keyed block.
#[derive(Clone, Debug, Default)]
pub(super) struct Changed {
    /// Nobody knows which, or the row that all inherit from.
    all: bool,
    keys: BTreeSet<Key>,
    again: Vec<Pattern>,
}

impl Changed {
    /// Any copy may have changed.
    pub(super) fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Any copy may have changed, as far as is known from here on.
    pub(super) fn add_all(&mut self) {
        self.all = true;
        self.keys.clear();
    }

    /// This copy changed.
    pub(super) fn add(&mut self, key: Key) {
        if !self.all {
            self.keys.insert(key);
        }
        if self.keys.len() > MOST {
            self.add_all();
        }
    }

    /// Somebody asked to read these copies again.
    pub(super) fn add_again(&mut self, pattern: Pattern) {
        if self.again.len() >= MOST {
            self.add_all();
        } else if !self.again.contains(&pattern) {
            self.again.push(pattern);
        }
    }

    /// Whether the rows of all copies of `block` are to be read, if any are.
    pub(super) fn is_all(&self, block: &BlockSchema) -> bool {
        self.all || (block.resident && !self.again.is_empty())
    }

    /// Whether the row that `block` has for `key` is to be read.
    pub(super) fn names(&self, block: &BlockSchema, key: &Key) -> bool {
        self.is_all(block) || self.keys.contains(key)
    }

    /// The copies whose rows are to be read; `None` if those of all are.
    #[cfg(feature = "sqlite")]
    pub(super) fn few(&self, block: &BlockSchema) -> Option<Vec<Key>> {
        (!self.is_all(block)).then(|| self.keys.iter().cloned().collect())
    }

    /// What is told of `block`, with the rows that were read for it.
    pub(super) fn moved(self, block: &BlockSchema, rows: Option<Result<Rows, String>>) -> Moved {
        let keys = if self.is_all(block) { Keys::All } else { Keys::Some(self.keys) };
        Moved { again: self.again, rows, ..Moved::only(keys) }
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod logged {
    use serde_json::Value;

    use super::{BlockSchema, Changed, Key, Pattern};

    /// What a log says of a key column in place of its text, where copies are to be read again.
    const LIKE: &str = "like";

    impl Changed {
        /// Takes a key as a log holds it: an object of each key column and its text, or a pattern of
        /// it. A key that cannot be read may be any.
        pub(in crate::source) fn add_logged(&mut self, block: &BlockSchema, logged: &Value) {
            let columns = || block.keys.iter().map(|key| logged.get(key.name));
            let texts: Option<Vec<_>> = columns().map(|text| text?.as_str()).collect();
            let patterns: Option<Vec<_>> =
                columns().map(|text| text?.get(LIKE)?.as_str()).collect();
            match (texts.map(Key::new), patterns.map(Pattern::new)) {
                (Some(Ok(key)), _) => self.add(key),
                (_, Some(Ok(pattern))) => self.add_again(pattern),
                _ => self.add_all(),
            }
        }
    }

    /// `pattern` as a log holds it.
    pub(in crate::source) fn logged(block: &BlockSchema, pattern: &Pattern) -> String {
        let columns = block.keys.iter().zip(pattern.parts());
        let column = |(key, part): (&crate::schema::KeySchema, &str)| {
            (key.name.to_owned(), serde_json::json!({ LIKE: part }))
        };
        Value::Object(columns.map(column).collect()).to_string()
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) use logged::logged;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ddl::sample;

    fn told(keys: &[&str]) -> Moved {
        let (block, mut changed) = (sample::pair(), Changed::default());
        for key in keys {
            changed.add_logged(&block, &serde_json::from_str(key).unwrap());
        }
        changed.moved(&block, None)
    }

    #[test]
    fn keys_are_told_one_by_one() {
        let key = r#"{"symbol": "ETH/USDT", "strategy": "it's"}"#;
        let keys = BTreeSet::from([Key::new(["ETH/USDT", "it's"]).unwrap()]);
        assert_eq!(told(&[key, key]).keys, Keys::Some(keys));
    }

    #[test]
    fn the_shared_row_and_what_cannot_be_read_are_all_keys() {
        for odd in [
            r#"{"symbol": null, "strategy": null}"#,
            r#"{"symbol": "a", "strategy": null}"#,
            r#"{"symbol": "a", "strategy": ""}"#,
            "null",
        ] {
            assert_eq!(
                told(&[r#"{"symbol": "a", "strategy": "b"}"#, odd]).keys,
                Keys::All,
                "{odd}"
            );
        }
    }

    #[test]
    fn more_keys_than_anybody_should_list_are_all() {
        let mut changed = Changed::default();
        (0..=MOST).for_each(|number| changed.add(Key::new([&*number.to_string()]).unwrap()));
        assert_eq!(changed.moved(&sample::pair(), None).keys, Keys::All);
    }

    #[test]
    fn a_pattern_comes_back_from_the_log() {
        let (pair, guild) = (sample::pair(), sample::guild());
        let pattern = Pattern::new([r"ETH\*/*", r#""quoted""#]).unwrap();
        let moved = told(&[&logged(&pair, &pattern)]);
        assert_eq!((moved.keys, moved.again), (Keys::All, vec![pattern]), "of a resident block");

        let (mut changed, pattern) = (Changed::default(), Pattern::new(["guild-*"]).unwrap());
        changed.add_logged(&guild, &serde_json::from_str(&logged(&guild, &pattern)).unwrap());
        let moved = changed.moved(&guild, None);
        assert_eq!((moved.keys, moved.again), (Keys::Some(BTreeSet::new()), vec![pattern]));
    }
}
