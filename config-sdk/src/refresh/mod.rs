//! The one place where data moves: fetch, decode, validate, publish; when to do it, and what came
//! of it.

mod backoff;
mod beside;
mod between;
mod board;
mod change;
mod copy;
mod event;
mod force;
mod hangup;
mod hottest;
mod judge;
mod keyed_metrics;
mod keyed_status;
mod last_good;
mod listener;
mod loads;
mod metrics;
mod outage;
mod overlay;
mod pass;
mod reader;
mod report;
mod shelves;
mod status;
mod task;
mod tell;
mod track;
mod warm;

pub(crate) use beside::Beside;
pub(crate) use board::{Board, wait_until};
pub use change::{Change, Subscription};
pub use event::{Event, Events, Trigger};
pub(crate) use force::Force;
pub(crate) use keyed_status::KeyedNotice;
pub use keyed_status::KeyedStatus;
#[cfg(feature = "testing")]
pub(crate) use last_good::{kept, sealed};
pub(crate) use loads::Loader;
pub(crate) use overlay::Overlay;
pub(crate) use pass::Refresher;
pub use report::{BlockReport, Outcome, RefreshReport};
pub use status::{BlockState, BlockStatus, KeptState, PushState, Status, StoreState};
pub(crate) use task::{Command, Settings, Started, run};
