//! Where records come from.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the stores that call migrate and check come next")
)]
pub(crate) mod ddl;
#[cfg(feature = "postgres")]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the stores that call migrate and check come next")
)]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the stores that call migrate and check come next")
)]
pub(crate) mod sqlite;
