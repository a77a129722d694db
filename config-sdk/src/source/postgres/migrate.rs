//! Stub.
use crate::schema::BlockSchema;
use crate::source::{Difference, Step};
pub(super) async fn migrate(
    c: &tokio_postgres::Client,
    b: &[&'static BlockSchema],
) -> Result<Vec<Step>, tokio_postgres::Error> {
    c.batch_execute(&crate::source::schema(crate::source::Dialect::Postgres, b))
        .await?;
    Ok(vec![])
}
pub(super) async fn check(
    _c: &tokio_postgres::Client,
    _b: &[&'static BlockSchema],
) -> Result<Vec<Difference>, tokio_postgres::Error> {
    Ok(vec![])
}
