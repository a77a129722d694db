//! Postgres as the store of a fleet: the one source of truth, with push by LISTEN/NOTIFY.

mod address;
mod adopted;
mod answer;
mod catalog;
mod columns;
mod connection;
mod ddl;
#[cfg(feature = "ops")]
mod deeds;
mod echo;
#[cfg(feature = "ops")]
mod fleet;
mod head;
mod listen;
mod load;
mod migrate;
mod names;
#[cfg(feature = "ops")]
mod past;
#[cfg(feature = "ops")]
mod places;
mod pool;
mod prepared;
mod read;
#[cfg(feature = "ops")]
mod refusal;
mod roles;
mod rules;
mod select;
#[cfg(feature = "ops")]
mod statement;
mod strangers;
mod text_row;
mod tls;
mod triggers;
#[cfg(feature = "ops")]
mod write;

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_postgres::Error;

pub(super) use ddl::{BOOKKEEPING, blueprint};
#[cfg(feature = "testing")]
pub(crate) use listen::heard;
pub(super) use migrate::in_turn;
pub(super) use roles::roles;

use super::{
    BoxFuture, Deaf, Difference, Fetched, Loaded, Request, Signal, Source, SourceError, Step,
    Store, UrlError, Wanted, changed,
};
use crate::key::Pattern;
use crate::schema::BlockSchema;
use address::Address;
use connection::Connection;
use pool::Pool;

/// How long until a session that prepares is tried again where none could begin.
const AGAIN: Duration = Duration::from_secs(60);

/// A Postgres database as the store: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
///
/// Holds two connections: one asks, which is exchanged for one that prepares its questions as soon as that
/// is known to be possible, and one listens; where keys are loaded, or operators and processes that
/// report themselves write and ask (feature `ops`), a third one does that, and up to three more while
/// those take long. Everything but listening also works through a pooler
/// in transaction mode; [`listen_url`](Self::listen_url) leads the other one past it. What is set
/// where the URL is silent, the essay [`deploying`](crate::docs::deploying) lists.
#[derive(Debug)]
pub struct PostgresStore {
    address: Address,
    /// Where to listen, if not there.
    listening: Option<Address>,
    /// From when on a session that prepares may begin, if listening has shown that each connection is
    /// one session of the server.
    sessions: Mutex<Option<Instant>>,
    /// Taken while it is in use: a fetch that is dropped half way takes its connection with it.
    asking: Mutex<Option<Connection>>,
    /// Where keys are loaded, beside the passes; a slow block must not hold back the others.
    loading: Pool,
}

impl PostgresStore {
    /// The database that `url` names; nothing is connected yet.
    ///
    /// # Errors
    /// What is wrong with the URL, without the URL itself.
    pub fn new(url: &str) -> Result<Self, UrlError> {
        Ok(Self {
            address: Address::parse(url).map_err(UrlError::Postgres)?,
            listening: None,
            sessions: Mutex::default(),
            asking: Mutex::new(None),
            loading: Pool::new(),
        })
    }

    /// Listens at `url`, where the other one leads through a pooler in transaction mode: the same
    /// database, reached directly.
    ///
    /// # Errors
    /// What is wrong with the URL, without the URL itself.
    pub fn listen_url(self, url: &str) -> Result<Self, UrlError> {
        let listening = Address::parse(url).map_err(UrlError::Listen)?;
        Ok(Self { listening: Some(listening), ..self })
    }

    /// Notes whether what is notified on one connection is heard on another: each is a session then.
    async fn heard(&self, is_heard: bool) {
        // Where listening goes elsewhere, there is a pooler here.
        let is_session = is_heard && self.listening.is_none();
        *self.sessions.lock().await = is_session.then(Instant::now);
    }

    fn listening_address(&self) -> &Address {
        self.listening.as_ref().unwrap_or(&self.address)
    }

    /// The open connection, or a new one: one that prepares, wherever that can be.
    async fn connection(&self) -> Result<Connection, SourceError> {
        let open = self.asking.lock().await.take().filter(Connection::is_open);
        let prepares = open.as_ref().is_some_and(Connection::prepares);
        let begins = |from: &Instant| !prepares && *from <= Instant::now();
        if self.sessions.lock().await.filter(begins).is_some() {
            match Connection::open_session(&self.address).await {
                Some(session) => return Ok(session.knowing(open)),
                None => {
                    let mut sessions = self.sessions.lock().await;
                    *sessions = sessions.map(|_| Instant::now() + AGAIN);
                }
            }
        }
        match open {
            Some(connection) => Ok(connection),
            None => Connection::open(&self.address).await,
        }
    }

    async fn ask(&self, request: Request<'_>) -> Result<Fetched, SourceError> {
        let mut connection = self.connection().await?;
        let fetched = read::fetch(&mut connection, &self.address, request).await?;
        *self.asking.lock().await = Some(connection);
        Ok(fetched)
    }

    async fn load_some(&self, wanted: Wanted<'_>) -> Result<Loaded, SourceError> {
        let load =
            async |connection: &Connection| load::load(connection, &self.address, wanted).await;
        self.loading.with(&self.address, load).await
    }

    /// Runs `sql` where the store is asked, and yields the number of the session that did.
    async fn session(&self, sql: &str) -> Result<Result<String, Error>, SourceError> {
        let connection = self.connection().await?;
        let session = connection::session(connection.client(), sql).await;
        *self.asking.lock().await = Some(connection);
        Ok(session)
    }
}

impl Source for PostgresStore {
    fn name(&self) -> String {
        format!("postgres {}", self.address)
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(self.ask(request))
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        Box::pin(self.load_some(wanted))
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        Box::pin(listen::listen(self, signal))
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

    fn adopt<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>> {
        Box::pin(async move {
            let connection = Connection::open(&self.address).await?;
            let steps = migrate::adopt(connection.client(), blocks).await;
            steps.map_err(|error| connection::failure(&self.address, &error))
        })
    }

    fn invalidate<'a>(
        &'a self,
        block: &'static BlockSchema,
        keys: &'a Pattern,
    ) -> BoxFuture<'a, Result<u64, SourceError>> {
        let keys = select::escaped(&changed::logged(block, keys));
        let sql = format!(
            "select config_sdk.invalidate({}, {keys}) as epoch",
            select::escaped(block.name)
        );
        Box::pin(async move {
            // Not where the store is asked: a fetch that finds that connection taken opens another, and
            // has to read everything there.
            let write = async |connection: &Connection| {
                let answer = connection::rows(connection.client(), &sql).await;
                answer.map_err(|error| connection::failure(&self.address, &error))
            };
            let answer = self.loading.with(&self.address, write).await?;
            let epoch = answer.first().and_then(|row| row.get("epoch")?.parse().ok());
            epoch.ok_or_else(|| SourceError::refused("the server did not say the new epoch"))
        })
    }

    fn prune(&self, keep: u64) -> BoxFuture<'_, Result<u64, SourceError>> {
        Box::pin(async move {
            let connection = Connection::open(&self.address).await?;
            let pruned = migrate::prune(connection.client(), keep).await;
            pruned.map_err(|error| connection::failure(&self.address, &error))
        })
    }
    #[cfg(feature = "ops")]
    fn writer(&self) -> Option<&dyn super::Writer> {
        Some(self)
    }
}
