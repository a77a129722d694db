//! The part of a Postgres store that operators use.

use std::time::Duration;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row};

use super::address::Address;
use super::connection::{Connection, failure, rows};
use super::deeds::{self, Deeds};
use super::refusal::{refusal, without_nul};
use super::select::escaped;
use super::statement::Statement;
use super::text_row::TextRow;
use super::{PostgresStore, fleet, load, past, places};
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{
    BoxFuture, DefaultText, Expiring, Past, Place, Reported, SourceError, Write, WriteError,
    Writer, Written,
};

/// How a transaction that writes begins. It waits for other writers, but not for ever; and if this
/// process stops in the middle, it holds up nobody for long.
const BEGIN: &str = "begin isolation level read committed read write; \
    set local lock_timeout = '5s'; set local statement_timeout = '10s'; set local idle_in_transaction_session_timeout = '10s'";

impl PostgresStore {
    /// Runs `sql`, which only reads, as of one moment.
    async fn look(&self, sql: &str) -> Result<Vec<TextRow>, SourceError> {
        let look = async |connection: &Connection| {
            let found = load::transaction(connection, sql).await;
            found.map_err(|error| refusal(&self.address, &error, true))
        };
        self.loading.with(&self.address, look).await
    }

    /// Runs `sql` in a transaction of its own.
    async fn tell(&self, sql: &str) -> Result<(), SourceError> {
        let tell = async |connection: &Connection| {
            let told = rows(connection.client(), &format!("{BEGIN}; {sql}; commit")).await;
            if told.is_err() {
                // If that fails, too, the connection is found closed by the next one.
                let _ = connection.client().batch_execute("rollback").await;
            }
            told.map(drop).map_err(|error| refusal(&self.address, &error, true))
        };
        self.loading.with(&self.address, tell).await
    }

    async fn rows_of(&self, places: &[Place]) -> Result<Vec<Option<Record>>, SourceError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.look(&places::sql(places)).await?;
        places::found(&answer, places)
    }

    async fn write_all(&self, write: &Write) -> Result<Written, WriteError> {
        let deeds = Deeds::of(write)?;
        let all = async |connection: &Connection| {
            let written = in_transaction(connection, &self.address, &deeds).await;
            if written.is_err() {
                // If that fails, too, the connection is found closed by the next one.
                let _ = connection.client().batch_execute("rollback").await;
            }
            written
        };
        // If this is dropped half way, so is the connection: the server takes everything back.
        self.loading.with(&self.address, all).await
    }

    async fn past_of(&self, place: &Place, limit: usize) -> Result<Past, SourceError> {
        places::check(place)?;
        past::past(&self.look(&past::sql(place, limit)).await?, place)
    }

    async fn all_drafts(
        &self,
        blocks: &[&'static BlockSchema],
    ) -> Result<Vec<(Place, Record)>, SourceError> {
        match past::drafts_sql(blocks) {
            Some(sql) => past::drafts(&self.look(&sql).await?, blocks),
            None => Ok(Vec::new()),
        }
    }
}

/// Two round trips: one that leaves everybody else waiting and says what is there, and one that writes
/// and ends it; and one more for each row that may hold a secret.
async fn in_transaction(
    connection: &Connection,
    address: &Address,
    deeds: &Deeds<'_>,
) -> Result<Written, WriteError> {
    let client = connection.client();
    let refused = |error: &Error| refusal(address, error, !deeds.hold_secrets());
    let begun = rows(client, &format!("{BEGIN}; {}", deeds.begin())).await;
    let begun = begun.map_err(|error| refused(&error))?;
    let undone = begun.iter().filter_map(|row| row.get("undone"));
    if undone.filter(|undone| *undone == "t").count() < deeds.write.undoes.len() {
        return Err(WriteError::Undone);
    }
    let there = places::found(&begun, &deeds.places)?;
    let conflicts = deeds.conflicts(&begun, &there);
    if !conflicts.is_empty() {
        return Err(WriteError::Conflict(conflicts));
    }
    let mut written = Vec::new();
    let mut rest = Vec::new();
    for statement in deeds.finish(&begun, &there) {
        if statement.texts.is_empty() {
            rest.push(statement.sql);
            continue;
        }
        if !rest.is_empty() {
            let answer = rows(client, &std::mem::take(&mut rest).join("; ")).await;
            let answer = answer.map_err(|error| refused(&error))?;
            written.extend(answer.iter().filter_map(deeds::row_of));
        }
        let row = alone(client, &statement).await.map_err(|error| refused(&error))?;
        written.extend(row.first().and_then(row_of));
    }
    rest.push("commit".to_owned());
    let answer = rows(client, &rest.join("; ")).await;
    let answer = answer.map_err(|error| match error.as_db_error() {
        Some(_) => refused(&error),
        None => SourceError::unreachable(format!(
            "{}; whether it was written is not known: read it again",
            failure(address, &error)
        )),
    })?;
    written.extend(answer.iter().filter_map(deeds::row_of));
    Ok(deeds.written(deeds::epoch_of(&answer)?, &written, &there))
}

