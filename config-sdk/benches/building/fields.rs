//! The block that is built: seventeen fields, as a bot that trades has them.

/// What derives are beside what the struct has.
#[derive(Clone, Copy)]
pub(crate) enum Derive {
    /// Nothing: what the struct costs by itself.
    Nothing,
    /// `Deserialize`.
    Serde,
    /// `ConfigBlock`, with defaults, bounds and descriptions.
    Block,
    /// `Configuration`.
    Confik,
    /// `#[dynamic_config]` and `Deserialize`.
    Dynamic,
}

/// A field's name, its type, and its attribute in a block.
type Field = (&'static str, &'static str, &'static str);

const FIELDS: [Field; 17] = [
    ("base_position_pct", "Decimal", "default = 2.0, range = 0..=100"),
    ("max_position_sol", "Decimal", "default = 1.0, range = 0.."),
    ("min_position_sol", "Decimal", "default = 0.05, range = 0.."),
    ("high_conviction_multiplier", "Decimal", "default = 1.5, range = 1..=10"),
    (
        "sizing_mode",
        "String",
        r#"default = "risk_based", one_of = ["risk_based", "fixed_percent"]"#,
    ),
    ("risk_per_trade_pct", "Decimal", "default = 1.0, range = 0..=100"),
    ("max_concurrent_positions", "u32", "default = 5, range = 1..=100"),
    ("daily_loss_limit_pct", "Decimal", "default = 5.0, range = 0..=100"),
    ("daily_loss_limit_enabled", "bool", "default = true"),
    ("max_concentration_token_pct", "Decimal", "default = 25.0, range = 0..=100"),
    ("max_concentration_cluster_pct", "Decimal", "default = 50.0, range = 0..=100"),
    ("max_positions_per_cluster", "u32", "default = 3, range = 1..=100"),
    ("drawdown_reduction_tiers", "Vec<Tier>", "default = Vec::new(), json, length = 0..=10"),
    ("score_threshold", "Decimal", "default = 0.70, range = 0..=1"),
    ("high_conviction_threshold", "Decimal", "default = 0.85, range = 0..=1"),
    ("max_slippage_entry_bps", "u32", "default = 100, range = 0..=10000"),
    ("max_slippage_exit_bps", "u32", "default = 150, range = 0..=10000"),
];

/// The struct of that name.
pub(crate) fn block(derive: Derive, name: &str) -> String {
    let head = match derive {
        Derive::Nothing => "",
        Derive::Serde => "#[derive(serde::Deserialize)]\n",
        Derive::Block => "#[derive(config_sdk::ConfigBlock)]\n",
        Derive::Confik => "#[derive(confik::Configuration)]\n",
        Derive::Dynamic => "#[dynamic_config::dynamic_config]\n#[derive(serde::Deserialize)]\n",
    };
    let fields = FIELDS.map(|(field, kind, attribute)| {
        let attribute = match derive {
            Derive::Block => format!("    #[config({attribute})]\n"),
            _ => String::new(),
        };
        format!("    /// What {field} is for.\n{attribute}    pub {field}: {kind},\n")
    });
    format!("/// When to enter a position.\n{head}pub struct {name} {{\n{}}}\n", fields.concat())
}

/// What the struct's fields are made of; decimals are `number`s.
pub(crate) fn parts(derive: Derive, number: &str) -> String {
    let derives = match derive {
        Derive::Confik => "confik::Configuration",
        _ => "serde::Serialize, serde::Deserialize",
    };
    format!(
        "//! When to enter a position.\n\npub type Decimal = {number};\n\n/// From this drawdown on, \
         positions are this much smaller.\n#[derive({derives})]\npub struct Tier {{\n    pub threshold_pct: \
         Decimal,\n    pub size_reduction_pct: Decimal,\n}}\n\n"
    )
}
