//! What a store has to offer so that the suite can edit it, and the blocks that it edits.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use rust_decimal::Decimal;

use crate::block::{Json, Nullable, Plain, Sealed, Secret};
use crate::key::Key;
use crate::private::{block, field};
use crate::schema::BlockSchema;
use crate::source::{BoxFuture, Source};

/// A store that the suite edits, and whose source it reads.
pub trait Subject: Send + Sync {
    /// A new source that reads the store.
    fn source(&self) -> Arc<dyn Source>;

    /// Makes all of `rows` true in one transaction, and returns once that is committed.
    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()>;

    /// Makes `block` alone unreadable, as a dropped table would, or readable again. `false` says that
    /// this store knows no such state; the rule about it is passed over then.
    fn spoil<'a>(&'a self, block: &'static BlockSchema, spoilt: bool) -> BoxFuture<'a, bool> {
        let _ = (block, spoilt);
        Box::pin(std::future::ready(false))
    }

    /// Whether the store has keyed blocks. If not, the rules about them are passed over.
    fn has_keys(&self) -> bool {
        false
    }

    /// A password that the sources were given, and that they must not show.
    fn password(&self) -> Option<String> {
        None
    }
}

/// What the active row of a block, or of one of its keys, is to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// The block; `block.table` is its table, and the fields say what kind each column is.
    pub block: &'static BlockSchema,
    /// The key whose row it is. Without one, of a keyed block, it is the row that all keys inherit from:
    /// all its key columns are `NULL`.
    pub key: Option<Key>,
    /// Every column with its text, `None` for `NULL`. No row at all, if this is `None`.
    pub columns: Option<BTreeMap<String, Option<String>>>,
}

impl Row {
    /// A row with these columns and `NULL` in all others.
    pub(super) fn of(block: &'static BlockSchema, columns: &[(&str, &str)]) -> Self {
        let text = |column: &str| {
            let found = columns.iter().find(|(name, _)| *name == column);
            found.map(|(_, text)| (*text).to_owned())
        };
        let fields = block.fields.iter();
        Self {
            block,
            key: None,
            columns: Some(
                fields.map(|field| (field.column.to_owned(), text(field.column))).collect(),
            ),
        }
    }

    /// No row.
    pub(super) fn none(block: &'static BlockSchema) -> Self {
        Self { block, key: None, columns: None }
    }

    /// The same, of a key.
    pub(super) fn at(self, key: &Key) -> Self {
        Self { key: Some(key.clone()), ..self }
    }
}

/// The blocks without a key that the suite reads and writes: a store that keeps tables makes them for
/// these first.
#[must_use]
pub fn blocks() -> &'static [&'static BlockSchema] {
    static SCHEMAS: LazyLock<[BlockSchema; 3]> = LazyLock::new(|| {
        ["conformance_a", "conformance_b", "conformance_c"].map(|name| {
            block("Conformance", name, None, "A block of the conformance suite.")
                .field(field::<Nullable<Plain>, Option<Decimal>>("amount", ""))
                .field(field::<Nullable<Plain>, Option<i64>>("count", ""))
                .field(field::<Nullable<Plain>, Option<u128>>("huge", ""))
                .field(field::<Nullable<Plain>, Option<f64>>("ratio", ""))
                .field(field::<Nullable<Plain>, Option<bool>>("enabled", ""))
                .field(field::<Nullable<Plain>, Option<String>>("note", ""))
                .field(field::<Nullable<Json>, Option<serde_json::Value>>("shape", ""))
                .field(field::<Nullable<Sealed<Plain>>, Option<Secret<String>>>("token", ""))
                .build()
        })
    });
    static BLOCKS: LazyLock<Vec<&'static BlockSchema>> = LazyLock::new(|| SCHEMAS.iter().collect());
    &BLOCKS
}

/// The keyed blocks that the suite reads and writes, for stores that [have them](Subject::has_keys): one
/// is loaded key by key, and one is resident.
#[must_use]
pub fn keyed_blocks() -> &'static [&'static BlockSchema] {
    static SCHEMAS: LazyLock<[BlockSchema; 2]> = LazyLock::new(|| {
        let note = || field::<Nullable<Plain>, Option<String>>("note", "");
        let keyed =
            |name| block("Conformance", name, None, "A keyed block of the conformance suite.");
        [
            keyed("conformance_k").key::<String>("part").field(note()).build(),
            keyed("conformance_r")
                .key::<String>("one")
                .key::<String>("two")
                .field(note())
                .resident()
                .build(),
        ]
    });
    static BLOCKS: LazyLock<Vec<&'static BlockSchema>> = LazyLock::new(|| SCHEMAS.iter().collect());
    &BLOCKS
}
