//! What runs beside the passes: loading keys, telling others what to drop, and what operators need.

use std::sync::Arc;

#[cfg(feature = "ops")]
use super::duties::{Duties, OnDuty};
use super::ends::EndWith;
use super::keyed::{Loader, tell};
use crate::keyed::Outbox;
use crate::source::Source;

/// What runs beside the passes.
pub(crate) struct Beside {
    pub(crate) loaders: Vec<Loader>,
    pub(crate) outbox: Arc<Outbox>,
    #[cfg(feature = "ops")]
    pub(crate) duties: Duties,
}

/// The same while it runs; it ends when this is dropped.
pub(super) struct Alongside {
    _tasks: Vec<EndWith>,
    #[cfg(feature = "ops")]
    on_duty: OnDuty,
}

impl Beside {
    pub(super) fn spawn(self, source: Arc<dyn Source>) -> Alongside {
        let is_needed = !self.loaders.is_empty();
        let loaders = self.loaders.into_iter().map(|loader| tokio::spawn(loader.run()));
        let teller = is_needed.then(|| tokio::spawn(tell(source, self.outbox)));
        Alongside {
            _tasks: loaders.chain(teller).map(|task| EndWith(task.abort_handle())).collect(),
            #[cfg(feature = "ops")]
            on_duty: self.duties.spawn(),
        }
    }
}

impl Alongside {
    /// Ends it, and takes leave.
    pub(super) async fn end(self) {
        #[cfg(feature = "ops")]
        self.on_duty.leave().await;
    }
}
