//! Text that may be a number, and the number it is, worked out by hand.

pub(crate) use config_fuzz::exact::exact;
use proptest::prelude::*;

/// Numbers in all their spellings, and what is nearly one.
pub(crate) fn numberlike() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "-?[0-9]{1,31}(\\.[0-9]{1,31})?",
        8 => "-?[0-9]{1,12}(\\.[0-9]{1,12})?([eE][-+]?[0-9]{1,3})?",
        1 => "[-+]?(NaN|Infinity|inf|0x[0-9a-f]{1,4}|[0-9]{0,3}[._, e-][0-9]{0,3})",
        1 => any::<String>(),
    ]
}
