//! A store with Redis before it keeps the contract that each source does.

use std::sync::Arc;

use config_sdk::testing::conformance::{self, Row, Subject};
use config_sdk::{
    BlockSchema, BoxFuture, Deaf, Fetched, Loaded, MemoryStore, RedisOptions, RedisTier, Request,
    Signal, Source, SourceError, Store, Wanted,
};
use config_tests::redis::Redis;

/// A tier yields what is not older than what the process has heard of; the suite does not wait until
/// it has heard of its own writes, so each load is preceded by a look.
struct Informed {
    tier: RedisTier,
    blocks: Vec<&'static BlockSchema>,
}

impl Source for Informed {
    fn name(&self) -> String {
        self.tier.name()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        self.tier.fetch(request)
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        Box::pin(async move {
            self.tier.fetch(Request::everything(&self.blocks)).await?;
            self.tier.load(wanted).await
        })
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        self.tier.changes(signal)
    }

    fn store(&self) -> Option<&dyn Store> {
        self.tier.store()
    }
}

struct Tiered {
    store: MemoryStore,
    redis: Redis,
}

impl Subject for Tiered {
    fn source(&self) -> Arc<dyn Source> {
        let url = self.redis.url().replace("redis://", "redis://:hunter2@");
        let options = RedisOptions::new().namespace("conformance");
        let tier = RedisTier::new(Arc::new(self.store.clone()), &url, options).unwrap();
        Arc::new(Informed {
            tier,
            blocks: [conformance::blocks(), conformance::keyed_blocks()].concat(),
        })
    }

    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
        self.store.transaction(|edit| {
            for row in rows {
                let (block, columns) = (row.block.name, row.columns.clone());
                match (&row.key, columns) {
                    (None, Some(columns)) => edit.put(block, columns),
                    (None, None) => edit.remove(block),
                    (Some(key), Some(columns)) => edit.put_key(block, key, columns),
                    (Some(key), None) => edit.remove_key(block, key),
                }
            }
        });
        Box::pin(std::future::ready(()))
    }

    fn has_keys(&self) -> bool {
        true
    }

    fn password(&self) -> Option<String> {
        Some("hunter2".to_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_redis_before_it_keeps_the_contract() {
    let tiered = Tiered { store: MemoryStore::new(), redis: Redis::start() };
    tiered.redis.cli(&["CONFIG", "SET", "requirepass", "hunter2"]);
    conformance::hold(&tiered).await;
}
