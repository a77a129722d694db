//! What runs beside the passes for keyed blocks: loading what is wanted, telling others what to drop.

use std::sync::Arc;

use super::loads::Loader;
use super::tell::tell;
use crate::keyed::Outbox;
use crate::refresh::task::EndWith;
use crate::source::Source;

/// What runs beside the passes.
pub(crate) struct Beside {
    pub(crate) loaders: Vec<Loader>,
    pub(crate) outbox: Arc<Outbox>,
}

impl Beside {
    /// Runs it until what is returned is dropped.
    pub(in crate::refresh) fn spawn(self, source: Arc<dyn Source>) -> Vec<EndWith> {
        let is_needed = !self.loaders.is_empty();
        let loaders = self.loaders.into_iter().map(|loader| tokio::spawn(loader.run()));
        let teller = is_needed.then(|| tokio::spawn(tell(source, self.outbox)));
        loaders.chain(teller).map(|task| EndWith(task.abort_handle())).collect()
    }
}
