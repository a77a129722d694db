//! Reading a Postgres database as of one moment, in as few round trips as that takes.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, SimpleQueryMessage, SimpleQueryRow};

use super::address::Address;
use super::columns;
use super::connection::{Connection, failure, told};
use super::names::quoted_table;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{Fetched, Found, Request, SourceError};
use crate::source::{ddl, row};

/// One snapshot for everything that follows; times print in UTC; a locked table holds nobody up for
/// long, for only what rewrites a table keeps readers out of it.
const BEGIN: &str = "begin isolation level repeatable read read only; \
    set local timezone = 'UTC'; set local lock_timeout = '250ms'; set local statement_timeout = '4s'";

/// Table by table there is less time for each: what all of them took may be the fault of one.
const EACH: &str = "set local statement_timeout = '400ms'";

/// After a table that could not be read; many that are locked or slow must not add up.
const GO_ON: &str = "rollback to savepoint one; set local lock_timeout = '10ms'; \
    set local statement_timeout = '50ms'";

/// How much more room a value may take in its table than as text, at the worst: a digit of `jsonb`.
const STORED: u64 = 16;

/// Where the store stands, and which blocks changed since.
struct Head {
    epoch: u64,
    /// None if `since` is nothing to count on from.
    changed: Option<BTreeSet<String>>,
    /// When the server was started.
    server: Option<String>,
    /// The mark of all columns, if it was asked for.
    columns: Option<String>,
}

/// Why a round trip brought nothing.
enum Trouble {
    /// The server or the connection refused.
    Query(Error),
    /// It answered, and not what a store answers.
    Store(SourceError),
}

/// Yields what `request` asks for.
///
/// Only the simple protocol is used: it needs no prepared statements, works through poolers, sends
/// several statements in one round trip, and prints every value as text.
pub(super) async fn fetch(
    connection: &mut Connection,
    address: &Address,
    mut request: Request<'_>,
) -> Result<Fetched, SourceError> {
    if connection.server.is_none() {
        request.since = None; // it may be another database by now
    }
    match together(connection, &mut request).await {
        Ok(fetched) => Ok(fetched),
        Err(Trouble::Store(error)) => Err(error),
        // One table that cannot be read must not hold back the others.
        Err(Trouble::Query(error)) if error.as_db_error().is_some() && connection.is_open() => {
            match one_by_one(connection, &request).await {
                Ok(fetched) => Ok(fetched),
                Err(Trouble::Store(error)) => Err(error),
                Err(Trouble::Query(error)) => Err(failure(address, &error)),
            }
        }
        Err(Trouble::Query(error)) => Err(failure(address, &error)),
    }
}

/// Reads the head, and in the same round trip and snapshot the blocks that are likely to have
/// changed. Where the guess fell short, what was learnt is the next guess; the guess that cannot
/// fall short is all blocks.
async fn together(
    connection: &mut Connection,
    request: &mut Request<'_>,
) -> Result<Fetched, Trouble> {
    let expected = |name: &str| request.also.contains(&name) || request.hint.contains(&name);
    let mut guess = match request.since {
        Some(_) => blocks(request, expected),
        None => request.blocks.to_vec(),
    };
    let mut tries = 0;
    loop {
        let sql = match (guess.as_slice(), request.since) {
            // The idle poll: one trivial query, whatever the number of blocks. Now and then it looks at
            // the columns as well, for where nobody can listen there is no heartbeat that does.
            ([], since) => head_sql(since, connection.columns.is_due()),
            (guess, since) => {
                let records = records_sql(guess, request.max_record);
                format!("{BEGIN}; {}; {records}; commit", head_sql(since, since.is_none()))
            }
        };
        let answer = rows(connection.client(), &sql).await?;
        let head = head(&answer, request, connection)?;
        if head.changed.is_none() {
            request.since = None;
        }
        let wanted = wanted(request, &head);
        let is_guessed = |block: &&BlockSchema| guess.iter().any(|known| known.name == block.name);
        if wanted.iter().all(is_guessed) {
            head.note(connection);
            return Ok(gather(head.epoch, &guess, &answer));
        }
        tries += 1;
        guess = if tries < 4 { wanted } else { request.blocks.to_vec() };
    }
}

/// The same, with a savepoint around each block, so that a table that cannot be read is told of in
/// its own place.
async fn one_by_one(
    connection: &mut Connection,
    request: &Request<'_>,
) -> Result<Fetched, Trouble> {
    let client = connection.client();
    let sql = head_sql(request.since, request.since.is_none());
    let answer = rows(client, &format!("rollback; {BEGIN}; {EACH}; {sql}")).await?;
    let head = head(&answer, request, connection)?;
    let mut fetched = Fetched::unchanged(head.epoch);
    for block in wanted(request, &head) {
        let sql = format!("savepoint one; {}", records_sql(&[block], request.max_record));
        let found = match rows(client, &sql).await {
            Ok(answer) => gather(head.epoch, &[block], &answer).blocks.remove(block.name),
            Err(Trouble::Query(error)) if error.as_db_error().is_some() => {
                client.batch_execute(GO_ON).await?;
                Some(Err(unreadable(&block.table, &error)))
            }
            Err(trouble) => return Err(trouble),
        };
        fetched.blocks.insert(block.name, found.unwrap_or(Ok(None)));
    }
    client.batch_execute("commit").await?;
    head.note(connection);
    Ok(fetched)
}

