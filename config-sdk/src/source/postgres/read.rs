//! Reading a Postgres database as of one moment, in as few round trips as that takes.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::address::Address;
use super::connection::{Connection, Trouble, arriving, failure, rows, told};
use super::head::{self, Head};
use super::select::{self, Answer, Scope};
use crate::schema::BlockSchema;
use crate::source::{Fetched, Request, SourceError};

/// One snapshot for everything that follows; times print in UTC; a locked table holds nobody up for
/// long, for only what rewrites a table keeps readers out of it.
pub(super) const BEGIN: &str = "begin isolation level repeatable read read only; \
    set local timezone = 'UTC'; set local lock_timeout = '250ms'; set local statement_timeout = '4s'";

/// Where all copies of a keyed block are read, which may be many.
const MORE_TIME: &str = "set local statement_timeout = '30s'";

/// Table by table there is less time for each: what all of them took may be the fault of one.
const EACH: &str = "set local statement_timeout = '400ms'";

/// After a table that could not be read; many that are locked or slow must not add up.
const GO_ON: &str = "rollback to savepoint one; set local lock_timeout = '10ms'; \
    set local statement_timeout = '50ms'";

/// A block and which of its rows.
type Part = (&'static BlockSchema, Scope<'static>);

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

/// Reads the head, and in the same round trip and snapshot the rows that are likely to have changed.
/// Where the guess fell short, what was learnt is the next guess; the guess that cannot fall short is
/// everything.
async fn together(
    connection: &mut Connection,
    request: &mut Request<'_>,
) -> Result<Fetched, Trouble> {
    let mut guess = guess(request);
    let mut tries = 0;
    loop {
        // Now and then an idle poll looks at the columns, too: where nobody can listen, no heartbeat does.
        let is_due = guess.is_empty() && connection.columns.is_due();
        let head = head::sql(request, request.since.is_none() || is_due);
        let sql = match guess.as_slice() {
            // The idle poll: one trivial query, whatever the number of blocks and keys.
            [] => head,
            parts => format!("{}; {head}; {}; commit", begin(parts), records(parts, request)),
        };
        let answer = arriving(connection.client(), &sql, request.incoming).await?;
        let head = Head::of(&answer, request, connection)?;
        if !head.counts() {
            request.since = None;
        }
        let wanted = wanted(request, &head);
        let is_guessed = |wanted: &Part| guess.iter().any(|guess| covers(guess, wanted));
        if wanted.iter().all(is_guessed) {
            let mut fetched = Fetched::unchanged(head.epoch);
            for part in &guess {
                gather(&mut fetched, request, &head, part, Ok(&Answer::of(&answer)));
            }
            return Ok(finish(connection, request, head, fetched));
        }
        tries += 1;
        guess = if tries < 4 { wanted } else { held(request, Scope::All) };
    }
}

