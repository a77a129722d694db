//! What servers spend, by their own counts and by the system's.

use std::fs;
use std::time::Instant;

use config_tests::postgres::Database;
use tokio_postgres::Client;

use crate::stage::Stage;

/// Counts from [`begin`](Self::begin) to [`end`](Self::end).
pub(crate) struct Meter<'a> {
    stage: &'a Stage,
    /// In another database, so that it does not count itself.
    client: Client,
    before: (Instant, Spent),
}

/// Seconds of processors.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) postgres: f64,
    pub(crate) pooler: f64,
    pub(crate) redis: f64,
}

/// What was done meanwhile.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) seconds: f64,
    pub(crate) spent: Spent,
    /// Everything that the server executed, `begin` and `commit` included.
    pub(crate) statements: f64,
    /// Questions where the store stands, polls and passes.
    pub(crate) asked: f64,
    /// Those of them that read rows as well.
    pub(crate) read: f64,
    /// Proofs that a listening connection is alive.
    pub(crate) pulses: f64,
}

const COUNTS: &str = "select coalesce(sum(calls), 0)::float8, \
    coalesce(sum(calls) filter (where query ilike '%floor%from config_sdk.epoch%'), 0)::float8, \
    coalesce(sum(calls) filter (where query ilike 'begin isolation%'), 0)::float8, \
    coalesce(sum(calls) filter (where query ilike 'select epoch,%from config_sdk.epoch%'), 0)::float8 \
    from pg_stat_statements where dbid = (select oid from pg_database where datname = $1)";

const RESET: &str =
    "select pg_stat_statements_reset(0, oid, 0) from pg_database where datname = $1";

const CONNECTIONS: &str = "select count(*) from pg_stat_activity where datname = $1";

impl<'a> Meter<'a> {
    pub(crate) async fn of(stage: &'a Stage) -> Self {
        let url = stage.server.url("postgres");
        let (client, driver) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a connection");
        tokio::spawn(driver);
        Self { stage, client, before: (Instant::now(), Spent::default()) }
    }

    /// Counts from now on.
    pub(crate) async fn begin(&mut self) {
        self.client.execute(RESET, &[&self.name()]).await.expect("pg_stat_statements");
        self.before = (Instant::now(), self.spent());
    }

    /// What was done since.
    pub(crate) async fn end(&self) -> Used {
        let (began, before) = self.before;
        // Before the counts are asked for, which costs the server as well.
        let (now, seconds) = (self.spent(), began.elapsed().as_secs_f64());
        let row = self.client.query_one(COUNTS, &[&self.name()]).await.expect("pg_stat_statements");
        Used {
            seconds,
            spent: Spent {
                postgres: now.postgres - before.postgres,
                pooler: now.pooler - before.pooler,
                redis: now.redis - before.redis,
            },
            statements: row.get(0),
            asked: row.get(1),
            read: row.get(2),
            pulses: row.get(3),
        }
    }

    /// How many sessions there are in the fleet's database.
    pub(crate) async fn connections(&self) -> f64 {
        let row = self.client.query_one(CONNECTIONS, &[&self.name()]).await.expect("sessions");
        row.get::<_, i64>(0) as f64
    }

    /// Megabytes of all processes of the server, shared ones counted once.
    pub(crate) fn megabytes(&self) -> f64 {
        let server = self.server();
        let kilobytes = |process: i32| {
            let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
            line.trim().strip_suffix(" kB")?.parse::<f64>().ok()
        };
        let all = children(server).into_iter().chain([server]);
        all.filter_map(kilobytes).sum::<f64>() / 1024.0
    }

    fn name(&self) -> &str {
        Database::name(&self.stage.database)
    }

    fn server(&self) -> i32 {
        self.stage.server.process().expect("a server that runs")
    }

    fn spent(&self) -> Spent {
        let server = self.server();
        let living: f64 = children(server).into_iter().chain([server]).map(ran).sum();
        let pooler = self.stage.pooler.as_ref().and_then(|pooler| pooler.process());
        let redis = self.stage.redis.as_ref().map(|redis| redis.cli(&["info", "cpu"]));
        Spent {
            postgres: living + of_ended_children(server),
            pooler: pooler.map_or(0.0, ran),
            redis: redis.map_or(0.0, |text| {
                let lines = text.lines().filter_map(|line| line.trim().split_once(':'));
                let of_all = |name: &str| ["used_cpu_sys", "used_cpu_user"].contains(&name);
                let times = lines.filter(|(name, _)| of_all(name));
                times.filter_map(|(_, seconds)| seconds.parse::<f64>().ok()).sum()
            }),
        }
    }
}

fn children(process: i32) -> Vec<i32> {
    let path = format!("/proc/{process}/task/{process}/children");
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Seconds that a process has run, to the nanosecond: `stat` counts in hundredths, too coarse for
/// thousands of processes that do little each.
fn ran(process: i32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    nanos.unwrap_or_default() / 1e9
}

/// Seconds that those of a process's children ran that have ended.
fn of_ended_children(process: i32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = text.rsplit_once(") ").map_or("", |(_, after)| after);
    let ticks = after_name.split(' ').skip(13).take(2);
    ticks.filter_map(|word| word.parse::<f64>().ok()).sum::<f64>() / 100.0
}
