//! Keyed blocks: one copy for each key, all in memory or those that are used.

mod any_bounded;
#[cfg(feature = "cli")]
mod any_keyed;
mod bounded;
mod error;
mod flight;
mod handle;
mod landing;
mod map;
mod missing;
mod options;
mod outbox;
mod pending;
mod refusals;
mod resident;
mod shelf;
mod shelves;
mod stats;
mod table;

pub(crate) use any_bounded::AnyBounded;
#[cfg(feature = "cli")]
pub(crate) use any_keyed::AnyKeyed;
pub(crate) use bounded::MARKS;
pub use error::LoadError;
pub(crate) use flight::Order;
pub use handle::Keyed;
pub use options::KeyedOptions;
pub(crate) use options::Warm;
pub(crate) use outbox::Outbox;
pub(crate) use refusals::Refused;
pub(crate) use resident::Edit;
pub use resident::{KeyGuard, KeyedRef};
pub(crate) use shelf::{AnyShelf, Shelf};
pub(crate) use shelves::Shelves;
pub use stats::{Stats, Warmed};
