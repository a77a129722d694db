//! What a change of one key costs among a thousand keys, and among very many.

use std::time::Instant;

use config_benches::{Axis, Plot, Report, Series, median};
use config_sdk::{Config, Event};
use config_tests::postgres::Database;
use tokio::time::timeout;
use tokio_postgres::Client;

use crate::blocks::{
    ClubConfig, GuildConfig, Kind, SOON, builder, filled, guild, listening, start,
};

/// The guild that is changed.
const CHANGED: usize = 500;

/// The most keys that are kept on disk here.
const MOST_KEPT: usize = 100_000;

/// A process among so many keys of each block.
struct Place {
    count: usize,
    database: Database,
    config: Config,
    client: Client,
    /// Milliseconds: the statement alone, and from its return until a reader has what it wrote.
    changes: [[Vec<f64>; 2]; 2],
    colds: Vec<f64>,
    /// The second of two changes, where the rows are kept on disk as well.
    kept: Option<f64>,
    /// Rows that the process read of the server for one change.
    rows: [f64; 2],
}

pub(crate) async fn measure(report: &mut Report) {
    let rounds = report.size(15, 51);
    let few: &[usize] = &[1000, 10_000, 100_000];
    let counts = report.size(few, &[1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000]);
    let mut places = Vec::new();
    for count in counts {
        places.push(Place::of(*count).await);
    }
    for (index, kind) in Kind::ALL.into_iter().enumerate() {
        places.iter().for_each(|place| place.database.reset_queries());
        for round in 0..rounds {
            for place in &mut places {
                let [statement, seen] = place.change(&place.config, kind, amount(round)).await;
                place.changes[index][0].push(statement);
                place.changes[index][1].push(seen);
            }
        }
        for place in &mut places {
            place.rows[index] = rows_read(&place.database, kind) as f64 / rounds as f64;
        }
    }
    for round in 1..=rounds {
        for place in &mut places {
            let began = Instant::now();
            place.config.keyed::<GuildConfig>().get(guild(CHANGED + round)).await;
            place.colds.push(ms(began));
        }
    }
    for place in places.iter_mut().filter(|place| place.count <= MOST_KEPT) {
        place.kept = Some(place.kept(report.size(3, 9)).await);
    }
    show(report, places);
}

/// One that the round before did not have.
fn amount(round: usize) -> i64 {
    round as i64 % 1000 + 1
}

impl Place {
    async fn of(count: usize) -> Self {
        let database = filled(&Kind::ALL, count).await;
        let config = start(&database.url(), &Kind::ALL, 10_000).await;
        // Whoever was not read is not loaded when it changes.
        config.keyed::<GuildConfig>().get(guild(CHANGED)).await;
        let client = database.client().await;
        let (changes, colds, rows) = Default::default();
        Self { count, database, config, client, changes, colds, kept: None, rows }
    }

    /// Milliseconds of a change that follows another at once, where each is written to disk.
    async fn kept(&self, rounds: usize) -> f64 {
        let folder = tempfile::tempdir().expect("a folder");
        let builder = builder(&self.database.url(), &[Kind::Resident], 0);
        let config = listening(builder.last_good_dir(folder.path())).await;
        let mut seconds = Vec::new();
        for round in 0..rounds {
            self.change(&config, Kind::Resident, amount(2 * round + 500)).await;
            seconds.push(self.change(&config, Kind::Resident, amount(2 * round + 501)).await[1]);
        }
        config.shutdown().await;
        median(seconds)
    }

    /// Milliseconds that the statement took, and from its return, which is that of its commit, until a reader
    /// whom the change wakes has the value.
    async fn change(&self, config: &Config, kind: Kind, amount: i64) -> [f64; 2] {
        let (table, key) = (kind.table(), guild(CHANGED));
        let sql = format!("update {table} set daily_amount = {amount} where guild_id = '{key}'");
        let mut events = config.events();
        let began = Instant::now();
        self.client.batch_execute(&sql).await.expect("a change");
        let (statement, returned) = (ms(began), Instant::now());
        while read(config, kind, &key).await != amount {
            let event = timeout(SOON, events.next()).await.expect("the change is told");
            assert!(event.is_some_and(|event| !matches!(event, Event::Rejected { .. })));
        }
        [statement, ms(returned)]
    }
}

async fn read(config: &Config, kind: Kind, key: &str) -> i64 {
    match kind {
        Kind::Bounded => config.keyed::<GuildConfig>().get(key).await.daily_amount,
        Kind::Resident => config.keyed::<ClubConfig>().load(key).daily_amount,
    }
}

/// Rows of the block's table that were read since the last reset, as counted by the server. A prepared
/// question yields one more, which says where the store stands.
fn rows_read(database: &Database, kind: Kind) -> u64 {
    let sql = format!(
        "select coalesce(sum(rows - case when query like 'select h.%' then calls else 0 end), 0) \
         from pg_stat_statements s join pg_database d on d.oid = s.dbid \
         where d.datname = '{}' and query like '%select%{}%' and query not like 'update%'",
        database.name(),
        kind.table()
    );
    let rows = database.server().psql("postgres", &sql);
    rows.parse().expect("a count")
}

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

fn show(report: &mut Report, places: Vec<Place>) {
    let columns = [
        "keys",
        "bounded: statement, ms",
        "bounded: seen, ms",
        "rows read",
        "resident: statement, ms",
        "resident: seen, ms",
        "rows read",
        "cold read, ms",
        "resident, on disk too: a second change, ms",
    ];
    let (mut rows, mut most) = (Vec::new(), 0f64);
    let mut lines = ["a change, bounded", "a change, resident", "a cold read"]
        .map(|name| Series { name: name.to_owned(), points: Vec::new() });
    for place in places {
        let keys = place.count as f64;
        let [bounded, resident] = place.changes.map(|change| change.map(median));
        let cold = median(place.colds);
        for (line, ms) in lines.iter_mut().zip([bounded[1], resident[1], cold]) {
            line.points.push((keys, ms));
        }
        most = place.rows.into_iter().fold(most, f64::max);
        let times = [bounded, resident].into_iter().zip(place.rows);
        let cells = times.flat_map(|([statement, seen], rows)| {
            [format!("{statement:.2}"), format!("{seen:.2}"), format!("{rows:.2}")]
        });
        let row = [place.count.to_string()].into_iter().chain(cells);
        let kept = place.kept.map_or("not measured".to_owned(), |ms| format!("{ms:.2}"));
        rows.push(row.chain([format!("{cold:.2}"), kept]).collect());
    }
    report.table("keys", &columns, rows);
    let ends =
        |line: &Series| [line.points.first(), line.points.last()].map(|end| end.map(|end| end.1));
    let ratio = |line: &Series| match ends(line) {
        [Some(first), Some(last)] => last / first,
        _ => f64::NAN,
    };
    let [bounded, resident] = [ratio(&lines[0]), ratio(&lines[1])];
    let keys = lines[0].points.last().map_or(0.0, |end| end.0);
    let detail = format!("bounded {bounded:.2}, resident {resident:.2}, {keys} keys beside 1000");
    report.figure("changing.keys", bounded.max(resident), detail);
    let detail = "rows read for a change, as counted by the server, the most of all sizes";
    report.figure("changing.keys.loaded", most, detail);
    report.plot(Plot {
        id: "cost_by_keys".to_owned(),
        title: "What a change of one key, and a read of one that is not in memory, cost among many"
            .to_owned(),
        x: Axis { label: "keys".to_owned(), log: true },
        y: Axis { label: "ms, a change from its commit's return".to_owned(), log: false },
        series: lines.into(),
    });
}
