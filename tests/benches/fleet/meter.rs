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
    coalesce(sum(calls) filter (where query ilike 'begin isolation%' or query ilike 'select h.%'), 0)::float8, \
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
        let meter = Self { stage, client, before: (Instant::now(), Spent::default()) };
        meter.sees();
        meter
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
        children(server).into_iter().chain([server]).filter_map(megabytes).sum()
    }

    fn name(&self) -> &str {
        Database::name(&self.stage.database)
    }

    /// Fails where the system does not count what is asked for below: a count that is missing is none, as it
    /// is of a session that has just ended, and nobody would see it in the tables.
    fn sees(&self) {
        let server = self.server();
        let counts = [
            ("task/*/children", !children(server).is_empty()),
            ("schedstat", ran(server) > 0.0),
            ("stat", ended_ticks(server).is_some()),
            ("smaps_rollup", megabytes(server).is_some()),
        ];
        for (count, is_there) in counts {
            assert!(
                is_there,
                "the system says nothing in /proc/{server}/{count}: no fleet is measured here"
            );
        }
        let redis = self.redis_seconds().is_none_or(|seconds| seconds > 0.0);
        assert!(redis, "`info cpu` of Redis does not say used_cpu_sys and used_cpu_user");
    }

    fn server(&self) -> i32 {
        self.stage.server.process().expect("a server that runs")
    }

    fn spent(&self) -> Spent {
        let server = self.server();
        let living: f64 = children(server).into_iter().chain([server]).map(ran).sum();
        let pooler = self.stage.pooler.as_ref().and_then(|pooler| pooler.process());
        Spent {
            postgres: living + ended_ticks(server).unwrap_or_default() / 100.0,
            pooler: pooler.map_or(0.0, ran),
            redis: self.redis_seconds().unwrap_or_default(),
        }
    }

    /// Seconds that Redis has run, where there is one.
    fn redis_seconds(&self) -> Option<f64> {
        let text = self.stage.redis.as_ref()?.cli(&["info", "cpu"]);
        let lines = text.lines().filter_map(|line| line.trim().split_once(':'));
        let of_all = |name: &str| ["used_cpu_sys", "used_cpu_user"].contains(&name);
        let times = lines.filter(|(name, _)| of_all(name));
        Some(times.filter_map(|(_, seconds)| seconds.parse::<f64>().ok()).sum())
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

/// How many hundredths of a second those of a process's children ran that have ended.
fn ended_ticks(process: i32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = text.rsplit_once(") ")?;
    let mut ticks = after_name.split(' ').skip(13).map(|word| word.parse::<f64>().ok());
    Some(ticks.next()?? + ticks.next()??)
}

/// Megabytes of a process, its part of those that it shares.
fn megabytes(process: i32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
}
