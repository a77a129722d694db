//! Block `cluster`: which wallets belong together.

use config_sdk::{ConfigBlock, Decimal, Faults};

/// Which wallets belong together, and what that is worth.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::sizes_agree)]
pub(crate) struct ClusterConfig {
    /// Fewest wallets that make a cluster.
    #[config(default = 3, range = 2..=1000)]
    pub(crate) min_cluster_size: u32,
    /// Most wallets in a cluster; beyond that it is the crowd.
    #[config(default = 50, range = 2..=1000)]
    pub(crate) max_cluster_size: u32,
    /// How alike two wallets must trade to belong together.
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) similarity_threshold: Decimal,
    /// Minutes within which two trades count as one move.
    #[config(default = 30, range = 1..=1440)]
    pub(crate) sync_time_window_minutes: u32,
    /// Share of their tokens that two wallets must have in common.
    #[config(default = 0.50, range = 0..=1)]
    pub(crate) sync_token_overlap_threshold: Decimal,
    /// Fewest wallets that follow a leader.
    #[config(default = 2, range = 1..=1000)]
    pub(crate) leader_min_followers: u32,
    /// Minutes that a leader is ahead of the others.
    #[config(default = 5, range = 0..=1440)]
    pub(crate) leader_time_advantage_minutes: u32,
    /// Whether a move of a whole cluster counts for more.
    #[config(default = true)]
    pub(crate) enable_cluster_amplification: bool,
    /// The most that it may count for.
    #[config(default = 1.8, range = 1..=10)]
    pub(crate) amplification_max_boost: Decimal,
}

impl ClusterConfig {
    fn sizes_agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            self.min_cluster_size <= self.max_cluster_size,
            "min_cluster_size",
            format!("must not be above max_cluster_size, {}", self.max_cluster_size),
        );
        faults.ensure(
            self.leader_min_followers < self.max_cluster_size,
            "leader_min_followers",
            "must be below max_cluster_size: a leader and its followers are one cluster",
        );
        faults.ensure(
            self.leader_time_advantage_minutes <= self.sync_time_window_minutes,
            "leader_time_advantage_minutes",
            "must not be longer than sync_time_window_minutes: nobody would follow in time",
        );
        faults.into_result()
    }
}
