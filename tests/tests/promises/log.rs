//! What the library and its dependencies say in the log, thread by thread.
//!
//! A test that runs on one thread, as `#[tokio::test]` does, finds here what happened in it alone.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use tracing_subscriber::filter::LevelFilter;

thread_local! {
    static SAID: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Keeps what is said on this thread from now on, at every level.
pub(crate) fn keep() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(|| Here)
            .init();
    });
    SAID.set(Some(Vec::new()));
}

/// What was said on this thread since [`keep`].
pub(crate) fn said() -> String {
    SAID.with_borrow(|said| {
        String::from_utf8_lossy(said.as_deref().unwrap_or_default()).into_owned()
    })
}

/// The warnings among it that contain `words`.
pub(crate) fn warnings(words: &str) -> Vec<String> {
    let said = said();
    let warnings = said.lines().filter(|line| line.contains(" WARN ") && line.contains(words));
    warnings.map(str::to_owned).collect()
}

struct Here;

impl Write for Here {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        SAID.with_borrow_mut(|said| {
            if let Some(said) = said {
                said.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
