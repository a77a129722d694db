//! A configuration that a test fixes.

use std::sync::Arc;

use super::Config;
use crate::block::{AnyBlock, Candidate, ConfigBlock, KeyedBlock};
use crate::cell::{Cells, Fresh, Meta, Origin, Ready};
use crate::key::{Key, KeyFor};
use crate::keyed::{KeyedOptions, Shelves};
use crate::refresh::{BlockState, Board, StoreState};

/// Puts a configuration together that never changes; made by [`Config::fixed`].
///
/// ```
/// use config_sdk::{Config, ConfigBlock};
///
/// #[derive(ConfigBlock)]
/// struct Limits {
///     #[config(default = 5, range = 1..=9)]
///     most: u32,
/// }
///
/// let config = Config::fixed().with(Limits { most: 7 }).build();
/// assert_eq!(config.get::<Limits>().most, 7);
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct FixedBuilder {
    blocks: Vec<Fresh>,
    shelves: Shelves,
}

impl FixedBuilder {
    pub(super) fn new() -> Self {
        Self { blocks: Vec::new(), shelves: Shelves::default() }
    }

    /// Fixes a block at `value`; the last one given counts.
    ///
    /// # Panics
    /// If the value breaks the block's rules: no reader ever sees one that does, not even in a test.
    pub fn with<T: ConfigBlock>(mut self, value: T) -> Self {
        let (value, meta) = fixed(Arc::new(value));
        if let Some(fresh) = Fresh::new::<T>(value, meta) {
            self.blocks.retain(|earlier| !earlier.is(&fresh));
            self.blocks.push(fresh);
        }
        self
    }

    /// Fixes the copy of `key` of a keyed block at `value`. Keys that are not fixed have the defaults,
    /// or what [`with_shared`](Self::with_shared) says.
    ///
    /// # Panics
    /// If the value breaks the block's rules, or it is no key.
    pub fn with_key<T: KeyedBlock>(mut self, key: impl KeyFor<T::Key>, value: T) -> Self {
        let parts = T::schema().keys.len();
        let key = match key.with_joined(|joined| Key::of_joined(joined, parts)) {
            Ok(key) => key,
            Err(error) => panic!("a copy of {} cannot be fixed: {error}", T::schema().type_name),
        };
        self.fix(Some(&key), value);
        self
    }

    /// Fixes what the keys of a keyed block have that are not fixed themselves.
    ///
    /// # Panics
    /// If the value breaks the block's rules.
    pub fn with_shared<T: KeyedBlock>(mut self, value: T) -> Self {
        self.fix(None, value);
        self
    }

    fn fix<T: KeyedBlock>(&mut self, key: Option<&Key>, value: T) {
        if self.shelves.find::<T>().is_none() {
            let (defaults, meta) = fixed(Arc::new(T::default()));
            let (options, outbox) = (KeyedOptions::new(), Arc::default());
            self.shelves.add::<T>(options, defaults, meta, outbox);
        }
        let (value, meta) = fixed(Arc::new(value));
        let meta = Meta { key: key.cloned(), ..meta };
        if let Some(shelf) = self.shelves.find::<T>() {
            shelf.fix(key, value, meta);
        }
    }

    /// The configuration. It needs no runtime.
    #[must_use]
    pub fn build(self) -> Config {
        let Self { blocks, shelves } = self;
        let (count, cells) = (blocks.len(), Cells::new(blocks, shelves.standing()));
        let (store, state) = (StoreState::Connected, BlockState::Fresh);
        let board = Board::new("fixed".to_owned(), store, state, count, shelves.all().to_vec());
        Config::new(Arc::new(cells), shelves, Arc::new(board), None)
    }
}

/// The value, once it has passed every rule.
fn fixed(value: Arc<dyn AnyBlock>) -> (Ready, Meta) {
    let schema = value.schema();
    let value = match Candidate::of(value).validate() {
        Ok(valid) => Ready::of(valid),
        Err(faults) => panic!("this value of {} breaks its rules:\n{faults}", schema.type_name),
    };
    let fields = schema.fields.iter().map(|_| Origin::Fixed).collect();
    (value, Meta::unstored(schema.name, Origin::Fixed, fields))
}

impl std::fmt::Debug for FixedBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FixedBuilder").field("blocks", &self.blocks.len()).finish()
    }
}
