//! Types, names and values may come out of a macro.
use config_sdk::{ConfigBlock, Decimal};

macro_rules! block {
    ($name:ident, $table:literal, $($field:ident: $ty:ty = $default:expr, $min:literal..=$max:expr;)*) => {
        #[derive(ConfigBlock)]
        #[config(table = $table)]
        struct $name {
            $(#[config(default = $default, range = $min..=$max)] $field: $ty,)*
        }
    };
}

macro_rules! keyed {
    ($name:ident, $first:ident: $ty:ty $(, $($rest:tt)*)?) => {
        #[derive(ConfigBlock)]
        #[config(key($first: $ty $(, $($rest)*)?))]
        struct $name {}
    };
}

keyed!(Strategy, symbol: String, r#type: u8);

block! {
    Trading, "trade.limits",
    threshold: Decimal = 0.70, -1..=1;
    factor: Option<Decimal> = -0.5, -1..=1;
    weight: f64 = 5, -10..=i32::MAX.into();
}

fn main() {
    let trading = Trading::default();
    assert_eq!(trading.threshold.to_string(), "0.70");
    assert_eq!(trading.factor.map(|factor| factor.to_string()).as_deref(), Some("-0.5"));
    assert_eq!(trading.weight, 5.0);
    assert_eq!(Strategy::schema().keys.len(), 2);
    assert_eq!(Trading::schema().table, "trade.limits");
}
