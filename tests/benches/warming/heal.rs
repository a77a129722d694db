//! How soon a resident block is right again after its process has lost its connections.

use std::time::{Duration, Instant};

use config_benches::Report;
use tokio::time::sleep;

use crate::blocks::{ClubConfig, Kind, filled, guild, start};

/// Nobody waits for longer.
const LONGEST: Duration = Duration::from_secs(30);

pub(crate) async fn measure(report: &mut Report) {
    let few: &[usize] = &[1000, 100_000];
    let mut rows = Vec::new();
    for count in report.size(few, &[1000, 100_000, 1_000_000]) {
        let healed = healed(*count).await;
        let shown = healed.map_or("not within half a minute".to_owned(), |after| {
            format!("{:.0}", after.as_secs_f64() * 1e3)
        });
        rows.push(vec![count.to_string(), shown]);
    }
    report.table("heal", &["keys", "right again after, ms"], rows);
}

/// From the end of all connections, and a change that nobody heard of, until a reader has it.
async fn healed(count: usize) -> Option<Duration> {
    let database = filled(&[Kind::Resident], count).await;
    let config = start(&database.url(), &[Kind::Resident], 0).await;
    let clubs = config.keyed::<ClubConfig>();
    let (client, key) = (database.client().await, guild(500));
    let end = "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and pid <> pg_backend_pid()";
    let change = format!("update club_config set daily_amount = 999 where guild_id = '{key}'");
    let began = Instant::now();
    client.batch_execute(&format!("{end}; {change}")).await.expect("a change");
    while clubs.load(&key).daily_amount != 999 {
        if began.elapsed() > LONGEST {
            return None;
        }
        sleep(Duration::from_millis(1)).await;
    }
    Some(began.elapsed())
}
