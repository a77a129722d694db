//! A configuration that a test fixes.

use std::sync::Arc;

use super::Config;
use crate::block::{Candidate, ConfigBlock};
use crate::cell::{Cells, Fresh, Meta, Origin};
use crate::keyed::Shelves;
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
pub struct FixedBuilder(Vec<Fresh>);

impl FixedBuilder {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// Fixes a block at `value`; the last one given counts.
    ///
    /// # Panics
    /// If the value breaks the block's rules: no reader ever sees one that does, not even in a test.
    pub fn with<T: ConfigBlock>(mut self, value: T) -> Self {
        let (value, _) = match Candidate::of(value).validate() {
            Ok(valid) => valid.into_parts(),
            Err(faults) => {
                panic!("this value of {} breaks its rules:\n{faults}", T::schema().type_name)
            }
        };
        let schema = T::schema();
        let fields = schema.fields.iter().map(|_| Origin::Fixed).collect();
        let meta = Meta::unstored(schema.name, Origin::Fixed, fields);
        let fresh = Fresh::new(Arc::new(value), meta);
        self.0.retain(|earlier| !earlier.is(&fresh));
        self.0.push(fresh);
        self
    }

    /// The configuration. It needs no runtime.
    #[must_use]
    pub fn build(self) -> Config {
        let (blocks, cells) = (self.0.len(), Cells::new(self.0, Vec::new()));
        let board = Board::new(
            "fixed".to_owned(),
            StoreState::Connected,
            BlockState::Fresh,
            blocks,
            Vec::new(),
        );
        Config::standing(cells, Shelves::default(), board)
    }
}

impl std::fmt::Debug for FixedBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FixedBuilder").field("blocks", &self.0.len()).finish()
    }
}
