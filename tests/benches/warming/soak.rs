//! The memory of a process that reads and takes changes as fast as it can, from beginning to end.

use std::time::{Duration, Instant};

use config_benches::Report;
use config_sdk::Keyed;
use config_tests::memory::resident;
use fastrand::Rng;
use tokio::task::yield_now;
use tokio_postgres::{Client, NoTls};

use crate::blocks::{GuildConfig, Kind, filled, guild, start};
use crate::child;

/// How many keys there are; half of them fit.
const KEYS: usize = 100_000;

/// Reads between two looks at the clock.
const READS: u64 = 1000;

pub(crate) async fn measure(report: &mut Report) {
    let seconds = report.size(0, 60);
    if seconds == 0 {
        return;
    }
    let database = filled(&[Kind::Bounded], KEYS).await;
    let numbers = child::ask(&format!("soak {seconds} {KEYS} {}", database.url()));
    let [reads, changes, first, middle, last] = *numbers else {
        panic!("{numbers:?} are other numbers");
    };
    let mb = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
    let row = vec![
        seconds.to_string(),
        reads.to_string(),
        changes.to_string(),
        mb(first),
        mb(middle),
        mb(last),
        format!("{:.3}", last as f64 / first as f64),
    ];
    let columns = [
        "seconds",
        "reads",
        "changes",
        "at the start, MB",
        "in the middle, MB",
        "at the end, MB",
        "end beside start",
    ];
    report.table("soak", &columns, vec![row]);
}

/// How often it read, how many changes were made, and what it took at the start, in the middle, at the end.
pub(crate) async fn child(seconds: u64, keys: usize, url: &str) -> Vec<u64> {
    let config = start(url, &[Kind::Bounded], keys / 2).await;
    let guilds = config.keyed::<GuildConfig>();
    guilds.warm_all(|_| {}).await;
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    // Buffers that grow once have grown by the time that the first figure is taken.
    run(&guilds, &client, Duration::from_secs(seconds / 6)).await;
    let half = Duration::from_secs(seconds) / 2;
    let start = resident();
    let one = run(&guilds, &client, half).await;
    let middle = resident();
    let two = run(&guilds, &client, half).await;
    vec![one.0 + two.0, one.1 + two.1, start, middle, resident()]
}

/// How many reads and changes it was, for so long, of keys drawn at random.
async fn run(guilds: &Keyed<GuildConfig>, client: &Client, length: Duration) -> (u64, u64) {
    let end = Instant::now() + length;
    tokio::join!(read(guilds, end), change(client, end))
}

async fn read(guilds: &Keyed<GuildConfig>, end: Instant) -> u64 {
    let (mut random, mut reads) = (Rng::new(), 0);
    while Instant::now() < end {
        for _ in 0..READS {
            // One in a hundred is waited for; the others are what is in memory.
            let key = guild(random.usize(..KEYS));
            match random.u8(..100) {
                0 => drop(guilds.get(key).await),
                _ => drop(guilds.peek(key)),
            }
        }
        reads += READS;
        yield_now().await;
    }
    reads
}

async fn change(client: &Client, end: Instant) -> u64 {
    let (mut random, mut changes) = (Rng::new(), 0);
    let sql = "update guild_config set daily_amount = $1 where guild_id = $2";
    let statement = client.prepare(sql).await.expect("a statement");
    while Instant::now() < end {
        let (amount, key) = (random.i64(1..=1000), guild(random.usize(..KEYS)));
        client.execute(&statement, &[&amount, &key]).await.expect("a change");
        changes += 1;
    }
    changes
}
