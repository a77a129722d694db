//! Where records come from.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) mod ddl;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
