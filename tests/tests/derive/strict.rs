//! A block under every lint that clippy has to offer: what is generated wakes none of them.
#![deny(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::default_numeric_fallback,
    clippy::exhaustive_structs,
    clippy::missing_inline_in_public_items,
    clippy::missing_trait_methods,
    clippy::float_arithmetic,
    clippy::blanket_clippy_restriction_lints,
    clippy::undocumented_unsafe_blocks,
    missing_docs,
    unreachable_pub,
    unused_qualifications
)]

use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, Faults, Secret};

/// Limits.
#[derive(Debug, ConfigBlock)]
#[config(ttl = "60s", max_stale = "10m", on_stale = "serve", check = Self::agree)]
struct Limits {
    #[config(default = 5, range = 1..=100, clamp)]
    positions: u32,
    #[config(default = 0.70, range = -1..=1, one_of = [0.70, 0.75])]
    threshold: Option<Decimal>,
    #[config(default = "a", length = 1..9, one_of = ["a", "b"], restart)]
    name: String,
    #[config(default = "hush")]
    token: Option<Secret<String>>,
    #[config(default = "1m", range = ..="5m")]
    pause: Duration,
    #[config(default = Vec::new(), json)]
    tiers: Vec<u32>,
    #[config(default = -1, range = -2..2)]
    weight: f64,
}

impl Limits {
    fn agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(self.positions > 0, "positions", "must not be zero");
        faults.into_result()
    }
}

/// Limits of a symbol.
#[derive(Debug, ConfigBlock)]
#[config(key(symbol: String, number: u8), resident, adopt)]
struct PairLimits {
    #[config(default = 5)]
    positions: u32,
}

#[test]
fn a_block_compiles_under_every_lint() {
    assert!(Limits::default().rules().is_ok());
    assert_eq!(PairLimits::default().positions, 5);
}