fn head_sql(since: Option<u64>, columns: bool) -> String {
    let columns = if columns { columns::MARK } else { "null" };
    let changed = since.map_or_else(
        || "null::text".to_owned(),
        |since| {
            format!(
                "(select string_agg(distinct c.block, ',') from config_sdk.change c where c.epoch > {since})"
            )
        },
    );
    format!(
        "select e.epoch, e.floor, {changed} as changed, \
         extract(epoch from pg_postmaster_start_time()) as server, {columns} as columns          from config_sdk.epoch e"
    )
}

/// A row for each active row of each block, all its columns as one object of texts; of one that holds
/// more than `most` bytes of them, only how many. Where the row itself is much larger than that, the
/// texts are not even made.
fn records_sql(blocks: &[&'static BlockSchema], most: u64) -> String {
    let stored = most.saturating_mul(STORED);
    let select = |block: &&BlockSchema| {
        format!(
            "(select {} as block, t.version, coalesce(c.size, pg_column_size(t.*)) as size, \
             case when c.size <= {most} then c.record end as record \
             from {} t cross join lateral (select json_object_agg(key, value)::text as record, \
             sum(octet_length(value)) as size from jsonb_each_text(to_jsonb(t.*)) \
             where pg_column_size(t.*) <= {stored}) c \
             where t.status = 'active' limit 2)",
            ddl::text(block.name),
            quoted_table(&block.table)
        )
    };
    blocks.iter().map(select).collect::<Vec<_>>().join(" union all ")
}

async fn rows(client: &Client, sql: &str) -> Result<Vec<SimpleQueryRow>, Trouble> {
    let messages = client.simple_query(sql).await?;
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    };
    Ok(messages.into_iter().filter_map(row).collect())
}

fn head(
    answer: &[SimpleQueryRow],
    request: &Request<'_>,
    connection: &Connection,
) -> Result<Head, Trouble> {
    let strange = || {
        Trouble::Store(SourceError::refused(
            "config_sdk.epoch has no row: run the SQL that `schema` prints",
        ))
    };
    let row = answer.first().ok_or_else(strange)?;
    let number = |column| row.try_get(column).ok().flatten().and_then(|text| text.parse().ok());
    let epoch = number("epoch").ok_or_else(strange)?;
    let floor = number("floor").ok_or_else(strange)?;
    let text = |column| row.try_get(column).ok().flatten().map(str::to_owned);
    let (server, columns): (_, Option<String>) = (text("server"), text("columns"));
    let are_same = columns.as_ref().is_none_or(|mark| connection.columns.are(mark));
    let is_same = are_same && server == connection.server;
    let since = request.counts_from(floor, epoch).filter(|_| is_same);
    let changed = since.map(|_| {
        let names = row.try_get("changed").ok().flatten().unwrap_or_default();
        names.split(',').map(str::to_owned).collect()
    });
    Ok(Head { epoch, changed, server, columns })
}

impl Head {
    /// Notes what was read, now that it was.
    fn note(&self, connection: &mut Connection) {
        connection.server.clone_from(&self.server);
        if let Some(mark) = &self.columns {
            connection.columns.note(mark);
        }
    }
}

fn wanted(request: &Request<'_>, head: &Head) -> Vec<&'static BlockSchema> {
    blocks(request, |name| {
        request.also.contains(&name)
            || head.changed.as_ref().is_none_or(|changed| changed.contains(name))
    })
}

fn blocks(request: &Request<'_>, choose: impl Fn(&str) -> bool) -> Vec<&'static BlockSchema> {
    request.blocks.iter().copied().filter(|block| choose(block.name)).collect()
}

/// What the answer says of `blocks`; a block without a row has none.
fn gather(epoch: u64, blocks: &[&'static BlockSchema], answer: &[SimpleQueryRow]) -> Fetched {
    let mut records: BTreeMap<&str, Vec<Result<Record, String>>> = BTreeMap::new();
    for row in answer {
        if let Ok(Some(block)) = row.try_get("block") {
            records.entry(block).or_default().push(record(row));
        }
    }
    let mut fetched = Fetched::unchanged(epoch);
    for block in blocks {
        let rows = records.remove(block.name).unwrap_or_default();
        let rows: Result<Vec<_>, _> = rows.into_iter().collect();
        let found: Found = rows.and_then(|rows| row::only(rows, &block.table));
        fetched.blocks.insert(block.name, found);
    }
    fetched
}

fn record(row: &SimpleQueryRow) -> Result<Record, String> {
    let cell = |name| row.try_get(name).ok().flatten();
    let Some(text) = cell("record") else {
        let size = cell("size").and_then(|size| size.parse().ok()).unwrap_or(u64::MAX);
        return Ok(row::left_out(cell("version"), size));
    };
    let columns: Result<BTreeMap<String, Option<String>>, _> = serde_json::from_str(text);
    columns.map(row::record).map_err(|error| format!("its row cannot be read: {error}"))
}

fn unreadable(table: &str, error: &Error) -> String {
    let said = told(error);
    let remedy = match error.code() {
        Some(&SqlState::UNDEFINED_TABLE | &SqlState::UNDEFINED_COLUMN) => {
            "add `.migrate()`, or run the SQL that `schema` prints"
        }
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => "grant select on it to this user",
        Some(&SqlState::QUERY_CANCELED) => {
            "it takes too long to read: see what it is and who uses it"
        }
        Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            "somebody holds a lock on it, and has to end their transaction (pg_stat_activity shows it)"
        }
        _ => "see the server's log",
    };
    format!("table {table}: {said}: {remedy}")
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Query(error)
    }
}
