//! A person at an SQL prompt: a connection that knows nothing of the library's.

use std::fmt;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::program::Failure;

/// An open `sqlite3` or `psql`.
pub struct Prompt(Place);

enum Place {
    Sqlite(Connection),
    Postgres(Client),
}

/// A row's columns as text.
pub type Row = Vec<Option<String>>;

impl Prompt {
    /// Opens the store at `url`, and makes the file if it is one and not there.
    ///
    /// # Errors
    /// If it cannot be opened, or is no database.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        match url.split_once(':') {
            Some(("sqlite", path)) => Self::file(path.strip_prefix("//").unwrap_or(path)),
            Some(("postgres" | "postgresql", _)) => Self::server(url).await,
            _ => Err("this tour needs SQL: give sqlite:PATH or postgres://… as CONFIG_URL".into()),
        }
    }

    /// Opens the SQLite file at `path`.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn file(path: &str) -> Result<Self, Failure> {
        let connection = Connection::open(path).map_err(|error| {
            format!(
                "{path} cannot be opened ({error}): see that its folder exists and may be written"
            )
        })?;
        connection.busy_timeout(Duration::from_secs(2))?;
        Ok(Self(Place::Sqlite(connection)))
    }

    /// Opens a session on Postgres, as whoever the URL names.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn server(url: &str) -> Result<Self, Failure> {
        let mut config: tokio_postgres::Config = url.parse().map_err(|_| {
            "the tour's own connection cannot be made by this URL: give it as \
             postgres://USER:PASSWORD@HOST:PORT/DATABASE, without words about encryption"
        })?;
        let plain = |error| {
            format!(
                "the tour's own connection is not encrypted, and could not be opened ({}); \
                 run it on a Postgres of this machine",
                answered(error)
            )
        };
        config.application_name("example, prompt");
        let (client, connection) = config.connect(NoTls).await.map_err(plain)?;
        // Ends with the client, or with an error that the client reports too.
        tokio::spawn(connection);
        Ok(Self(Place::Postgres(client)))
    }

    /// Runs one statement, and returns its rows.
    ///
    /// # Errors
    /// What the store answers if it refuses.
    pub async fn run(&self, sql: &str) -> Result<Vec<Row>, Failure> {
        match &self.0 {
            Place::Sqlite(connection) => in_file(connection, sql).map_err(refused),
            Place::Postgres(client) => on_server(client, sql).await.map_err(answered),
        }
    }

    /// The first column of the first row, or nothing.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn one(&self, sql: &str) -> Result<String, Failure> {
        let rows = self.run(sql).await?;
        let first = rows.into_iter().next().and_then(|row| row.into_iter().next());
        Ok(first.flatten().unwrap_or_default())
    }
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt").finish_non_exhaustive()
    }
}

fn in_file(connection: &Connection, sql: &str) -> Result<Vec<Row>, rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let column = |index| Ok(text(row.get_ref(index)?));
        rows.push((0..width).map(column).collect::<Result<_, rusqlite::Error>>()?);
    }
    Ok(rows)
}

async fn on_server(client: &Client, sql: &str) -> Result<Vec<Row>, tokio_postgres::Error> {
    let messages = client.simple_query(sql).await?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let columns = |row: &tokio_postgres::SimpleQueryRow| {
        (0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect()
    };
    Ok(rows.map(columns).collect())
}

/// What SQLite says, without the code in front.
fn refused(error: rusqlite::Error) -> Failure {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.into(),
        other => other.into(),
    }
}

/// What the server says, without what the driver puts around it.
fn answered(error: tokio_postgres::Error) -> Failure {
    match error.as_db_error() {
        Some(said) => said.message().into(),
        None => error.into(),
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
