//! The servers of a fleet, and the roads by which its instances hear of a change.

use std::time::Duration;

use config_tests::pooler::Pooler;
use config_tests::postgres::{Database, Server};
use config_tests::redis::Redis;

use crate::crew::Order;

/// Sessions that the pooler holds.
pub(crate) const POOL: u32 = 20;

/// How many listen to the database for all, where the others hear through Redis.
pub(crate) const EARS: usize = 2;

/// As long as Postgres gives a login unless told otherwise: the harness's own time is a short one.
const LOGIN: &str = "authentication_timeout=60";

/// How many may start at the same moment in one process.
const AT_ONCE: usize = 4;

/// How instances ask, and how they hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Road {
    /// Each asks and listens directly.
    Push,
    /// Each asks through a pooler, and listens directly.
    Pooled,
    /// Each asks through a pooler, and none listens.
    Poll,
    /// Each asks through a pooler; two listen, and the others hear through Redis.
    Redis,
}

impl Road {
    pub(crate) const ALL: [Self; 4] = [Self::Push, Self::Pooled, Self::Poll, Self::Redis];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pooled => "pooled",
            Self::Poll => "poll",
            Self::Redis => "redis",
        }
    }

    /// Whether each instance listens to the database.
    pub(crate) fn all_listen(self) -> bool {
        matches!(self, Self::Push | Self::Pooled)
    }

    /// How many of `instances` listen to the database.
    pub(crate) fn listening(self, instances: f64) -> f64 {
        match self {
            Self::Push | Self::Pooled => instances,
            Self::Poll => 0.0,
            Self::Redis => EARS as f64,
        }
    }

    /// How many sessions the server has at most, once all have asked.
    pub(crate) fn connections(self, instances: f64) -> f64 {
        let pool = f64::from(POOL).min(instances);
        match self {
            Self::Push => 2.0 * instances,
            Self::Pooled => instances + pool,
            Self::Poll => pool,
            Self::Redis => 2.0 * EARS as f64 + pool,
        }
    }
}

/// What runs besides the instances.
pub(crate) struct Stage {
    pub(crate) road: Road,
    pub(crate) database: Database,
    pub(crate) pooler: Option<Pooler>,
    pub(crate) redis: Option<Redis>,
    pub(crate) server: Server,
    ttl: Duration,
}

impl Stage {
    /// An empty store for fleets of up to `most`.
    pub(crate) async fn new(road: Road, ttl: Duration, most: usize) -> Self {
        let connections = format!("max_connections={}", 2 * most + 100);
        let settings = ["pg_stat_statements.max=20000", LOGIN];
        let server = Server::start_with(&[&settings[..], &[&connections]].concat());
        let database = server.database();
        let stage = Self {
            road,
            database,
            pooler: (road != Road::Push).then(|| Pooler::to(&server, POOL)),
            redis: (road == Road::Redis).then(Redis::start),
            server,
            ttl,
        };
        let builder = stage.order(1, true).builder();
        builder.migrate_now().await.expect("a store");
        let first = "insert into fleet_config (status, change) values ('active', 0)";
        stage.database.psql(first);
        stage
    }

    /// What `instances` more are told, of whom the first ones may have to listen for all.
    pub(crate) fn orders(&self, instances: usize, are_first: bool) -> Vec<Order> {
        match self.road {
            Road::Push | Road::Pooled => vec![self.order(instances, true)],
            Road::Poll => vec![self.order(instances, false)],
            Road::Redis if are_first => {
                vec![self.order(EARS, true), self.order(instances - EARS, false)]
            }
            Road::Redis => vec![self.order(instances, false)],
        }
    }

    fn order(&self, instances: usize, hears: bool) -> Order {
        let direct = self.database.url();
        let is_ear = self.road == Road::Redis && hears;
        let pooled = self.pooler.as_ref().filter(|_| !is_ear);
        Order {
            url: pooled.map_or_else(|| direct.clone(), |pooler| pooler.url(&self.database)),
            listen: (self.road == Road::Pooled).then_some(direct),
            redis: self.redis.as_ref().map(Redis::url),
            hears,
            ttl: self.ttl,
            instances,
            at_once: AT_ONCE,
        }
    }
}
