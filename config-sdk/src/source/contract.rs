//! What a source does: yields records as of one epoch, and says when to look again.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::ddl::{Difference, Step};
use super::{Loaded, Moved, Signal, SourceError, TierStatus, Wanted};
use crate::key::Pattern;
use crate::record::Record;
use crate::schema::BlockSchema;

/// A boxed future, so that sources can be used without knowing their type.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where records come from: the reading half of a store.
///
/// The whole contract is two questions. [`fetch`](Source::fetch): what has changed since an epoch,
/// all of it as of one moment? [`changes`](Source::changes): when is it worth looking again? The
/// rest (when to ask, what to believe, what readers get) is the library's.
/// `config_sdk::testing::conformance` (feature `testing`) holds any implementation to it.
pub trait Source: Send + Sync + 'static {
    /// What this is and where, for status and logs; never with a password.
    fn name(&self) -> String;

    /// Yields the epoch, and the records of every block that changed after `request.since`.
    ///
    /// Everything is as of one moment: a change committed while this runs is either wholly in it or
    /// not at all. Of a keyed block the keys that changed are yielded, with their rows if it is
    /// [resident](BlockSchema::resident). Without `since`, or when `since` is not an epoch that the source can count on from
    /// (it is higher than the current one, or the changes after it have been forgotten), every block
    /// is yielded. `request.also` names blocks to yield in any case.
    ///
    /// Cancel safe: the future may be dropped at any point, and the next call starts afresh.
    ///
    /// # Errors
    /// If nothing can be said of any block. What concerns one block alone is told in its
    /// [`Found`], so that the others move on.
    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>>;

    /// Yields rows of one keyed block and the row that they inherit from, all as of one moment.
    /// That is not before any that `fetch` has yielded.
    ///
    /// This is asked beside `fetch`, whenever somebody wants a key. A source without keyed blocks need
    /// not write it. Cancel safe, as `fetch` is.
    ///
    /// # Errors
    /// If nothing can be said of the block.
    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        let block = wanted.block.name;
        let reason = format!("this source has no keyed blocks, and {block} is one");
        Box::pin(std::future::ready(Err(SourceError::refused(reason))))
    }

    /// Listens for changes for as long as it can, and says why it ended.
    ///
    /// It calls [`Signal::listening`] once nothing can be missed any more, and [`Signal::changed`]
    /// whenever it may be worth looking. A signal too many costs one trivial query; a signal too few
    /// is made good by the next poll. Where a source has nothing to listen to, this need not be
    /// written.
    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        drop(signal);
        Box::pin(std::future::ready(Deaf::Never { reason: "this source has no push".to_owned() }))
    }

    /// How a shared tier stands that is asked before it, if there is one.
    fn tier(&self) -> Option<TierStatus> {
        None
    }

    /// The writing half, if there is one.
    fn store(&self) -> Option<&dyn Store> {
        None
    }
}

/// A source that can also be set up and compared with the code.
pub trait Store: Source {
    /// Brings the tables up to the structs, and says what it did and what it left to a person.
    /// Never drops anything; running it again does nothing.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses; nothing has changed then.
    fn migrate<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>>;

    /// Names every difference between code and tables.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn check<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Difference>, SourceError>>;

    /// Adds to the tables of [adopted](BlockSchema::adopt) blocks what tells of their changes, and says
    /// what it did: nothing else is ever added to them. Until then `migrate` reports the same SQL as
    /// steps that are not done, and the blocks are [untracked](Fetched::untracked).
    ///
    /// # Errors
    /// If the store cannot be reached or refuses; nothing has changed then.
    fn adopt<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>> {
        let _ = blocks;
        let refused = SourceError::refused("this store cannot tell of changes of adopted tables");
        Box::pin(std::future::ready(Err(refused)))
    }

    /// Logs that the copies of a keyed block whose keys match are to be read again, so that every
    /// reader of the store hears of it as of a change. Returns the new epoch.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn invalidate<'a>(
        &'a self,
        block: &'static BlockSchema,
        keys: &'a Pattern,
    ) -> BoxFuture<'a, Result<u64, SourceError>> {
        let reason = format!("this store cannot tell others to read {} {keys} again", block.name);
        Box::pin(std::future::ready(Err(SourceError::refused(reason))))
    }

    /// Forgets all changes but those of the newest `keep` epochs, and says how many it forgot. A
    /// reader that is older than what is left is yielded everything. A store that keeps no changes
    /// need not write this.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn prune(&self, keep: u64) -> BoxFuture<'_, Result<u64, SourceError>> {
        let _ = keep;
        Box::pin(std::future::ready(Ok(0)))
    }

    /// The part that operators use, if there is one.
    #[cfg(feature = "ops")]
    fn writer(&self) -> Option<&dyn super::Writer> {
        None
    }
}

