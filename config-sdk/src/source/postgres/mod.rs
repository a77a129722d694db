//! Postgres as the store of a fleet: the one source of truth, with push by LISTEN/NOTIFY.

mod address;
mod catalog;
mod connection;
mod ddl;
mod listen;
mod migrate;
mod names;
mod read;
mod rules;
mod tls;
mod triggers;

use tokio::sync::Mutex;

pub(super) use ddl::{BOOKKEEPING, blueprint};

use super::{
    BoxFuture, Deaf, Difference, Fetched, Request, Signal, Source, SourceError, Step, Store,
};
use crate::schema::BlockSchema;
use address::Address;
use connection::Connection;

/// A Postgres database as the store: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
///
/// Holds two connections: one asks, one listens. Everything but listening also works through a
/// pooler in transaction mode.
#[derive(Debug)]
pub struct PostgresStore {
    address: Address,
    /// Taken while it is in use: a fetch that is dropped half way takes its connection with it.
    asking: Mutex<Option<Connection>>,
}

impl PostgresStore {
    /// The database that `url` names; nothing is connected yet.
    ///
    /// # Errors
    /// What is wrong with the URL, without the URL itself.
    pub(crate) fn new(url: &str) -> Result<Self, String> {
        Ok(Self {
            address: Address::parse(url)?,
            asking: Mutex::new(None),
        })
    }

    /// The open connection, or a new one; `true` says that it is new, so that nothing known before
    /// can be counted on: it may be another database by now.
    async fn connection(&self) -> Result<(Connection, bool), SourceError> {
        match self.asking.lock().await.take().filter(Connection::is_open) {
            Some(connection) => Ok((connection, false)),
            None => Ok((Connection::open(&self.address).await?, true)),
        }
    }

    async fn ask(&self, request: Request<'_>) -> Result<Fetched, SourceError> {
        let (connection, fresh) = self.connection().await?;
        let mut request = request;
        if fresh {
            request.since = None;
        }
        let fetched = read::fetch(connection.client(), &self.address, &request).await?;
        *self.asking.lock().await = Some(connection);
        Ok(fetched)
    }
}

impl Source for PostgresStore {
    fn name(&self) -> String {
        format!("postgres {}", self.address)
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(self.ask(request))
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        Box::pin(listen::listen(&self.address, signal))
    }

    fn store(&self) -> Option<&dyn Store> {
        Some(self)
    }
}

impl Store for PostgresStore {
    fn migrate<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>> {
        Box::pin(async move {
            let connection = Connection::open(&self.address).await?;
            let steps = migrate::migrate(connection.client(), blocks).await;
            steps.map_err(|error| connection::failure(&self.address, &error))
        })
    }

    fn check<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Difference>, SourceError>> {
        Box::pin(async move {
            let connection = Connection::open(&self.address).await?;
            let found = migrate::check(connection.client(), blocks).await;
            found.map_err(|error| connection::failure(&self.address, &error))
        })
    }
}
