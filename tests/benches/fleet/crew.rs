//! A child process with many instances, each of which tells when it hears of changes and what it sees.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use config_sdk::{
    Config, ConfigBlock, ConfigBuilder, Event, PushState, RedisOptions, Status, TierState,
};
use config_tests::counted::now;
use config_tests::wait;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What this program is called with to be one.
pub(crate) const CREW: &str = "--crew";

/// Longest time that a start may take, with many others at the same moment.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is changed.
#[derive(Debug, ConfigBlock)]
#[config(name = "fleet")]
pub(crate) struct FleetConfig {
    #[config(default = 0)]
    pub(crate) change: u32,
    #[config(default = 0.5, range = 0.0..=1.0)]
    pub(crate) threshold: f64,
    #[config(default = "eu-west")]
    pub(crate) region: String,
}

/// What stays as it is.
#[derive(Debug, ConfigBlock)]
#[config(name = "calm")]
pub(crate) struct CalmConfig {
    #[config(default = 10)]
    pub(crate) most: u32,
}

/// What a crew is to do: the first line that it reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) url: String,
    pub(crate) listen: Option<String>,
    pub(crate) redis: Option<String>,
    /// Whether changes are to be heard of from the store itself.
    pub(crate) hears: bool,
    pub(crate) ttl: Duration,
    pub(crate) instances: usize,
    /// How many may start at the same moment.
    pub(crate) at_once: usize,
}

/// Runs until standard input ends.
pub(crate) fn serve() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("an order");
    let order: Order = serde_json::from_str(&line).expect("an order");
    std::thread::spawn(|| {
        let mut rest = Vec::new();
        _ = std::io::stdin().read_to_end(&mut rest);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(run(order));
}

async fn run(order: Order) {
    let places = Arc::new(Semaphore::new(order.at_once));
    let mut instances = JoinSet::new();
    for _ in 0..order.instances {
        instances.spawn(instance(order.clone(), Arc::clone(&places)));
    }
    while let Some(ended) = instances.join_next().await {
        ended.expect("an instance that does not panic");
    }
}

async fn instance(order: Order, places: Arc<Semaphore>) {
    let place = places.acquire().await.expect("never closed");
    let began = Instant::now();
    let config = order.builder().start().await.expect("a start");
    let started = began.elapsed();
    let stands = || async {
        let status = config.status();
        if order.is_met_by(&status) { Ok(()) } else { Err(status) }
    };
    wait::until("an instance that stands", PATIENCE, stands).await;
    drop(place);
    let (mut changes, mut events) = (config.subscribe::<FleetConfig>(), config.events());
    println!("up {} {}", started.as_micros(), began.elapsed().as_micros());
    loop {
        tokio::select! {
            Some(change) = changes.next() => println!("seen {} {}", change.new.change, now()),
            Some(event) = events.next() => match event {
                // As through a pooler: it tries again in five minutes.
                Event::PushLost { .. } if !may_hear(&config) => println!("deaf"),
                Event::PushLost { .. } => println!("lost"),
                Event::PushWorks => println!("back {}", now()),
                _ => {}
            },
            else => return,
        }
    }
}

impl Order {
    pub(crate) fn builder(&self) -> ConfigBuilder {
        let builder = Config::builder().block::<FleetConfig>().block::<CalmConfig>();
        let mut builder = builder.url(&self.url).ttl(self.ttl).start_timeout(PATIENCE);
        if let Some(listen) = &self.listen {
            builder = builder.listen_url(listen);
        }
        if let Some(redis) = &self.redis {
            let options = RedisOptions::new().namespace("fleet");
            let options = if self.hears { options } else { options.only_ear() };
            builder = builder.redis_with(redis, options);
        }
        builder
    }

    pub(crate) fn is_met_by(&self, status: &Status) -> bool {
        let has_push = match &status.push {
            PushState::Push => self.hears,
            PushState::PollOnly { .. } => !self.hears,
            _ => false,
        };
        let tier = status.tier.as_ref().is_none_or(|tier| tier.state == TierState::Connected);
        status.is_ready() && has_push && tier
    }
}

fn may_hear(config: &Config) -> bool {
    !matches!(config.status().push, PushState::PollOnly { .. })
}
