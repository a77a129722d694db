//! Questions that are asked again and again: prepared, where a connection is one session of the server.
//!
//! Through a pooler in transaction mode each question may reach another session, which knows nothing of
//! what was prepared, or something else by that name. So nothing is prepared before listening has shown
//! that there is no such pooler, and each answer says which session gave it.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Statement};

use super::connection::session;
use super::text_row::TextRow;
use crate::source::Incoming;

/// What holds for each question from then on, as if a transaction of its own had been begun for it. A
/// plan is made once, and serves whatever the log and the tables come to hold: by their indexes.
const SETTINGS: &str = "set session characteristics as transaction isolation level repeatable read read only; \
    set timezone = 'UTC'; set lock_timeout = '250ms'; set statement_timeout = '4s'; \
    set plan_cache_mode = 'force_generic_plan'; set enable_seqscan = off; set jit = off";

/// Most questions that are known at a time.
const MOST: usize = 32;

/// What a session has prepared.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// The session that has the settings.
    session: Option<String>,
    /// By the SQL that takes an epoch; nothing yet of what was asked once only.
    statements: HashMap<String, Option<Statement>>,
    /// It is no session after all, or cannot have the settings.
    is_over: bool,
}

impl Prepared {
    /// The answer to `sql`, which takes an epoch for `$1`, yields nothing but texts, and the number of
    /// the session as `session`. `None` if that is not prepared, or no longer.
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
        if self.session.is_none() {
            match session(client, SETTINGS).await {
                Ok(number) => self.session = Some(number),
                Err(error) if error.as_db_error().is_some() => {
                    tracing::debug!(%error, "this server takes other settings; nothing is prepared");
                    self.is_over = true;
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        let place = self.statements.entry(sql.to_owned()).or_default();
        if place.is_none() {
            *place = Some(client.prepare(sql).await?);
        }
        Ok(place.as_ref())
    }

    fn is_ours(&self, rows: &[TextRow]) -> bool {
        rows.iter().find_map(|row| row.get("session")) == self.session.as_deref()
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