/// How many bytes of text a record may hold, unless said.
pub(crate) const MAX_RECORD: u64 = 1024 * 1024;

/// What a pass asks of a source.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// All blocks of the program.
    pub blocks: &'a [&'static BlockSchema],
    /// Yield what changed after this epoch; everything, if `None`.
    pub since: Option<u64>,
    /// Names of blocks to yield in any case.
    pub also: &'a [&'static str],
    /// Names of blocks that are said to have changed: a hint that may save a round trip, and may be
    /// wrong in both ways.
    pub hint: &'a [&'static str],
    /// How many bytes of text a record may hold. Of a larger one, yield what
    /// [`Record::within`] leaves; best is not to load it at all. Whatever is yielded, readers are spared it.
    pub max_record: u64,
    /// Where to say that the answer is arriving. A source that says nothing for five seconds is given
    /// up, and one that goes on after a minute; in the first pass, whichever is left of the start's time.
    pub incoming: &'a Incoming,
}

/// How a source that needs long says that its answer is arriving: whoever asked waits for as long as it
/// goes on, and gives up a source that is silent.
#[derive(Clone, Debug, Default)]
pub struct Incoming(Arc<AtomicU64>);

impl Incoming {
    /// Says that more has arrived: a row, say. Costs next to nothing.
    pub fn more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How often that was said.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<'a> Request<'a> {
    /// Asks for everything.
    #[must_use]
    pub fn everything(blocks: &'a [&'static BlockSchema]) -> Self {
        static UNHEARD: LazyLock<Incoming> = LazyLock::new(Incoming::default);
        let (also, hint, incoming) = (&[], &[], &*UNHEARD);
        Self { blocks, since: None, also, hint, max_record: MAX_RECORD, incoming }
    }

    /// Asks for what changed after `epoch`.
    #[must_use]
    pub fn since(self, epoch: u64) -> Self {
        Self { since: Some(epoch), ..self }
    }

    /// Whether `since` can be counted on from by a source that is at `epoch` and has forgotten the
    /// changes up to `floor`.
    #[must_use]
    pub fn counts_from(&self, floor: u64, epoch: u64) -> Option<u64> {
        self.since.filter(|since| (floor..=epoch).contains(since))
    }
}

/// What was found of one block: its active record, none, or why it cannot be read.
pub type Found = Result<Option<Record>, String>;

/// What a source yields: an epoch, and what changed up to it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Fetched {
    /// The epoch that everything is as of.
    pub epoch: u64,
    /// What tells this epoch from one of the same number in another life of the store, such as before
    /// a backup was restored; never two different states under one mark. It lets a shared tier go on
    /// where a process was away, and need not be given.
    pub mark: Option<String>,
    /// What tells this store from every other that could be reached under its name; a new one is
    /// welcome whenever all blocks are yielded, as after a restart. Processes share a tier only
    /// with those to whom the same is told. Need not be given: then its name alone tells it.
    pub identity: Option<String>,
    /// Blocks by name. A block that is not among them has not changed.
    pub blocks: BTreeMap<&'static str, Found>,
    /// Keyed blocks by name. One that is not among them has not changed.
    pub keyed: BTreeMap<&'static str, Moved>,
    /// All blocks whose changes the epoch does not count, because nothing in their tables tells of
    /// them: they are asked for with every poll.
    pub untracked: BTreeSet<&'static str>,
    /// How long until a change for a time is over, by the store's clock; zero if one is. Need not be
    /// given: then no program takes such changes back.
    pub due: Option<Duration>,
}

impl Fetched {
    /// Nothing has changed up to `epoch`.
    #[must_use]
    pub fn unchanged(epoch: u64) -> Self {
        Self { epoch, ..Self::default() }
    }
}

/// Why listening ended.
#[derive(Clone, Debug)]
pub enum Deaf {
    /// It was lost, and is worth trying again at once.
    Lost(SourceError),
    /// It cannot work here; polling alone keeps the promise.
    Never {
        /// Why not.
        reason: String,
    },
}

impl From<SourceError> for Deaf {
    fn from(error: SourceError) -> Self {
        Self::Lost(error)
    }
}
