//! Where records come from: the contract of a source, and the sources that come with the library.

mod contract;
mod ddl;
mod error;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod print;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod row;
mod signal;
#[cfg(feature = "sqlite")]
mod sqlite;
mod url;

pub(crate) use contract::MAX_RECORD;
pub use contract::{BoxFuture, Deaf, Fetched, Found, Request, Source, Store};
pub use ddl::{Difference, Step};
pub use error::SourceError;
pub use memory::{Edit, MemoryStore};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
#[cfg(all(feature = "testing", feature = "postgres"))]
pub(crate) use postgres::heard;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use print::Dialect;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use print::schema;
#[cfg(all(feature = "testing", any(feature = "postgres", feature = "sqlite")))]
pub(crate) use row::record;
pub use signal::Signal;
pub(crate) use signal::{Heard, Listening};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use url::UrlError;
pub(crate) use url::open;
