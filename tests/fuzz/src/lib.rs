//! What is fuzzed: for each target a body that takes any bytes, and panics where a promise is broken.
//!
//! `scripts/fuzz` runs the bodies under libFuzzer, and the test `corpus` takes them through the inputs
//! kept in `corpus/TARGET` on every `cargo test`. The fuzzer is guided by coverage, which the stable
//! compiler can build as well; it sees what is compared and not what strings are, so that words worth
//! trying are in `words`.
//!
//! Where an input has several parts, an ASCII record separator (`\x1e`) stands between them.

mod block;
mod documents;
mod environment;
pub mod exact;
mod last_good;
mod numbers;
mod paths;
mod payloads;
mod records;
mod urls;

/// A body.
pub type Body = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Body); 8] = [
    ("documents", documents::documents),
    ("environment", environment::environment),
    ("last_good", last_good::last_good),
    ("numbers", numbers::numbers),
    ("paths", paths::paths),
    ("payloads", payloads::payloads),
    ("records", records::records),
    ("urls", urls::urls),
];

/// The body of the target of that name.
#[must_use]
pub fn body(target: &str) -> Option<Body> {
    TARGETS.iter().find_map(|(name, body)| (*name == target).then_some(*body))
}

/// The parts of an input.
fn parts(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split(|byte| *byte == b'\x1e')
}

/// Runs what needs a runtime.
fn run<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
