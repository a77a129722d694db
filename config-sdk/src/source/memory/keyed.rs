//! Editing the keyed blocks of a store in memory, and counting who asks for them.

use super::{MemoryStore, stored, texts};
use crate::block::{ConfigBlock, KeyedBlock};
use crate::key::{Key, KeyError, KeyFor};

impl MemoryStore {
    /// Makes these columns the whole active row that `block` has for `key`, as text; columns that are
    /// not among them are `NULL`. Returns the new epoch.
    pub fn set_key<'a>(
        &self,
        block: &str,
        key: &Key,
        columns: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> u64 {
        let columns = texts(columns);
        self.transaction(|edit| edit.put_key(block, key, columns))
    }

    /// Stores a whole block for `key`. Returns the new epoch.
    ///
    /// # Errors
    /// If that is no key.
    pub fn put_key<T: KeyedBlock>(
        &self,
        key: impl KeyFor<T::Key>,
        block: &T,
    ) -> Result<u64, KeyError> {
        let schema = <T as ConfigBlock>::schema();
        let key = key.with_joined(|joined| Key::of_joined(joined, schema.keys.len()))?;
        Ok(self.transaction(|edit| edit.put_key(schema.name, &key, stored(block))))
    }

    /// Takes the active row away that `block` has for `key`, so that it inherits everything. Returns
    /// the new epoch.
    pub fn remove_key(&self, block: &str, key: &Key) -> u64 {
        self.transaction(|edit| edit.remove_key(block, key))
    }

    /// How often it was asked for rows of a keyed block, beside the fetches.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.rows().loads
    }

    /// How many keys those loads named, all together.
    #[must_use]
    pub fn loaded_keys(&self) -> u64 {
        self.rows().keys
    }
}
