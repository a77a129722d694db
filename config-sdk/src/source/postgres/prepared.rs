//! Questions that are asked again and again: prepared, where a connection is one session of the server.
//!
//! Through a pooler in transaction mode each question may reach another session, which knows nothing of
//! what was prepared, or something else by that name; and what is set in one would stay there for others.
//! So nothing is prepared before listening has shown that there is no such pooler. Settings go with the
//! beginning of the session, where no pooler passes them on to others; a mark among them tells it from
//! any other, and comes back with each answer.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Statement};

use super::connection::rows;
use super::text_row::TextRow;
use crate::source::Incoming;

/// What holds for each question, as if a transaction of its own had been begun for it. A plan is made
/// once, and serves whatever the log and the tables come to hold: by their indexes.
const SETTINGS: &str = "-c timezone=UTC -c lock_timeout=250ms -c statement_timeout=4s \
    -c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on \
    -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off -c config_sdk.session=";

/// The mark of the session, in SQL.
pub(super) const SESSION: &str = "current_setting('config_sdk.session', true)";

/// Most questions that are known at a time.
const MOST: usize = 32;

/// What a session has prepared.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The mark of the session.
    session: String,
    /// By the SQL that takes an epoch; nothing yet of what was asked once only.
    statements: HashMap<String, Option<Statement>>,
    /// Another session has answered.
    is_over: bool,
}

impl Prepared {
    /// Nothing yet, in a session that is to begin.
    pub(super) fn new() -> Self {
        let session = format!("{:016x}", fastrand::u64(..));
        Self { session, statements: HashMap::new(), is_over: false }
    }

    /// What the session has to begin with, beside the `options` of whoever begins it.
    pub(super) fn options(&self, options: Option<&str>) -> String {
        format!("{} {SETTINGS}{}", options.unwrap_or_default(), self.session)
    }

    /// Whether it is the session that answers.
    pub(super) async fn has_begun(&self, client: &Client) -> Result<bool, Error> {
        Ok(self.is_ours(&rows(client, &format!("select {SESSION} as session")).await?))
    }

    /// The answer to `sql`, which takes an epoch for `$1`, yields nothing but texts, and [`SESSION`] as
    /// `session`. `None` if that is not prepared, or no longer.
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
            Ok(rows) if self.is_ours(&rows) => Ok(Some(rows)),
            Ok(_) => {
                tracing::debug!("another session answered; nothing is prepared any more");
                self.is_over = true;
                Ok(None)
            }
            Err(error) if is_forgotten(&error) => {
                self.statements.clear();
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What was prepared for `sql`; it is when it is asked for the second time.
    async fn statement(&mut self, client: &Client, sql: &str) -> Result<Option<&Statement>, Error> {
        if self.is_over {
            return Ok(None);
        }
        if !self.statements.contains_key(sql) {
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

    fn is_ours(&self, rows: &[TextRow]) -> bool {
        rows.iter().find_map(|row| row.get("session")) == Some(self.session.as_str())
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
