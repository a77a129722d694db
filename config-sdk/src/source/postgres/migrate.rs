//! Bringing a Postgres store up to the blocks' types, and saying where it is not.

use std::time::Duration;

use tokio::time::sleep;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use super::{blueprint, catalog, connection, roles};
use crate::schema::BlockSchema;
use crate::source::ddl::{Difference, Drift, Step};

/// What instances that start at once queue for: "config" in ASCII.
const LOCK: i64 = 0x636f_6e66_6967;

/// How often to try while others are using what has to change, and the pause between.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// Creates what is missing and replaces what is outdated, in one transaction; drops neither a table
/// nor a column, and changes no value. What it leaves to a person comes back as steps that are not
/// done.
///
/// If the future is dropped, the connection is left in a transaction: drop it, too.
///
/// # Errors
/// The server's; then nothing was done.
pub(crate) async fn migrate(client: &Client, blocks: &[&BlockSchema]) -> Result<Vec<Step>, Error> {
    patiently(client, blocks, |drift| drift.safe).await
}

/// Adds to adopted tables what tells of their changes, and touches nothing else; otherwise as
/// [`migrate`].
///
/// # Errors
/// The server's; then nothing was done.
pub(crate) async fn adopt(client: &Client, blocks: &[&BlockSchema]) -> Result<Vec<Step>, Error> {
    let adopted: Vec<_> = blocks.iter().copied().filter(|block| block.adopt).collect();
    patiently(client, &adopted, |drift| drift.offered).await
}

/// Which differences are mended.
type Meant = fn(&Drift) -> bool;

async fn patiently(
    client: &Client,
    blocks: &[&BlockSchema],
    is_meant: Meant,
) -> Result<Vec<Step>, Error> {
    for _ in 1..TRIES {
        match try_migrate(client, blocks, is_meant).await {
            Err(error) if is_in_use(&error) => sleep(PAUSE).await,
            done => return done,
        }
    }
    try_migrate(client, blocks, is_meant).await
}

/// Whether others are using a table that has to change.
fn is_in_use(error: &Error) -> bool {
    let state = error.code();
    state == Some(&SqlState::LOCK_NOT_AVAILABLE) || state == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}

async fn try_migrate(
    client: &Client,
    blocks: &[&BlockSchema],
    is_meant: Meant,
) -> Result<Vec<Step>, Error> {
    // Read committed, so that after the wait one sees what the others have done. Whoever wants a
    // table while we wait for it waits, too: not for long. And where an edit and we hold what the
    // other wants, it is we who give way, before the server looks for deadlocks.
    let begin = format!(
        "begin isolation level read committed; select pg_advisory_xact_lock({LOCK}); \
         set local lock_timeout = '100ms'"
    );
    let steps = match client.batch_execute(&begin).await {
        Ok(()) => mend(client, blocks, is_meant).await,
        Err(error) => Err(error),
    };
    match steps {
        Ok(steps) => client.batch_execute("commit").await.map(|()| steps),
        Err(error) => {
            // The first error is the one to report, whatever becomes of the connection.
            let _ = client.batch_execute("rollback").await;
            Err(error)
        }
    }
}

/// `sql` as one transaction, which waits for others that do the same and for those that migrate.
pub(crate) fn in_turn(sql: &str) -> String {
    format!(
        "begin;\ndo $$ begin perform pg_advisory_xact_lock({LOCK}); end $$;\n\n{sql}\ncommit;\n"
    )
}

/// Everything in which the store differs from the blocks' types: nothing, right after [`migrate`],
/// unless a person has to decide. Changes nothing.
///
/// # Errors
/// The server's.
pub(crate) async fn check(
    client: &Client,
    blocks: &[&BlockSchema],
) -> Result<Vec<Difference>, Error> {
    let wanted: Vec<_> = blocks.iter().map(|block| blueprint(block)).collect();
    let drifts = catalog::differences(client, &wanted).await?;
    let drifts = drifts.into_iter().filter(|drift| !drift.offered);
    Ok(drifts.map(Drift::difference).collect())
}

/// Forgets all changes but those of the newest `keep` epochs, and says how many it forgot.
///
/// # Errors
/// The server's.
pub(crate) async fn prune(client: &Client, keep: u64) -> Result<u64, Error> {
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    let sql = format!("select config_sdk.prune({keep})");
    let count = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten()?.parse().ok(),
        _ => None,
    };
    Ok(client.simple_query(&sql).await?.iter().find_map(count).unwrap_or_default())
}

/// What is still different after all that can be mended has been is what is left to a person.
async fn mend(
    client: &Client,
    blocks: &[&BlockSchema],
    is_meant: Meant,
) -> Result<Vec<Step>, Error> {
    let wanted: Vec<_> = blocks.iter().map(|block| blueprint(block)).collect();
    let mut left = catalog::differences(client, &wanted).await?;
    let mut steps = Vec::new();
    if left.iter().any(is_meant) {
        for mut drift in left {
            if is_meant(&drift) && run(client, &mut drift).await? {
                steps.push(drift.done());
            }
        }
        left = catalog::differences(client, &wanted).await?;
        grant(client, blocks).await?;
    }
    steps.extend(left.into_iter().map(Drift::left));
    Ok(steps)
}

/// Lets the roles that are used here have their rights to what was made as well.
async fn grant(client: &Client, blocks: &[&BlockSchema]) -> Result<(), Error> {
    let used = connection::rows(client, roles::ARE_USED).await?;
    match used.first().and_then(|row| row.get("used")) {
        Some("t") => client.batch_execute(&roles::grants(blocks)).await,
        _ => Ok(()),
    }
}

/// Mends `drift`, by its fallback if rows stand in the way; false if they still do.
async fn run(client: &Client, drift: &mut Drift) -> Result<bool, Error> {
    loop {
        let sql = format!("savepoint step;\n{}\nrelease step", drift.sql);
        let Err(error) = client.batch_execute(&sql).await else {
            return Ok(true);
        };
        let state = error.code().map_or("", |state| state.code());
        if !state.starts_with("23") {
            return Err(error);
        }
        client.batch_execute("rollback to step; release step").await?;
        match drift.fallback.take() {
            Some(fallback) => drift.sql = fallback,
            None => return Ok(false),
        }
    }
}
