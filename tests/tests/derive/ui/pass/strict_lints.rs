//! Nothing of what is generated wakes a lint of the user's crate.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused)]
#![deny(unused_qualifications, unused_lifetimes, unused_results, trivial_casts)]
#![deny(single_use_lifetimes, elided_lifetimes_in_paths, let_underscore_drop)]
#![deny(trivial_numeric_casts, unused_import_braces, variant_size_differences)]
#![forbid(unsafe_code)]

use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, Faults, Secret};

/// Limits.
#[derive(Debug, ConfigBlock)]
#[config(ttl = "60s", max_stale = "10m", on_stale = "serve", check = check)]
pub struct Limits {
    /// Positions.
    #[config(default = 5, range = 1..=100)]
    pub positions: u32,
    /// Threshold.
    #[config(default = 0.70, range = -1..=1, one_of = [0.70, 0.75])]
    pub threshold: Option<Decimal>,
    /// Name.
    #[config(default = "a", length = 1..9, one_of = ["a", "b"])]
    pub name: String,
    /// Token.
    #[config(default = "hush")]
    pub token: Option<Secret<String>>,
    /// Pause.
    #[config(default = "1m")]
    pub pause: Duration,
    /// No longer used.
    #[deprecated = "use `pause`"]
    #[config(default = 1)]
    pub weight: f64,
}

fn check(limits: &Limits) -> Result<(), Faults> {
    let mut faults = Faults::new();
    faults.ensure(limits.positions > 0, "positions", "must not be zero");
    faults.into_result()
}

#[derive(ConfigBlock)]
struct Empty {}

/// Limits of a symbol.
#[derive(Debug, ConfigBlock)]
#[config(key(symbol: std::string::String, number: u8), resident, adopt)]
#[deprecated = "use `Limits`"]
pub struct PairLimits {}

fn main() {
    assert_eq!(Limits::default().positions, 5);
    drop(Empty::default());
}
