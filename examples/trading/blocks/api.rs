//! Block `api`: how hard other people's services may be asked.

use config_sdk::{ConfigBlock, Faults, Secret};

/// How hard other people's services may be asked, and how long their answers keep.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::answers_keep)]
pub(crate) struct ApiConfig {
    /// Requests to DexScreener in a minute.
    #[config(default = 300, range = 1..=100000)]
    pub(crate) dexscreener_requests_per_minute: u32,
    /// Requests to Birdeye in a minute.
    #[config(default = 60, range = 1..=100000)]
    pub(crate) birdeye_requests_per_minute: u32,
    /// Requests to Jupiter in a minute.
    #[config(default = 60, range = 1..=100000)]
    pub(crate) jupiter_requests_per_minute: u32,
    /// Requests to Helius in a minute.
    #[config(default = 600, range = 1..=100000)]
    pub(crate) helius_requests_per_minute: u32,
    /// Key of the account at Helius, if there is one.
    #[config(secret)]
    pub(crate) helius_api_key: Option<Secret<String>>,
    /// Seconds that a service may take to answer.
    #[config(default = 10, range = 1..=120)]
    pub(crate) api_timeout_seconds: u32,
    /// Seconds that a node of the chain may take to answer.
    #[config(default = 15, range = 1..=120)]
    pub(crate) rpc_timeout_seconds: u32,
    /// Times that a request is tried again.
    #[config(default = 3, range = 0..=10)]
    pub(crate) api_retry_count: u32,
    /// Seconds before a request is tried again.
    #[config(default = 1, range = 0..=60)]
    pub(crate) api_retry_backoff_seconds: u32,
    /// Seconds that a price is good for.
    #[config(default = 30, range = 1..=3600)]
    pub(crate) price_cache_ttl_seconds: u32,
    /// Seconds that what is said of a token is good for.
    #[config(default = 300, range = 1..=86400)]
    pub(crate) token_info_cache_ttl_seconds: u32,
}

impl ApiConfig {
    fn answers_keep(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            self.price_cache_ttl_seconds <= self.token_info_cache_ttl_seconds,
            "price_cache_ttl_seconds",
            "must not be above token_info_cache_ttl_seconds: prices age first",
        );
        faults.into_result()
    }
}
