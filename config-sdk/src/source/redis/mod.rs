//! Redis before a store: a shared second tier for bounded keyed blocks, and a bus for epochs.
//!
//! What is kept there, why none of it is ever wrong, and what each failure costs, the essay
//! [`shared_tier`](crate::docs::shared_tier) says; the proof that the scripts rest on is there too.
//!
//! ```text
//! fetch ─ store ─ News ─→ worker ─ follow.lua ─→ what the tier holds is as of the epoch
//! load ─ tier ─ what is missing: store ─ Keep ─→ worker ─ keep.lua ─→ kept, if not outdated
//! ```

mod address;
mod entry;
mod follow;
mod keep;
mod line;
mod names;
mod news;
mod read;
mod sweep;
mod tier;
mod tls;
mod worker;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use self::address::Address;
use self::keep::Keep;
use self::names::{Names, is_namespace, namespace_of};
use self::news::News;
use self::tier::Tier;
use super::{
    BoxFuture, Deaf, Fetched, Loaded, Request, Signal, Source, SourceError, Store, TierStatus,
    UrlError, Wanted,
};

/// How long a copy lives in the tier, unless said.
const TTL: Duration = Duration::from_secs(300);
/// Loads whose copies wait to be kept; what does not fit is not kept.
const WAITING: usize = 16;

/// A store with a Redis server before it: copies of bounded keyed blocks are looked for there first,
/// and what one process finds of changes, all others hear. [`ConfigBuilder::redis`] makes one.
///
/// [`ConfigBuilder::redis`]: crate::ConfigBuilder::redis
pub struct RedisTier {
    store: Arc<dyn Source>,
    tier: Arc<Tier>,
    keeps: mpsc::Sender<Keep>,
    /// What the worker is started with, at the first question: that needs a runtime.
    idle: std::sync::Mutex<Option<mpsc::Receiver<Keep>>>,
    worker: OnceLock<EndWith>,
    /// Whether the store is not listened to.
    is_only_ear: bool,
}

/// How a Redis server is used.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct RedisOptions {
    namespace: Option<String>,
    ttl: Option<Duration>,
    is_only_ear: bool,
}

impl RedisOptions {
    /// As it is without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// What tells this store's copies from those of others on the same server: letters, digits and
    /// `-_.:`, at most 64. Made of the store's name unless said, so that processes that reach one
    /// store by different URLs, or each at its own `localhost`, have to say it.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// How long a copy lives there, give or take a tenth: 5 minutes unless said.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Does not listen to the store at all: changes are heard of when another process, which does,
    /// has found them, and by polling.
    pub fn only_ear(mut self) -> Self {
        self.is_only_ear = true;
        self
    }
}

impl RedisTier {
    /// The server at `url` before `store`; nothing is connected yet.
    ///
    /// # Errors
    /// What is wrong with the URL or the options, without the URL itself.
    pub fn new(store: Arc<dyn Source>, url: &str, options: RedisOptions) -> Result<Self, UrlError> {
        let address = Address::parse(url)?;
        let namespace = match options.namespace {
            Some(namespace) if !is_namespace(&namespace) => return Err(UrlError::Namespace),
            Some(namespace) => namespace,
            None => namespace_of(&store.name()),
        };
        let ttl = options.ttl.unwrap_or(TTL);
        if ttl.is_zero() {
            return Err(UrlError::Redis(
                "a ttl of zero would keep nothing: give a longer one".to_owned(),
            ));
        }
        let (keeps, idle) = mpsc::channel(WAITING);
        Ok(Self {
            store,
            tier: Arc::new(Tier::new(address, Names::new(&namespace), ttl)),
            keeps,
            idle: std::sync::Mutex::new(Some(idle)),
            worker: OnceLock::new(),
            is_only_ear: options.is_only_ear,
        })
    }

    /// Starts the worker, if it has not been.
    fn start(&self) {
        self.worker.get_or_init(|| {
            let keeps = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            let keeps = keeps.unwrap_or_else(|| mpsc::channel(1).1);
            let worker = tokio::spawn(worker::run(Arc::clone(&self.tier), keeps));
            EndWith(worker.abort_handle())
        });
    }

    async fn ask(&self, request: Request<'_>) -> Result<Fetched, SourceError> {
        self.start();
        let terms = self.tier.terms(); // before the store is asked
        let fetched = self.store.fetch(request).await?;
        self.tier.follow(request.blocks, News::of(&request, terms, &fetched));
        Ok(fetched)
    }

    async fn listen(&self, signal: Signal) -> Deaf {
        self.start();
        self.tier.tell(signal.clone());
        let heard = format!("what other processes find is heard of through {}", self.tier.address);
        if self.is_only_ear {
            let reason = format!("the store is not listened to; {heard}");
            return Deaf::Never { reason };
        }
        match self.store.changes(signal).await {
            Deaf::Never { reason } => Deaf::Never { reason: format!("{reason}; {heard}") },
            lost => lost,
        }
    }
}

impl Source for RedisTier {
    fn name(&self) -> String {
        self.store.name()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(self.ask(request))
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        Box::pin(read::load(&*self.store, &self.tier, &self.keeps, wanted))
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        Box::pin(self.listen(signal))
    }

    fn store(&self) -> Option<&dyn Store> {
        self.store.store()
    }

    fn tier(&self) -> Option<TierStatus> {
        Some(self.tier.status())
    }
}

/// Shows where, and never with a password.
impl fmt::Debug for RedisTier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTier")
            .field("store", &self.store.name())
            .field("server", &self.tier.address.to_string())
            .finish_non_exhaustive()
    }
}

/// Ends a task with what started it.
struct EndWith(AbortHandle);

impl Drop for EndWith {
    fn drop(&mut self) {
        self.0.abort();
    }
}
