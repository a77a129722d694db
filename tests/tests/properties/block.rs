//! A block with a field of every type, and any value of it.

use std::collections::BTreeMap;
use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, Secret};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    RiskBased,
    FixedPercent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tier {
    at: Decimal,
    by: u16,
    name: Option<String>,
}

#[derive(Clone, Debug, ConfigBlock)]
pub(crate) struct Everything {
    #[config(default = false)]
    pub(crate) truth: bool,
    #[config(default = 0)]
    pub(crate) tiny: i8,
    #[config(default = 0)]
    pub(crate) short: u16,
    #[config(default = 0)]
    pub(crate) int: i32,
    #[config(default = 0)]
    pub(crate) long: i64,
    #[config(default = 0)]
    pub(crate) size: usize,
    #[config(default = 0)]
    pub(crate) big: i128,
    #[config(default = 0)]
    pub(crate) biggest: u128,
    #[config(default = 0.0)]
    pub(crate) single: f32,
    #[config(default = 0.0)]
    pub(crate) double: f64,
    #[config(default = 0)]
    pub(crate) decimal: Decimal,
    #[config(default = "")]
    pub(crate) text: String,
    #[config(default = "0s")]
    pub(crate) pause: Duration,
    #[config(default = Mode::RiskBased, text)]
    pub(crate) mode: Mode,
    #[config(default = Vec::new(), json)]
    pub(crate) tiers: Vec<Tier>,
    #[config(default = BTreeMap::new(), json)]
    pub(crate) roles: BTreeMap<String, i64>,
    pub(crate) maybe_text: Option<String>,
    pub(crate) maybe_number: Option<u64>,
    pub(crate) maybe_decimal: Option<Decimal>,
    pub(crate) pin: Option<Secret<u32>>,
    pub(crate) token: Option<Secret<String>>,
}

/// Every field, and secrets too; `Secret` itself can neither be shown nor compared.
pub(crate) fn shown(block: &Everything) -> String {
    let number = block.pin.as_ref().map(Secret::expose);
    let token = block.token.as_ref().map(Secret::expose);
    format!("{block:?} {number:?} {token:?}")
}

/// A decimal of any size and scale.
pub(crate) fn decimals() -> impl Strategy<Value = Decimal> {
    let most = (1i128 << 96) - 1;
    prop_oneof![(-most..=most, 0..=28u32), (-1_000_000..=1_000_000i128, 0..=28u32)]
        .prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
}

/// Any text that a database can hold.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.replace('\0', ""))
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    let tier = (decimals(), any::<u16>(), proptest::option::of(texts()));
    let tier = tier.prop_map(|(at, by, name)| Tier { at, by, name });
    proptest::collection::vec(tier, 0..4)
}

fn numbers() -> impl Strategy<Value = (bool, i8, u16, i32, i64, usize, i128, u128)> {
    any::<(bool, i8, u16, i32, i64, usize, i128, u128)>()
}

fn floats() -> impl Strategy<Value = (f32, f64)> {
    use proptest::num::{f32, f64};
    (f32::NORMAL | f32::SUBNORMAL | f32::ZERO, f64::NORMAL | f64::SUBNORMAL | f64::ZERO)
}

prop_compose! {
    /// Any value that the block can have.
    pub(crate) fn everything()(
        (truth, tiny, short, int, long, size, big, biggest) in numbers(),
        (single, double) in floats(),
        decimal in decimals(),
        text in texts(),
        pause in (0..10_000_000_000u64, 0..1_000_000_000u32),
        is_fixed in any::<bool>(),
        tiers in tiers(),
        roles in proptest::collection::btree_map(texts(), any::<i64>(), 0..4),
        maybe_text in proptest::option::of(texts()),
        (maybe_number, pin) in any::<(Option<u64>, Option<u32>)>(),
        maybe_decimal in proptest::option::of(decimals()),
        token in proptest::option::of(texts()),
    ) -> Everything {
        Everything {
            truth, tiny, short, int, long, size, big, biggest, single, double, decimal, text,
            pause: Duration::new(pause.0, pause.1),
            mode: if is_fixed { Mode::FixedPercent } else { Mode::RiskBased },
            tiers, roles, maybe_text, maybe_number, maybe_decimal,
            pin: pin.map(Secret::new),
            token: token.map(Secret::new),
        }
    }
}
