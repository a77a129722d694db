//! Putting a configuration together and starting it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::config::Running;
use super::environment::Variables;
use super::place::{Given, Place};
use super::registration::{self, KeyedRegistration, Registration};
use super::{Config, Mistake, StartError, start};
use crate::block::{ConfigBlock, KeyedBlock};
use crate::keyed::{AnyShelf, KeyedOptions, Outbox};
use crate::refresh::{self, Beside, Loader, Migration, Refresher, Settings, Started};
use crate::schema::BlockSchema;
#[cfg(feature = "redis")]
use crate::source::RedisOptions;
use crate::source::{BoxFuture, MAX_RECORD, Source, SourceError};

/// Longest time that anything is waited for: clocks do not count to [`Duration::MAX`].
pub(super) const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Puts a configuration together; made by [`Config::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `start`"]
pub struct ConfigBuilder {
    pub(super) blocks: Vec<Registration>,
    pub(super) keyed: Vec<KeyedRegistration>,
    pub(super) place: Place,
    ttl: Duration,
    pub(super) start_timeout: Duration,
    pub(super) env_prefix: Option<String>,
    pub(super) variables: Option<Variables>,
    pub(super) migrate: bool,
    pub(super) max_record: u64,
    pub(super) hangup: bool,
    pub(super) last_good: Option<PathBuf>,
    #[cfg(feature = "ops")]
    pub(super) identity: Option<refresh::Identity>,
}

impl ConfigBuilder {
    pub(super) fn new() -> Self {
        Self {
            blocks: Vec::new(),
            keyed: Vec::new(),
            place: Place::default(),
            ttl: Duration::from_secs(60),
            start_timeout: Duration::from_secs(5),
            env_prefix: None,
            variables: None,
            migrate: false,
            max_record: MAX_RECORD,
            hangup: false,
            last_good: None,
            #[cfg(feature = "ops")]
            identity: None,
        }
    }

    /// Registers a block.
    pub fn block<T: ConfigBlock>(mut self) -> Self {
        self.blocks.push(Registration::of::<T>());
        self
    }

    /// Registers a keyed block, with how its copies are kept in memory.
    pub fn keyed<T: KeyedBlock>(mut self, options: KeyedOptions) -> Self {
        self.keyed.push(KeyedRegistration::of::<T>(options));
        self
    }

    /// Says where the store is: `memory:`, `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    /// What is wrong with it is told by [`start`](Self::start).
    pub fn url(mut self, url: &str) -> Self {
        self.place.store = Some(Given::Url(url.to_owned()));
        self
    }

    /// Listens for changes at this URL of the same Postgres database, where [`url`](Self::url) leads
    /// through a pooler in transaction mode: that passes everything on but notifications. Without it,
    /// changes behind such a pooler are found by polling.
    pub fn listen_url(mut self, url: &str) -> Self {
        self.place.listen = Some(url.to_owned());
        self
    }

    /// Looks for copies of bounded keyed blocks in a Redis server at `redis://HOST:PORT/NUMBER` (or
    /// `rediss://…`, encrypted) before it asks the store, and has processes tell each other of
    /// changes there; see the essay [`shared_tier`](crate::docs::shared_tier). The program neither
    /// waits for the server nor needs it.
    #[cfg(feature = "redis")]
    pub fn redis(self, url: &str) -> Self {
        self.redis_with(url, RedisOptions::new())
    }

    /// The same, with how the server is used.
    #[cfg(feature = "redis")]
    pub fn redis_with(mut self, url: &str, options: RedisOptions) -> Self {
        self.place.redis = Some((url.to_owned(), options));
        self
    }

    /// Reads from a store of your own, or from a [`MemoryStore`](crate::MemoryStore).
    pub fn store(mut self, store: impl Source) -> Self {
        self.place.store = Some(Given::Source(Arc::new(store)));
        self
    }

    /// How old a value may be before the store is asked, where no push came: 60 s unless said, give
    /// or take a tenth. A block's own `ttl` wins where it is shorter: one question asks for all.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// How long [`start`](Self::start) may take: 5 s unless said.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// Lets environment variables win over the store: with prefix `APP`,
    /// `APP__TRADING__SCORE_THRESHOLD=0.9` sets `trading.score_threshold` in this process.
    pub fn env_prefix(mut self, prefix: &str) -> Self {
        self.env_prefix = Some(prefix.to_owned());
        self
    }

    /// Reads these variables instead of the process's environment, which tests cannot set safely.
    pub fn env_vars<N: Into<OsString>, V: Into<OsString>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let variables = variables.into_iter();
        let variables = variables.map(|(name, text)| (name.into(), text.into()));
        self.variables = Some(Variables(variables.collect()));
        self
    }

    /// Brings the store's tables up to the structs before the first read; what that does and what it
    /// leaves to a person is logged. It never drops anything.
    pub fn migrate(mut self) -> Self {
        self.migrate = true;
        self
    }

    /// How many bytes of text a row may hold: 1 MiB unless said. A larger one is left where it is and
    /// turned away.
    pub fn max_record_bytes(mut self, most: u64) -> Self {
        self.max_record = most;
        self
    }

    /// Keeps the last good values in this folder, for a start while the store is away; the folder is
    /// made if need be. Programs with different blocks may share it.
    ///
    /// Secrets are left out: an optional one is `None` when it comes from there, and a block with one
    /// that is not optional is not kept at all.
    pub fn last_good_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.last_good = Some(folder.into());
        self
    }

    /// Forces a refresh of all blocks whenever the process receives SIGHUP.
    pub fn refresh_on_sighup(mut self) -> Self {
        self.hangup = true;
        self
    }

    /// Reads every block once and starts refreshing in the background.
    ///
    /// A store that cannot be reached is tried again until [`start_timeout`](Self::start_timeout) is
    /// over; then the program starts with the compiled-in defaults and a warning, and the values
    /// arrive when the store does. Cancel safe: nothing runs on if this is dropped.
    ///
    /// # Errors
    /// For mistakes in the program, its environment or the URL, all of them at once; and for blocks
    /// with `on_boot = "require"` that no store stands behind.
    pub async fn start(self) -> Result<Config, StartError> {
        self.boxed().await
    }

    /// No `async fn`: that is compiled with each program that calls it, and all that runs from here on
    /// would be as well.
    fn boxed(self) -> BoxFuture<'static, Result<Config, StartError>> {
        Box::pin(self.begin())
    }

    async fn begin(self) -> Result<Config, StartError> {
        tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let mut mistakes = Vec::new();
        let source = self.source(&mut mistakes);
        let schemas = self.schemas();
        registration::clashes(&self.blocks, &self.keyed, &mut mistakes);
        let overlay = Arc::new(self.overlay(&schemas, &mut mistakes));
        let outbox = Arc::new(Outbox::default());
        let (cells, shelves) = registration::cells(
            &self.blocks,
            &self.keyed,
            &overlay,
            &outbox,
            self.ttl,
            &mut mistakes,
        );
        let ttl = start::poll_interval(self.ttl, &schemas);
        if ttl.is_zero() {
            mistakes.push(Mistake::ZeroTtl);
        }
        let source = match source {
            Some(source) if mistakes.is_empty() => source,
            _ => return Err(StartError::Mistakes(mistakes)),
        };
        let cells = Arc::new(cells);
        let all = shelves.all().to_vec();
        let board = Arc::new(start::board(source.name(), self.blocks.len(), all.clone()));
        let loader = |shelf: &Arc<dyn AnyShelf>| Loader {
            source: source.clone(),
            shelf: shelf.clone(),
            overlay: overlay.clone(),
            board: board.clone(),
            max_record: self.max_record,
            ttl: shelf.options().ttl.unwrap_or(self.ttl).min(LONGEST),
            folder: self.last_good.clone(),
        };
        let beside = Beside {
            loaders: all.iter().map(loader).collect(),
            outbox,
            #[cfg(feature = "ops")]
            duties: self.duties(&source, &cells, &board),
        };
        #[cfg(feature = "ops")]
        let known = self.known(&overlay);
        let refresher = Refresher::new(
            source.clone(),
            cells.clone(),
            all,
            board.clone(),
            overlay,
            self.migrate.then_some(Migration {
                #[cfg(feature = "ops")]
                desk: self.desk_of(&source),
            }),
            self.max_record,
        );
        let settings = Settings {
            ttl,
            start: self.start_timeout.min(LONGEST),
            hangup: self.hangup,
            last_good: self.last_good,
        };
        let (commands, orders) = mpsc::channel(32);
        let (stop, stopped) = watch::channel(false);
        let (started, start) = oneshot::channel();
        let running = Running {
            source: Arc::downgrade(&source),
            commands,
            stop,
            #[cfg(feature = "ops")]
            known,
        };
        let config = Config::new(cells, shelves, board, Some(running));
        tokio::spawn(refresh::run(refresher, source, beside, settings, orders, stopped, started));
        // The task keeps to the time itself; this is for a source that blocks it.
        let late = self.start_timeout.min(LONGEST) + Duration::from_secs(1);
        let failed = |reason: &str| Started {
            failure: Some(SourceError::unreachable(reason)),
            unbacked: schemas.iter().map(|schema| schema.name).collect(),
        };
        let started = match tokio::time::timeout(late, start).await {
            Ok(Ok(started)) => started,
            Ok(Err(_)) => failed("the refresh task ended; see the program's output"),
            Err(_) => failed("the source blocks its thread"),
        };
        start::required(&config.status(), &schemas, started).map(|()| config)
    }

    pub(super) fn schemas(&self) -> Vec<&'static BlockSchema> {
        let blocks = self.blocks.iter().map(Registration::schema);
        blocks.chain(self.keyed.iter().map(KeyedRegistration::schema)).collect()
    }

    pub(super) fn source(&self, mistakes: &mut Vec<Mistake>) -> Option<Arc<dyn Source>> {
        self.place.source().map_err(|mistake| mistakes.push(mistake)).ok()
    }
}
