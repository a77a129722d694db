//! Blocks for tests: one with a field of every kind, and one of each manner.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::Secret;
use crate::private::{self, Json, Nullable, Plain, Sealed, block, field};
use crate::schema::BlockSchema;
use crate::value::Value;

/// Block `trading` in `trading_config`.
pub(crate) fn trading() -> BlockSchema {
    trading_with(|block| block)
}

/// The same with more to it.
pub(crate) fn trading_with(more: impl FnOnce(private::Block) -> private::Block) -> BlockSchema {
    let zero_to_one = (Some(Value::Decimal(Decimal::ZERO)), Some(Value::Decimal(Decimal::ONE)));
    let block = block("TradingConfig", "trading", None, "Entry and sizing rules.")
        .field(
            field::<Plain, Decimal>("score_threshold", "Lowest score that opens a position.")
                .range(zero_to_one.0, zero_to_one.1, false),
        )
        .field(field::<Plain, u32>("max_positions", "How many at once."))
        .field(field::<Plain, u64>("big", ""))
        .field(field::<Plain, i64>("plain", ""))
        .field(field::<Plain, bool>("enabled", "Whether it trades."))
        .field(field::<Plain, f64>("ratio", ""))
        .field(
            field::<Plain, String>("sizing_mode", "It's \"how\".")
                .one_of(vec![Value::Text("risk_based".into()), Value::Text("it's".into())]),
        )
        .field(field::<Plain, Duration>("cooldown", ""))
        .field(field::<Json, Vec<u8>>("tiers", "").length(1, 3))
        .field(field::<Nullable<Sealed<Plain>>, Option<Secret<String>>>(
            "webhook_token",
            "Where to call.",
        ));
    more(block).build()
}

/// Block `limits` in a schema of its own.
pub(crate) fn limits() -> BlockSchema {
    let limits = block("Limits", "limits", Some("risk.limits"), "");
    limits.field(field::<Plain, u8>("max", "")).build()
}

/// Keyed block `bytes`, one copy for each guild.
pub(crate) fn guild() -> BlockSchema {
    guild_with(|block| block)
}

/// The same with more to it.
pub(crate) fn guild_with(more: impl FnOnce(private::Block) -> private::Block) -> BlockSchema {
    let bytes =
        block("BytesConfig", "bytes", None, "What a guild gives.").key::<String>("guild_id");
    let bytes =
        bytes
            .field(field::<Plain, u32>("daily_amount", "Each day."))
            .field(field::<Nullable<Sealed<Plain>>, Option<Secret<String>>>("token", ""));
    more(bytes).build()
}

/// Resident block `pair`, one copy for each symbol and strategy.
pub(crate) fn pair() -> BlockSchema {
    let pair = block("Pair", "pair", None, "").key::<String>("symbol").key::<String>("strategy");
    pair.field(field::<Plain, u32>("risk", "")).resident().build()
}
