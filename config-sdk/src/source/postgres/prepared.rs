//! Questions that are asked again and again: prepared, where a connection is one session of the server.
//!
//! Through a pooler in transaction mode each question may reach another session, which knows nothing of
//! what was prepared, or something else by that name; and what is set in one would stay there for others.
//! So nothing is prepared before listening has shown that there is no such pooler. Settings go with the
//! beginning of the session, which such poolers refuse or leave out; a mark among them tells.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Statement};

use super::connection::rows;
use super::text_row::TextRow;
use crate::source::Incoming;

/// What holds for each question, as in a transaction of its own. A plan is made once, and serves whatever
/// the log and the tables come to hold: by their indexes. No isolation level is among them: one statement
/// sees one moment by itself, and that after it has its locks.
const SETTINGS: &str = "-c timezone=UTC -c lock_timeout=250ms -c statement_timeout=4s \
    -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off \
    -c config_sdk.session=";

/// Most questions that are known at a time.
const MOST: usize = 32;

/// What a session has prepared.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The mark of the session.
    session: String,
    /// By the SQL that takes an epoch; nothing yet of what was asked once only.
    statements: HashMap<String, Option<Statement>>,
}

impl Prepared {
    /// Nothing yet, in a session that is to begin.
    pub(super) fn new() -> Self {
        let session = format!("{:016x}", fastrand::u64(..));
        Self { session, statements: HashMap::new() }
    }

    /// What the session has to begin with, beside the `options` of whoever begins it.
    pub(super) fn options(&self, options: Option<&str>) -> String {
        format!("{} {SETTINGS}{}", options.unwrap_or_default(), self.session)
    }

    /// Whether it is the session that answers.
    pub(super) async fn has_begun(&self, client: &Client) -> Result<bool, Error> {
        let answer =
            rows(client, "select current_setting('config_sdk.session', true) as mark").await?;
        Ok(answer.first().and_then(|row| row.get("mark")) == Some(&self.session))
    }

    /// The answer to `sql`, which takes an epoch for `$1` and yields nothing but texts. `None` if that is
    /// not prepared, or no longer.
    pub(super) async fn ask(
        &mut self,
        client: &Client,
        sql: &str,
        since: i64,
        incoming: &Incoming,
    ) -> Result<Option<Vec<TextRow>>, Error> {
        let answer = match self.statement(client, sql).await {
            Ok(Some(statement)) => answer(client, statement, since, incoming).await,
            Ok(None) => return Ok(None),
            Err(error) => Err(error),
        };
        match answer {
            Err(error) if is_forgotten(&error) => {
                self.statements.clear();
                Ok(None)
            }
            answer => answer.map(Some),
        }
    }

    /// What was prepared for `sql`; it is when it is asked for the second time.
    async fn statement(&mut self, client: &Client, sql: &str) -> Result<Option<&Statement>, Error> {
        if !self.statements.contains_key(sql) {
            if self.statements.len() >= MOST {
                self.statements.retain(|_, statement| statement.is_some());
            }
            if self.statements.len() >= MOST {
                self.statements.clear();
            }
            self.statements.insert(sql.to_owned(), None);
            return Ok(None);
        }
        let place = self.statements.entry(sql.to_owned()).or_default();
        if place.is_none() {
            *place = Some(client.prepare(sql).await?);
        }
        Ok(place.as_ref())
    }
}

async fn answer(
    client: &Client,
    statement: &Statement,
    since: i64,
    incoming: &Incoming,
) -> Result<Vec<TextRow>, Error> {
    let mut answer = pin!(client.query_raw(statement, [since]).await?);
    let mut rows = Vec::new();
    while let Some(row) = answer.try_next().await? {
        incoming.more();
        rows.push(TextRow::Prepared(row));
    }
    Ok(rows)
}

/// Whether it is about what was prepared, and not about what was asked.
fn is_forgotten(error: &Error) -> bool {
    let about = [
        SqlState::INVALID_SQL_STATEMENT_NAME,
        SqlState::DUPLICATE_PSTATEMENT,
        SqlState::FEATURE_NOT_SUPPORTED,
    ];
    error.code().is_some_and(|code| about.contains(code))
}
