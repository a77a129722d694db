//! Stub.
use crate::schema::BlockSchema;
use crate::source::{Difference, Step};
pub(super) fn migrate(
    c: &mut rusqlite::Connection,
    b: &[&'static BlockSchema],
) -> Result<Vec<Step>, rusqlite::Error> {
    c.execute_batch(&crate::source::schema(crate::source::Dialect::Sqlite, b))?;
    Ok(vec![])
}
pub(super) fn check(
    _c: &rusqlite::Connection,
    _b: &[&'static BlockSchema],
) -> Result<Vec<Difference>, rusqlite::Error> {
    Ok(vec![])
}
