//! What is measured of a fault from outside the library, and where `scripts/faults` finds what came of it.

use std::fs;
use std::path::Path;

use config_benches::faults::Outcome;
use config_tests::postgres::{Database, Role};

/// Puts it where `scripts/faults` looks.
pub(crate) fn keep(outcome: &Outcome) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target folder");
    outcome.keep(&target.join("faults"));
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
