//! Loading rows of one keyed block from a Postgres database, beside the passes.

use tokio_postgres::Error;

use super::address::Address;
use super::connection::{Connection, Trouble, failure, rows};
use super::head::strange;
use super::read::{BEGIN, unreadable};
use super::select::{self, Answer, Scope};
use crate::key::Key;
use crate::schema::BlockSchema;
use crate::source::{Loaded, Rows, SourceError, Wanted, Which};

/// What the rows are as of.
const HEAD: &str = "select epoch from config_sdk.epoch";

/// Yields the rows that are wanted, the one that they inherit from, and the epoch: one round trip, and
/// one moment.
pub(super) async fn load(
    connection: &Connection,
    address: &Address,
    wanted: Wanted<'_>,
) -> Result<Loaded, SourceError> {
    let loaded = match together(connection, &wanted).await {
        // No column of that type holds such a key, which must not hold back the others.
        Err(Trouble::Query(error)) if is_no_value(&error) => apart(connection, &wanted).await,
        loaded => loaded,
    };
    match loaded {
        Ok(loaded) => Ok(loaded),
        Err(Trouble::Store(error)) => Err(error),
        Err(Trouble::Query(error)) => {
            if error.as_db_error().is_some() {
                // If that fails, too, the connection is found closed by the next one.
                let _ = connection.client().batch_execute("rollback").await;
            }
            Err(told(address, wanted.block, &error))
        }
    }
}

async fn together(connection: &Connection, wanted: &Wanted<'_>) -> Result<Loaded, Trouble> {
    let (scope, keys) = match wanted.which {
        Which::Keys(keys) => (Scope::Keys(keys), Some(keys)),
        Which::Page { after, limit } => (Scope::Page(after, limit), None),
    };
    let select = select::sql(wanted.block, scope, wanted.max_record).join(" union all ");
    let sql = format!("{BEGIN}; {HEAD}; {select}; commit");
    let answer = rows(connection.client(), &sql).await?;
    let found = Answer::of(&answer).rows(wanted.block, keys);
    Ok(Loaded::at(epoch(&answer)?, found.map_err(refused(wanted.block))?))
}

/// The same, with the keys halved wherever one of them is nothing that its column could hold.
async fn apart(connection: &Connection, wanted: &Wanted<'_>) -> Result<Loaded, Trouble> {
    let client = connection.client();
    let head = rows(client, &format!("rollback; {BEGIN}; {HEAD}")).await?;
    let mut all = Rows::default();
    let mut parts: Vec<&[Key]> = match wanted.which {
        Which::Keys(keys) => vec![&[], keys],
        Which::Page { .. } => vec![&[]], // no row comes after such a key
    };
    while let Some(keys) = parts.pop() {
        let select = select::sql(wanted.block, Scope::Keys(keys), wanted.max_record);
        let sql = format!("savepoint one; {}; release one", select.join(" union all "));
        match rows(client, &sql).await {
            Ok(answer) => {
                let found = Answer::of(&answer).rows(wanted.block, Some(keys));
                let found = found.map_err(refused(wanted.block))?;
                all.shared = found.shared;
                all.own.extend(found.own);
                all.odd.extend(found.odd);
            }
            Err(error) if is_no_value(&error) => {
                client.batch_execute("rollback to savepoint one").await?;
                if keys.len() > 1 {
                    let (some, others) = keys.split_at(keys.len() / 2);
                    parts.extend([some, others]);
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    client.batch_execute("commit").await?;
    Ok(Loaded::at(epoch(&head)?, all))
}

fn epoch(answer: &[tokio_postgres::SimpleQueryRow]) -> Result<u64, Trouble> {
    let epoch = answer.first().and_then(|row| row.try_get("epoch").ok().flatten());
    epoch.and_then(|epoch| epoch.parse().ok()).ok_or_else(strange)
}

/// Whether a text is not one of the type that it was taken for: class 22, data exceptions.
fn is_no_value(error: &Error) -> bool {
    error.code().is_some_and(|state| state.code().starts_with("22"))
}

fn refused(block: &BlockSchema) -> impl Fn(String) -> Trouble {
    |why| Trouble::Store(SourceError::refused(format!("{}: {why}", block.name)))
}

/// What concerns the block's table is told in its words.
fn told(address: &Address, block: &BlockSchema, error: &Error) -> SourceError {
    let failed = failure(address, error);
    match error.as_db_error() {
        Some(_) if failed.is_passing() => SourceError::unreachable(unreadable(block, error)),
        Some(_) => SourceError::refused(unreadable(block, error)),
        None => failed,
    }
}
