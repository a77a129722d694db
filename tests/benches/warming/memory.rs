//! The memory that the copies of very many keys take, of processes that have nothing else.

use allocation_counter::measure as counted;
use config_benches::Report;
use config_sdk::{Config, Stats};
use config_tests::memory::{peak, resident};
use tokio::runtime::Runtime;

use crate::blocks::{ClubConfig, GuildConfig, Kind, filled, start};
use crate::child;

/// What a process takes that has so many copies, in bytes.
#[derive(Default)]
struct Taken {
    /// What it has allocated and not freed, as counted at the allocator.
    allocated: f64,
    /// What the system has given it.
    resident: f64,
    /// The most that it has been given so far.
    peak: f64,
    copies: f64,
    /// What `max_bytes` is held against.
    said: f64,
}

pub(crate) async fn measure(report: &mut Report) {
    let few: &[usize] = &[100_000];
    let mut rows = Vec::new();
    let empty = filled(&Kind::ALL, 0).await;
    for count in report.size(few, &[100_000, 1_000_000]) {
        let database = filled(&Kind::ALL, *count).await;
        for kind in Kind::ALL {
            let none = Taken::by(kind, 0, &empty.url());
            let all = Taken::by(kind, *count, &database.url());
            assert!(all.copies == *count as f64, "{} copies of {count}", all.copies);
            let each = |part: fn(&Taken) -> f64| (part(&all) - part(&none)) / all.copies;
            let allocated = each(|taken| taken.allocated);
            let said = (kind == Kind::Bounded).then_some(all.said / all.copies);
            rows.push(vec![
                count.to_string(),
                kind.name().to_owned(),
                format!("{allocated:.0}"),
                said.map_or("none".to_owned(), |said| format!("{said:.0}")),
                format!("{:.0}", each(|taken| taken.resident)),
                format!("{:.0}", all.resident / 1e6),
                format!("{:.0}", all.peak / 1e6),
            ]);
            if let Some(said) = said.filter(|_| *count == 100_000) {
                let detail = format!(
                    "{allocated:.0} bytes per key allocated, {said:.0} counted by `max_bytes`"
                );
                report.figure("changing.memory", (allocated / said - 1.0).abs(), detail);
                let given = each(|taken| taken.resident);
                let detail = format!(
                    "bounded, what the system gives the process; {allocated:.0} of them allocated"
                );
                report.figure("changing.memory.per_key", given, detail);
            }
        }
    }
    let columns = [
        "keys",
        "block",
        "bytes per key, allocated",
        "counted by `max_bytes`",
        "bytes per key, of the system",
        "process, MB",
        "at its most, MB",
    ];
    report.table("memory", &columns, rows);
}

impl Taken {
    fn by(kind: Kind, count: usize, url: &str) -> Self {
        let numbers = child::ask(&format!("memory {} {count} {url}", kind.name()));
        let [allocated, resident, peak, copies, said] = *numbers else {
            panic!("{numbers:?} are other numbers");
        };
        let [allocated, resident, peak] = [allocated, resident, peak].map(|bytes| bytes as f64);
        Self { allocated, resident, peak, copies: copies as f64, said: said as f64 }
    }
}

/// Loads all copies and says what that took. All of it is done by this thread, and so it is counted.
pub(crate) fn child(runtime: &Runtime, kind: Kind, count: usize, url: &str) -> Vec<u64> {
    let mut kept: Option<(Config, Stats)> = None;
    let taken = counted(|| {
        kept = Some(runtime.block_on(async {
            let config = start(url, &[kind], count).await;
            let stats = match kind {
                Kind::Bounded => {
                    let guilds = config.keyed::<GuildConfig>();
                    guilds.warm_all(|_| {}).await;
                    guilds.stats()
                }
                Kind::Resident => config.keyed::<ClubConfig>().stats(),
            };
            (config, stats)
        }));
    });
    let (_config, stats) = kept.expect("it has run");
    let allocated = taken.bytes_current.unsigned_abs();
    vec![allocated, resident(), peak(), stats.entries as u64, stats.bytes as u64]
}
