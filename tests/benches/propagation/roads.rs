//! The roads: a store, somebody who commits to it, and a process that reads.

use std::time::Duration;

use config_sdk::Config;
use config_tests::counted::now;
use config_tests::postgres::{Database, Role, Server};
use tempfile::TempDir;
use tokio_postgres::Client;

use crate::block::{BY_HAND, WideConfig};
use crate::reader::Reader;
use crate::sample::Sample;

/// What the readers of a database may do there.
const RIGHTS: &str = "do $$ begin
    if to_regnamespace('config_sdk') is not null then
        grant usage on schema config_sdk to ROLE; grant select on all tables in schema config_sdk to ROLE;
    end if; end $$;
    grant select on all tables in schema public to ROLE";

/// What the server spent on each of the reader's questions, without parsing them.
const SPENT: &str = "select coalesce(sum(total_plan_time + total_exec_time), 0)
    from pg_stat_statements s join pg_roles r on r.oid = s.userid where r.rolname = 'ROLE'";

/// The same, statement by statement, of those that were run for every change.
const STATEMENTS: &str = "select what, sum(total_plan_time / calls)::numeric(9, 3), sum(total_exec_time / calls)::numeric(9, 3)
    from (select s.*, case when query ilike 'select h.%' then 'what changed, and the row'
        when query ilike 'select e.epoch%' then 'what changed'
        when query ilike '%from%wide%' then 'the row' else 'transaction and its settings' end as what
        from pg_stat_statements s join pg_roles r on r.oid = s.userid
        where r.rolname = 'ROLE' and calls > 100) s
    group by what order by what";

/// One way for a change to go.
pub(crate) struct Road {
    pub(crate) name: &'static str,
    pub(crate) samples: Vec<Sample>,
    /// Milliseconds that the server spent on the reader's questions for one change, where it counts.
    pub(crate) spent: f64,
    writer: Writer,
    reader: Reader,
}

/// Who commits.
enum Writer {
    Postgres { client: Client, table: &'static str, role: Role, database: Database },
    Sqlite { file: rusqlite::Connection, _folder: TempDir },
}

impl Road {
    /// A database with the block, and a process that reads it.
    pub(crate) async fn postgres(
        name: &'static str,
        server: &Server,
        reader: impl FnOnce(&str) -> Reader,
    ) -> Self {
        let database = server.database();
        let builder = Config::builder().block::<WideConfig>().url(&database.url());
        builder.migrate_now().await.expect("tables");
        database.psql("insert into wide_config (status, number) values ('active', 0)");
        Self::of(name, database, "wide_config", reader).await
    }

    /// A database with a table and a trigger by hand.
    pub(crate) async fn by_hand(name: &'static str, server: &Server) -> Self {
        let database = server.database();
        database.psql(BY_HAND);
        Self::of(name, database, "wide", Reader::by_hand).await
    }

    async fn of(
        name: &'static str,
        database: Database,
        table: &'static str,
        reader: impl FnOnce(&str) -> Reader,
    ) -> Self {
        let role = database.role("");
        database.psql(&RIGHTS.replace("ROLE", &role.name));
        let name_of = database.name();
        database
            .psql(&format!("alter database {name_of} set pg_stat_statements.track_planning = on"));
        let (reader, client) = (reader(&role.url), database.client().await);
        Self::new(name, reader, Writer::Postgres { client, table, role, database }).await
    }

    /// A file with the block, and a process that reads it.
    pub(crate) async fn sqlite(name: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.db").display().to_string();
        let builder = Config::builder().block::<WideConfig>().url(&format!("sqlite:{path}"));
        builder.migrate_now().await.expect("tables");
        let file = rusqlite::Connection::open(&path).expect("a file");
        let row = "insert into wide_config (status, number) values ('active', 0)";
        file.execute(row, []).expect("a row");
        Self::new(name, Reader::sqlite(&path), Writer::Sqlite { file, _folder: folder }).await
    }

    async fn new(name: &'static str, mut reader: Reader, writer: Writer) -> Self {
        reader.ready().await;
        Self { name, samples: Vec::new(), spent: 0.0, writer, reader }
    }

    /// What the server did for one change: which part, and milliseconds of planning and running it.
    pub(crate) fn statements(&self) -> Vec<Vec<String>> {
        let told = self.writer.counted(STATEMENTS);
        let row = |line: &str| {
            [self.name].into_iter().chain(line.split('|')).map(str::to_owned).collect()
        };
        told.lines().map(row).collect()
    }

    async fn change(&mut self, number: u64) {
        let [began, sent, returned] = self.writer.commit(number).await;
        let [asked, answered, seen] = self.reader.sees(number).await;
        self.samples.push(Sample { began, sent, returned, asked, answered, seen });
    }
}

impl Writer {
    /// Commits a change: when the statement was sent, when the commit, and when that had returned.
    async fn commit(&mut self, number: u64) -> [u64; 3] {
        match self {
            Self::Postgres { client, table, .. } => {
                let run = async |sql: &str| client.batch_execute(sql).await.expect("it commits");
                let began = now();
                run(&format!("begin; update {table} set number = {number}")).await;
                let sent = now();
                run("commit").await;
                [began, sent, now()]
            }
            Self::Sqlite { file, .. } => {
                let run = |sql: &str| file.execute_batch(sql).expect("it commits");
                let began = now();
                run(&format!("begin immediate; update wide_config set number = {number}"));
                let sent = now();
                run("commit");
                [began, sent, now()]
            }
        }
    }

    /// What the server says of the reader's questions; nothing where there is no server.
    fn counted(&self, sql: &str) -> String {
        match self {
            Self::Postgres { role, database, .. } => {
                database.server().psql("postgres", &sql.replace("ROLE", &role.name))
            }
            Self::Sqlite { .. } => String::new(),
        }
    }

    /// Milliseconds that the server has spent on them.
    fn spent(&self) -> f64 {
        self.counted(SPENT).parse().unwrap_or(0.0)
    }
}

/// Sends this many changes by each road, in turn, after a tenth as many that do not count; `pause` is the
/// longest one between two.
pub(crate) async fn in_turn(roads: &mut [&mut Road], changes: u64, pause: Duration) {
    let warm = changes / 10;
    for number in 1..=changes + warm {
        if number == warm + 1 {
            for road in roads.iter_mut() {
                road.samples.clear();
                road.spent = road.writer.spent();
            }
        }
        for road in roads.iter_mut() {
            road.change(number).await;
            tokio::time::sleep(pause.mul_f64(fastrand::f64())).await;
        }
    }
    for road in roads {
        road.spent = (road.writer.spent() - road.spent) / changes as f64;
    }
}
