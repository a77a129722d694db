//! SQL through the programs `psql` and `pg_dump`, as a person would run them.

use std::io::Write;
use std::process::{Command, Stdio};

use super::binaries;

/// Runs SQL at `url` with the `psql` program.
pub(super) fn psql(url: &str, sql: &str) -> Result<String, String> {
    let mut psql = Command::new(binaries::folder().join("psql"))
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", url])
        .env("PGCONNECT_TIMEOUT", "10")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut stdin) = psql.stdin.take() {
        // It hangs up early when it cannot connect; its own message is the better one.
        let _ = stdin.write_all(sql.as_bytes());
    }
    let output = psql.wait_with_output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// What `pg_dump` writes of the database at `url`: SQL that makes it again.
pub(super) fn dump(url: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(binaries::folder().join("pg_dump"))
        .args(arguments)
        .arg(url)
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
