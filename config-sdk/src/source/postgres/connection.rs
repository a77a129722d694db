//! One connection to Postgres, and what its errors mean.

use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use super::address::{Address, Drive};
use super::columns::Columns;
use super::prepared::Prepared;
use super::text_row::TextRow;
use crate::source::{Incoming, SourceError};

/// How long a session that prepares may take to begin: there is another way without it.
const BEGINS: Duration = Duration::from_secs(1);

/// An open connection; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    client: Client,
    driver: AbortHandle,
    /// When the server that answered last had been started; `None` before the first answer. A pooler
    /// keeps its clients while the server behind it is exchanged, and only this tells.
    pub(super) server: Option<String>,
    pub(super) columns: Columns,
    /// Where the connection is known to be a session.
    prepared: Option<Prepared>,
}

impl Connection {
    pub(super) async fn open(address: &Address) -> Result<Self, SourceError> {
        let connected = address.connect(Quietly).await;
        let (client, driver) = connected.map_err(|error| failure(address, &error))?;
        Ok(Self::over(client, driver))
    }

    /// A session that prepares, if the server and what is in between let it begin so, and soon.
    pub(super) async fn open_session(address: &Address) -> Option<Self> {
        let prepared = Prepared::new();
        let begun = async {
            let (client, driver) = address.beginning(&prepared).connect(Quietly).await?;
            let mut session = Self::over(client, driver);
            let has_begun = prepared.has_begun(&session.client).await?;
            session.prepared = Some(prepared);
            Ok::<_, Error>(has_begun.then_some(session))
        };
        let why = match timeout(BEGINS, begun).await {
            Ok(Ok(Some(session))) => return Some(session),
            Ok(Ok(None)) => "it has not the settings that it was to begin with".to_owned(),
            Ok(Err(error)) => told(&error),
            Err(_) => "it takes too long".to_owned(),
        };
        tracing::debug!(why, "a session that prepares cannot begin");
        None
    }

    /// The same, knowing what a `former` connection to the same store knew.
    pub(super) fn knowing(mut self, former: Option<Self>) -> Self {
        if let Some(mut former) = former {
            self.server = former.server.take();
            self.columns = std::mem::take(&mut former.columns);
        }
        self
    }

    fn over(client: Client, driver: AbortHandle) -> Self {
        Self { client, driver, server: None, columns: Columns::default(), prepared: None }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether what is asked again and again may be prepared.
    pub(super) fn prepares(&self) -> bool {
        self.prepared.is_some()
    }

    /// The answer to `sql`, as [`Prepared::ask`] yields it.
    pub(super) async fn ask(
        &mut self,
        sql: &str,
        since: u64,
        incoming: &Incoming,
    ) -> Result<Option<Vec<TextRow>>, Error> {
        match (&mut self.prepared, i64::try_from(since)) {
            (Some(prepared), Ok(since)) => prepared.ask(&self.client, sql, since, incoming).await,
            _ => Ok(None),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }
}

/// Drives a connection that nobody listens on.
struct Quietly;

impl Drive for Quietly {
    async fn drive<S, T>(self, connection: tokio_postgres::Connection<S, T>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to postgres ended");
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Runs `sql`, and yields the number of the session that did: what is sent at once is one session's.
pub(super) async fn session(client: &Client, sql: &str) -> Result<String, Error> {
    let messages = client.simple_query(&format!("{sql}; select pg_backend_pid()")).await?;
    let number = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten().map(str::to_owned),
        _ => None,
    };
    Ok(messages.iter().find_map(number).unwrap_or_default())
}

/// Why a round trip brought nothing.
pub(super) enum Trouble {
    /// The server or the connection refused.
    Query(Error),
    /// It answered, and not what a store answers.
    Store(SourceError),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Query(error)
    }
}

/// Runs `sql`, and yields the rows of all its statements.
pub(super) async fn rows(client: &Client, sql: &str) -> Result<Vec<TextRow>, Error> {
    arriving(client, sql, &Incoming::default()).await
}

/// The same, and says of each message that it has arrived.
pub(super) async fn arriving(
    client: &Client,
    sql: &str,
    incoming: &Incoming,
) -> Result<Vec<TextRow>, Error> {
    let mut messages = pin!(client.simple_query_raw(sql).await?);
    let mut rows = Vec::new();
    while let Some(message) = messages.try_next().await? {
        incoming.more();
        if let SimpleQueryMessage::Row(row) = message {
            rows.push(TextRow::Simple(row));
        }
    }
    Ok(rows)
}

/// What to do where nobody answers, or stops in the middle.
const UNREACHED: &str = "see that the server runs and can be reached from here";

/// What an error means and what to do about it.
pub(super) fn failure(address: &Address, error: &Error) -> SourceError {
    let Some(said) = error.as_db_error() else {
        let said = format!("{address}: {}", told(error));
        return match encryption_remedy(error) {
            Some(remedy) => SourceError::refused(format!("{said}: {remedy}")),
            None => SourceError::unreachable(format!("{said}: {UNREACHED}")),
        };
    };
    let (user, database) = (address.user(), address.database());
    match *said.code() {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            SourceError::refused(format!(
                "{address} does not let `{user}` in ({}): correct user or password in the URL, or \
                 the server's pg_hba.conf",
                said.message()
            ))
        }
        SqlState::INVALID_CATALOG_NAME => SourceError::refused(format!(
            "{address}: there is no database `{database}`: create it, or correct the URL"
        )),
        SqlState::INSUFFICIENT_PRIVILEGE => SourceError::refused(format!(
            "{address}: `{user}` lacks a privilege ({}): grant it, or do this as the tables' owner",
            said.message()
        )),
        SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME => SourceError::refused(format!(
            "{address} is not set up ({}): add `.migrate()`, or run the SQL that `schema` prints",
            said.message()
        )),
        SqlState::LOCK_NOT_AVAILABLE | SqlState::T_R_DEADLOCK_DETECTED => {
            SourceError::unreachable(format!(
                "{address}: a transaction of somebody else holds a lock ({}): try again once it has \
                 ended (pg_stat_activity shows it)",
                said.message()
            ))
        }
        _ => SourceError::unreachable(format!(
            "{address}: {}: if it does not pass by itself, see the server's log",
            said.message()
        )),
    }
}

/// What to do when the two sides cannot agree on encryption.
fn encryption_remedy(error: &Error) -> Option<&'static str> {
    use std::error::Error as _;
    use std::io;

    use rustls::{CertificateError as Certificate, Error as Tls};
    let cause = error.source()?;
    let broken = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match broken.and_then(|broken| broken.downcast_ref::<Tls>()) {
        Some(Tls::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        )) => Some("correct the host in the URL, or say `sslmode=verify-ca`"),
        Some(Tls::InvalidCertificate(Certificate::UnknownIssuer)) => {
            Some("name the authority's certificate by `sslrootcert=PATH`, or say `sslmode=require`")
        }
        Some(Tls::InvalidCertificate(_)) => Some("let the server have a valid certificate"),
        Some(_) => Some("see the server's log for its side of it"),
        // The driver says so only in words.
        None if cause.to_string().contains("does not support TLS") => {
            Some("let the server encrypt, or say `sslmode=disable` in the URL")
        }
        None => None,
    }
}

/// The error and its cause: the driver keeps them apart.
pub(super) fn told(error: &Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
