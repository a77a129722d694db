//! What it takes to have all keys in memory, beside loading them by hand.

use std::time::{Duration, Instant};

use config_benches::{Report, median};
use config_sdk::{Config, Keyed};
use config_tests::postgres::Database;
use rustix::time::{ClockId, clock_gettime};
use tokio_postgres::Client;

use crate::blocks::{ClubConfig, GuildConfig, Kind, builder, filled, guild, start};
use crate::by_hand;

/// So many are loaded one by one; the others would take as long each.
const SAMPLE: usize = 2000;

/// A way to have them in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Warm,
    KeysByHand,
    WarmAll,
    Resident,
    AllByHand,
    OneByOne,
}

impl Way {
    const ALL: [Self; 6] = [
        Self::Warm,
        Self::KeysByHand,
        Self::WarmAll,
        Self::Resident,
        Self::AllByHand,
        Self::OneByOne,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Warm => "`keyed.warm(keys)`",
            Self::KeysByHand => "by hand, `guild_id = any($1)`",
            Self::WarmAll => "`keyed.warm_all()`",
            Self::Resident => "`start()` with a resident block, connecting included",
            Self::AllByHand => "by hand, `guild_id > $1 order by guild_id limit 1000`",
            Self::OneByOne => "by hand, one by one",
        }
    }

    /// What it is set beside.
    fn peer(self) -> Self {
        match self {
            Self::WarmAll | Self::Resident | Self::AllByHand => Self::AllByHand,
            _ => Self::KeysByHand,
        }
    }
}

/// What one round of a way took.
struct Cost {
    ms: f64,
    /// Of this process alone.
    processor: f64,
    queries: f64,
}

pub(crate) async fn measure(report: &mut Report) {
    let few: &[(usize, usize)] = &[(100_000, 3)];
    for (count, rounds) in report.size(few, &[(100_000, 7), (1_000_000, 1)]) {
        among(report, *count, *rounds).await;
    }
}

async fn among(report: &mut Report, count: usize, rounds: usize) {
    let database = filled(&Kind::ALL, count).await;
    let client = database.client().await;
    let keys: Vec<String> = (0..count).map(guild).collect();
    let mut costs = Way::ALL.map(|_| Vec::new());
    for _ in 0..rounds {
        for (way, costs) in Way::ALL.into_iter().zip(&mut costs) {
            costs.push(go(way, &database, &client, &keys).await);
        }
    }
    let middle = |costs: &[Cost], part: fn(&Cost) -> f64| median(costs.iter().map(part).collect());
    let times = costs.each_ref().map(|costs| middle(costs, |cost| cost.ms));
    let of = |way: Way| times[way as usize];
    let rows = Way::ALL.into_iter().zip(&costs).map(|(way, costs)| {
        vec![
            way.name().to_owned(),
            format!("{:.0}", of(way)),
            format!("{:.0}", middle(costs, |cost| cost.processor)),
            format!("{:.0}", middle(costs, |cost| cost.queries)),
            format!("{:.2}", of(way) / of(way.peer())),
        ]
    });
    let rows = rows.collect();
    let columns = ["", "ms", "ms of this process", "queries", "beside by hand"];
    if count == 100_000 {
        report.table("warm", &columns, rows);
        let beside = |one: Way, other: Way| {
            let detail = format!("{:.0} ms beside {:.0} ms", of(one), of(other));
            (of(one) / of(other), detail)
        };
        let (value, detail) = beside(Way::Warm, Way::KeysByHand);
        report.figure("changing.warm", value, detail);
        let (value, detail) = beside(Way::OneByOne, Way::Warm);
        let detail = format!("{detail}, of which {SAMPLE} keys were measured");
        report.figure("changing.warm.naive", value, detail);
    } else {
        report.table("warm_most", &columns, rows);
    }
}

async fn go(way: Way, database: &Database, client: &Client, keys: &[String]) -> Cost {
    let bounded = match way {
        Way::Warm | Way::WarmAll => {
            Some(start(&database.url(), &[Kind::Bounded], keys.len()).await)
        }
        _ => None,
    };
    database.reset_queries();
    let (began, processor) = (Instant::now(), processor_time());
    let kept = match (way, bounded) {
        // Without waiting for push, of which by hand knows nothing.
        (Way::Resident, _) => {
            let builder = builder(&database.url(), &[Kind::Resident], 0);
            Kept::Config(builder.start().await.expect("a configuration"))
        }
        (way, Some(config)) => {
            let guilds = config.keyed::<GuildConfig>();
            warm(way, &guilds, keys).await;
            Kept::Config(config)
        }
        (Way::AllByHand, None) => Kept::Map(by_hand::all(client).await),
        (Way::OneByOne, None) => Kept::Map(by_hand::one_by_one(client, SAMPLE).await),
        (_, None) => Kept::Map(by_hand::by_keys(client, keys).await),
    };
    let (ms, processor) = (milliseconds(began.elapsed()), processor_time() - processor);
    let loaded = kept.len(way);
    if let Kept::Config(config) = kept {
        config.shutdown().await;
    }
    let rows = if way == Way::Resident { "%club_config%" } else { "%guild_config%" };
    let queries = database.queries(rows) as f64;
    // What is measured of some is told of all.
    let scale = keys.len() as f64 / loaded as f64;
    assert!(loaded == keys.len() || way == Way::OneByOne, "{way:?} loaded {loaded}");
    Cost { ms: ms * scale, processor: milliseconds(processor) * scale, queries: queries * scale }
}

async fn warm(way: Way, guilds: &Keyed<GuildConfig>, keys: &[String]) {
    match way {
        Way::Warm => guilds.warm(keys).await,
        _ => guilds.warm_all(|_| {}).await,
    };
}

/// What was loaded, until the clock is stopped.
enum Kept {
    Config(Config),
    Map(by_hand::Guilds),
}

impl Kept {
    fn len(&self, way: Way) -> usize {
        match self {
            Self::Map(guilds) => guilds.len(),
            Self::Config(config) if way == Way::Resident => {
                config.keyed::<ClubConfig>().stats().entries
            }
            Self::Config(config) => config.keyed::<GuildConfig>().stats().entries,
        }
    }
}

/// What processors have worked for this process so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