/// The same, with a savepoint around each block, so that a table that cannot be read is told of in
/// its own place.
async fn one_by_one(
    connection: &mut Connection,
    request: &Request<'_>,
) -> Result<Fetched, Trouble> {
    let client = connection.client();
    let head = head::sql(request, request.since.is_none());
    let answer = rows(client, &format!("rollback; {BEGIN}; {EACH}; {head}")).await?;
    let head = Head::of(&answer, request, connection)?;
    let mut fetched = Fetched::unchanged(head.epoch);
    for part in wanted(request, &head) {
        let time = if is_long(&part) { MORE_TIME } else { "savepoint two" };
        let sql = format!("savepoint one; {time}; {}", records(&[part], request));
        match arriving(client, &sql, request.incoming).await {
            Ok(answer) => gather(&mut fetched, request, &head, &part, Ok(&Answer::of(&answer))),
            Err(error) if error.as_db_error().is_some() => {
                client.batch_execute(GO_ON).await?;
                gather(&mut fetched, request, &head, &part, Err(unreadable(part.0, &error)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    client.batch_execute("commit").await?;
    Ok(finish(connection, request, head, fetched))
}

/// What may have changed, as far as is known before asking.
fn guess(request: &Request<'_>) -> Vec<Part> {
    let Some(since) = request.since else {
        return held(request, Scope::All);
    };
    let mut guess = held(request, Scope::All);
    guess.retain(|(block, _)| {
        request.also.contains(&block.name) || request.hint.contains(&block.name)
    });
    for (block, scope) in &mut guess {
        if block.is_keyed() && !request.also.contains(&block.name) {
            *scope = Scope::Since(since);
        }
    }
    guess
}

/// What has changed and has to be read.
fn wanted(request: &Request<'_>, head: &Head) -> Vec<Part> {
    let scope = |(block, _): Part| {
        let changed = head.changed(block, request.also)?;
        let few = request.since.filter(|_| block.is_keyed() && !changed.is_all(block));
        Some((block, few.map_or(Scope::All, Scope::Since)))
    };
    held(request, Scope::All).into_iter().filter_map(scope).collect()
}

/// The blocks of which rows are read in a pass; those of others are loaded as they are asked for.
fn held(request: &Request<'_>, scope: Scope<'static>) -> Vec<Part> {
    let held = request.blocks.iter().filter(|block| block.is_held());
    held.map(|block| (*block, scope)).collect()
}

fn covers((guess, read): &Part, (wanted, scope): &Part) -> bool {
    guess.name == wanted.name && (matches!(read, Scope::All) || matches!(scope, Scope::Since(_)))
}

fn is_long((block, scope): &Part) -> bool {
    block.is_keyed() && matches!(scope, Scope::All)
}

fn begin(parts: &[Part]) -> String {
    match parts.iter().any(is_long) {
        true => format!("{BEGIN}; {MORE_TIME}"),
        false => BEGIN.to_owned(),
    }
}

fn records(parts: &[Part], request: &Request<'_>) -> String {
    let sql = |(block, scope): &Part| select::sql(block, *scope, request.max_record);
    parts.iter().flat_map(sql).collect::<Vec<_>>().join(" union all ")
}

/// Adds what the answer says of one block; a block without a row has none.
fn gather(
    fetched: &mut Fetched,
    request: &Request<'_>,
    head: &Head,
    (block, scope): &Part,
    answer: Result<&Answer<'_>, String>,
) {
    if !block.is_keyed() {
        let found = answer.and_then(|answer| answer.only(block));
        fetched.blocks.insert(block.name, found);
        return;
    }
    let mut changed = head.changed(block, request.also);
    if matches!(scope, Scope::All) {
        changed.get_or_insert_default().add_all();
    }
    if let Some(changed) = changed {
        let rows = answer.and_then(|answer| answer.rows(block, None));
        fetched.keyed.insert(block.name, changed.moved(block, Some(rows)));
    }
}

/// Adds what no row has to be read for.
fn finish(
    connection: &mut Connection,
    request: &Request<'_>,
    head: Head,
    mut fetched: Fetched,
) -> Fetched {
    for block in request.blocks.iter().filter(|block| !block.is_held()) {
        if let Some(changed) = head.changed(block, request.also) {
            fetched.keyed.insert(block.name, changed.moved(block, None));
        }
    }
    head.note(connection);
    fetched.mark = head.mark(connection);
    fetched.identity.clone_from(&head.server);
    fetched.due = head.due;
    fetched.untracked = head.untracked;
    fetched
}

pub(super) fn unreadable(block: &BlockSchema, error: &Error) -> String {
    let said = told(error);
    let remedy = match error.code() {
        Some(&SqlState::UNDEFINED_TABLE | &SqlState::UNDEFINED_COLUMN) if block.adopt => {
            "it is adopted as it is: compare it with the struct"
        }
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
    format!("table {}: {said}: {remedy}", block.table)
}
