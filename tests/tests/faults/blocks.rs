//! Two blocks that say one thing four times over, so that half of it is noticed.

use config_sdk::{ConfigBlock, Faults};

/// Both its fields hold the same number, and so do those of [`SouthConfig`], as of one epoch.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::agree)]
pub(crate) struct NorthConfig {
    #[config(default = 0)]
    pub(crate) first: i64,
    #[config(default = 0)]
    pub(crate) second: i64,
    pub(crate) note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::agree)]
pub(crate) struct SouthConfig {
    #[config(default = 0)]
    pub(crate) first: i64,
    #[config(default = 0)]
    pub(crate) second: i64,
    pub(crate) note: Option<String>,
}

impl NorthConfig {
    fn agree(&self) -> Result<(), Faults> {
        agree(self.first, self.second)
    }

    /// The number that both fields hold, if they do.
    pub(crate) fn number(&self) -> Option<i64> {
        (self.first == self.second).then_some(self.first)
    }
}

impl SouthConfig {
    fn agree(&self) -> Result<(), Faults> {
        agree(self.first, self.second)
    }

    /// The number that both fields hold, if they do.
    pub(crate) fn number(&self) -> Option<i64> {
        (self.first == self.second).then_some(self.first)
    }
}

fn agree(first: i64, second: i64) -> Result<(), Faults> {
    let mut faults = Faults::new();
    faults.ensure(first == second, "second", "must be the same as first");
    faults.into_result()
}
