//! Loading rows of one keyed block from a Postgres database, beside the passes.

use tokio_postgres::Error;

use super::address::Address;
use super::answer::Answer;
use super::connection::{Connection, Trouble, failure, rows, told};
use super::head::strange;
use super::read::{BEGIN, unreadable};
use super::select::{self, Scope};
use super::strangers;
use super::text_row::TextRow;
use crate::key::Key;
use crate::schema::BlockSchema;
use crate::source::{Loaded, SourceError, Wanted, Which};

/// What the rows are as of.
const HEAD: &str = "select epoch from config_sdk.epoch";

/// Yields the rows that are wanted, the one that they inherit from, and the epoch: one round trip, and
/// one moment.
pub(super) async fn load(
    connection: &Connection,
    address: &Address,
    wanted: Wanted<'_>,
) -> Result<Loaded, SourceError> {
    let loaded = match (together(connection, wanted).await, wanted.which) {
        (Err(Trouble::Query(error)), Which::Keys(keys)) if is_no_value(&error) => {
            without_strangers(connection, wanted, keys).await
        }
        (loaded, _) => loaded,
    };
    loaded.map_err(|trouble| match trouble {
        Trouble::Store(error) => error,
        Trouble::Query(error) => of_table(address, wanted.block, &error),
    })
}

async fn together(connection: &Connection, wanted: Wanted<'_>) -> Result<Loaded, Trouble> {
    let (scope, keys) = match wanted.which {
        Which::Keys(keys) => (Scope::Keys(keys), Some(keys)),
        Which::Page { after, limit } => (Scope::Page(after, limit), None),
    };
    let select = select::sql(wanted.block, scope, wanted.max_record).join(" union all ");
    let answer = transaction(connection, &format!("{HEAD}; {select}")).await?;
    let epoch = answer.first().and_then(|row| row.get("epoch"));
    let epoch = epoch.and_then(|epoch| epoch.parse().ok()).ok_or_else(strange)?;
    match Answer::of(&answer).rows(wanted.block, keys) {
        Ok(found) => Ok(Loaded::at(epoch, found)),
        Err(why) => Err(refused(wanted.block, &why)),
    }
}

/// The same where some value is none of the type that it was taken for. It may be a key that no column
/// holds: that has no row, and must not hold back the others. Or it is in a row: that must not be
/// taken for none.
async fn without_strangers(
    connection: &Connection,
    wanted: Wanted<'_>,
    keys: &[Key],
) -> Result<Loaded, Trouble> {
    let answer = transaction(connection, &strangers::sql(wanted.block, keys)).await?;
    let keys = strangers::others(&answer, keys);
    match together(connection, of_keys(wanted, &keys)).await {
        Err(Trouble::Query(error)) if is_no_value(&error) => {
            let row = first_unreadable(connection, wanted, &keys).await?;
            let why = format!("{row} cannot be read ({}): correct it", told(&error));
            Err(refused(wanted.block, &why))
        }
        loaded => loaded,
    }
}

/// Which row it is, found by halving the keys.
async fn first_unreadable(
    connection: &Connection,
    wanted: Wanted<'_>,
    mut keys: &[Key],
) -> Result<String, Trouble> {
    if !is_readable(connection, of_keys(wanted, &[])).await? {
        return Ok("the row that the others inherit from".to_owned());
    }
    while keys.len() > 1 {
        let (some, others) = keys.split_at(keys.len() / 2);
        keys = if is_readable(connection, of_keys(wanted, some)).await? { others } else { some };
    }
    Ok(keys.first().map_or_else(|| "a row".to_owned(), |key| format!("the row of {key}")))
}

async fn is_readable(connection: &Connection, wanted: Wanted<'_>) -> Result<bool, Trouble> {
    match together(connection, wanted).await {
        Ok(_) => Ok(true),
        Err(Trouble::Query(error)) if is_no_value(&error) => Ok(false),
        Err(trouble) => Err(trouble),
    }
}

fn of_keys<'a>(wanted: Wanted<'_>, keys: &'a [Key]) -> Wanted<'a> {
    let Wanted { block, which: _, max_record, fresh } = wanted;
    Wanted { block, which: Which::Keys(keys), max_record, fresh }
}

/// Runs `sql` in a transaction, which is over also if it fails.
pub(super) async fn transaction(connection: &Connection, sql: &str) -> Result<Vec<TextRow>, Error> {
    let client = connection.client();
    let answer = rows(client, &format!("{BEGIN}; {sql}; commit")).await;
    if answer.as_ref().is_err_and(|error| error.as_db_error().is_some()) {
        // If that fails, too, the connection is found closed by the next one.
        let _ = client.batch_execute("rollback").await;
    }
    answer
}

/// Whether a value is not one of the type that it was taken for: class 22, data exceptions.
fn is_no_value(error: &Error) -> bool {
    error.code().is_some_and(|state| state.code().starts_with("22"))
}

fn refused(block: &BlockSchema, why: &str) -> Trouble {
    Trouble::Store(SourceError::refused(format!("{}: {why}", block.name)))
}

/// What concerns the block's table is told in its words.
fn of_table(address: &Address, block: &BlockSchema, error: &Error) -> SourceError {
    let failed = failure(address, error);
    match error.as_db_error() {
        Some(_) if failed.is_passing() => SourceError::unreachable(unreadable(block, error)),
        Some(_) => SourceError::refused(unreadable(block, error)),
        None => failed,
    }
}
