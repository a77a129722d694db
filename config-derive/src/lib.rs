//! The derive of config-sdk: a struct in, a configuration block out.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod attr;
mod check;
mod constant;
mod errors;
mod expand;
mod fallback;
mod key;
mod model;
mod number;
mod shape;
mod sql_name;
mod syntax;

use attr::BlockAttrs;
use errors::Errors;
use model::Block;
use syn::{DeriveInput, parse_macro_input, parse_quote};

/// Makes a struct a configuration block: writes `ConfigBlock` and `Default` for it, and `KeyedBlock`
/// and `ResidentBlock` where they are asked for.
///
/// ```
/// use std::time::Duration;
///
/// use config_sdk::{ConfigBlock, Decimal, Faults, Secret};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(rename_all = "snake_case")]
/// enum SizingMode {
///     RiskBased,
///     FixedPercent,
/// }
///
/// /// Entry and sizing rules.
/// #[derive(ConfigBlock)]
/// #[config(ttl = "60s", check = Self::limits_agree)]
/// struct TradingConfig {
///     /// Lowest score that opens a position.
///     #[config(default = 0.70, range = 0..=1)]
///     score_threshold: Decimal,
///     #[config(default = 1, range = 1..=100)]
///     min_positions: u32,
///     #[config(default = 5, range = 1..=100)]
///     max_positions: u32,
///     #[config(default = SizingMode::RiskBased, text)]
///     sizing_mode: SizingMode,
///     #[config(default = vec![5, 10, 15], json, length = 1..=8)]
///     tiers: Vec<u32>,
///     #[config(default = "1m 30s")]
///     pause: Duration,
///     strategy: Option<String>,
///     webhook_token: Option<Secret<String>>,
/// }
///
/// impl TradingConfig {
///     fn limits_agree(&self) -> Result<(), Faults> {
///         let mut faults = Faults::new();
///         let agree = self.min_positions <= self.max_positions;
///         faults.ensure(agree, "min_positions", "must not be above max_positions");
///         faults.into_result()
///     }
/// }
///
/// let trading = TradingConfig::default();
/// assert_eq!(trading.score_threshold.to_string(), "0.70");
/// assert_eq!(TradingConfig::schema().table, "trading_config");
/// ```
///
/// No other derive is needed. The struct has named fields and no parameters. Doc comments are part
/// of the block: they become the comments of its columns and the labels of its forms.
///
/// # On the struct
///
/// | word | meaning |
/// |---|---|
/// | `name = "trading"` | The block's name. Without it, the struct's name in snake case and without a trailing `Config`. |
/// | `table = "risk.limits"` | The block's table, with its schema if it has one. Without it, the block's name and `_config`. |
/// | `key(guild_id: String)` | A keyed block: there is a copy of it for each key. See [below](#keyed-blocks). |
/// | `resident` | Every copy of the keyed block is kept in memory and read without waiting. Without it, those that are read, within a bound. |
/// | `adopt` | The table was there before, and has neither status nor version. |
/// | `ttl = "60s"` | How old a value may be before the store is asked again. Without it, what the builder says. |
/// | `on_boot = "default"` or `"require"` | What a start does that finds neither the store nor a last good value: go on with the defaults (also without the word), or fail. With `"require"` a keyed block has to be `resident`: of another nothing is read at start. |
/// | `max_stale = "10m"` | How long a value may be stale before it expires. Without it, for ever. |
/// | `on_stale = "serve"` or `"default"` | What readers get once it has expired: the last good value (also without the word), or the defaults. Needs `max_stale`. |
/// | `check = path` | A function from `&Self` to `Result<(), Faults>`, for rules over several fields. |
/// | `validate` | Runs the struct's `validator::Validate`. With `check` too, both run and all their faults are reported. |
/// | `retired = "old_name"` | The column of a former field. It stays in the table, is not read, and no field may have its name. May be repeated. |
/// | `crate = path` | Where `config_sdk` is, for a crate that passes it on. Without it, `::config_sdk`. |
///
/// # On a field
///
/// | word | meaning |
/// |---|---|
/// | `default = expression` | The compiled-in value. An `Option` may go without, and is `None`; every other field has one. |
/// | `range = a..=b` | The numbers or lengths of time that are allowed; also `a..`, `..=b`, `a..b`. |
/// | `clamp` | Brings a value that is out of `range` into it, with a warning, where it would be rejected otherwise. |
/// | `length = a..=b` | The number of characters of a text, or of items of a list or map, that is allowed; also `a..`, `..=b`, `a..b`. |
/// | `one_of = [a, b]` | The texts or numbers that are allowed. |
/// | `text` | Stores a serde type as text, such as an enum of plain variants. |
/// | `json` | Stores a serde type as JSON. |
/// | `column = "old_name"` | The field's column, where it is not called like the field. |
/// | `secret` | Never shows the value. A field of type `Secret` is one without the word. |
/// | `restart` | Keeps the value from the start. A newer one is shown as pending until the next start. Not in a keyed block, whose copies come and go later than that. |
///
/// Names are plain SQL names: lower-case letters, digits and `_`, beginning with a letter, 63 at most.
/// Those of the columns that every block's table has for its bookkeeping, such as `version`, are free
/// only in an adopted table.
///
/// # Keyed blocks
///
/// `key(…)` has one to four parts. Each is a column of the table, with the type that a reader gives:
/// a `String`, an integer, or with the feature `uuid` a `uuid::Uuid`. The struct has no fields for
/// them. A key with another number of parts, or with parts of other types, does not compile.
///
/// ```
/// use config_sdk::{ConfigBlock, KeyFor, KeyedBlock};
///
/// #[derive(ConfigBlock)]
/// #[config(key(symbol: String, strategy: String))]
/// struct StrategyConfig {
///     #[config(default = 14, range = 2..=200)]
///     period: u32,
/// }
///
/// fn is_key_of<B: KeyedBlock>(_: impl KeyFor<B::Key>) {}
///
/// is_key_of::<StrategyConfig>(("ETH/USDT", "momentum"));
/// ```
///
/// # Literals
///
/// Everything that is compared with a field is of the field's type, without its `Option` and
/// `Secret`. Literals make that short, in `default`, `range` and `one_of`:
///
/// | literal | for | is |
/// |---|---|---|
/// | a number, such as `0.70` | `Decimal` | that number with the digits it is written with; it never is a float |
/// | a whole number, such as `5` | `f32`, `f64` | the float of the same value |
/// | text, such as `"1m 30s"` | `Duration` | that length of time |
/// | other text | `String` and what can be made `From<&str>` | that text |
///
/// A literal as the `default` of an `Option` or a `Secret` is put into it; any other expression is
/// taken as it is, and has to be of the field's whole type.
///
/// # Mistakes
///
/// All mistakes in one struct are reported in one compile, each where it is. A literal default that
/// its own field would reject is one of them:
///
/// ```compile_fail
/// #[derive(config_sdk::ConfigBlock)]
/// struct Trading {
///     #[config(default = 101, range = 1..=100)]
///     max_positions: u32,
/// }
/// ```
#[proc_macro_derive(ConfigBlock, attributes(config))]
pub fn config_block(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(&parse_macro_input!(input as DeriveInput)).into()
}

fn derive(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = Errors::default();
    let mut attrs = BlockAttrs::read(&input.attrs, &mut errors);
    let root = match attrs.root.take() {
        Some(root) => root.value,
        None => parse_quote!(::config_sdk),
    };
    let block = Block::read(input, attrs, &root, &mut errors);
    if let Some(block) = &block {
        check::check(block, &mut errors);
    }
    match (errors.into_compile_errors(), block) {
        (None, Some(block)) => expand::expand(&block),
        (mistakes, block) => {
            let key = block.as_ref().map_or(&[][..], |block| &block.key);
            let stand_in = fallback::expand(input, key, &root);
            quote::quote!(#mistakes #stand_in)
        }
    }
}