/// Runs a statement with its texts beside it: unnamed, as poolers in transaction mode want it.
async fn alone(client: &Client, statement: &Statement) -> Result<Vec<Row>, Error> {
    let text = |text| (text as &(dyn ToSql + Sync), Type::UNKNOWN);
    let texts: Vec<_> = statement.texts.iter().map(text).collect();
    client.query_typed(&statement.sql, &texts).await
}

/// The row that such an answer is of.
fn row_of(row: &Row) -> Option<deeds::Row> {
    let number: i32 = row.try_get("entry").ok()?;
    let version: Option<i64> = row.try_get("version").ok()?;
    Some((usize::try_from(number).ok()?, version.and_then(|version| u64::try_from(version).ok())))
}

impl Writer for PostgresStore {
    fn rows<'a>(
        &'a self,
        places: &'a [Place],
    ) -> BoxFuture<'a, Result<Vec<Option<Record>>, SourceError>> {
        Box::pin(self.rows_of(places))
    }

    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Written, WriteError>> {
        Box::pin(self.write_all(write))
    }

    fn past<'a>(
        &'a self,
        place: &'a Place,
        limit: usize,
    ) -> BoxFuture<'a, Result<Past, SourceError>> {
        Box::pin(self.past_of(place, limit))
    }

    fn drafts<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<(Place, Record)>, SourceError>> {
        Box::pin(self.all_drafts(blocks))
    }

    fn expiring(&self) -> BoxFuture<'_, Result<Vec<Expiring>, SourceError>> {
        Box::pin(async { Ok(fleet::expiring(&self.look(fleet::EXPIRING).await?)) })
    }

    fn note_defaults<'a>(
        &'a self,
        defaults: &'a [DefaultText],
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            for default in defaults {
                without_nul("a default", &default.text)?;
            }
            // Apart from the loads: it happens once, and keeps no connection.
            let connection = Connection::open(&self.address).await?;
            let ask = async |sql: &str| {
                let answer = rows(connection.client(), sql).await;
                answer.map_err(|error| refusal(&self.address, &error, true))
            };
            // Who only reads may ask for it where there is nothing to note.
            let known = fleet::defaults(&ask(fleet::DEFAULTS).await?);
            let new: Vec<_> = defaults.iter().filter(|new| !known.contains(new)).collect();
            if !new.is_empty() {
                ask(&format!("{BEGIN}; {}; commit", fleet::note(&new))).await?;
            }
            Ok(())
        })
    }

    fn noted_defaults(&self) -> BoxFuture<'_, Result<Vec<DefaultText>, SourceError>> {
        Box::pin(async { Ok(fleet::defaults(&self.look(fleet::DEFAULTS).await?)) })
    }

    fn report<'a>(
        &'a self,
        process: &'a str,
        note: &'a str,
        keep: Duration,
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            without_nul("the name of the process", process)?;
            without_nul("what the process says of itself", note)?;
            self.tell(&fleet::report(process, note, keep)).await
        })
    }

    fn leave<'a>(&'a self, process: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            without_nul("the name of the process", process)?;
            self.tell(&format!("select config_sdk.leave({})", escaped(process))).await
        })
    }

    fn processes(&self) -> BoxFuture<'_, Result<Vec<Reported>, SourceError>> {
        Box::pin(async { Ok(fleet::processes(&self.look(fleet::PROCESSES).await?)) })
    }
}
