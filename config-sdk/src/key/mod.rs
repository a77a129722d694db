//! What tells one stored copy of a keyed block from another.

mod part;
mod pattern;

use std::fmt;
use std::sync::Arc;

use arrayvec::ArrayString;
pub use part::{KeyFor, KeyKind, KeyPart, PartFor};
pub use pattern::{Pattern, PatternFor};
use serde::{Serialize, Serializer};

/// Longest key, in bytes of all its parts together; one more is between each two of them.
pub(crate) const MAX_KEY: usize = 512;

/// Between two parts. No store holds it in text, so nothing that a part is made of can be taken for it.
pub(crate) const SEPARATOR: char = '\0';

/// Several parts on the stack, while they are looked for.
type Joined = ArrayString<MAX_KEY>;

/// What tells one stored copy of a keyed block from another: one text for each of its key columns.
///
/// Whatever a part contains is data: `ETH/USDT` is one part. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Arc<str>);

impl Key {
    /// The key of these parts, in the order in which the block declares them.
    ///
    /// # Errors
    /// If a part is empty or holds a NUL, or all together are longer than 512 bytes.
    pub fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Result<Self, KeyError> {
        let mut joined = String::new();
        for (index, part) in parts.into_iter().enumerate() {
            if part.is_empty() {
                return Err(KeyError::Empty);
            }
            if part.contains(SEPARATOR) {
                return Err(KeyError::Nul);
            }
            if index > 0 {
                joined.push(SEPARATOR);
            }
            joined.push_str(part);
        }
        match joined.len() {
            0 => Err(KeyError::Empty),
            1..=MAX_KEY => Ok(Self(joined.into())),
            bytes => Err(KeyError::TooLong { bytes }),
        }
    }

    /// The key of `joined` parts, which are to be `count`.
    ///
    /// # Errors
    /// As [`Key::new`], and if they are not so many.
    pub(crate) fn of_joined(joined: &str, count: usize) -> Result<Self, KeyError> {
        let found = joined.split(SEPARATOR).count();
        match found.cmp(&count) {
            std::cmp::Ordering::Less => Err(KeyError::Parts { found, wanted: count }),
            std::cmp::Ordering::Equal => Self::new(joined.split(SEPARATOR)),
            // One of them holds what stands between two.
            std::cmp::Ordering::Greater => Err(KeyError::Nul),
        }
    }

    /// The parts, one for each key column.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split(SEPARATOR)
    }

    /// All parts, as they are looked for.
    pub(crate) fn joined(&self) -> &str {
        &self.0
    }
}

/// Whether two joined keys are the same. Keys of 8 to 16 bytes, as most are, are two numbers each, which
/// is quicker than a call.
#[inline]
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let ends = |bytes: &[u8]| {
        let number = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
        Some((number(bytes.first_chunk()?), number(bytes.last_chunk()?)))
    };
    match one.len() {
        8..=16 => one.len() == other.len() && ends(one) == ends(other),
        _ => one == other,
    }
}

/// One part as it is; several as a tuple: `("ETH/USDT", "momentum")`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.contains(SEPARATOR) {
            return f.pad(&self.0);
        }
        let parts: Vec<_> = self.parts().map(|part| format!("{part:?}")).collect();
        write!(f, "({})", parts.join(", "))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.parts()).finish()
    }
}

/// One part as a string; several as a list.
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.contains(SEPARATOR) {
            return serializer.collect_seq(self.parts());
        }
        serializer.serialize_str(&self.0)
    }
}

/// Why something is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A part is empty.
    #[error("a part of the key is empty: give it what tells this copy from the others")]
    Empty,
    /// A part holds a NUL.
    #[error("a part of the key holds a NUL, which no store can keep: take it out")]
    Nul,
    /// The parts are too long.
    #[error("the key has {bytes} bytes, and at most {MAX_KEY} are allowed: shorten it")]
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// It is another block's key.
    #[error("the key has {found} parts, and the block's has {wanted}: it is another block's key")]
    Parts {
        /// How many parts it has.
        found: usize,
        /// How many it should have.
        wanted: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined<K>(key: impl KeyFor<K>) -> String {
        key.with_joined(str::to_owned)
    }

    #[test]
    fn what_separates_elsewhere_is_data_here() {
        let key = Key::new(["ETH/USDT", "a:b,c|d"]).unwrap();
        assert_eq!(key.parts().collect::<Vec<_>>(), ["ETH/USDT", "a:b,c|d"]);
        assert_eq!(key.to_string(), r#"("ETH/USDT", "a:b,c|d")"#);
        assert_ne!(key, Key::new(["ETH/USDT,a:b", "c|d"]).unwrap());
        assert_eq!(Key::new(["guild-1"]).unwrap().to_string(), "guild-1");
    }

    #[test]
    fn a_key_looked_for_is_the_key_stored() {
        let key = Key::new(["ETH/USDT", "7"]).unwrap();
        assert_eq!(joined::<(String, u64)>(("ETH/USDT", 7)), key.joined());
        assert_eq!(joined::<(String, u64)>(&key), key.joined());
        assert_eq!(joined::<(i128,)>(i128::MIN), i128::MIN.to_string());
        let long = "x".repeat(MAX_KEY);
        assert_eq!(joined::<(String, String)>((&long, "y")), format!("{long}\0y"));
    }

    #[test]
    fn keys_are_the_same_if_every_byte_is() {
        for length in 1..40 {
            let one = "a".repeat(length);
            assert!(is_same(&one, &one.clone()));
            assert!(!is_same(&one, &format!("{one}a")) && !is_same(&format!("{one}a"), &one));
            for place in 0..length {
                let other = format!("{}b{}", &one[..place], &one[place + 1..]);
                assert!(!is_same(&one, &other) && !is_same(&other, &one), "{other}");
            }
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        assert_eq!(Key::new([""]), Err(KeyError::Empty));
        assert_eq!(Key::new([]), Err(KeyError::Empty));
        assert_eq!(Key::new(["a", ""]), Err(KeyError::Empty));
        assert_eq!(Key::new(["a\0b"]), Err(KeyError::Nul));
        let long = "x".repeat(MAX_KEY + 1);
        assert_eq!(Key::new([&*long]), Err(KeyError::TooLong { bytes: 513 }));
    }

    #[test]
    fn a_part_with_a_nul_is_never_taken_for_two() {
        let looked_for = joined::<(String, String)>(("a\0b", "c"));
        assert_eq!(Key::of_joined(&looked_for, 2), Err(KeyError::Nul));
        assert_eq!(Key::of_joined("a", 2), Err(KeyError::Parts { found: 1, wanted: 2 }));
    }
}
