//! What a process asks while nothing happens, counted by the server.

use std::time::{Duration, Instant};

use config_benches::Report;
use config_sdk::Config;
use config_tests::postgres::{Database, Server};

use crate::many;

/// How often the listening connection has to prove that it is alive.
const HEARTBEAT: f64 = 10.0;
/// Unless the program says otherwise.
const DEFAULT: Duration = Duration::from_secs(60);

/// A process that nothing happens to.
struct Idle {
    blocks: usize,
    keys: usize,
    ttl: Duration,
    database: Database,
    config: Config,
    since: Instant,
}

/// What it asked.
struct Asked {
    polls: u64,
    heartbeats: u64,
    all: u64,
    /// How many there may be.
    bound: f64,
    seconds: f64,
}

pub(crate) async fn measure(report: &mut Report, server: &Server) {
    let short = Duration::from_millis(report.size(200, 1000));
    let mut all = vec![(7, 0, short), (7, 10_000, short), (100, 0, short), (100, 10_000, short)];
    if !report.quick {
        all.push((100, 10_000, DEFAULT)); // a minute of it is longer than all of the quick version
    }
    let mut idle = Vec::new();
    for (blocks, keys, ttl) in all {
        idle.push(Idle::start(server, blocks, keys, ttl).await);
    }
    for idle in &mut idle {
        idle.begin().await;
    }
    tokio::time::sleep(Duration::from_secs(report.size(12, 122))).await;
    let asked: Vec<_> = idle.iter().map(Idle::asked).collect();
    let rows = idle.iter().zip(&asked).map(|(idle, asked)| idle.row(asked)).collect();
    let columns = [
        "blocks",
        "keys",
        "time to live",
        "seconds",
        "polls",
        "heartbeats",
        "others",
        "beside one a TTL and one each 10 s",
        "queries a minute",
        "server's ms for a poll",
    ];
    report.table("idle", &columns, rows);
    let ratio = |asked: &Asked| asked.all as f64 / asked.bound;
    let most = asked.iter().max_by(|one, other| ratio(one).total_cmp(&ratio(other)));
    let most = most.expect("there are some");
    let detail = format!("{} in {:.1} s, where {:.1} may be", most.all, most.seconds, most.bound);
    report.figure("changing.idle", ratio(most), detail);
}

impl Idle {
    async fn start(server: &Server, blocks: usize, keys: usize, ttl: Duration) -> Self {
        let database = many::database(server, blocks, keys).await;
        let name = database.name();
        database.psql(&format!("alter database {name} set pg_stat_statements.track_planning = on"));
        let builder = many::with_keys(blocks).url(&database.url()).ttl(ttl);
        let config = builder.start().await.expect("a start");
        Self { blocks, keys, ttl, database, config, since: Instant::now() }
    }

    /// Counts from now on.
    async fn begin(&mut self) {
        many::listening(&self.config).await;
        self.database.reset_queries();
        self.since = Instant::now();
    }

    fn asked(&self) -> Asked {
        let seconds = self.since.elapsed().as_secs_f64();
        let all = self.database.queries("%");
        let polls = self.database.queries("select e.epoch%");
        let heartbeats = self.database.queries("select epoch,%from config_sdk.epoch");
        let bound = seconds / self.ttl.as_secs_f64() + seconds / HEARTBEAT;
        Asked { polls, heartbeats, all, bound, seconds }
    }

    fn row(&self, asked: &Asked) -> Vec<String> {
        let Asked { polls, heartbeats, all, bound, seconds } = asked;
        let others = all - polls - heartbeats;
        let name = self.database.name();
        let spent = self.database.server().psql(
            "postgres",
            &format!(
                "select round((sum(total_plan_time + total_exec_time) / sum(calls))::numeric, 3)
                 from pg_stat_statements s join pg_database d on d.oid = s.dbid
                 where datname = '{name}' and query like 'select e.epoch%'"
            ),
        );
        vec![
            self.blocks.to_string(),
            self.keys.to_string(),
            format!("{:?}", self.ttl),
            format!("{seconds:.1}"),
            polls.to_string(),
            heartbeats.to_string(),
            others.to_string(),
            format!("{:.3}", *all as f64 / bound),
            format!("{:.1}", *all as f64 * 60.0 / seconds),
            spent,
        ]
    }
}
