//! The program that reads: in a runtime of its own, so that its log is told from those of other tests.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use config_sdk::{Config, ConfigBuilder};
use tokio::runtime::{Builder, Runtime};
use tracing::Dispatch;
use tracing::dispatcher::set_default;
use tracing_subscriber::filter::LevelFilter;

/// A runtime, and what is logged in it at the level that programs run at: `info`.
pub(crate) struct Program {
    /// Some until the end.
    runtime: Option<Runtime>,
    log: Log,
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Program {
    pub(crate) fn new() -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::INFO)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let dispatch = Dispatch::new(subscriber);
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            // For as long as the thread lives.
            .on_thread_start(move || std::mem::forget(set_default(&dispatch)))
            .build();
        Self { runtime: Some(runtime.expect("a runtime")), log }
    }

    /// Starts a configuration in it.
    pub(crate) async fn start(&self, builder: ConfigBuilder) -> Config {
        let runtime = self.runtime.as_ref().expect("a runtime until the end");
        runtime.spawn(builder.start()).await.expect("no panic").expect("a start")
    }

    /// How long the log is.
    pub(crate) fn mark(&self) -> usize {
        self.log.lock().len()
    }

    /// What was logged from `mark` on.
    pub(crate) fn said_since(&self, mark: usize) -> String {
        String::from_utf8_lossy(&self.log.lock()[mark..]).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background(); // a runtime cannot be waited for in another
        }
    }
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
