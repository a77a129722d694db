//! What is measured of a fault, one line for each, which `scripts/faults` makes a table of.

use std::fs;
use std::path::Path;
use std::time::Duration;

use config_tests::postgres::{Database, Role};

/// What came of one fault.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) fault: &'static str,
    /// From its beginning until the state showed it; `None` where there is nothing to show.
    pub(crate) detected: Option<Duration>,
    /// From its end until readers had what was committed, and the state was well.
    pub(crate) healed: Duration,
    /// What the library asked of the server; for a killed one, since it was started again.
    pub(crate) queries: u64,
    /// How often it looked: each pass reads the epoch once, and so does each heartbeat.
    pub(crate) looks: u64,
    pub(crate) connections: usize,
    /// Changes committed meanwhile; push has each looked at.
    pub(crate) changes: u64,
    pub(crate) reads: u64,
    pub(crate) worst: Duration,
    pub(crate) growth: u64,
}

impl Row {
    /// Prints the row, and puts it where `scripts/faults` looks: one file for each fault, its columns
    /// separated by tabs.
    pub(crate) fn write(&self) {
        let millis = |time: Duration| time.as_millis().to_string();
        let row = [
            self.fault.to_owned(),
            self.detected.map_or_else(|| "-".to_owned(), millis),
            millis(self.healed),
            self.looks.to_string(),
            self.queries.to_string(),
            self.changes.to_string(),
            self.connections.to_string(),
            self.reads.to_string(),
            self.worst.as_micros().to_string(),
            (self.growth >> 10).to_string(),
        ]
        .join("\t");
        println!("{row}");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target folder");
        let folder = target.join("faults");
        fs::create_dir_all(&folder).expect("a folder for the rows");
        let name: String =
            self.fault.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        fs::write(folder.join(format!("{name}.txt")), row + "\n").expect("a row");
    }
}

/// How many statements like `pattern` the role has run, as counted by the server.
pub(crate) fn queries(database: &Database, role: &Role, pattern: &str) -> u64 {
    let count = database.server().psql("postgres", &format!(
        "select coalesce(sum(calls), 0) from pg_stat_statements s join pg_roles r on r.oid = s.userid \
         where r.rolname = '{}' and query ilike '{pattern}'",
        role.name
    ));
    count.parse().expect("a count")
}

/// What this process holds in memory, in bytes; 0 where that cannot be told.
pub(crate) fn memory() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}
