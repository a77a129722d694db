//! Reading a Postgres database as of one moment, in as few round trips as that takes.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::address::Address;
use super::answer::Answer;
use super::connection::{Connection, Trouble, arriving, failure, rows, told};
use super::head::{self, Head};
use super::select::{self, Scope, Since};
use super::text_row::TextRow;
use crate::schema::BlockSchema;
use crate::source::{Fetched, Request, SourceError};

/// One snapshot for everything that follows; times print in UTC; a locked table holds nobody up for
/// long, for only what rewrites a table keeps readers out of it.
pub(super) const BEGIN: &str = "begin isolation level repeatable read read only; \
    set local timezone = 'UTC'; set local lock_timeout = '250ms'; set local statement_timeout = '4s'";

/// Where all copies of a keyed block are read, which may be many: not by an index, whatever the session
/// prefers.
const MORE_TIME: &str = "set local statement_timeout = '30s'; set local enable_seqscan = on; \
    set local enable_bitmapscan = on";

/// Table by table there is less time for each: what all of them took may be the fault of one.
const EACH: &str = "set local statement_timeout = '400ms'";

/// After a table that could not be read; many that are locked or slow must not add up.
const GO_ON: &str = "rollback to savepoint one; set local lock_timeout = '10ms'; \
    set local statement_timeout = '50ms'";

/// Most blocks in a question that is prepared.
const MOST_PREPARED: usize = 16;

/// A block and which of its rows.
type Part = (&'static BlockSchema, Extent);

/// Which rows of a block.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    All,
    /// Those of keys that have changed since.
    Changed,
}

/// Yields what `request` asks for.
///
/// The simple protocol works through poolers, and sends several statements in one round trip. What is
/// asked again and again is prepared, where nothing stands in between.
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
        let answer = ask(connection, request, &guess).await?;
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
        guess = if tries < 4 { wanted } else { held(request, Extent::All) };
    }
}

/// Asks for the head, and for the rows of `parts` as of the same moment.
async fn ask(
    connection: &mut Connection,
    request: &Request<'_>,
    parts: &[Part],
) -> Result<Vec<TextRow>, Error> {
    // Now and then an idle poll looks at the columns, too: where nobody can listen, no heartbeat does.
    let is_due = parts.is_empty() && connection.columns.is_due();
    let is_small = !parts.iter().any(is_long) && parts.len() <= MOST_PREPARED;
    if let Some(since) = request.since.filter(|_| is_small && !is_due && connection.prepares()) {
        let sql = statement(request, parts);
        if let Some(answer) = connection.ask(&sql, since, request.incoming).await? {
            return Ok(answer);
        }
    }
    let since = request.since.map(Since::Epoch);
    let head = head::sql(request, since, since.is_none() || is_due);
    let sql = match parts {
        // The idle poll: one trivial query, whatever the number of blocks and keys.
        [] => head,
        parts => {
            let lock = select::lock(parts.iter().map(|(block, _)| *block));
            format!("{}; {lock}{head}; {}; commit", begin(parts), records(parts, request, since))
        }
    };
    arriving(connection.client(), &sql, request.incoming).await
}

/// All of it as one statement that is given the epoch, and sees one moment by itself.
fn statement(request: &Request<'_>, parts: &[Part]) -> String {
    let since = Some(Since::Given);
    let head = head::sql(request, since, false);
    if parts.is_empty() {
        return head;
    }
    let no_head = head::COLUMNS.map(|_| "null").join(", ");
    let no_row = select::COLUMNS.map(|column| format!("null::text as {column}")).join(", ");
    let row = select::COLUMNS.map(|column| format!("r.{column}::text")).join(", ");
    format!(
        "select h.*, {no_row} from ({head}) h union all select {no_head}, {row} from ({}) r",
        records(parts, request, since)
    )
}

/// The same, with a savepoint around each block, so that a table that cannot be read is told of in
/// its own place.
async fn one_by_one(
    connection: &mut Connection,
    request: &Request<'_>,
) -> Result<Fetched, Trouble> {
    let client = connection.client();
    let since = request.since.map(Since::Epoch);
    let head = head::sql(request, since, since.is_none());
    let answer = rows(client, &format!("rollback; {BEGIN}; {EACH}; {head}")).await?;
    let head = Head::of(&answer, request, connection)?;
    let mut fetched = Fetched::unchanged(head.epoch);
    for part in wanted(request, &head) {
        let time = if is_long(&part) { MORE_TIME } else { "savepoint two" };
        let sql = format!("savepoint one; {time}; {}", records(&[part], request, since));
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
    if request.since.is_none() {
        return held(request, Extent::All);
    }
    let mut guess = held(request, Extent::All);
    guess.retain(|(block, _)| {
        request.also.contains(&block.name) || request.hint.contains(&block.name)
    });
    for (block, extent) in &mut guess {
        if block.is_keyed() && !request.also.contains(&block.name) {
            *extent = Extent::Changed;
        }
    }
    guess
}

/// What has changed and has to be read.
fn wanted(request: &Request<'_>, head: &Head) -> Vec<Part> {
    let part = |(block, _): Part| {
        let changed = head.changed(block, request.also)?;
        let is_few = request.since.is_some() && block.is_keyed() && !changed.is_all(block);
        Some((block, if is_few { Extent::Changed } else { Extent::All }))
    };
    held(request, Extent::All).into_iter().filter_map(part).collect()
}

/// The blocks of which rows are read in a pass; those of others are loaded as they are asked for.
fn held(request: &Request<'_>, extent: Extent) -> Vec<Part> {
    let held = request.blocks.iter().filter(|block| block.is_held());
    held.map(|block| (*block, extent)).collect()
}

fn covers((guess, read): &Part, (wanted, extent): &Part) -> bool {
    guess.name == wanted.name && (*read == Extent::All || *extent == Extent::Changed)
}

fn is_long((block, extent): &Part) -> bool {
    block.is_keyed() && *extent == Extent::All
}

fn begin(parts: &[Part]) -> String {
    match parts.iter().any(is_long) {
        true => format!("{BEGIN}; {MORE_TIME}"),
        false => BEGIN.to_owned(),
    }
}

fn records(parts: &[Part], request: &Request<'_>, since: Option<Since>) -> String {
    let sql = |(block, extent): &Part| {
        let scope = match (extent, since) {
            (Extent::Changed, Some(since)) => Scope::Since(since),
            _ => Scope::All,
        };
        select::sql(block, scope, request.max_record)
    };
    parts.iter().flat_map(sql).collect::<Vec<_>>().join(" union all ")
}

/// Adds what the answer says of one block; a block without a row has none.
fn gather(
    fetched: &mut Fetched,
    request: &Request<'_>,
    head: &Head,
    (block, extent): &Part,
    answer: Result<&Answer<'_>, String>,
) {
    if !block.is_keyed() {
        let found = answer.and_then(|answer| answer.only(block));
        fetched.blocks.insert(block.name, found);
        return;
    }
    let mut changed = head.changed(block, request.also);
    if *extent == Extent::All {
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
