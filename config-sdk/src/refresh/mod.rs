//! The one place where data moves: fetch, decode, validate, publish; when to do it, and what came
//! of it.

mod backoff;
mod beside;
mod between;
mod board;
mod change;
#[cfg(feature = "ops")]
mod duties;
mod ends;
mod event;
mod force;
mod hangup;
mod judge;
mod keyed;
mod last_good;
mod listener;
mod metrics;
mod outage;
mod overlay;
mod pass;
mod reader;
mod report;
mod status;
mod task;
mod track;

pub(crate) use beside::Beside;
pub(crate) use board::{Board, wait_until};
pub use change::{Change, Subscription};
#[cfg(feature = "ops")]
pub(crate) use duties::{Duties, Identity};
#[cfg(feature = "ops")]
pub use duties::{Process, RunningBlock, RunningKeyed};
pub use event::{Event, Events, Trigger};
pub(crate) use force::Force;
pub use keyed::KeyedStatus;
pub(crate) use keyed::Loader;
#[cfg(feature = "testing")]
pub(crate) use last_good::{kept, sealed};
pub(crate) use overlay::Overlay;
pub(crate) use pass::Refresher;
pub(crate) use reader::Migration;
pub use report::{BlockReport, Outcome, RefreshReport};
pub use status::{BlockState, BlockStatus, KeptState, PushState, Status, StoreState};
pub(crate) use task::{Command, Settings, Started, run};
