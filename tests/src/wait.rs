//! Waiting for something to become true, with a deadline and a good account of what was seen instead.
//!
//! ```
//! use std::time::Duration;
//! use config_tests::wait;
//!
//! let mut tries = 0;
//! wait::until_sync("the third try", Duration::from_secs(5), || {
//!     tries += 1;
//!     tries == 3
//! });
//! ```

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// What a look can yield: `bool`, `Option<T>`, or `Result<T, E>` where `E` tells what was seen instead.
pub trait Look {
    /// What is there once it is there.
    type Found;

    /// What was found, or what was seen instead.
    ///
    /// # Errors
    /// With what was seen, when it is not what is waited for.
    fn look(self) -> Result<Self::Found, String>;
}

impl Look for bool {
    type Found = ();

    fn look(self) -> Result<(), String> {
        if self { Ok(()) } else { Err("false".to_owned()) }
    }
}

impl<T> Look for Option<T> {
    type Found = T;

    fn look(self) -> Result<T, String> {
        self.ok_or_else(|| "nothing".to_owned())
    }
}

impl<T, E: Debug> Look for Result<T, E> {
    type Found = T;

    fn look(self) -> Result<T, String> {
        self.map_err(|seen| format!("{seen:?}"))
    }
}

/// Looks again and again until `what` is there, and returns it.
///
/// # Panics
/// When it is not there by the deadline, with `what` and the last thing seen. A look that itself
/// takes longer than the deadline is given up.
pub async fn until<L: Look, F: Future<Output = L>>(
    what: &str,
    deadline: Duration,
    mut look: impl FnMut() -> F,
) -> L::Found {
    let end = Instant::now() + deadline;
    let mut seen = "no answer at all".to_owned();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, look()).await.map(Look::look) {
            Ok(Ok(found)) => return found,
            Ok(Err(other)) if Instant::now() < end => seen = other,
            Ok(Err(other)) => give_up(what, deadline, &other),
            Err(_) => give_up(what, deadline, &seen),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// [`until`] for threads.
///
/// # Panics
/// When it is not there by the deadline, with `what` and the last thing seen.
pub fn until_sync<L: Look>(
    what: &str,
    deadline: Duration,
    mut look: impl FnMut() -> L,
) -> L::Found {
    let end = Instant::now() + deadline;
    loop {
        match look().look() {
            Ok(found) => return found,
            Err(seen) if Instant::now() >= end => give_up(what, deadline, &seen),
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

fn give_up(what: &str, deadline: Duration, seen: &str) -> ! {
    panic!("waited {deadline:?} for {what}; last seen: {seen}")
}
