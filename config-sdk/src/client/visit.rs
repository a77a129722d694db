//! What a command of the operator needs of a builder: to visit its store, and leave no trace.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use super::place::Given;
use super::registration::KeyedRegistration;
use super::{Config, ConfigBuilder};
use crate::keyed::{AnyKeyed, KeyedOptions};
use crate::schema::BlockSchema;

/// The way to a keyed block's copies, whatever its type.
pub(crate) struct Door {
    pub(crate) schema: &'static BlockSchema,
    pub(crate) options: KeyedOptions,
    /// Of a configuration that this builder starts.
    pub(crate) open: fn(&Config) -> Box<dyn AnyKeyed>,
}

impl ConfigBuilder {
    /// The same, without what others see of a process: it neither keeps last good values, nor brings
    /// tables up to the structs, nor reports itself.
    pub(crate) fn visiting(mut self) -> Self {
        (self.migrate, self.hangup) = (false, false);
        (self.last_good, self.identity) = (None, None);
        self
    }

    /// What the store's URL begins with, if it is named by one.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn scheme(&self) -> Option<String> {
        match &self.place.store {
            Some(Given::Url(url)) => Some(url.split_once(':')?.0.to_ascii_lowercase()),
            _ => None,
        }
    }

    /// The ways to the copies of all keyed blocks.
    pub(crate) fn doors(&self) -> Vec<Door> {
        self.keyed.iter().map(KeyedRegistration::door).collect()
    }
}
