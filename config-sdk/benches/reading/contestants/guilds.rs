//! The block that is read, and a source that has a row for every key.

use std::future::ready;

use config_sdk::{
    BoxFuture, Config, ConfigBlock, Fetched, Keyed, KeyedOptions, Keys, Loaded, Moved, Record,
    Request, Rows, Source, SourceError, Wanted, Which,
};
use tokio::runtime::Runtime;

use super::keyed::CAPACITY;

/// One copy a guild.
#[derive(Clone, Debug, ConfigBlock)]
#[config(key(guild_id: String))]
pub(crate) struct GuildConfig {
    #[config(default = 100)]
    pub(crate) starting_balance: i64,
    #[config(default = 10)]
    pub(crate) daily_amount: i64,
    #[config(default = 1000)]
    pub(crate) max_transfer: i64,
    #[config(default = 24)]
    pub(crate) cooldown_hours: i64,
    pub(crate) greeting: Option<String>,
}

/// Every guild has a row.
struct Rich;

impl Source for Rich {
    fn name(&self) -> String {
        "a row for every key".to_owned()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        let mut fetched = Fetched::unchanged(1);
        if request.since.is_none() {
            let moved = |name| (name, Moved::only(Keys::All));
            fetched.keyed = request.blocks.iter().map(|block| moved(block.name)).collect();
        }
        Box::pin(ready(Ok(fetched)))
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        let mut rows = Rows::default();
        if let Which::Keys(keys) = wanted.which {
            let row = || Record::new(1).with("daily_amount", "20");
            rows.own = keys.iter().map(|key| (key.clone(), row())).collect();
        }
        Box::pin(ready(Ok(Loaded::at(1, rows))))
    }
}

/// Guilds kept as this library keeps them, and what loads them while it is waited for.
pub(crate) fn start() -> (Runtime, Keyed<GuildConfig>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let options = KeyedOptions::new().max_entries(CAPACITY);
    let start = Config::builder().keyed::<GuildConfig>(options).store(Rich).start();
    let config = runtime.block_on(start).expect("a configuration");
    (runtime, config.keyed())
}
