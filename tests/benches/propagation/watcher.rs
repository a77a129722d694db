//! The process that reads: says on its standard output when it sees each change.

use std::io::Write;
use std::time::Duration;

use config_sdk::{
    Config, ConfigBuilder, PostgresStore, PushState, RedisOptions, Source, SqliteStore,
};
use config_tests::counted::{Asked, Counted, now};
use config_tests::wait;

use crate::block::WideConfig;
use crate::by_hand;

/// Longer than any run: what arrives did not come by polling.
const NEVER: Duration = Duration::from_secs(3600);
/// How often the process asks that nobody tells.
const POLL: Duration = Duration::from_millis(100);
/// Longest wait for a process to be ready.
const SOON: Duration = Duration::from_secs(20);

/// Watches by the road that the first word names, until standard input ends.
pub(crate) async fn run(words: &[String]) {
    std::thread::spawn(|| {
        // The parent holds the other end, and the kernel closes it however the parent ends.
        _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    // Programs have a runtime of several threads.
    let words = words.to_vec();
    let watch = move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        // As a task of its own, on one of those threads, which is where programs read.
        let watched = runtime.spawn(watch(words));
        runtime.block_on(watched).expect("no panic");
    };
    std::thread::spawn(watch).join().expect("it watches for ever");
}

async fn watch(words: Vec<String>) {
    let [road, place, redis] = <[String; 3]>::try_from(words).expect("a road, where to, and Redis");
    let listens = |config: &Config| config.status().push == PushState::Push;
    let polls = |config: &Config| matches!(config.status().push, PushState::PollOnly { .. });
    let postgres = || PostgresStore::new(&place).expect("a URL");
    match road.as_str() {
        "by-hand" => by_hand::run(&place).await,
        "push" => by(Counted::new(postgres()), builder(NEVER), listens).await,
        "poll" => by(deaf(postgres()), builder(POLL), polls).await,
        "sqlite" => by(Counted::new(SqliteStore::new(place)), builder(NEVER), listens).await,
        "tells" => by(Counted::new(postgres()), on_bus(&redis, RedisOptions::new()), listens).await,
        "hears" => {
            let options = RedisOptions::new().only_ear();
            by(Counted::new(postgres()), on_bus(&redis, options), polls).await;
        }
        other => panic!("{other} is no road"),
    }
}

fn builder(ttl: Duration) -> ConfigBuilder {
    Config::builder().block::<WideConfig>().ttl(ttl)
}

fn on_bus(redis: &str, options: RedisOptions) -> ConfigBuilder {
    builder(NEVER).redis_with(redis, options.namespace("propagation"))
}

fn deaf<S>(store: S) -> (Counted<S>, Asked) {
    let (store, asked) = Counted::new(store);
    (store.deaf(), asked)
}

/// Tells of every change that a reader of the configuration sees.
async fn by<S: Source>(
    (store, asked): (Counted<S>, Asked),
    builder: ConfigBuilder,
    is_ready: impl Fn(&Config) -> bool + Send + Sync,
) {
    let config = builder.store(store).start().await.expect("a configuration");
    let has_tier =
        || config.status().tier.is_none_or(|tier| tier.state == config_sdk::TierState::Connected);
    let ready =
        || async { (is_ready(&config) && has_tier()).then_some(()).ok_or_else(|| config.status()) };
    wait::until("the reader to be ready", SOON, ready).await;
    let mut changes = config.subscribe::<WideConfig>();
    tell(0, (0, 0), 0);
    while changes.next().await.is_some() {
        let number = config.get::<WideConfig>().number;
        let seen = now();
        tell(number, asked.take().last().copied().unwrap_or_default(), seen);
    }
}

/// Says that a reader has the value with this number.
pub(crate) fn tell(number: i64, (asked, answered): (u64, u64), seen: u64) {
    let mut out = std::io::stdout().lock();
    let told = writeln!(out, "{number} {asked} {answered} {seen}").and_then(|()| out.flush());
    told.expect("the parent reads");
}
