//! Where records come from: the contract of a source, and the sources that come with the library.

mod changed;
#[cfg(feature = "ops")]
mod checked;
mod contract;
mod ddl;
mod error;
mod keyed;
mod memory;
#[cfg(feature = "ops")]
mod past;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod print;
#[cfg(feature = "redis")]
mod redis;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod row;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod rows;
mod signal;
#[cfg(feature = "sqlite")]
mod sqlite;
mod tier;
mod url;
#[cfg(feature = "ops")]
mod write;
#[cfg(feature = "ops")]
mod writer;

pub(crate) use contract::MAX_RECORD;
pub use contract::{BoxFuture, Deaf, Fetched, Found, Incoming, Request, Source, Store};
pub use ddl::{Difference, Step};
pub use error::SourceError;
pub use keyed::{Keys, Loaded, Moved, Rows, Wanted, Which};
pub use memory::{Edit, MemoryStore};
#[cfg(feature = "ops")]
pub use past::{DefaultText, Done, Expiring, Logged, Past, Reported, RowState};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
#[cfg(all(feature = "testing", feature = "postgres"))]
pub(crate) use postgres::heard;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use print::Dialect;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use print::schema;
#[cfg(feature = "redis")]
pub use redis::{RedisOptions, RedisTier};
#[cfg(all(feature = "testing", any(feature = "postgres", feature = "sqlite")))]
pub(crate) use row::record;
pub use signal::Signal;
pub(crate) use signal::{Heard, Listening};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use tier::{TierState, TierStatus};
pub use url::UrlError;
pub(crate) use url::open;
#[cfg(feature = "ops")]
pub(crate) use write::path_of;
#[cfg(feature = "ops")]
pub use write::{Deed, Entry, Place, Texts, Write, WriteError, Written};
#[cfg(feature = "ops")]
pub use writer::Writer;
