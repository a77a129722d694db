//! One block as it was first released, what became of it in later releases, and a second block.

use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, Secret};

/// What the first release was told to do.
pub(crate) const FIRST_ROWS: &str = "
    insert into limits_config (status, threshold, most, mood, token, reason)
        values ('archived', '0.1234567890123456789', 9, 'calm', 'old secret', 'first try');
    insert into limits_config (status, threshold, most, mood, token)
        values ('active', 0.8, 50, 'bold', 'hush');
    insert into limits_config (status) values ('draft');";

/// Limits, as first released.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "limits")]
pub(crate) struct First {
    /// Lowest score that counts.
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) threshold: Decimal,
    /// How many at once.
    #[config(default = 5, range = 1..=100)]
    pub(crate) most: u32,
    #[config(default = "calm", one_of = ["calm", "bold"])]
    pub(crate) mood: String,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

/// With two fields more.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "limits")]
pub(crate) struct Grown {
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    pub(crate) most: u32,
    #[config(default = "calm", one_of = ["calm", "bold"])]
    pub(crate) mood: String,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
    /// How few at once.
    #[config(default = 1, range = 0..=9)]
    pub(crate) least: u8,
    pub(crate) note: Option<String>,
}

/// Without `mood`.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "limits")]
pub(crate) struct Shrunk {
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    pub(crate) most: u32,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

/// Without `mood`, and with a mark that its name was used.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "limits", retired = "mood")]
pub(crate) struct Retired {
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    pub(crate) most: u32,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

/// With a length of time where a number was.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "limits")]
pub(crate) struct Retyped {
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) threshold: Decimal,
    #[config(default = "5s", range = "1s"..)]
    pub(crate) most: Duration,
    #[config(default = "calm", one_of = ["calm", "bold"])]
    pub(crate) mood: String,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

/// With a range that the rows of the first release do not keep.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "limits")]
pub(crate) struct Narrowed {
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) threshold: Decimal,
    #[config(default = 5, range = 1..=10)]
    pub(crate) most: u32,
    #[config(default = "calm", one_of = ["calm", "bold"])]
    pub(crate) mood: String,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

/// With another name for `most`, whose column keeps its own.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "limits")]
pub(crate) struct Renamed {
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) threshold: Decimal,
    #[config(default = 5, range = 1..=100, column = "most")]
    pub(crate) ceiling: u32,
    #[config(default = "calm", one_of = ["calm", "bold"])]
    pub(crate) mood: String,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

/// A second block, for what concerns several.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "pace")]
pub(crate) struct Pace {
    #[config(default = 1)]
    pub(crate) per_second: u32,
}

/// The second block with another bound and another field.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "pace")]
pub(crate) struct Quick {
    #[config(default = 1, range = 0..=1000)]
    pub(crate) per_second: u32,
    #[config(default = 1)]
    pub(crate) burst: u32,
}
